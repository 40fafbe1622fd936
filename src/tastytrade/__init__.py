"""Market data of tastytrade and dxFeed: sessions, option chains, a live feed, and a simulator.

Public names are loaded on first use, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tastytrade.blocking import CertificationSession, DataStreamer, ProductionSession
    from tastytrade.capture import Capture
    from tastytrade.dxfeed import (
        Candle,
        Event,
        EventBatch,
        EventType,
        Gap,
        Greeks,
        Profile,
        Quote,
        Summary,
        TimeAndSale,
        Trade,
        TradeETH,
    )
    from tastytrade.errors import TastytradeError
    from tastytrade.instruments import OptionChain, get_option_chain
    from tastytrade.oneshot import Snapshot, Status, WebService
    from tastytrade.replaying import replay
    from tastytrade.session import Session
    from tastytrade.simulator import Simulator
    from tastytrade.source import State
    from tastytrade.store import Store
    from tastytrade.streamer import Streamer
    from tastytrade.subscription import Overflow, Subscription
    from tastytrade.tables import TableBuilder, gaps_table, instruments_table, options_table
    from tastytrade.timeouts import Timeouts

_HOMES = {
    "tastytrade.blocking": ("CertificationSession", "DataStreamer", "ProductionSession"),
    "tastytrade.capture": ("Capture",),
    "tastytrade.dxfeed": (
        "Candle", "Event", "EventBatch", "EventType", "Gap", "Greeks", "Profile", "Quote", "Summary",
        "TimeAndSale", "Trade", "TradeETH",
    ),
    "tastytrade.errors": ("TastytradeError",),
    "tastytrade.instruments": ("OptionChain", "get_option_chain"),
    "tastytrade.oneshot": ("Snapshot", "Status", "WebService"),
    "tastytrade.replaying": ("replay",),
    "tastytrade.session": ("Session",),
    "tastytrade.simulator": ("Simulator",),
    "tastytrade.source": ("State",),
    "tastytrade.store": ("Store",),
    "tastytrade.streamer": ("Streamer",),
    "tastytrade.subscription": ("Overflow", "Subscription"),
    "tastytrade.tables": ("TableBuilder", "gaps_table", "instruments_table", "options_table"),
    "tastytrade.timeouts": ("Timeouts",),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Candle",
    "Capture",
    "CertificationSession",
    "DataStreamer",
    "Event",
    "EventBatch",
    "EventType",
    "Gap",
    "Greeks",
    "OptionChain",
    "Overflow",
    "ProductionSession",
    "Profile",
    "Quote",
    "Session",
    "Simulator",
    "Snapshot",
    "State",
    "Status",
    "Store",
    "Streamer",
    "Subscription",
    "Summary",
    "TableBuilder",
    "TastytradeError",
    "TimeAndSale",
    "Timeouts",
    "Trade",
    "TradeETH",
    "WebService",
    "gaps_table",
    "get_option_chain",
    "instruments_table",
    "options_table",
    "replay",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'tastytrade' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
