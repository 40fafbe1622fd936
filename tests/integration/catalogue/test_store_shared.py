"""Stores that several use: S8 and S9 of the fault catalogue."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tastytrade.errors import StoreOwned
from tastytrade.store import Pace, Store, compact
from tests.integration.catalogue.store_reader import ended, reader
from tests.unit.store.made import prices, prints, quotes, writer

WRITER = """
import sys
from pathlib import Path
from tests.unit.store.made import quotes, writer

store = writer(Path(sys.argv[1]))
store.append(quotes(0))
print(store.commit(), flush=True)
sys.stdin.read()
"""
PACE = Pace(move_rows=60)


@contextmanager
def another_writer(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has written ten quotes and goes on holding the store."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "10\n"
        try:
            yield process
        finally:
            process.kill()


def test_s8_a_second_writer_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    with another_writer(tmp_path / "store") as first:
        with pytest.raises(StoreOwned) as refused:
            writer(tmp_path / "store")
        with pytest.raises(StoreOwned):
            compact(tmp_path / "store")
        read = prices(tmp_path / "store")

    assert f"process {first.pid} on {socket.gethostname()}" in str(refused.value)
    assert str(tmp_path / "store") in str(refused.value)
    assert len(read) == 10


def test_s8_a_second_writer_takes_over_from_one_that_was_killed(tmp_path: Path) -> None:
    with another_writer(tmp_path / "store") as first:
        first.kill()
        first.wait()
        with writer(tmp_path / "store") as second:
            second.append(quotes(10))

    assert prices(tmp_path / "store") == [float(number) for number in range(20)]
    assert Store(tmp_path / "store").verify().is_whole


def test_s8_a_writer_of_this_process_is_refused_as_well(tmp_path: Path) -> None:
    with writer(tmp_path / "store"), pytest.raises(StoreOwned, match=f"process {os.getpid()}"):
        writer(tmp_path / "store")


@pytest.mark.timeout(60)
def test_s9_readers_see_what_was_committed_and_nothing_else_whatever_the_engine(tmp_path: Path) -> None:
    path = tmp_path / "store"
    store = writer(path, pace=PACE)
    store.append(quotes(0))
    store.commit()
    with reader(path, "store") as one, reader(path, "duckdb") as other:
        first = number = 10
        until = time.monotonic() + 2.0
        mine: list[tuple[int, int, int]] = []
        while time.monotonic() < until:
            store.append(quotes(number))
            store.append(prints(number + 10))
            before, is_seen = store.committed_n, len(prices(path))
            number += 20
            mine.append((before, is_seen, store.commit()))
            store.move()
        found, with_duckdb = ended(one), ended(other)
    store.close()

    assert [is_seen for before, is_seen, _ in mine if is_seen != before] == []
    assert len(found) > 3
    assert len(with_duckdb) > 3
    assert {is_whole for _, is_whole in found + with_duckdb} == {True}
    assert sorted(found) == found
    assert first <= found[0][0] <= found[-1][0] <= number
    assert 0 < with_duckdb[-1][0] <= number


def test_s9_a_reader_in_the_middle_of_something_holds_up_nobody(tmp_path: Path) -> None:
    path = tmp_path / "store"
    store = writer(path, pace=PACE)
    store.append(quotes(0))
    store.commit()
    slow = sqlite3.connect(path / "journal" / "000001.sqlite", isolation_level=None)
    slow.execute("begin")
    seen = slow.execute("select count(*) from rows").fetchone()
    records = Store(path).records()
    next(records)
    began = time.monotonic()
    for number in range(1, 21):
        store.append(quotes(10 * number))
        store.commit()
        store.move()
    store.close()
    took = time.monotonic() - began
    still_seen = slow.execute("select count(*) from rows").fetchone()
    slow.close()

    assert seen == still_seen == (1,)
    assert took < 3.0
    assert prices(path) == [float(number) for number in range(210)]
