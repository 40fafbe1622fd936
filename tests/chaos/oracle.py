"""The oracle: what a run left behind in, a verdict out. It knows nothing of how the client works."""

from __future__ import annotations

from tests.chaos.books import Books
from tests.chaos.completeness import judge_candles, judge_gaps, judge_quotes, judge_sales
from tests.chaos.conduct import (
    judge_appetite,
    judge_calm,
    judge_end,
    judge_order,
    judge_settled,
    recoveries,
)
from tests.chaos.evidence import Evidence
from tests.chaos.verdict import Verdict


def judge(evidence: Evidence) -> Verdict:
    """Every invariant of INVARIANTS, of every life of the client."""
    verdict, record = Verdict(), evidence.record
    lives = [
        Books(record.plan, life, lines) for life, lines in zip(record.lives, evidence.lines, strict=True)
    ]
    for books, errors in zip(lives, evidence.errors, strict=True):
        if not books.windows:
            verdict.notes.append("a life of the client ended before it had been live")
        quiet = record.plan.keepalive + record.plan.quiet_grace
        judge_sales(books, verdict)
        judge_quotes(books, evidence.quotes, verdict)
        judge_candles(books, verdict)
        judge_gaps(books, record.done, verdict)
        judge_calm(books, record.done, verdict, quiet_seconds=quiet)
        judge_order(books, verdict)
        judge_appetite(books, verdict)
        judge_end(books, errors, verdict)
        verdict.recoveries += recoveries(books, record.done)
    judge_settled(evidence, verdict)
    verdict.find_all("I11", "a secret stands in", evidence.secrets)
    return verdict
