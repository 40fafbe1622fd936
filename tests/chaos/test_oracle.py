"""The oracle on made-up evidence: each invariant broken once, and once everything right."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs

from tests.chaos.counting_market import Rhythm, checksum
from tests.chaos.evidence import SECOND, Done, Evidence, Life, Record, Sent, Settled
from tests.chaos.lines import (
    AnyLine,
    Ending,
    GapLine,
    Last,
    Plan,
    Rows,
    Sample,
    StateLine,
    Trouble,
    Wanted,
    streamed,
)
from tests.chaos.oracle import judge
from tests.chaos.schedule import Schedule
from tests.chaos.verdict import Verdict

ORIGIN_MS = 1_000_000_000_000
RHYTHM = Rhythm(ORIGIN_MS)
SYMBOLS = 40
PLAN = Plan(log="", rhythm=RHYTHM, from_ms=0, symbols=SYMBOLS, leaving=0, histories=0)
BEGIN_NS = (ORIGIN_MS + 60_000) * 1_000_000
LENGTH = 10
LATE_NS = 20_000_000
"""How long a row is on its way."""

Change = Callable[[list[AnyLine]], list[AnyLine]]


def moment(seconds: float) -> int:
    return BEGIN_NS + int(seconds * SECOND)


def rows_of(
    happened_ns: int, name: str, symbol: str, number: int, *, epoch: int = 1, ingest: int = 0
) -> Rows:
    return Rows(
        happened_ns + LATE_NS,
        reader="streams",
        event_type=name,
        epoch=epoch,
        channel=1 if name == "Quote" else 3,
        received_ns=happened_ns + LATE_NS,
        symbols=[symbol],
        numbers=[number],
        checksums=[checksum(symbol, name, number)],
        ingest=[ingest] if ingest else [],
    )


def sample(seconds: float, *, rss_bytes: int = 50 << 20, balance: int = 0, waiting: int = 0) -> Sample:
    return Sample(
        moment(seconds),
        rss_bytes=rss_bytes,
        tasks=8,
        handles=12,
        balance=balance,
        waiting_bytes={"streams": waiting},
        limit_bytes={"streams": 1 << 20},
    )


def gap(from_s: float, to_s: float | None, *, detected_s: float | None = None) -> GapLine:
    return GapLine(
        moment(from_s if to_s is None else to_s),
        reader="streams",
        number=1,
        reason="disconnect",
        scope="connection",
        event_types=["Quote", "TimeAndSale"],
        symbols=[],
        from_ns=moment(from_s) + LATE_NS,
        to_ns=None if to_s is None else moment(to_s),
        detected_ns=moment(from_s if detected_s is None else detected_s) + LATE_NS,
        healed="none",
    )


def state(seconds: float, word: str) -> StateLine:
    return StateLine(moment(seconds), word, "said so", moment(seconds))


def happened(from_s: float, to_s: float) -> list[tuple[int, str, str, int]]:
    """Every event of the plan's symbols in a time, in its order: (when, type, symbol, number)."""
    found = []
    for name in ("Quote", "TimeAndSale"):
        for symbol in streamed(PLAN):
            first, last = (
                RHYTHM.count(symbol, name, moment(second) // 1_000_000) for second in (from_s, to_s)
            )
            found += [
                (RHYTHM.time_ms(symbol, name, number) * 1_000_000, name, symbol, number)
                for number in range(first + 1, last + 1)
            ]
    return sorted(found)


def capture(*, lost: tuple[float, float] | None = None) -> list[AnyLine]:
    """What a client writes that gets everything, but for what happened in a time that it lost."""
    events: list[AnyLine] = [
        rows_of(at_ns, name, symbol, number)
        for at_ns, name, symbol, number in happened(0, LENGTH)
        if lost is None or not moment(lost[0]) < at_ns <= moment(lost[1])
    ]
    others: list[AnyLine] = [
        state(-1, "live"),
        Wanted(moment(0), ["Quote", "TimeAndSale"], streamed(PLAN)),
        sample(2),
        sample(LENGTH - 2),
        Ending(moment(LENGTH)),
        Last(moment(LENGTH + 0.1), balance=0, books=""),
    ]
    return sorted([*others, *events], key=lambda line: line.at_ns)


def evidence(
    lines: list[AnyLine],
    *,
    done: tuple[Done, ...] = (),
    errors: str = "",
    secrets: tuple[str, ...] = (),
    life: Life | None = None,
    settled: Settled | None = None,
) -> Evidence:
    quotes = [
        Sent(at_ns, symbol, number) for at_ns, name, symbol, number in happened(-1, LENGTH) if name == "Quote"
    ]
    life = life or Life("", "", moment(-2), ended_ns=moment(LENGTH + 1), status=0, stop_seconds=0.1)
    record = Record(
        plan=PLAN,
        schedule=Schedule(None, LENGTH, []),
        lives=[life],
        done=list(done),
        settled=settled or Settled(moment(LENGTH), "live", [("Quote", "C0001")], [("Quote", "C0001")]),
    )
    return Evidence(record=record, lines=[lines], quotes=quotes, errors=[errors], secrets=list(secrets))


def inserted(lines: list[AnyLine], *new: AnyLine) -> list[AnyLine]:
    """The lines with others where their time puts them."""
    return sorted([*lines, *new], key=lambda line: line.at_ns)


RST = Done("rst", {}, moment(4), moment(4))


def lossy(*, gap_from: float = 4, gap_to: float | None = 5.5) -> list[AnyLine]:
    """A connection lost at 4 s and restored at 5.5 s, with its gap."""
    opened = structs.replace(gap(gap_from, None), at_ns=moment(4.2))
    closed = [] if gap_to is None else [gap(gap_from, gap_to)]
    return inserted(capture(lost=(4, 5.5)), opened, *closed, state(4.1, "backoff"), state(5.5, "live"))


def test_a_run_without_a_loss_passes() -> None:
    verdict = judge(evidence(capture()))

    assert verdict.findings == []
    assert verdict.counts.captured > 1000
    assert verdict.counts.missing_declared == 0


def test_a_loss_in_its_gap_passes_and_is_counted_as_declared() -> None:
    verdict = judge(evidence(lossy(), done=(RST,)))

    assert verdict.findings == []
    assert verdict.counts.missing_declared > 100
    assert verdict.gap_excess[0] < 0.2
    assert [one.kind for one in verdict.recoveries] == ["rst"]
    assert verdict.recoveries[0].seconds == pytest.approx(1.5)


def broken(verdict: Verdict) -> set[str]:
    return verdict.broken


def test_a_loss_without_a_gap_breaks_i1() -> None:
    assert "I1" in broken(judge(evidence(capture(lost=(4, 5.5)), done=(RST,))))


def given_up(lines: list[AnyLine], at_s: float, *, unread_from_s: float) -> list[AnyLine]:
    """One symbol given up, of which nothing was got since a time."""
    rest = [
        line
        for line in lines
        if not (isinstance(line, Rows) and line.symbols == ["C0001"] and line.at_ns > moment(unread_from_s))
    ]
    return inserted(rest, Wanted(moment(at_s), ["Quote", "TimeAndSale"], ["C0001"], gone=True))


def test_what_was_unread_when_a_symbol_was_given_up_is_not_missing() -> None:
    """The program was stopped from 4 to 6 s and gave the symbol up before it read anything."""
    stopped = [
        structs.replace(line, at_ns=moment(6.01), received_ns=moment(6.01))
        if isinstance(line, Rows) and moment(4) < line.at_ns <= moment(6.01)
        else line
        for line in given_up(capture(), 6, unread_from_s=4)
    ]

    verdict = judge(evidence(inserted(stopped), done=(Done("client_stop", {}, moment(4), moment(6)),)))

    assert verdict.findings == []


def test_what_was_lost_before_a_symbol_was_given_up_is_missing() -> None:
    assert "I1" in judge(evidence(given_up(capture(), 8, unread_from_s=4))).broken


def test_a_gap_that_begins_when_the_loss_was_noticed_breaks_i1() -> None:
    verdict = judge(evidence(lossy(gap_from=5.0), done=(RST,)))

    assert verdict.broken == {"I1"}


def test_a_gap_that_stands_after_the_events_that_follow_it_breaks_i1() -> None:
    late = [structs.replace(gap(4, 5.5), at_ns=moment(8))]

    verdict = judge(evidence(inserted(capture(lost=(4, 5.5)), *late), done=(RST,)))

    assert "I1" in verdict.broken


def test_a_gap_that_is_too_long_breaks_i2() -> None:
    verdict = judge(evidence(lossy(gap_from=1.5), done=(RST,)))

    assert "I2" in verdict.broken


def test_a_gap_without_end_breaks_i2() -> None:
    assert "I2" in broken(judge(evidence(lossy(gap_to=None), done=(RST,))))


def test_a_loss_where_nothing_was_done_breaks_i3() -> None:
    verdict = judge(evidence(lossy()))

    assert verdict.broken == {"I3"}


def test_a_number_after_a_greater_one_breaks_i4() -> None:
    lines = capture()
    at = next(place for place, line in enumerate(lines) if line.at_ns > moment(5) and isinstance(line, Rows))
    line = lines[at]
    assert isinstance(line, Rows)
    later = next(
        place
        for place, other in enumerate(lines)
        if place > at
        and isinstance(other, Rows)
        and (other.event_type, other.symbols) == (line.event_type, line.symbols)
    )
    lines[at], lines[later] = lines[later], lines[at]

    assert "I4" in broken(judge(evidence(lines)))


def test_ingest_numbers_that_do_not_increase_break_i4() -> None:
    lines = [structs.replace(line, ingest=[7]) if isinstance(line, Rows) else line for line in capture()]

    assert judge(evidence(lines)).broken == {"I4"}


@pytest.mark.parametrize("name", ["Quote", "TimeAndSale"])
def test_a_row_given_twice_breaks_i5(name: str) -> None:
    lines = capture()
    at = next(
        place
        for place, line in enumerate(lines)
        if isinstance(line, Rows) and line.event_type == name and line.at_ns > moment(5)
    )

    verdict = judge(evidence([*lines[: at + 1], *lines[at:]]))

    assert "I5" in verdict.broken
    assert verdict.counts.duplicate == 1


def test_a_quote_that_was_never_sent_is_unexpected() -> None:
    first = next(at_ns for at_ns, name, *_ in happened(3, 4) if name == "Quote")
    stray = rows_of(first, "Quote", "C0900", 5)

    verdict = judge(evidence(inserted(capture(), stray)))

    assert verdict.broken == {"unexpected"}


def test_a_sale_before_its_time_is_unexpected() -> None:
    number = RHYTHM.count("C0001", "TimeAndSale", moment(9) // 1_000_000)
    lines = [
        line
        for line in capture()
        if not (isinstance(line, Rows) and line.numbers == [number] and line.symbols == ["C0001"])
    ]

    early = rows_of(moment(3), "TimeAndSale", "C0001", number)

    assert "unexpected" in broken(judge(evidence(inserted(lines, early))))


def test_a_wrong_checksum_is_corrupt() -> None:
    lines = capture()
    at = next(place for place, line in enumerate(lines) if isinstance(line, Rows) and line.at_ns > moment(5))
    lines[at] = structs.replace(lines[at], checksums=[1])

    verdict = judge(evidence(lines))

    assert "corrupt" in verdict.broken
    assert verdict.counts.corrupt == 1


def test_a_set_of_the_server_that_is_not_what_is_wanted_breaks_i6() -> None:
    less = Settled(moment(LENGTH), "live", [], [("Quote", "C0001")])
    more = Settled(moment(LENGTH), "live", [("Quote", "C0001")], [])

    assert judge(evidence(capture(), settled=less)).broken == {"I6"}
    assert judge(evidence(capture(), settled=more)).broken == {"I6"}


def test_a_feed_that_is_not_live_in_the_end_breaks_i6() -> None:
    away = Settled(moment(LENGTH), "backoff", [], [])

    assert judge(evidence(capture(), settled=away)).broken == {"I6"}


@pytest.mark.parametrize(
    ("what", "invariant"),
    [
        (sample(5, rss_bytes=200 << 20), "I7"),
        (sample(5, waiting=4 << 20), "I7"),
        (structs.replace(sample(LENGTH - 1), tasks=40), "I7"),
        (structs.replace(sample(5), tasks=120), "I7"),
        (structs.replace(sample(5), handles=30), "I7"),
        (sample(5, balance=3), "I10"),
        (Trouble(moment(5), "FeedError: it ended"), "I10"),
    ],
)
def test_a_line_that_tells_of_a_bound_or_an_error_breaks_its_invariant(what: AnyLine, invariant: str) -> None:
    assert judge(evidence(inserted(capture(), what))).broken == {invariant}


@pytest.mark.parametrize(
    "life",
    [
        Life("", "", moment(-2), ended_ns=moment(19), status=None, stop_seconds=8.0),
        Life("", "", moment(-2), ended_ns=moment(11), status=1, stop_seconds=0.1),
        Life("", "", moment(-2), ended_ns=moment(17), status=0, stop_seconds=6.0),
        Life("", "", moment(-2), ended_ns=moment(11), status=1, was_killed=True),
    ],
    ids=["never ended", "status 1", "too late", "had ended before it was killed"],
)
def test_a_program_that_does_not_end_as_told_breaks_i10(life: Life) -> None:
    assert judge(evidence(capture(), life=life)).broken == {"I10"}


def test_an_error_that_nobody_took_breaks_i10() -> None:
    verdict = judge(evidence(capture(), errors="ERROR:asyncio:Task exception was never retrieved\n"))

    assert verdict.broken == {"I10"}


def test_a_secret_in_a_file_breaks_i11() -> None:
    assert judge(evidence(capture(), secrets=("client-1.stderr (1 times)",))).broken == {"I11"}
