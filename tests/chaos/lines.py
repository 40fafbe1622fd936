"""What a client in the chaos harness writes down, one JSON object a line, and what it is started with.

Every line has ``at_ns``, Unix nanoseconds when it was written. A last line that a kill cut off is left out.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from tests.chaos.counting_market import Rhythm, candles_of, symbols


class Plan(Struct, frozen=True, kw_only=True):
    """What the client does. Times in seconds since it has first been restored.

    Of ``symbols`` quotes and sales are wanted; the first ``leaving`` of them are given up at ``change_at``,
    and as many others come instead. Of the first ``histories`` of ``HISTORY_FIRST`` sales and candles since
    ``from_ms`` are wanted too, with their history.
    """

    log: str
    rhythm: Rhythm
    from_ms: int
    symbols: int = 500
    leaving: int = 20
    change_at: float = 4.0
    histories: int = 10
    limit_bytes: int = 2 << 20
    keepalive: float = 2.0
    quiet_grace: float = 1.0
    planted: str | None = None


HISTORY_FIRST = 5000
COMING_FIRST = 7000


def streamed(plan: Plan) -> list[str]:
    """The symbols of quotes and sales at first."""
    return symbols(plan.symbols)


def leaving(plan: Plan) -> list[str]:
    return symbols(plan.leaving)


def coming(plan: Plan) -> list[str]:
    return symbols(plan.leaving, first=COMING_FIRST)


def histories(plan: Plan) -> list[str]:
    return symbols(plan.histories, first=HISTORY_FIRST)


def wanted_at_the_end(plan: Plan, *, changed: bool) -> set[tuple[str, str]]:
    """Event type and symbol of every subscription there should be; ``changed`` when the change was made."""
    stays = set(streamed(plan))
    if changed:
        stays = stays - set(leaving(plan)) | set(coming(plan))
    found = {(name, symbol) for name in ("Quote", "TimeAndSale") for symbol in stays}
    found |= {("TimeAndSale", symbol) for symbol in histories(plan)}
    return found | {("Candle", candles_of(symbol)) for symbol in histories(plan)}


class Line(Struct, tag_field="line", tag=str.lower):
    """Anything the client writes."""

    at_ns: int


class Rows(Line):
    """Events of one batch, in the order in which the reader got them."""

    reader: str
    event_type: str
    epoch: int
    channel: int
    received_ns: int
    symbols: list[str]
    numbers: list[int]
    checksums: list[int]
    flags: list[int] = []
    ingest: list[int] = []
    """The streamer's own number of each row."""


class GapLine(Line):
    """A gap as the reader got it, in its place between rows."""

    reader: str
    number: int
    reason: str
    scope: str
    event_types: list[str]
    symbols: list[str]
    from_ns: int
    to_ns: int | None
    detected_ns: int
    healed: str


class StateLine(Line):
    state: str
    reason: str
    since_ns: int


class Wanted(Line):
    """Event types and symbols that the server has confirmed, or (``gone``) that are given up from now on."""

    event_types: list[str]
    symbols: list[str]
    gone: bool = False


class Sample(Line):
    """Once a second: what it holds."""

    rss_bytes: int
    tasks: int
    handles: int
    balance: int
    waiting_bytes: dict[str, int]
    limit_bytes: dict[str, int]


class Ending(Line):
    """It was told to stop and has let go of its subscriptions: nothing is wanted from now on."""


class Trouble(Line):
    """An error that reached the program."""

    error: str


class Last(Line):
    """The books when everything is closed."""

    balance: int
    books: str


AnyLine = Rows | GapLine | StateLine | Wanted | Sample | Ending | Trouble | Last

_decoder = msgspec.json.Decoder(AnyLine)
_encoder = msgspec.json.Encoder()


def encode(line: AnyLine) -> bytes:
    return _encoder.encode(line) + b"\n"


class Follower:
    """Reads a log that is being written: each time the whole lines that are new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_bytes = 0

    def new_lines(self) -> list[AnyLine]:
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._read_bytes)
            whole, end, _ = file.read().rpartition(b"\n")
        self._read_bytes += len(whole) + len(end)
        return [_decoder.decode(line) for line in whole.splitlines()]


def read_lines(path: Path) -> list[AnyLine]:
    """Every whole line of a client's log."""
    return Follower(path).new_lines()
