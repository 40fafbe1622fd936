from __future__ import annotations

from pathlib import Path

import pytest

from tastytrade.dxfeed.gap import GapReason
from tastytrade.errors import StoreDamaged, StoreError
from tastytrade.wire_log import Hidden, Missing, WireLog, WireMessage, wire_messages, wire_records
from tastytrade.wire_log.block import HEADER_BYTES, pack
from tastytrade.wire_log.file import files_of
from tastytrade.wire_log.line import Line, line_of
from tests.unit.wire_log.said import (
    BEGINNING,
    KEEPALIVE,
    LET_IN,
    NOON,
    OPENED,
    SETUP,
    config,
    quotes,
    take,
    written,
)

DATA = [quotes("A", number / 7) for number in range(30)]
HEAD = [*BEGINNING, config("bidPrice")]
KEPT = [SETUP, OPENED, config("bidPrice")]


def texts_in(path: Path, *, skip_damaged: bool = False) -> list[bytes]:
    return [one.text for one in wire_messages(path, skip_damaged=skip_damaged)]


def missing_in(path: Path, *, skip_damaged: bool = False) -> list[Missing]:
    return [one for one in wire_records(path, skip_damaged=skip_damaged) if isinstance(one, Missing)]


def ends_of_blocks(path: Path, parts: int) -> list[int]:
    data, found, at = path.read_bytes(), [0], 0
    for _ in range(parts):
        at += int.from_bytes(data[at + HEADER_BYTES - 12 : at + HEADER_BYTES - 8], "little")
        found.append(at)
    return found


def spoil(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 255
    path.write_bytes(data)


def test_a_message_is_read_as_it_came_and_with_its_time(tmp_path: Path) -> None:
    written(tmp_path, [SETUP, b"nonsense", LET_IN])
    records = list(wire_records(tmp_path))

    (first, *others) = records
    assert isinstance(first, WireMessage)
    assert first == WireMessage(NOON, 1, 1, SETUP, first.log)
    assert others == [
        Hidden(NOON + 1000, 1, 1, "unreadable", None, first.log),
        Hidden(NOON + 2000, 1, 1, "AUTH_STATE", 0, first.log),
    ]


def test_a_file_cut_anywhere_gives_the_messages_of_its_whole_blocks(tmp_path: Path) -> None:
    parts = [HEAD, DATA[:3], DATA[3:4], DATA[4:]]
    path = written(tmp_path / "log", *parts)
    data, ends = path.read_bytes(), ends_of_blocks(path, len(parts))
    copy = tmp_path / path.name
    wanted = [[], KEPT, KEPT + DATA[:3], KEPT + DATA[:4], KEPT + DATA]
    for size in range(len(data)):
        copy.write_bytes(data[:size])
        whole = max(count for count, end in enumerate(ends) if end <= size)

        assert texts_in(copy) == wanted[whole]


def test_a_torn_end_is_a_gap_that_nothing_ends(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD, DATA)
    path.write_bytes(path.read_bytes()[:-200])

    assert missing_in(tmp_path) == [Missing(GapReason.RESTART_CRASH, NOON + 3000, None, None, 1, 0)]


@pytest.mark.parametrize(
    ("is_closed", "reason"), [(True, GapReason.RESTART_CLEAN), (False, GapReason.RESTART_CRASH)]
)
def test_between_two_writers_is_a_gap(tmp_path: Path, is_closed: bool, reason: GapReason) -> None:
    first, second = WireLog(tmp_path), WireLog(tmp_path)
    take(first, HEAD, epoch=7)
    first.flush()
    if is_closed:
        first.close()
    take(second, HEAD, epoch=8, at=NOON + 10**9)
    second.close()

    assert missing_in(tmp_path) == [Missing(reason, NOON + 3000, NOON + 10**9, None, 7, 8)]
    first.close()


def test_a_file_that_is_gone_is_a_gap(tmp_path: Path) -> None:
    log = WireLog(tmp_path, rotate_bytes=1)
    for number, text in enumerate([*HEAD, *DATA[:4]]):
        take(log, [text], at=NOON + number)
        log.flush()
    log.close()
    files_of(tmp_path)[5].unlink()

    assert texts_in(tmp_path) == [*KEPT, DATA[0], DATA[2], DATA[3]]
    assert missing_in(tmp_path) == [Missing(GapReason.STORAGE, NOON + 4, NOON + 6, None, 1, 1)]


def test_damage_is_an_error_where_it_is_and_what_is_before_it_was_given(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD, DATA[:9], DATA[9:])
    spoil(path, ends_of_blocks(path, 2)[1] + HEADER_BYTES + 20)
    given: list[bytes] = []
    with pytest.raises(StoreDamaged, match=r"from byte \d+ on"):
        given.extend(one.text for one in wire_messages(path))

    assert given == KEPT
    assert texts_in(path, skip_damaged=True) == KEPT + DATA[9:]
    assert missing_in(path, skip_damaged=True) == [
        Missing(GapReason.STORAGE, NOON + 3000, NOON + 2_000_000, None, 1, 1)
    ]


def test_what_is_read_by_columns_that_are_lost_is_not_given(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD, [config("askPrice")], DATA)
    spoil(path, ends_of_blocks(path, 2)[1] + HEADER_BYTES + 20)

    assert texts_in(path, skip_damaged=True) == KEPT
    assert [one.to_ns for one in missing_in(path, skip_damaged=True)] == [None]


def test_nothing_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no wire log in"):
        list(wire_messages(tmp_path))
    with pytest.raises(StoreError, match="cannot be read"):
        list(wire_messages(tmp_path / "nowhere"))


def test_a_file_of_another_kind_is_no_wire_log(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"something else that is longer than a header")
    with pytest.raises(StoreDamaged):
        list(wire_messages(tmp_path / "x"))
    (tmp_path / "y").write_bytes(pack(b"no JSON\n", said=0))
    with pytest.raises(StoreDamaged, match="no wire log's"):
        list(wire_messages(tmp_path / "y"))


def test_a_log_of_a_later_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(pack(line_of(Line(wire_log=2, log="a", file=1, package="9.1")), said=0))
    with pytest.raises(StoreError, match=r"version 9\.1"):
        list(wire_messages(tmp_path / "x"))


def test_a_keepalive_is_a_message_like_any_other(tmp_path: Path) -> None:
    written(tmp_path, [KEEPALIVE])

    assert texts_in(tmp_path) == [KEEPALIVE]
