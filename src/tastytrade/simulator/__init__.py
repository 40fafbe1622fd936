"""A local tastytrade: REST and DXLink on one port, with a market that a trader would believe."""

from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.simulator.accounts import User
from tastytrade.simulator.app import Simulator
from tastytrade.simulator.rest_options import Failure, RestOptions

__all__ = ["Failure", "RestOptions", "ServerOptions", "Simulator", "User"]
