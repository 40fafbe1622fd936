from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tastytrade.errors import StoreError
from tastytrade.store.journal import Journal
from tastytrade.store.journal_file import Head, files_of, read
from tests.unit.store.test_journal_file import part


def head(seq: int) -> Head:
    return Head(n=10 * seq + 10, seqs={"Quote": seq}, rows={"Quote": 10 * seq})


def seqs(folder: Path) -> list[int]:
    return [one.seq for one in read(folder).parts.get("Quote", [])]


def test_a_file_has_a_head_from_its_first_moment_on(tmp_path: Path) -> None:
    Journal(tmp_path, durability="process").close()

    assert [path.name for path in files_of(tmp_path)] == ["000001.sqlite"]
    assert read(tmp_path).head == Head()


def test_a_beginning_that_somebody_did_not_come_to_the_end_of_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / ".000001.sqlite.new").write_bytes(b"half of it")
    journal = Journal(tmp_path, durability="full")
    journal.commit([part(1)], head(1))
    journal.close()

    assert seqs(tmp_path) == [1]


def test_what_tables_have_is_let_go_and_what_waits_goes_on_from_there(tmp_path: Path) -> None:
    journal = Journal(tmp_path, durability="process")
    for seq in (1, 2, 3):
        journal.commit([part(seq)], head(seq))
    journal.forget({"Quote": 2})
    waiting = [one.seq for one in journal.waiting("Quote", after=2, rows=100)]
    journal.close()

    assert (seqs(tmp_path), waiting, read(tmp_path).head) == ([3], [3], head(3))


def failed(journal: Journal) -> None:
    """What a disk that fails leaves: a file that nobody writes to any more."""
    database = journal._opened()
    database.close()
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR
    journal._failed(error)


def test_after_a_failure_both_files_are_one_journal_and_the_old_one_goes_when_it_is_empty(
    tmp_path: Path,
) -> None:
    journal = Journal(tmp_path, durability="process")
    journal.commit([part(1)], head(1))
    failed(journal)
    journal.commit([part(2)], head(2))
    both = (
        seqs(tmp_path),
        len(files_of(tmp_path)),
        [one.seq for one in journal.waiting("Quote", after=0, rows=99)],
    )
    journal.forget({"Quote": 1})
    after = (seqs(tmp_path), [path.name for path in files_of(tmp_path)])
    journal.close()

    assert both == ([1, 2], 2, [1, 2])
    assert after == ([2], ["000002.sqlite"])


def test_the_head_survives_when_a_new_file_has_no_rows_yet_and_the_old_one_goes(tmp_path: Path) -> None:
    journal = Journal(tmp_path, durability="process")
    journal.commit([part(1)], head(1))
    failed(journal)
    journal.forget({"Quote": 1})
    journal.close()

    assert read(tmp_path).head == head(1)


def test_what_a_failed_commit_left_in_the_old_file_counts_once(tmp_path: Path) -> None:
    journal = Journal(tmp_path, durability="process")
    journal.commit([part(1)], head(1))
    journal.commit([part(2)], head(2))
    journal.head = head(1)  # as if the second had failed after all of it was there
    failed(journal)
    before = len(files_of(tmp_path))
    journal.commit([part(2)], head(2))
    waiting = [one.seq for one in journal.waiting("Quote", after=0, rows=99)]
    journal.close()

    assert (before, seqs(tmp_path), waiting) == (1, [1, 2], [1, 2])


def test_a_journal_that_was_removed_takes_nothing_any_more(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", durability="process")
    (tmp_path / "journal" / "000001.sqlite").unlink()

    with pytest.raises(StoreError, match="has been removed"):
        journal.commit([part(1)], head(1))
    journal.close()


def test_an_empty_journal_is_small(tmp_path: Path) -> None:
    journal = Journal(tmp_path, durability="process")
    for seq in range(1, 40):
        journal.commit([part(seq, 2000)], head(seq))
    journal.forget({"Quote": 39})
    journal.close()
    (path,) = files_of(tmp_path)

    assert path.stat().st_size < 100_000
    assert sorted(one.name for one in tmp_path.iterdir()) == ["000001.sqlite", "acknowledged"]
