from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from tastytrade.errors import StoreDamaged
from tastytrade.store.journal import Journal
from tastytrade.store.journal_file import Head, Part, files_of, part_of, read, some_parts
from tastytrade.store.rows import EventRows
from tests.unit.store.made import quotes


def part(seq: int, rows: int = 10) -> Part:
    made = EventRows(quotes(0).event_class)
    made.append(quotes(10 * seq, rows), first_n=10 * seq + 1, epoch=1)
    return part_of("Quote", seq, made.table())


def test_a_part_knows_what_is_in_it() -> None:
    made = part(2)

    assert (made.rows, made.first_n, made.last_n) == (10, 21, 30)
    assert made.table()["bidPrice"].to_list() == [float(number) for number in range(20, 30)]


@pytest.mark.parametrize("field", ["kind", "seq", "rows", "first_n", "last_n", "first_ns", "data"])
def test_a_part_that_says_something_else_is_damaged(field: str) -> None:
    made = part(2)
    value = getattr(made, field)
    other = value + 1 if isinstance(value, int) else value[:-1]

    with pytest.raises(StoreDamaged, match="does not hold what was written to it"):
        replace(made, **{field: other}).table()


def test_a_folder_without_files_has_nothing(tmp_path: Path) -> None:
    assert (files_of(tmp_path), read(tmp_path).head) == ([], Head())


def test_what_was_committed_is_read_while_another_writes(tmp_path: Path) -> None:
    journal = Journal(tmp_path, durability="process")
    seen = []
    for seq in (1, 2):
        journal.commit([part(seq)], Head(n=10 * seq + 10, seqs={"Quote": seq}, rows={"Quote": 10 * seq}))
        view = read(tmp_path)
        seen.append((view.head.n, [one.seq for one in view.parts["Quote"]], view.acknowledged))
    journal.close()

    assert seen == [(20, [1], 20), (30, [1, 2], 30)]


def test_parts_are_given_until_there_are_enough_rows(tmp_path: Path) -> None:
    journal = Journal(tmp_path, durability="process")
    journal.commit([part(seq) for seq in range(1, 6)], Head(n=60, seqs={"Quote": 5}, rows={"Quote": 50}))
    (path,) = files_of(tmp_path)
    found = [list(some_parts(path, "Quote", after=1, last=4, rows=rows)) for rows in (1, 10, 11, 99)]
    journal.close()

    assert found == [[2], [2], [2, 3], [2, 3, 4]]


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"x" * 5000])
def test_a_file_that_is_no_journal_is_damaged(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "000001.sqlite").write_bytes(content)

    with pytest.raises(StoreDamaged, match=r"000001\.sqlite cannot be read"):
        read(tmp_path)
