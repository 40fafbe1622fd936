"""Every frame that the real services are on record with is decoded, or refused with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tastytrade.dxfeed import Candle, Greeks, Series, Trade, TradeETH
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import FeedData, Unknown, decode, encode
from tastytrade.errors import ProtocolError

RECORDS = [
    msgspec.json.decode(line)
    for line in (Path(__file__).parents[2] / "data" / "dxlink-frames.jsonl").read_bytes().splitlines()
]
# The columns that were in force for each recorded row, from the FEED_SETUP or FEED_CONFIG beside it,
# by event type and number of values.
LAYOUTS = {
    ("Trade", 10): "eventType eventSymbol price dayVolume size",
    ("Quote", 26): "eventType eventSymbol eventTime sequence timeNanoPart bidTime bidExchangeCode bidPrice"
    " bidSize askTime askExchangeCode askPrice askSize",
    ("Greeks", 16): "eventType eventSymbol volatility delta gamma theta rho vega",
    ("Trade", 20): "eventSymbol price size time",
    ("Quote", 10): "eventSymbol bidPrice askPrice bidSize askSize",
    ("Summary", 2): "eventSymbol openInterest",
    ("Candle", 27): "eventFlags eventSymbol time open high low close volume openInterest",
    ("Quote", 18): "eventType eventSymbol bidPrice askPrice bidSize askSize",
    ("TradeETH", 15): "eventType eventSymbol eventTime time timeNanoPart sequence exchangeCode price change"
    " size dayId dayVolume dayTurnover tickDirection extendedTradingHours",
    ("Series", 15): "eventType eventSymbol eventTime eventFlags index time sequence expiration volatility"
    " callVolume putVolume putCallRatio forwardPrice dividend interest",
}


def text_of(record: dict[str, Any]) -> bytes:
    return msgspec.json.encode(record["frame"])


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: str(record["frame"].get("type", "partial")))
def test_every_recorded_frame_is_a_message_or_refused_with_a_reason(record: dict[str, Any]) -> None:
    is_whole = {"type", "channel"} <= set(record["frame"])

    if is_whole:
        assert not isinstance(decode(text_of(record)), Unknown)
    else:
        with pytest.raises(ProtocolError, match="missing required field"):
            decode(text_of(record))


def test_what_we_would_write_for_a_recorded_message_says_the_same() -> None:
    for record in RECORDS:
        frame = record["frame"]
        if {"type", "channel"} <= set(frame) and frame["type"] != "FEED_DATA":
            written = msgspec.json.decode(encode(decode(text_of(record))))  # type: ignore[arg-type]  # known types
            said = {name: value for name, value in frame.items() if name not in {"agent", "source"}}
            said = msgspec.json.decode(encode(decode(msgspec.json.encode(said))))  # type: ignore[arg-type]
            assert written == said


def events_of(record: dict[str, Any]) -> list[Any]:
    frame = {"channel": 1, **record["frame"]}
    data = frame["data"]
    layout = {}
    if data and isinstance(data[0], str):
        layout = {data[0]: tuple(LAYOUTS[data[0], len(data[1])].split())}
    text = msgspec.json.encode({"type": "FEED_DATA", "channel": frame["channel"], "data": data})
    decoded = Frame([text], layout, channel=1, epoch=1, received_ns=0).decode()
    assert decoded.quarantined == []
    return [event for batch in decoded.batches for event in batch]


DATA = [record for record in RECORDS if record["frame"].get("type") == "FEED_DATA"]


@pytest.mark.parametrize("record", DATA, ids=lambda record: str(record["frame"]["data"][0])[:20])
def test_every_recorded_event_is_decoded(record: dict[str, Any]) -> None:
    assert events_of(record)


def test_recorded_values_arrive_digit_for_digit() -> None:
    events = [event for record in DATA for event in events_of(record)]
    by_type: dict[type, list[Any]] = {}
    for event in events:
        by_type.setdefault(type(event), []).append(event)

    assert by_type[Greeks][0].gamma == 0.0982083687887286
    assert by_type[Trade][0].dayVolume == 13743299.0
    assert [candle.eventFlags for candle in by_type[Candle]] == [4, 0, 10]
    assert by_type[TradeETH][0].dayTurnover == 3417052245.05567
    assert [(series.eventFlags, series.index) for series in by_type[Series]] == [(4, 23), (10, 0)]
    assert max(getattr(event, "index", 0) for event in events) == 22047776527353334
    assert isinstance(decode(text_of(DATA[0])), FeedData)
