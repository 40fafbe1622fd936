from __future__ import annotations

from pathlib import Path

from tastytrade import Quote
from tastytrade.dxfeed import EventBatch
from tastytrade.store import Store, StoreWriter
from tastytrade.store.counts import Slices, counts_of


def test_every_moment_has_its_slice_also_the_last() -> None:
    slices = Slices(1_000, 1_999, 10)

    assert [slices.place(at) for at in (1_000, 1_099, 1_100, 1_999)] == [0, 0, 1, 9]
    assert [slices.place(at) for at in (0, 5_000)] == [0, 9]


def test_one_moment_is_a_slice_too() -> None:
    assert Slices(1_000, 1_000, 10).place(1_000) == 0


def test_rows_are_counted_slice_by_slice(tmp_path: Path) -> None:
    with StoreWriter(tmp_path, event_types=["Quote"], symbols=["A", "B"]) as writer:
        for at_ns in (1_000, 1_010, 1_900):
            quotes = [Quote(symbol) for symbol in ("A", "B")]
            writer.append(EventBatch.from_events(quotes, received_ns=at_ns))
    found = counts_of(Store(tmp_path), Quote, Slices(1_000, 1_900, 10))

    assert (found.symbols, found.by_slice) == (2, {0: 4, 9: 2})
