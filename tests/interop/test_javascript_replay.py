"""The official JavaScript dxLink client plays a captured day that is served as DXLink."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tastytrade.dxfeed import EventBatch, TimeAndSale
from tastytrade.store import Store
from tests.integration.commands import running
from tests.integration.recorded_day import PRINTS, SYMBOLS, keep_day
from tests.interop.test_javascript_client import HERE, node, quote_token

__all__ = ["node"]

pytestmark = pytest.mark.timeout(120)


def test_every_recorded_print_arrives_once_in_order_and_as_it_was(node: str, tmp_path: Path) -> None:
    day = keep_day(tmp_path / "day")
    count = PRINTS * len(SYMBOLS)
    with running("replay", str(day), "--serve", "0", "--speed", "10") as process:
        assert process.stdout is not None
        served = json.loads(process.stdout.readline())
        client = [node, "replay_client.mjs", served["dxlink_url"], quote_token(served), str(count), *SYMBOLS]
        done = subprocess.run(client, cwd=HERE, capture_output=True, text=True, check=False)
        process.terminate()
    events = [as_javascript(json.loads(line)["event"]) for line in done.stdout.splitlines()]

    assert (done.returncode, done.stderr) == (0, "")
    assert events == recorded(Store(day))


def recorded(store: Store) -> list[dict[str, Any]]:
    """The prints, with the fields that the client asks for."""
    names = ("eventSymbol", "index", "time", "price", "size", "eventFlags")
    return [
        as_javascript({"eventType": "TimeAndSale"} | {name: getattr(event, name) for name in names})
        for batch in store.records(event_types=[TimeAndSale])
        if isinstance(batch, EventBatch)
        for event in batch
    ]


def as_javascript(event: dict[str, Any]) -> dict[str, Any]:
    """The event with its index as JavaScript has it: a double, whose last bits are gone."""
    return {**event, "index": float(event["index"])}
