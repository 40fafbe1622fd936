"""Stores: captured market data on disk, in tables that other engines read as well."""

from __future__ import annotations

from tastytrade.errors import ConfigurationError

try:
    import deltalake as _engine  # noqa: F401 - so that its absence is told here, once, in our words
except ImportError:
    raise ConfigurationError(
        "stores need the extra `capture`: pip install 'tastytrade-marketdata[capture]'"
    ) from None

from tastytrade.store.journal import Durability
from tastytrade.store.manifest import Manifest, SessionRecord
from tastytrade.store.pace import Pace
from tastytrade.store.store import Bounds, Store
from tastytrade.store.upkeep import Compacted, Forgotten, compact, forget
from tastytrade.store.verify import Damage, Report
from tastytrade.store.writer import StoreWriter

__all__ = [
    "Bounds",
    "Compacted",
    "Damage",
    "Durability",
    "Forgotten",
    "Manifest",
    "Pace",
    "Report",
    "SessionRecord",
    "Store",
    "StoreWriter",
    "compact",
    "forget",
]
