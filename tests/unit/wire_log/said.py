"""What a server says, as bytes, and logs of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tastytrade.transport.wire import Arrival
from tastytrade.wire_log import WireLog
from tastytrade.wire_log.file import files_of

DAY = 1_795_305_600_000_000_000
"""2026-11-22 00:00 UTC."""
NOON = DAY + 12 * 3600 * 10**9

SETUP = b'{"type":"SETUP","channel":0,"version":"1","keepaliveTimeout":60}'
LET_IN = b'{"type":"AUTH_STATE","channel":0,"state":"AUTHORIZED","userId":"u-7"}'
OPENED = b'{"type":"CHANNEL_OPENED","channel":1,"service":"FEED","parameters":{"contract":"TICKER"}}'
KEEPALIVE = b'{"type":"KEEPALIVE","channel":0}'
CLOSED = b'{"type":"CHANNEL_CLOSED","channel":1}'
BEGINNING = (SETUP, LET_IN, OPENED)


def config(*columns: str) -> bytes:
    names = ",".join(f'"{name}"' for name in ("eventSymbol", *columns))
    return (
        '{"type":"FEED_CONFIG","channel":1,"dataFormat":"COMPACT","aggregationPeriod":0.1,'
        f'"eventFields":{{"Quote":[{names}]}}}}'
    ).encode()


def quotes(*values: object) -> bytes:
    row = ",".join(f'"{one}"' if isinstance(one, str) else str(one) for one in values)
    return f'{{"type":"FEED_DATA","channel":1,"data":["Quote",[{row}]]}}'.encode()


def arrival(*texts: bytes, at: int = NOON) -> Arrival:
    return Arrival(list(texts), at, sum(map(len, texts)))


def take(
    log: WireLog, texts: Iterable[bytes], *, connection: int = 1, epoch: int = 1, at: int = NOON
) -> None:
    """Let each of them arrive by itself, a microsecond after the other."""
    for number, text in enumerate(texts):
        log.take(connection, epoch, arrival(text, at=at + number * 1000))


def written(folder: Path, *parts: Iterable[bytes]) -> Path:
    """A log that was closed, of parts that were flushed one by one; gives its only file."""
    log = WireLog(folder)
    for number, texts in enumerate(parts):
        take(log, texts, at=NOON + number * 1_000_000)
        log.flush()
    log.close()
    (path,) = files_of(folder)
    return path
