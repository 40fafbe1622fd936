"""Whatever order things come, wait and are read in: a reader's books balance, and nothing is lost unsaid."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from tastytrade.books import Books
from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import Gap, GapReason, Healed
from tastytrade.dxlink.messages import Entry
from tastytrade.errors import SlowReader
from tastytrade.reading.continuity import Continuity
from tastytrade.subscription import Overflow, Subscription
from tests.unit.reading.frames import SECOND, frame, gap, prints

QUOTES = [Entry("Quote", "A"), Entry("Quote", "B")]
PRINTS = [Entry("TimeAndSale", "A")]


class Rig:
    """A subscription with its source's books, fed and read by hand. Each event's price says when it came."""

    def __init__(self, entries: list[Entry], overflow: Overflow, limit: int, *, in_events: bool) -> None:
        self.books = Books()
        size = frame("Quote", ["A", 10.0]).size_bytes
        self.subscription: Subscription[Any] = Subscription(
            entries,
            decode=self.books.decode,
            release=lambda _: None,
            overflow=overflow,
            limit_bytes=1 << 20 if in_events else limit * size,
            limit_events=limit if in_events else None,
        )
        self.sent: list[tuple[float, str]] = []
        self.got: list[tuple[float, str]] = []
        self.numbers: list[int] = []
        self.records: list[EventBatch[Any] | Gap] = []
        self.failed = False

    def put(self, symbols: str) -> None:
        values: list[Any] = []
        for symbol in symbols:
            price = 10.0 + len(self.sent)
            if not self.subscription.is_closed and symbol != "C":
                self.sent.append((price, symbol))
            values += [symbol, price]
        one = frame("Quote", values, at_ns=1 + len(self.sent))
        self.books.enter(one)
        self.subscription.put(one)

    async def read(self, times: int = 1 << 30) -> None:
        """Read so many records, or as many as there are."""
        reading = asyncio.create_task(self._read(times))
        while not reading.done():
            before = len(self.records)
            for _ in range(3):
                await asyncio.sleep(0)
            if len(self.records) == before:
                break
        reading.cancel()
        await asyncio.wait([reading])
        if not reading.cancelled():
            reading.result()

    async def _read(self, times: int) -> None:
        try:
            async for record in self.subscription.records():
                self.records.append(record)
                if isinstance(record, EventBatch):
                    self.got += zip(record.columns["bidPrice"], record.symbols, strict=True)
                    self.numbers += record.numbers
                times -= 1
                if times == 0:
                    return
        except SlowReader:
            self.failed = True


puts = st.tuples(st.just("put"), st.text("ABBC", min_size=1, max_size=3))
reads = st.tuples(st.just("read"), st.integers(1, 4))
gaps = st.tuples(st.just("gap"), st.none())
steps = st.lists(puts | puts | puts | reads | gaps, min_size=12, max_size=40)


async def play(rig: Rig, actions: list[tuple[str, Any]], check: Callable[[], None]) -> None:
    for action, value in actions:
        if action == "put":
            rig.put(value)
        elif action == "gap":
            rig.subscription.add_gap(gap("Quote", number=1000 + len(rig.records), to_s=1))
        else:
            await rig.read(value)
        check()
    await rig.read()
    check()


@given(steps, st.integers(1, 3), st.booleans())
async def test_of_a_reader_who_lets_the_oldest_go_everything_is_read_or_declared(
    actions: list[tuple[str, Any]], limit: int, in_events: bool
) -> None:
    rig = Rig(QUOTES, Overflow.DROP_OLDEST, limit, in_events=in_events)
    await play(rig, actions, lambda: balanced(rig))
    ledger = rig.subscription.ledger()
    lost = [one for one in rig.subscription.gaps if one.reason is GapReason.OVERFLOW]

    assert sum(one.lost_count or 0 for one in lost) == ledger.dropped["overflow"]
    assert rig.got == [one for one in rig.sent if one in set(rig.got)]
    assert len(rig.sent) - len(rig.got) == ledger.dropped["overflow"]
    assert rig.numbers == sorted(set(rig.numbers))


@given(steps, st.integers(1, 3), st.booleans())
async def test_of_a_reader_who_holds_up_its_connection_nothing_is_lost(
    actions: list[tuple[str, Any]], limit: int, in_events: bool
) -> None:
    rig = Rig(QUOTES, Overflow.BLOCK, limit, in_events=in_events)
    await play(rig, actions, lambda: balanced(rig))

    assert rig.got == rig.sent
    assert rig.numbers == sorted(set(rig.numbers))


@given(steps, st.integers(1, 3), st.booleans())
async def test_a_reader_who_must_lose_nothing_gets_everything_until_it_fails(
    actions: list[tuple[str, Any]], limit: int, in_events: bool
) -> None:
    rig = Rig(QUOTES, Overflow.FAIL, limit, in_events=in_events)
    await play(rig, actions, lambda: balanced(rig))

    assert rig.got == rig.sent[: len(rig.got)]
    assert rig.failed or rig.got == rig.sent


@example([("put", "A"), ("put", "B"), ("put", "A"), ("read", 1)], 1, False)
@given(steps, st.integers(1, 3), st.booleans())
async def test_of_last_values_the_newest_of_each_symbol_always_arrives(
    actions: list[tuple[str, Any]], limit: int, in_events: bool
) -> None:
    rig = Rig(QUOTES, Overflow.CONFLATE, limit, in_events=in_events)
    await play(rig, actions, lambda: balanced(rig))
    ledger = rig.subscription.ledger()

    assert newest(rig.got) == newest(rig.sent)
    assert ledger.conflated == len(rig.sent) - len(rig.got)
    assert rig.got == sorted(rig.got)
    assert rig.numbers == sorted(set(rig.numbers))


def newest(events: list[tuple[float, str]]) -> dict[str, float]:
    return {symbol: price for price, symbol in events}


def balanced(rig: Rig) -> None:
    ledger = rig.subscription.ledger()
    assert ledger.balance == 0, ledger
    assert ledger.queued >= 0


@st.composite
def losses(draw: st.DrawFn) -> tuple[list[int], list[tuple[int, int]], list[int]]:
    """Seconds at which something is printed, the stretches in which nothing is heard, and how much later
    (in prints) the history of each comes."""
    ends = sorted(draw(st.sets(st.integers(1, 30), max_size=6)))
    deaf = list(zip(ends[::2], ends[1::2], strict=False))
    heard = draw(st.lists(st.integers(0, 40), min_size=len(deaf), max_size=len(deaf)))
    return sorted(draw(st.sets(st.integers(1, 31), max_size=25))), deaf, heard


@given(losses())
def test_prints_are_healed_without_duplicates_however_late_their_history_comes(
    case: tuple[list[int], list[tuple[int, int]], list[int]],
) -> None:
    happened, deaf, delays = case
    continuity = Continuity()
    continuity.follow(PRINTS)
    got: list[int] = []
    due: list[tuple[int, Gap, int]] = []

    def note(batch: EventBatch[Any] | None) -> None:
        got.extend(index >> 32 for index in (batch.columns["index"] if batch is not None else ()))

    def answer(now: int) -> None:
        for one in [one for one in due if one[0] <= now]:
            due.remove(one)
            _, lost, since = one
            rows = [second for second in happened if since <= second <= now]
            batches = prints(*reversed(rows)).decode().batches if rows else [None]
            note(continuity.give(lost.number, ("TimeAndSale", "A"), batches[0], is_whole=True))

    note(continuity.take(prints(0).decode().batches[0]))  # without any there is no time to ask from
    opened: Gap | None = None
    ended: list[Gap] = []
    for second in range(1, 80):
        for (begin, end), delay in zip(deaf, delays, strict=True):
            if second == begin:
                opened = gap("TimeAndSale", number=len(ended) + 1, from_s=second)
                continuity.on_gap(opened)
            if second == end and opened is not None:
                lost = replace(opened, to_ns=second * SECOND)
                (since,) = continuity.on_gap(lost).values()
                due.append((second + delay, lost, since // 1000))
                ended.append(lost)
                opened = None
        answer(second)
        if second in happened and opened is None:
            for batch in prints(second).decode().batches:
                note(continuity.take(batch))
        answer(second)

    missed = set(happened) - set(got)  # of the stretch that has not ended yet
    assert len(got) == len(set(got))
    assert missed <= ({second for second in happened if deaf and second >= deaf[-1][0]} if opened else set())
    assert {one.number for one in continuity.notes} == {one.number for one in ended}
    assert all(one.healed is Healed.FULL for one in continuity.notes)


@given(st.lists(st.lists(st.sampled_from("AB"), min_size=1, max_size=3), max_size=12), st.data())
async def test_two_readers_of_one_source_have_the_same_books(frames: list[list[str]], data: Any) -> None:
    rigs = [Rig(QUOTES, overflow, 1000, in_events=False) for overflow in (Overflow.FAIL, Overflow.CONFLATE)]
    for symbols in frames:
        for rig in rigs:
            rig.put("".join(symbols))
            if data.draw(st.booleans()):
                await rig.read(1)
    one, two = (rig.subscription.ledger() for rig in rigs)

    assert (one.received, one.balance) == (two.received, two.balance) == (len(rigs[0].sent), 0)
