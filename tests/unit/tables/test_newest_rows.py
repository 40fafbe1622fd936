from __future__ import annotations

from tastytrade.dxfeed import EventBatch, Quote
from tastytrade.tables.newest_rows import CHUNK_ROWS, PENDING_ROWS, NewestRows
from tastytrade.tables.schema import described, series

NAMES = ["eventSymbol", "sequence"]


def newest_rows(last: int) -> NewestRows:
    return NewestRows(described(Quote, NAMES), series, last=last)


def batch(*numbers: int) -> EventBatch[Quote]:
    return EventBatch(Quote, {"eventSymbol": ["A"] * len(numbers), "sequence": list(numbers)})


def test_a_table_asked_for_after_every_row_is_in_few_pieces() -> None:
    rows = newest_rows(1_000_000)
    pieces = []
    for number in range(300):
        rows.append(batch(number))
        pieces.append(rows.table.n_chunks())

    assert max(pieces) <= 8
    assert rows.table["sequence"].to_list() == list(range(300))


def test_a_large_table_is_in_large_pieces() -> None:
    rows = newest_rows(10 * CHUNK_ROWS)
    for _ in range(4 * CHUNK_ROWS // PENDING_ROWS):
        rows.append(batch(*range(PENDING_ROWS)))

    assert rows.table.n_chunks() == 4


def test_a_batch_larger_than_everything_is_cut_to_its_end() -> None:
    rows = newest_rows(3)
    rows.append(batch(*range(2 * CHUNK_ROWS)))

    assert rows.table["sequence"].to_list() == [2 * CHUNK_ROWS - 3, 2 * CHUNK_ROWS - 2, 2 * CHUNK_ROWS - 1]
    assert len(rows) == 3


def test_what_is_held_is_bounded_by_what_is_kept() -> None:
    few, many = newest_rows(10), newest_rows(100_000)
    held: list[tuple[int, int]] = []
    for _ in range(400):
        few.append(batch(*range(1000)))
        many.append(batch(*range(1000)))
        held.append((few.rows, many.rows))

    assert max(rows for rows, _ in held) < 20_000
    assert max(rows for _, rows in held) <= 100_000 + 2 * CHUNK_ROWS


def test_a_table_that_somebody_has_stays_as_it_was() -> None:
    rows = newest_rows(3)
    rows.append(batch(1, 2))
    before = rows.table
    rows.append(batch(3, 4))
    after = rows.table

    assert before["sequence"].to_list() == [1, 2]
    assert after["sequence"].to_list() == [2, 3, 4]
