"""The page about capture and replay says what the code says: gaps, numbers, commands."""

from __future__ import annotations

import re

from tastytrade.dxfeed.gap import GapReason
from tastytrade.store import Pace
from tastytrade.store.stats import CaptureStats
from tastytrade.store.upkeep import KEEP_REPLACED
from tests.docs.pages import DOCS

PAGE = DOCS / "capture.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_reasons_of_a_gap_are_those_there_are() -> None:
    named = set(re.findall(r"`(restart_\w+|storage)`", TEXT))

    assert named == {GapReason.RESTART_CLEAN.value, GapReason.RESTART_CRASH.value, GapReason.STORAGE.value}


def test_numbers_in_sentences_are_those_of_the_code() -> None:
    pace = Pace()
    said = [
        f"every {pace.commit_after:g} seconds, or {pace.commit_rows:,} rows",
        f"Up to {pace.spool_rows:,} rows wait in memory",
        f"at {pace.move_rows:,} rows of a type, after {pace.move_after:g} seconds",
        {3600.0: "stay for an hour"}[KEEP_REPLACED],
    ]

    assert [words for words in said if words not in TEXT] == []


def test_what_is_said_of_a_capture_is_there() -> None:
    named = set(re.findall(r"`(committed_n|concern|dropped)`", TEXT))

    assert named == {"committed_n", "concern", "dropped"}
    assert named <= set(CaptureStats.__struct_fields__)
