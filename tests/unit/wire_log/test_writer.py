from __future__ import annotations

import gzip
import json
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tastytrade.errors import StoreError
from tastytrade.wire_log import WireLog, wire_messages
from tastytrade.wire_log.file import files_of
from tests.unit.wire_log.said import BEGINNING, DAY, KEEPALIVE, LET_IN, NOON, arrival, config, quotes, take
from tests.unit.wire_log.test_file import POSIX, no_file_above

DATA = [quotes("A", number / 7) for number in range(300)]
SAID = [*BEGINNING, config("bidPrice"), *DATA]
KEPT = [text for text in SAID if text != LET_IN]


def texts_in(path: Path) -> list[bytes]:
    return [one.text for one in wire_messages(path)]


def lines_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def test_what_was_flushed_can_be_read_while_the_log_goes_on(tmp_path: Path) -> None:
    log = WireLog(tmp_path)
    take(log, SAID)
    log.flush()

    assert texts_in(tmp_path) == KEPT
    assert log.waiting_bytes == 0
    assert log.written_bytes == sum(path.stat().st_size for path in files_of(tmp_path))
    log.close()


def test_nothing_is_written_before_it_is_flushed(tmp_path: Path) -> None:
    log = WireLog(tmp_path / "deep" / "down")
    take(log, SAID)

    assert list((tmp_path / "deep" / "down").iterdir()) == []
    assert log.waiting_bytes == sum(map(len, SAID))
    log.close()


def test_a_line_says_when_and_where_a_message_came(tmp_path: Path) -> None:
    log = WireLog(tmp_path, epoch_base=10)
    log.take(3, 2, arrival(KEEPALIVE, LET_IN))
    log.close()
    (path,) = files_of(tmp_path)
    first, *others = lines_in(path)

    assert (first["wire_log"], first["file"]) == (1, 1)
    assert others == [
        {"ns": NOON, "connection": 3, "epoch": 12, "message": {"type": "KEEPALIVE", "channel": 0}},
        {"ns": NOON, "connection": 3, "epoch": 12, "hidden": "AUTH_STATE", "channel": 0},
        {"end": "log"},
    ]


def test_a_new_file_begins_when_one_is_large_and_can_be_read_by_itself(tmp_path: Path) -> None:
    log = WireLog(tmp_path, rotate_bytes=2000)
    for number, text in enumerate(SAID):
        take(log, [text], at=NOON + number)
        log.flush()
    log.close()
    files = files_of(tmp_path)

    assert len(files) > 2
    assert texts_in(tmp_path) == KEPT
    for path in files[1:]:
        assert [list(line)[-1] for line in lines_in(path)[:3]] == ["package", "again", "again"]
    assert [lines_in(path)[-1]["end"] for path in files] == ["file"] * (len(files) - 1) + ["log"]


def test_a_new_file_begins_with_each_day(tmp_path: Path) -> None:
    log = WireLog(tmp_path)
    take(log, SAID, at=DAY - 100_000)
    log.flush()
    log.close()

    days = [path.name.split("-")[1][:8] for path in files_of(tmp_path)]
    assert days == ["20261121", "20261122"]
    assert texts_in(tmp_path) == KEPT


def test_another_program_begins_another_file(tmp_path: Path) -> None:
    for part in (SAID[:50], SAID[50:]):
        log = WireLog(tmp_path)
        take(log, part)
        log.close()

    assert len(files_of(tmp_path)) == 2
    assert texts_in(tmp_path) == KEPT


@POSIX
def test_what_a_full_disk_does_not_take_is_written_when_it_does(tmp_path: Path) -> None:
    log = WireLog(tmp_path)
    take(log, SAID[:4])
    log.flush()
    take(log, SAID[4:])
    with no_file_above(600), pytest.raises(StoreError, match="writing a wire log"):
        log.flush()
    before = texts_in(tmp_path)
    log.flush(sync=True)
    log.close()

    assert before == KEPT[:3]
    assert texts_in(tmp_path) == KEPT


def test_over_the_limit_the_newest_are_left_out_and_the_log_says_so(tmp_path: Path) -> None:
    log = WireLog(tmp_path, limit_bytes=2000)
    take(log, SAID)
    log.close()
    lost = [line for path in files_of(tmp_path) for line in lines_in(path) if "lost" in line]
    kept = texts_in(tmp_path)

    assert 0 < len(kept) < len(KEPT)
    assert kept == KEPT[: len(kept)]
    assert [line["lost"] for line in lost] == [log.left_out] == [len(KEPT) - len(kept)]
    assert lost[0]["to_ns"] == NOON + (len(SAID) - 1) * 1000


def test_it_is_taken_in_one_thread_and_written_in_another(tmp_path: Path) -> None:
    log = WireLog(tmp_path, rotate_bytes=20_000)
    is_over = False

    def write() -> None:
        while not is_over:
            log.flush()

    thread = Thread(target=write)
    thread.start()
    for round_ in range(20):
        take(log, DATA, at=NOON + round_ * 10**6)
    is_over = True
    thread.join()
    log.close()

    assert texts_in(tmp_path) == DATA * 20


def test_a_folder_that_cannot_be_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreError, match="making the folder"):
        WireLog(tmp_path / "file")


def test_a_log_can_be_closed_twice_and_is_closed_then(tmp_path: Path) -> None:
    log = WireLog(tmp_path)
    take(log, SAID)
    log.close()
    log.close()

    with pytest.raises(StoreError, match="closed"):
        log.flush()


def test_a_log_without_messages_leaves_no_file(tmp_path: Path) -> None:
    WireLog(tmp_path).close()

    assert list(tmp_path.iterdir()) == []
