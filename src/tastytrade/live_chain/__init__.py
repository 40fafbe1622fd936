"""A chain that follows the money: the strikes around where the underlying is, subscribed as it moves.

``async with streamer.live_chain("SPX", dte=0, around=20) as chain``; see LiveChain, which is loaded on first
use, for it loads polars.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tastytrade.live_chain.change import ChainState, Change
from tastytrade.live_chain.window import Window, WindowRule

if TYPE_CHECKING:
    from tastytrade.live_chain.live import LiveChain

__all__ = ["ChainState", "Change", "LiveChain", "Window", "WindowRule"]


def __getattr__(name: str) -> Any:
    if name == "LiveChain":
        from tastytrade.live_chain.live import LiveChain

        return LiveChain
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
