"""Books: what one life of a client got and said, arranged so that questions can be asked of it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from tests.chaos.counting_market import checksum
from tests.chaos.evidence import SECOND, Life
from tests.chaos.lines import AnyLine, Ending, GapLine, Plan, Rows, StateLine, Wanted, histories

LEAST_LAG_NS = 300_000_000
"""How much later than it happened an event may come when nothing is wrong: the server's own period of
0.1 s, and a busy machine."""
LAG_WINDOW_NS = SECOND
END_MARGIN_NS = SECOND // 2
REMOVED, BEGIN = 0x02, 0x04


class Got(NamedTuple):
    """A row as a reader got it; ``place`` is its line in the log."""

    number: int
    place: int
    received_ns: int
    epoch: int
    channel: int
    snapshot: int = 0
    """How many snapshots of the symbol had begun on this channel. One that a server begins again stands for
    the one before; one that a client asked for after a loss, on another channel, does not."""

    @property
    def is_healing(self) -> bool:
        """Whether it came from history, afterwards, on no channel of its own: its place says nothing."""
        return self.epoch == 0


class Hole:
    """A gap with all that was said of it, and where: from the line that opened it to the last version."""

    def __init__(self, line: GapLine, place: int) -> None:
        self.line = line
        self.opened_at = place
        self.closed_at: int | None = place if line.to_ns is not None else None

    def say(self, line: GapLine, place: int) -> None:
        """Another version of it."""
        if self.line.to_ns is None and line.to_ns is not None:
            self.closed_at = place
        self.line = line

    def concerns(self, event_type: str, symbol: str) -> bool:
        line = self.line
        return event_type in line.event_types and (not line.symbols or symbol in line.symbols)

    @property
    def is_healed(self) -> bool:
        return self.line.healed == "full"

    def to_ns(self) -> float:
        return float("inf") if self.line.to_ns is None else self.line.to_ns


class Window(NamedTuple):
    """A time in which a symbol was wanted and the server knew it; ``gone_ns`` is when it was given up."""

    from_ns: int
    to_ns: int
    gone_ns: int | None = None


class Books:
    """One life. Keys of ``got`` and ``windows`` are event type and symbol."""

    def __init__(self, plan: Plan, life: Life, lines: list[AnyLine]) -> None:
        self.rhythm = plan.rhythm
        self.life = life
        self.lines = lines
        self.got: dict[tuple[str, str], list[Got]] = defaultdict(list)
        self.holes: dict[str, dict[int, Hole]] = defaultdict(dict)
        self.corrupt: list[str] = []
        self._begun: Counter[tuple[int, int, str, str]] = Counter()
        self.states = [line for line in lines if isinstance(line, StateLine)]
        self._histories = set(histories(plan))
        self._lags: list[tuple[int, int]] = []
        self._lag_before: dict[int, int] = {}
        self._places: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
        for place, line in enumerate(lines):
            if isinstance(line, Rows):
                self._enter(line, place)
            elif isinstance(line, GapLine):
                self._note(line, place)
        self.ending_ns = next((line.at_ns for line in lines if isinstance(line, Ending)), None)
        self.end_ns = self._end()
        self.windows = self._windows()

    def _enter(self, line: Rows, place: int) -> None:
        name = line.event_type
        for at, (symbol, number, proof) in enumerate(
            zip(line.symbols, line.numbers, line.checksums, strict=True)
        ):
            if line.flags and line.flags[at] & BEGIN:
                self._begun[line.epoch, line.channel, name, symbol] += 1
            if line.flags and line.flags[at] & REMOVED:
                continue
            if checksum(symbol, name, number) != proof:
                self.corrupt.append(f"{name} {symbol}: number {number} with checksum {proof}")
                continue
            begun = self._begun[line.epoch, line.channel, name, symbol]
            got = Got(number, place, line.received_ns, line.epoch, line.channel, begun)
            self.got[name, symbol].append(got)
            if line.reader == "streams" and name == "TimeAndSale" and not got.is_healing:
                happened_ns = self.rhythm.time_ms(symbol, name, number) * 1_000_000
                self._lags.append((line.received_ns, line.received_ns - happened_ns))

    def _note(self, line: GapLine, place: int) -> None:
        holes = self.holes[line.reader]
        if line.number in holes:
            holes[line.number].say(line, place)
        else:
            holes[line.number] = Hole(line, place)

    def _end(self) -> int:
        """Until when everything that happened had the time to be written down.

        A program that ends in order says so. Of one that was killed only what came before the newest row
        of each kind is sure: what was on its way then is the restart's loss.
        """
        if self.ending_ns is not None:
            return self.ending_ns - END_MARGIN_NS
        newest: dict[str, int] = {}
        for (name, symbol), rows in self.got.items():
            if name != "Candle" and rows:
                happened_ms = self.rhythm.time_ms(symbol, name, max(row.number for row in rows))
                newest[name] = max(newest.get(name, 0), happened_ms * 1_000_000)
        return min(newest.values(), default=0) - END_MARGIN_NS

    def _windows(self) -> dict[tuple[str, str], Window]:
        """What is given up is wanted until the newest sale that had been read then.

        What lies in a socket unread when a program gives a symbol up, which is much after it was stopped
        for a while, is not its own any more.
        """
        found: dict[tuple[str, str], Window] = {}
        read_ns = 0
        for line in self.lines:
            if isinstance(line, Rows) and line.reader == "streams" and line.event_type == "TimeAndSale":
                read_ns = max([read_ns, *self._happened_ns(line)])
            elif isinstance(line, Wanted):
                until_ns = min(line.at_ns - END_MARGIN_NS, read_ns - LEAST_LAG_NS, self.end_ns)
                for key in ((name, symbol) for name in line.event_types for symbol in line.symbols):
                    if not line.gone:
                        found[key] = Window(line.at_ns, self.end_ns)
                    elif key in found:
                        found[key] = Window(found[key].from_ns, until_ns, line.at_ns)
        return found

    def _happened_ns(self, line: Rows) -> Iterator[int]:
        """When each row of a line happened."""
        for symbol, number in zip(line.symbols, line.numbers, strict=True):
            yield self.rhythm.time_ms(symbol, line.event_type, number) * 1_000_000

    # Questions.

    def reader_of(self, event_type: str, symbol: str) -> str:
        """Who wanted it."""
        if event_type == "Candle":
            return "candles"
        return "sales" if symbol in self._histories else "streams"

    def lag_before(self, hole: Hole) -> int:
        """How late the newest rows before a gap came: what was sent earlier can have been on its way."""
        from_ns, upto_ns = hole.line.from_ns, hole.line.detected_ns
        if hole.line.number not in self._lag_before:
            upto = bisect_left(self._lags, (upto_ns + 1, 0))
            recent: list[int] = []
            while upto and from_ns - self._lags[upto - 1][0] < LAG_WINDOW_NS:
                upto -= 1
                recent.append(self._lags[upto][1])
            self._lag_before[hole.line.number] = max([LEAST_LAG_NS, *recent])
        return self._lag_before[hole.line.number]

    def is_declared(self, event_type: str, symbol: str, number: int, at_ns: int) -> bool:
        """Whether a gap covers something that was not got: by its time, and by its place in the stream."""
        before, after = self._neighbours(event_type, symbol, number)
        for hole in self.holes[self.reader_of(event_type, symbol)].values():
            from_ns, to_ns = hole.line.from_ns, hole.to_ns()
            if not (from_ns - self.lag_before(hole) <= at_ns <= to_ns + LEAST_LAG_NS):
                continue
            closed_at = len(self.lines) if hole.closed_at is None else hole.closed_at
            is_in_place = hole.opened_at < after and closed_at > before
            if is_in_place and hole.concerns(event_type, symbol):
                return True
        return False

    def _neighbours(self, event_type: str, symbol: str, number: int) -> tuple[int, int]:
        """Where the events next to one stand in the log: the one before it, and the one after."""
        key = (event_type, symbol)
        if key not in self._places:
            ordered = sorted((row.number, row.place) for row in self.got.get(key, []) if not row.is_healing)
            self._places[key] = [one for one, _ in ordered], [place for _, place in ordered]
        numbers, places = self._places[key]
        at = bisect_left(numbers, number)
        return (places[at - 1] if at else -1), (places[at] if at < len(places) else len(self.lines))
