from __future__ import annotations

from tastytrade.dxfeed import Quote, TimeAndSale, field_names
from tastytrade.simulator.rows import ROW_FIELDS, batch_of


def test_row_fields_are_fields_of_their_class() -> None:
    for event_class, names in ROW_FIELDS.items():
        assert set(names) < set(field_names(event_class))


def test_a_batch_has_every_field_in_the_order_of_the_feed() -> None:
    batch = batch_of(Quote, ["A", "B"], [("Q", 1.0, 2.0, "Q", 1.1, 3.0), ("", 5.0, 1.0, "", 5.1, 1.0)])

    assert batch is not None
    assert list(batch.columns) == list(field_names(Quote))
    assert batch.columns["bidPrice"] == [1.0, 5.0]
    assert batch.columns["bidTime"] == [0, 0]
    assert batch.symbols == ["A", "B"]


def test_enumerations_without_a_value_are_the_text_of_the_wire() -> None:
    row = (1 << 40, 256_000, 0, "Q", 1.0, 1.0, 0.9, 1.0, "BUY", True)

    batch = batch_of(TimeAndSale, ["A"], [row])

    assert batch is not None
    assert type(batch.columns["type"][0]) is str
    assert next(iter(batch)).aggressorSide == "BUY"


def test_no_rows_make_no_batch() -> None:
    assert batch_of(Quote, [], []) is None
