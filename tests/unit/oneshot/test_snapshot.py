from __future__ import annotations

import pytest

from tastytrade.dxfeed import EventBatch, Quote
from tastytrade.errors import Incomplete
from tastytrade.oneshot.snapshot import Snapshot, Status

A, B = Quote("A", bidPrice=1.0), Quote("B", bidPrice=2.0)


def snapshot(**status: Status) -> Snapshot[Quote]:
    events = {one.eventSymbol: [one] for one in (A, B) if status.get(one.eventSymbol) is Status.OK}
    batches = [EventBatch.from_events(some) for some in events.values()]
    return Snapshot(Quote, status, events, batches)


def test_events_are_iterated_in_the_order_asked() -> None:
    assert list(snapshot(B=Status.OK, A=Status.OK)) == [B, A]


def test_a_symbols_events_are_had_by_its_name() -> None:
    found = snapshot(A=Status.OK, C=Status.SILENT)

    assert found["A"] == [A]
    assert found["C"] == []
    with pytest.raises(KeyError, match="D was not asked for"):
        found["D"]


def test_a_symbol_is_in_it_when_it_was_asked_for_and_an_event_when_it_came() -> None:
    found = snapshot(A=Status.OK, B=Status.SILENT)

    assert [one in found for one in ("A", "B", "C", A, B, None)] == [True, True, False, True, False, False]


def test_only_symbols_that_said_nothing_are_missing() -> None:
    found = snapshot(A=Status.OK, N=Status.NO_DATA, U=Status.CUT, S=Status.SILENT, I=Status.INCOMPLETE)

    assert found.missing == ["S", "I"]


def test_a_whole_snapshot_gives_itself_when_required() -> None:
    found = snapshot(A=Status.OK, N=Status.NO_DATA)

    assert found.require() is found


def test_an_error_names_the_first_few_of_many_missing() -> None:
    found = snapshot(**{f"S{number}": Status.SILENT for number in range(12)})

    with pytest.raises(Incomplete, match=r"no Quote for 12 of 12 symbols \(S0: .* and 7 more\)"):
        found.require()


def test_the_table_has_the_events_and_is_typed_when_there_are_none() -> None:
    assert snapshot(A=Status.OK, B=Status.OK).table["bidPrice"].to_list() == [1.0, 2.0]
    assert snapshot(A=Status.SILENT).table.columns == snapshot(A=Status.OK).table.columns


def test_its_repr_counts() -> None:
    assert repr(snapshot(A=Status.OK, B=Status.SILENT)) == (
        "<Snapshot of 1 Quote: 1 ok, 1 not entitled or unknown>"
    )


def test_the_table_has_every_row_of_a_long_history() -> None:
    batch = EventBatch.from_events([A] * 400_000)
    found = Snapshot(Quote, {"A": Status.OK}, {"A": [A]}, [batch] * 3)

    assert found.table.height == 1_200_000
