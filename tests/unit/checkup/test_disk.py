from __future__ import annotations

from pathlib import Path

import pytest

from tastytrade.checkup.disk import judged_room, room_finding, store_finding
from tastytrade.checkup.finding import Outcome
from tastytrade.store import StoreWriter
from tests.integration.recorded_day import keep_day

GIB = 1 << 30


@pytest.mark.parametrize(
    ("free", "outcome"),
    [(50 * GIB, Outcome.OK), (GIB, Outcome.WARNING), (GIB // 100, Outcome.FAILED)],
)
def test_little_room_is_a_warning_and_none_is_a_failure(free: int, outcome: Outcome) -> None:
    found = judged_room(Path("/here"), free=free, total=100 * GIB)

    assert found.outcome is outcome
    assert (found.diagnosis is None) == (outcome is Outcome.OK)


def test_room_is_that_of_the_disk_where_a_folder_would_be(tmp_path: Path) -> None:
    found = room_finding(tmp_path / "not" / "there")

    assert str(tmp_path) in found.found


def test_a_folder_that_is_no_store_is_said(tmp_path: Path) -> None:
    found = store_finding(tmp_path)

    assert found.diagnosis is not None
    assert found.diagnosis.code == "no_store"


def test_a_store_is_read_and_what_is_damaged_is_named(tmp_path: Path) -> None:
    path = keep_day(tmp_path / "store")
    before = store_finding(path)
    with StoreWriter(path, feed_level="api", source="test", event_types=(), symbols=()) as writer:
        writer.move(everything=True)
    file = next(path.rglob("*.parquet"))
    file.write_bytes(file.read_bytes()[:-20])
    after = store_finding(path)

    assert before.outcome is Outcome.OK
    assert after.diagnosis is not None
    assert after.diagnosis.code == "store_damaged"
    assert file.name in after.diagnosis.cause
