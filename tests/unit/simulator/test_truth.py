from __future__ import annotations

import json
from pathlib import Path

import pytest

from tastytrade.dxfeed import EventBatch, Quote, TimeAndSale
from tastytrade.dxlink.messages import Entry
from tastytrade.dxlink.server import Outgoing
from tastytrade.errors import ConfigurationError
from tastytrade.simulator.truth import Truth, key_of

SALES = EventBatch.from_events([TimeAndSale("A", index=7), TimeAndSale("B", index=9)])
QUOTES = EventBatch.from_events([Quote("A")])


class Counting:
    """A market of which only the keys are asked for."""

    def key(self, batch: EventBatch[Quote]) -> list[int | None]:
        return [42] * len(batch)


def told(path: Path) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert all(line.pop("t_ns") > 1_700_000_000 * 10**9 for line in lines)
    return lines


def test_data_are_told_by_type_with_an_index_where_there_is_one(tmp_path: Path) -> None:
    truth = Truth(tmp_path / "t")
    truth.data(3, Outgoing(b"", 5, 3, [SALES, QUOTES]), frame_number=17)
    truth.data(3, Outgoing(b"", 5, 1, [QUOTES]), frame_number=None, fault="mute")

    frame = {"kind": "data", "connection": 3, "channel": 5, "frame": 17, "written": True}
    assert told(tmp_path / "t") == [
        {**frame, "type": "TimeAndSale", "rows": [["A", 7], ["B", 9]]},
        {**frame, "type": "Quote", "rows": [["A", None]]},
        {**frame, "type": "Quote", "rows": [["A", None]], "frame": None, "written": False, "fault": "mute"},
    ]
    truth.close()


def test_a_market_may_give_the_keys(tmp_path: Path) -> None:
    truth = Truth(tmp_path / "t", key_of(Counting()))
    truth.data(1, Outgoing(b"", 1, 1, [QUOTES]), frame_number=1)
    truth.close()

    assert told(tmp_path / "t")[0]["rows"] == [["A", 42]]
    assert key_of(object()) is None


def test_subscriptions_are_told_of_if_there_are_any(tmp_path: Path) -> None:
    truth = Truth(tmp_path / "t")
    truth.subscribed("subscribed", 1, 3, [])
    truth.subscribed("unsubscribed", 1, 3, [Entry("Candle", "A{=d}", None, 5)])
    truth.close()

    assert told(tmp_path / "t") == [
        {"kind": "unsubscribed", "connection": 1, "channel": 3, "entries": [["Candle", "A{=d}", 5]]}
    ]


def test_it_is_appended_to_until_it_is_closed(tmp_path: Path) -> None:
    for _ in range(2):
        truth = Truth(tmp_path / "t")
        truth.note("opened", 1)
        truth.close()
        truth.note("closed", 1)

    assert [line["kind"] for line in told(tmp_path / "t")] == ["opened", "opened"]


def test_where_it_cannot_write_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot write a truth log to"):
        Truth(tmp_path)
