"""What a store holds, for programs: one JSON object. Times are Unix nanoseconds."""

from __future__ import annotations

from typing import Any

import msgspec

from tastytrade.cli.holdings import Holdings, gaps_in
from tastytrade.dxfeed import EVENT_CLASSES
from tastytrade.store import SessionRecord, Store
from tastytrade.store.kinds import GAP


def as_json(store: Store, held: Holdings) -> str:
    """The object as text, in lines. Raises StoreDamaged."""
    manifest, bounds = held.manifest, held.bounds
    told = {
        "path": str(store.path),
        "id": manifest.id,
        "format": manifest.format,
        "feed_level": manifest.feed_level,
        "is_simulated": manifest.is_simulated,
        "created_ns": manifest.created_ns,
        "size_bytes": held.size_bytes,
        "first_n": bounds.first_n if bounds else None,
        "last_n": bounds.last_n if bounds else None,
        "first_ns": bounds.first_ns if bounds else None,
        "last_ns": bounds.last_ns if bounds else None,
        "owner": held.owner,
        "is_written": held.is_written,
        "sessions": [_session(session) for session in manifest.sessions],
        "types": [
            {**msgspec.to_builtins(kind), "symbols": len(store.symbols(EVENT_CLASSES[kind.name]))}
            for kind in held.kinds
            if kind.name != GAP
        ],
        "chains": held.chains,
        "gaps": gaps_in(store),
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=1).decode()


def _session(session: SessionRecord) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(session)
    return {**told, "symbols": len(session.symbols), "is_clean": session.is_clean}
