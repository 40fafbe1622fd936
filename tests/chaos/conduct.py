"""Conduct: how the client behaved: order, what came twice, its states, its appetite, its end (I3 to I11)."""

from __future__ import annotations

import re
from typing import NamedTuple

from tests.chaos.books import Books, Got
from tests.chaos.evidence import SECOND, Done, Evidence
from tests.chaos.lines import Last, Rows, Sample, Trouble
from tests.chaos.schedule import SILENT
from tests.chaos.verdict import Recovery, Verdict

MOST_RSS_BYTES = 150 << 20
MOST_STOP_SECONDS = 5.0
FLAT = 5
"""By how many handles a living client may differ from what it had at first."""
HEALING = 20
"""By how many tasks when prints are being asked for from history."""
MOST_TASKS = 100
"""Some come and go with what is healed from history."""
FRAME_BYTES = 256 << 10
"""One frame more than its limit is what a queue may hold."""

_TAIL = 0.7
"""Seconds for which a fault may be felt when the feed is live after it."""
_SLOW_TAILS = {"dumb": 12.0, "rate_error": 2.5, "drop_in_restore": 1.5}
_NOISE = re.compile(r"never retrieved|Task was destroyed|was never awaited|Traceback|ResourceWarning")


class Calm(NamedTuple):
    """A stretch of time in which nothing was done to a live client, nor is felt of what was."""

    from_ns: int
    to_ns: int


