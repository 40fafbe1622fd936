from __future__ import annotations

import os
import socket
from pathlib import Path

import msgspec
import pytest

from tastytrade import Quote
from tastytrade.cli.holdings import gap_count, gaps_in, holdings_of, row_bytes
from tastytrade.dxfeed import EventBatch
from tastytrade.store import Store, StoreWriter
from tastytrade.store.owner import OWNER, Owner
from tests.unit.cli.test_timeline import gap


def written(path: Path) -> StoreWriter:
    """A store of three quotes and a gap told twice, whose writer goes on."""
    writer = StoreWriter(path, feed_level="simulated", event_types=["Quote"], symbols=["A"])
    writer.append(EventBatch.from_events([Quote("A")] * 3, received_ns=2_000))
    writer.append(gap(1_000_000_000, None))
    writer.append(gap(1_000_000_000, 3_500_000_000))
    writer.commit()
    return writer


def test_what_is_in_the_journal_and_in_tables_is_held(tmp_path: Path) -> None:
    with written(tmp_path) as writer:
        before = holdings_of(Store(tmp_path))
        writer.move(everything=True)
        after = holdings_of(Store(tmp_path))

    assert [(kind.shown, kind.rows, kind.rows_in_journal, kind.files) for kind in before.kinds] == [
        ("Quote", 3, 3, 0),
        ("gap records", 2, 2, 0),
    ]
    assert [(kind.rows, kind.rows_in_journal, kind.files) for kind in after.kinds] == [(3, 0, 1), (2, 0, 1)]
    assert (after.records, after.files, after.files_on_disk) == (5, 2, 2)
    assert all(kind.size_bytes for kind in after.kinds)


def test_who_writes_is_known_while_it_does(tmp_path: Path) -> None:
    with written(tmp_path):
        during = holdings_of(Store(tmp_path))
    after = holdings_of(Store(tmp_path))

    assert during.owner is not None
    assert (during.owner.pid, during.is_written) == (os.getpid(), True)
    assert (after.owner, after.is_written) == (None, False)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a process cannot be asked for")
@pytest.mark.parametrize(("host", "is_written"), [(socket.gethostname(), False), ("another", None)])
def test_who_was_killed_writes_no_more_as_far_as_can_be_known(
    tmp_path: Path, host: str, is_written: bool | None
) -> None:
    written(tmp_path).close()
    beyond_all = 2**22 + 1  # no process of Linux has such a number
    (tmp_path / OWNER).write_bytes(msgspec.json.encode(Owner(beyond_all, host, 1)))

    assert holdings_of(Store(tmp_path)).is_written is is_written


def test_of_a_gap_the_last_that_is_known_counts(tmp_path: Path) -> None:
    written(tmp_path).close()
    (found,) = gaps_in(Store(tmp_path))

    assert found.to_ns == 3_500_000_000


def test_gaps_are_counted_in_words() -> None:
    assert gap_count([]) == "no gaps"
    assert gap_count([gap(0, 1_500_000_000)]) == "1 gap, 1.5 s"
    assert gap_count([gap(0, 1_500_000_000), gap(0, None)]) == "2 gaps, 1 open, 1.5 s"


def test_a_row_has_a_size_once_it_is_in_a_table(tmp_path: Path) -> None:
    with written(tmp_path) as writer:
        before = row_bytes(tmp_path)
        writer.move(everything=True)

    sizes = sum(path.stat().st_size for path in tmp_path.glob("tables/*/day=*/*.parquet"))
    assert (before, row_bytes(tmp_path)) == (0.0, sizes / 5)
