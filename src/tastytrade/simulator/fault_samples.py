"""Texts that a server should not send, as samples by name."""

from __future__ import annotations

import msgspec

from tastytrade.dxlink.messages import FeedData, Keepalive, encode

_DEPTH = 10_000


def sample(name: str, size_bytes: int) -> bytes:
    """The text of one sample; only ``long`` has a size."""
    keepalive = encode(Keepalive(0))
    samples = {
        "malformed": keepalive[:-1],
        "array": b"[" + keepalive + b"]",
        "number": b"42",
        "empty": b"",
        "deep": b"[" * _DEPTH + b"]" * _DEPTH,
        "duplicate_keys": keepalive[:-1] + b',"type":"KEEPALIVE","channel":0}',
        "unknown_type": b'{"type":"WEATHER","channel":0,"sky":"clear"}',
        "unknown_channel": encode(FeedData(99_999, msgspec.Raw(b'["Quote",["X",1.0]]'))),
    }
    if name in samples:
        return samples[name]
    head, tail = keepalive[:-1] + b',"padding":"', b'"}'
    return head + b"x" * max(size_bytes - len(head) - len(tail), 0) + tail
