"""Asking a feed once: current values, histories with a known end, chain tables."""

from tastytrade.oneshot.ask import AskOnce
from tastytrade.oneshot.chain import Narrowed
from tastytrade.oneshot.progress import Progress
from tastytrade.oneshot.snapshot import Snapshot, Status
from tastytrade.oneshot.web import WebService

__all__ = ["AskOnce", "Narrowed", "Progress", "Snapshot", "Status", "WebService"]
