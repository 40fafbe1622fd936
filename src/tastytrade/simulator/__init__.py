"""A local tastytrade: REST and DXLink on one port, with a market that a trader would believe."""

from tastytrade.simulator.accounts import User
from tastytrade.simulator.app import Simulator

__all__ = ["Simulator", "User"]
