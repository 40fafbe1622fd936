"""Events as bytes, in any of the formats."""

from __future__ import annotations

import json
from io import BytesIO

import polars as pl
import pytest

from tastytrade.cli.event_writer import EventWriter
from tastytrade.cli.output import Format
from tastytrade.dxfeed import Event, EventBatch, Quote, Trade
from tastytrade.errors import ConfigurationError

BATCHES = [
    EventBatch.from_events([Quote("SPY", bidPrice=580.0), Quote("QQQ")], received_ns=1),
    EventBatch.from_events([Quote("SPY", bidPrice=581.0)], received_ns=2),
]


def written(chosen: Format, batches: list[EventBatch[Quote]]) -> bytes:
    whole = BytesIO()
    writer = EventWriter(chosen, [Quote], lambda data: whole.write(data) >= 0)
    for batch in batches:
        assert writer.write(batch)
    writer.finish()
    return whole.getvalue()


def test_json_is_one_list_also_of_nothing() -> None:
    assert [event["eventSymbol"] for event in json.loads(written(Format.JSON, BATCHES))] == [
        "SPY",
        "QQQ",
        "SPY",
    ]
    assert json.loads(written(Format.JSON, [])) == []


def test_ndjson_is_an_object_a_line() -> None:
    lines = written(Format.NDJSON, BATCHES).splitlines()

    assert [json.loads(line)["eventType"] for line in lines] == ["Quote"] * 3


def test_csv_has_its_heading_once_and_nothing_for_what_is_missing() -> None:
    table = pl.read_csv(written(Format.CSV, BATCHES))

    assert table["eventSymbol"].to_list() == ["SPY", "QQQ", "SPY"]
    assert table["bidPrice"].to_list() == [580.0, None, 581.0]


def test_parquet_is_whole_at_the_end() -> None:
    table = pl.read_parquet(BytesIO(written(Format.PARQUET, BATCHES)))

    assert table["bidPrice"].to_list() == [580.0, None, 581.0]
    assert pl.read_parquet(BytesIO(written(Format.PARQUET, []))).height == 0


@pytest.mark.parametrize("chosen", [Format.CSV, Format.PARQUET])
def test_columns_are_of_one_event_type(chosen: Format) -> None:
    classes: list[type[Event]] = [Quote, Trade]

    with pytest.raises(ConfigurationError, match="these are Quote, Trade: name one"):
        EventWriter(chosen, classes, lambda _: True)


def test_a_reader_that_has_gone_is_told() -> None:
    writer = EventWriter(Format.NDJSON, [Quote], lambda _: False)

    assert not writer.write(BATCHES[0])
