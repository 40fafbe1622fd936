from __future__ import annotations

from pathlib import Path
from typing import Any

from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import Gap, GapReason
from tastytrade.wire_log import WireLog, read_wire
from tastytrade.wire_log.file import files_of
from tests.unit.wire_log.said import BEGINNING, NOON, arrival, config, quotes, take, written

HEAD = [*BEGINNING, config("bidPrice")]


def prices(batch: EventBatch[Any] | Gap) -> list[float]:
    assert isinstance(batch, EventBatch)
    return [event.bidPrice for event in batch]


def gap(of: EventBatch[Any] | Gap) -> Gap:
    assert isinstance(of, Gap)
    return of


def test_events_are_read_by_the_columns_in_force_when_they_came(tmp_path: Path) -> None:
    written(tmp_path, [*HEAD, quotes("A", 1.5), config("askPrice", "bidPrice"), quotes("A", 9, 2.5)])

    assert [prices(one) for one in read_wire(tmp_path)] == [[1.5], [2.5]]


def test_a_batch_has_its_time_its_connection_and_numbers_that_rise(tmp_path: Path) -> None:
    log = WireLog(tmp_path)
    take(log, [*HEAD, quotes("A", 1), quotes("A", 2)])
    take(log, [*HEAD, quotes("A", 3)], connection=2, epoch=2, at=NOON + 10**9)
    log.close()
    batches = [one for one in read_wire(tmp_path) if isinstance(one, EventBatch)]

    assert [(one.epoch, one.channel, one.received_ns - NOON) for one in batches] == [
        (1, 1, 4000),
        (1, 1, 5000),
        (2, 1, 10**9 + 4000),
    ]
    assert [number >> 22 for one in batches for number in one.numbers] == [1, 2, 3]


def test_what_came_together_is_read_together(tmp_path: Path) -> None:
    log = WireLog(tmp_path)
    take(log, HEAD)
    log.take(1, 1, arrival(quotes("A", 1), quotes("A", 2), at=NOON + 1))
    log.take(1, 1, arrival(quotes("A", 3), at=NOON + 2))
    log.close()

    assert [prices(one) for one in read_wire(tmp_path)] == [[1, 2], [3]]


def test_each_file_can_be_read_by_itself(tmp_path: Path) -> None:
    log = WireLog(tmp_path, rotate_bytes=1)
    for number, text in enumerate([*HEAD, quotes("A", 1), quotes("A", 2)]):
        take(log, [text], at=NOON + number)
        log.flush()
    log.close()

    assert [prices(one) for one in read_wire(files_of(tmp_path)[-1])] == [[2]]
    assert [prices(one) for one in read_wire(tmp_path)] == [[1], [2]]


def test_two_writers_number_their_connections_alike_and_are_told_apart(tmp_path: Path) -> None:
    for column in ("bidPrice", "askPrice"):
        log = WireLog(tmp_path)
        take(log, [*BEGINNING, config(column), quotes("A", 1)])
        log.close()
    first, between, second = read_wire(tmp_path)

    assert prices(first) == [1]
    assert gap(between).reason is GapReason.RESTART_CLEAN
    assert prices(second) != [1]


def test_rows_that_cannot_be_read_are_a_gap_and_their_neighbours_are_there(tmp_path: Path) -> None:
    written(tmp_path, [*HEAD, quotes("A", 1, "B", "x", "C", 3)])
    batch, bad = read_wire(tmp_path)

    assert prices(batch) == [1, 3]
    assert (gap(bad).reason, gap(bad).event_types, gap(bad).lost_count) == (
        GapReason.DECODE_ERROR,
        ("Quote",),
        1,
    )


def test_spoilt_data_are_a_gap_of_everything_that_was_announced(tmp_path: Path) -> None:
    written(tmp_path, [*HEAD, quotes("A", 1)[:-3]])
    (bad,) = read_wire(tmp_path)

    assert (gap(bad).reason, gap(bad).event_types) == (GapReason.DECODE_ERROR, ("Quote",))


def test_what_was_no_message_may_have_been_data(tmp_path: Path) -> None:
    written(tmp_path, [*HEAD, quotes("A", 1), b"nonsense", b'{"type":"NEW","channel":1}'])
    _, first, second = read_wire(tmp_path)

    assert [one.reason for one in map(gap, (first, second))] == [GapReason.PROTOCOL_ERROR] * 2
    assert (gap(first).from_ns, gap(first).to_ns) == (NOON + 4000, NOON + 5000)
    assert [gap(first).number, gap(second).number] == [1, 2]


def test_what_was_left_out_is_a_gap(tmp_path: Path) -> None:
    log = WireLog(tmp_path, limit_bytes=sum(map(len, HEAD)) + 100)
    take(log, [*HEAD, quotes("A", 1), quotes("A", 2), quotes("A", 3)])
    log.close()
    first, left_out = read_wire(tmp_path)

    assert prices(first) == [1]
    assert (gap(left_out).reason, gap(left_out).from_ns, gap(left_out).to_ns) == (
        GapReason.STORAGE,
        NOON + 5000,
        NOON + 6000,
    )
