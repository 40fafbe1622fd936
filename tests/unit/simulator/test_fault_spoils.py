from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tastytrade.dxlink.messages import Contract, DataFormat, FeedSetup
from tastytrade.dxlink.server_channel import ServerChannel
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.simulator.fault_kinds import Spoil
from tastytrade.simulator.fault_spoils import spoiled

COLUMNS = {"Quote": ["eventSymbol", "bidPrice"], "Trade": ["eventSymbol", "time", "price"]}
COMPACT = ["Quote", ["A", 1.0, "B", 2.0], "Trade", ["A", 0, 5.0]]
FULL = [
    {"eventType": "Quote", "eventSymbol": "A", "bidPrice": 1.0},
    {"eventType": "Trade", "eventSymbol": "A", "time": 90_000, "price": 5.0},
]


def spoil(data: list[Any], **how: Any) -> list[Any] | None:
    channel = ServerChannel(1, Contract.AUTO, ServerOptions())
    channel.set_up(FeedSetup(1, accept_data_format=DataFormat.COMPACT.value, accept_event_fields=COLUMNS))
    text = msgspec.json.encode({"type": "FEED_DATA", "channel": 1, "data": data})
    done = spoiled(msgspec.convert({"name": "spoil", **how}, Spoil), text, channel)
    return None if done is None else list(msgspec.json.decode(done)["data"])


@pytest.mark.parametrize(
    ("how", "quotes"),
    [
        ({"how": "short"}, ["A", 1.0, "B"]),
        ({"how": "long"}, ["A", 1.0, "B", 2.0, 2.0]),
        ({"how": "no_values"}, []),
        ({"how": "value", "column": "bidPrice", "value": [1]}, ["A", [1], "B", 2.0]),
        ({"how": "nan"}, ["A", "NaN", "B", 2.0]),
    ],
)
def test_one_array_is_spoiled_and_the_others_are_not(how: dict[str, Any], quotes: list[Any]) -> None:
    assert spoil(COMPACT, **how) == ["Quote", quotes, *COMPACT[2:]]


def test_the_type_that_is_meant_is_found_among_others() -> None:
    assert spoil(COMPACT, how="short", event_type="Trade") == [*COMPACT[:3], ["A", 0]]


@pytest.mark.parametrize(
    "how",
    [
        {"how": "short", "event_type": "Greeks"},
        {"how": "value", "column": "delta"},
        {"how": "backwards"},  # a time that is 0 is not set, and stays so
    ],
)
def test_data_that_are_of_no_such_kind_stay_as_they_are(how: dict[str, Any]) -> None:
    assert spoil(COMPACT, **how) is None


@pytest.mark.parametrize(
    ("how", "row"),
    [
        ({"how": "short"}, {"eventType": "Trade", "eventSymbol": "A", "time": 90_000}),
        ({"how": "long"}, {**FULL[1], "surplus": 0}),
        ({"how": "no_values"}, {}),
        ({"how": "nan"}, {**FULL[1], "price": "NaN"}),
        ({"how": "backwards", "seconds": 60}, {**FULL[1], "time": 30_000}),
    ],
)
def test_a_full_event_is_spoiled_likewise(how: dict[str, Any], row: dict[str, Any]) -> None:
    assert spoil(FULL, event_type="Trade", **how) == [FULL[0], row]
