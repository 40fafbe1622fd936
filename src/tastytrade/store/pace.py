"""Pace: how long, and how many, rows may wait on their way onto the disk."""

from __future__ import annotations

from msgspec import Struct


class Pace(Struct, frozen=True, kw_only=True):
    """Seconds, and rows.

    commit_after, commit_rows   what was received is made safe after so long, or so many rows
    spool_rows    may wait in memory while the disk is slow, or full: some 200 MB of them
    retry_after   between two attempts to write to a disk that is full
    move_rows     of one type make a file of a table worth its while
    move_after    all rows go into tables, however few they are
    """

    commit_after: float = 0.25
    commit_rows: int = 20_000
    spool_rows: int = 500_000
    retry_after: float = 1.0
    move_rows: int = 100_000
    move_after: float = 60.0
