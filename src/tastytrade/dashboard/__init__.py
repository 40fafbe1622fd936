"""The page: a server on this machine that shows a source of events in a browser."""

from tastytrade.dashboard.app import Dashboard

__all__ = ["Dashboard"]
