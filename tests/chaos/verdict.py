"""Verdict: what the oracle says of a run. A finding names the invariant that is broken, and an example."""

from __future__ import annotations

from msgspec import Struct, field

INVARIANTS = {
    "I1": "what was generated while it was wanted was captured or lies in a gap, by sequence and by time",
    "I2": "a gap is at most 1 s longer than what is missing, and nothing was captured well inside it",
    "I3": "where nothing was done to it there is no gap, and the state stays live",
    "I4": "numbers increase in each epoch, channel, type and symbol; ingest numbers in each reader",
    "I5": "nothing was given twice",
    "I6": "settled: the server's set is what is wanted, and the state is live",
    "I7": "memory, queues, tasks and handles stay within their bounds at every sample",
    "I10": "the books balance; programs end as told, in time, and quietly",
    "I11": "no secret stands in anything that was written",
    "corrupt": "a number has its checksum: columns, symbols and digits were not mixed up",
    "unexpected": "nothing came that was never sent, or that nobody wanted",
}
"""Each invariant that is judged. Those of a bus and of a store (I8, I9) wait for these parts."""


class Finding(Struct, frozen=True):
    """One way in which an invariant does not hold, how often, and an example."""

    invariant: str
    text: str
    times: int = 1


class Counts(Struct):
    """Rows by class."""

    captured: int = 0
    missing_declared: int = 0
    missing_undeclared: int = 0
    duplicate: int = 0
    unexpected: int = 0
    corrupt: int = 0


class Recovery(Struct, frozen=True):
    """From the end of a fault until the feed was live again; None when the next came before that."""

    kind: str
    seconds: float | None


class Verdict(Struct):
    """All that was found, and what was measured on the way."""

    counts: Counts = field(default_factory=Counts)
    findings: list[Finding] = []
    gaps: int = 0
    gap_excess: list[float] = []
    """Of each gap, by how many seconds it is longer than what is missing."""
    recoveries: list[Recovery] = []
    most_rss_bytes: int = 0
    stop_seconds: list[float] = []
    notes: list[str] = []

    @property
    def passed(self) -> bool:
        return not self.findings

    @property
    def broken(self) -> set[str]:
        """The invariants that do not hold."""
        return {finding.invariant for finding in self.findings}

    def find(self, invariant: str, text: str, times: int = 1) -> None:
        self.findings.append(Finding(invariant, text, times))

    def find_all(self, invariant: str, what: str, examples: list[str]) -> None:
        """One finding of many of a kind; nothing of none."""
        if examples:
            self.find(invariant, f"{what}, such as {examples[0]}", len(examples))


def quantile(values: list[float], part: float) -> float | None:
    """The nearest rank: of few values the 99th percentile is the largest. None of none."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(int(part * len(ordered)), len(ordered) - 1)]
