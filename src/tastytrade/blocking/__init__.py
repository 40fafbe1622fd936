"""Sessions that block, and the streamer that goes with them: the API that earlier tastytrade packages had."""

from tastytrade.blocking.data_streamer import DataStreamer
from tastytrade.blocking.sessions import CertificationSession, ProductionSession

__all__ = ["CertificationSession", "DataStreamer", "ProductionSession"]