def calms(books: Books, done: list[Done], *, quiet_seconds: float) -> list[Calm]:
    """All of them in one life, in order."""
    wanted = [window.from_ns for window in books.windows.values()]
    if not wanted:
        return []
    found: list[Calm] = []
    at_ns = min(wanted) + SECOND // 2
    for fault in sorted(done, key=lambda one: one.from_ns):
        if fault.from_ns - SECOND // 20 > at_ns:
            found.append(Calm(at_ns, min(fault.from_ns - SECOND // 20, books.end_ns)))
        at_ns = max(at_ns, _felt_until(books, fault, quiet_seconds))
    if at_ns < books.end_ns:
        found.append(Calm(at_ns, books.end_ns))
    return [calm for calm in found if calm.from_ns < calm.to_ns]


def _felt_until(books: Books, fault: Done, quiet_seconds: float) -> int:
    tail = _SLOW_TAILS.get(fault.kind, quiet_seconds + 1.0 if fault.kind in SILENT else _TAIL)
    until_ns = fault.to_ns + int(tail * SECOND)
    return max(until_ns, _live_again(books, fault.from_ns, until_ns) + SECOND // 2)


def _live_again(books: Books, from_ns: int, until_ns: int) -> int:
    """When the feed was live for good after something that was felt until ``until_ns``."""
    state = "live"
    for line in books.states:
        if line.since_ns > until_ns and state == "live":
            break
        state, since_ns = line.state, line.since_ns
        if line.state == "live" and line.since_ns >= until_ns:
            return since_ns
    return until_ns if state == "live" else books.end_ns


def judge_calm(books: Books, done: list[Done], verdict: Verdict, *, quiet_seconds: float) -> None:
    """Where nothing is done to it: no gap, and no other state than live (I3)."""
    quiet = calms(books, done, quiet_seconds=quiet_seconds)
    gaps = [
        f"{reader}: {hole.line.reason} noticed at {hole.line.detected_ns / SECOND % 3600:.3f} s"
        for reader, holes in books.holes.items()
        for hole in holes.values()
        if hole.line.reason not in {"start", "subscription_change"}
        for calm in quiet
        if calm.from_ns < hole.line.from_ns and hole.line.detected_ns < calm.to_ns
    ]
    verdict.find_all("I3", "a gap where nothing was done", gaps)
    states = [
        f"{line.state} at {line.since_ns / SECOND % 3600:.3f} s: {line.reason}"
        for line in books.states
        if line.state not in {"live", "restoring", "closed"}
        for calm in quiet
        if calm.from_ns < line.since_ns < calm.to_ns
    ]
    verdict.find_all("I3", "the feed was lost where nothing was done", states)


def judge_order(books: Books, verdict: Verdict) -> None:
    """Numbers and ingest numbers increase (I4); nothing comes twice (I5) or unasked; checksums are right."""
    backwards: list[str] = []
    twice: list[str] = []
    unasked: list[str] = []
    for (name, symbol), rows in books.got.items():
        is_streamed = books.reader_of(name, symbol) == "streams"
        newest: dict[tuple[int, int], int] = {}
        for row in rows if is_streamed else ():
            if row.is_healing:
                continue
            place = (row.epoch, row.channel)
            if row.number < newest.get(place, 0) + (name == "TimeAndSale"):
                backwards.append(f"{name} {symbol}: {row.number} after {newest[place]} in epoch {row.epoch}")
            newest[place] = max(row.number, newest.get(place, 0))
        if name == "TimeAndSale":
            twice += [f"{name} {symbol} number {number}" for number in _repeated(rows)]
        unasked += _unasked(books, name, symbol)
    last: dict[str, int] = {}
    for line in books.lines:
        if isinstance(line, Rows):
            for number in line.ingest:
                if number <= last.get(line.reader, 0):
                    backwards.append(f"{line.reader}: ingest number {number} after {last[line.reader]}")
                last[line.reader] = number
    verdict.counts.duplicate += len(twice)
    verdict.counts.unexpected += len(unasked)
    verdict.counts.corrupt += len(books.corrupt)
    verdict.find_all("I4", "order is broken", backwards)
    verdict.find_all("I5", "a sale was given twice", twice)
    verdict.find_all("unexpected", "rows came that nobody wanted, or before they happened", unasked)
    verdict.find_all("corrupt", "rows were mixed up", books.corrupt)


def _repeated(rows: list[Got]) -> list[int]:
    """The numbers that came twice, and not because the server began a snapshot again by itself."""
    seen: dict[int, Got] = {}
    found: list[int] = []
    for row in rows:
        before = seen.get(row.number)
        if before is not None:
            is_same_place = (before.epoch, before.channel) == (row.epoch, row.channel)
            if not (is_same_place and row.snapshot > before.snapshot):
                found.append(row.number)
        seen[row.number] = row
    return found


LATEST_AFTER_NS = 3 * SECOND // 2
"""What a server had on its way when a symbol was given up may come for so long."""


def _unasked(books: Books, name: str, symbol: str) -> list[str]:
    """Rows from the future, of a symbol that was never wanted, or that was given up a while ago."""
    found = []
    window = books.windows.get((name, symbol))
    gone_ns = None if window is None else window.gone_ns
    for row in books.got[name, symbol]:
        happened_ns = books.rhythm.time_ms(symbol, name, row.number) * 1_000_000
        came_ns = happened_ns if row.is_healing else row.received_ns
        if happened_ns > row.received_ns + SECOND // 200:
            found.append(f"{name} {symbol} number {row.number} before its time")
        elif gone_ns is not None and came_ns > gone_ns + LATEST_AFTER_NS:
            found.append(f"{name} {symbol} number {row.number} after it was given up")
    return found


def judge_appetite(books: Books, verdict: Verdict) -> None:
    """Memory, queues, tasks and handles at every sample while live (I7); books that balance (I10)."""
    samples = [line for line in books.lines if isinstance(line, Sample)]
    verdict.most_rss_bytes = max([verdict.most_rss_bytes, *(one.rss_bytes for one in samples)])
    over: list[str] = []
    unbalanced = [f"off by {one.balance}" for one in samples if one.balance]
    first = latest = None
    for one in samples:
        if one.rss_bytes > MOST_RSS_BYTES:
            over.append(f"{one.rss_bytes >> 20} MB resident")
        for reader, waiting in one.waiting_bytes.items():
            if waiting > one.limit_bytes[reader] + FRAME_BYTES:
                over.append(f"{waiting} bytes wait for {reader}, its limit is {one.limit_bytes[reader]}")
        if _state_at(books, one.at_ns) == "live":
            first = first or one
            latest = one
            if one.tasks > MOST_TASKS:
                over.append(f"{one.tasks} tasks")
            if one.handles > first.handles + FLAT:
                over.append(f"{one.handles} handles, {first.handles} at first")
    has_settled = any(isinstance(one, Last) for one in books.lines)  # who was killed may have been healing
    if has_settled and first is not None and latest is not None and latest.tasks > first.tasks + HEALING:
        over.append(f"{latest.tasks} tasks at last, {first.tasks} at first")
    unbalanced += [
        f"off by {one.balance} at the end" for one in books.lines if isinstance(one, Last) and one.balance
    ]
    verdict.find_all("I7", "a bound was passed", over)
    verdict.find_all("I10", "the books do not balance", unbalanced)


def _state_at(books: Books, at_ns: int) -> str:
    state = ""
    for line in books.states:
        if line.since_ns > at_ns:
            break
        state = line.state
    return state


def judge_end(books: Books, errors: str, verdict: Verdict) -> None:
    """How a life ended, and whether it was noisy about it (I10)."""
    life = books.life
    if not life.was_killed:
        verdict.stop_seconds.append(life.stop_seconds)
        if life.status is None:
            verdict.find("I10", f"the client did not end within {life.stop_seconds:.1f} s after SIGTERM")
        elif life.status != 0:
            verdict.find("I10", f"the client ended with status {life.status}")
        elif life.stop_seconds > MOST_STOP_SECONDS:
            verdict.find("I10", f"the client took {life.stop_seconds:.1f} s to end")
    elif life.status != -9:
        verdict.find(
            "I10", f"the client had ended by itself, with status {life.status}, before it was killed"
        )
    noise = [errors[max(found.start() - 100, 0) : found.end() + 200] for found in _NOISE.finditer(errors)]
    verdict.find_all("I10", "standard error is not quiet", noise)
    if books.windows:
        begun_ns = min(window.from_ns for window in books.windows.values())
        troubles = [one.error for one in books.lines if isinstance(one, Trouble) and one.at_ns > begun_ns]
        verdict.find_all("I10", "an error ended the feed", troubles)


def judge_settled(evidence: Evidence, verdict: Verdict) -> None:
    """At the end, when all is quiet: the server's set, and the state (I6)."""
    settled = evidence.record.settled
    if settled is None:
        verdict.find("I6", "the run did not come to its end")
        return
    if settled.state != "live":
        verdict.find("I6", f"settled, the state is {settled.state}")
    server, wanted = set(settled.server_set), set(settled.wanted_set)
    verdict.find_all(
        "I6", "the server lacks subscriptions", [" ".join(one) for one in sorted(wanted - server)]
    )
    verdict.find_all(
        "I6", "the server has subscriptions too many", [" ".join(one) for one in sorted(server - wanted)]
    )


def recoveries(books: Books, done: list[Done]) -> list[Recovery]:
    """Of each fault in one life, how long after its end the feed was live again."""
    found: list[Recovery] = []
    inside = [one for one in done if books.life.started_ns < one.from_ns < books.end_ns]
    for at, fault in enumerate(inside):
        until_ns = inside[at + 1].from_ns if at + 1 < len(inside) else books.end_ns
        states = [line for line in books.states if fault.from_ns <= line.since_ns < until_ns]
        lost = [place for place, line in enumerate(states) if line.state not in {"live", "restoring"}]
        if not lost:
            continue
        live_ns = next((line.since_ns for line in states[lost[-1] :] if line.state == "live"), None)
        seconds = None if live_ns is None else max(live_ns - fault.to_ns, 0) / SECOND
        found.append(Recovery(fault.kind, seconds))
    return found
