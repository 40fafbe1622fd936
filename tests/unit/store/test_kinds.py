from __future__ import annotations

import polars as pl
import pytest

from tastytrade.dxfeed import EVENT_CLASSES, Quote, field_names
from tastytrade.errors import StoreDamaged
from tastytrade.store.kinds import GAP, int_bounds, kind_of


def test_every_event_class_is_a_kind_with_its_fields_after_the_keys() -> None:
    assert list(kind_of("Quote").schema) == ["n", "epoch", "received_ns", *field_names(Quote)]
    assert [kind_of(name).event_class for name in EVENT_CLASSES] == list(EVENT_CLASSES.values())


def test_gaps_are_a_kind_without_symbols_of_their_own() -> None:
    assert (kind_of(GAP).event_class, kind_of(GAP).order, kind_of("Quote").order) == (
        None,
        ["n"],
        ["eventSymbol", "n"],
    )


def test_another_kind_is_damage() -> None:
    with pytest.raises(StoreDamaged, match="'Weather', which is no event type"):
        kind_of("Weather")


def test_bounds_are_the_least_and_the_largest() -> None:
    assert int_bounds(pl.Series([3, 1, 2])) == (1, 3)
