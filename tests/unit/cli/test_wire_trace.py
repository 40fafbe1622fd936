from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tastytrade.cli.wire_trace import Trace
from tastytrade.rest.secret import Secret
from tastytrade.transport.wire import Arrival
from tastytrade.wire_log import Hidden, WireMessage
from tests.canary import CANARY
from tests.unit.wire_log.said import BEGINNING, LET_IN, NOON, SETUP, arrival, config, quotes

ROW = quotes("A", 1.5)
ECHO = '{{"type":"ERROR","channel":0,"error":"UNAUTHORIZED","message":"no: {}"}}'


def trace(*, is_text: bool = True, is_raw: bool = False, with_rows: bool = False) -> Trace:
    return Trace([Secret(CANARY)], is_text=is_text, is_raw=is_raw, with_rows=with_rows)


def lines(one: Trace, *texts: bytes, sent: bool = False, at: int = NOON) -> list[str]:
    return one.lines(sent, 1, arrival(*texts, at=at)).decode().splitlines()


def objects(one: Trace, *texts: bytes, sent: bool = False) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in lines(one, *texts, sent=sent)]


def test_a_line_has_time_direction_channel_type_and_what_is_said() -> None:
    one = trace()
    first = lines(one, SETUP, sent=True)
    second = lines(one, SETUP, at=NOON + 12_340_000)

    assert first == [
        "        0.0 ms -> 0 SETUP             version 1, keepalive 60 s, of the other not said",
    ]
    assert second[0].startswith("       12.3 ms <- 0 SETUP ")


def test_data_are_told_by_their_rows_of_each_type() -> None:
    *_, last = lines(trace(), *BEGINNING, config("bidPrice"), ROW)

    assert last.endswith(f"<- 1 FEED_DATA         Quote 1 ({len(ROW)} bytes)")


def test_rows_are_shown_where_that_is_asked_for() -> None:
    shown = lines(trace(with_rows=True), *BEGINNING, config("bidPrice"), ROW)
    told = objects(trace(is_text=False, with_rows=True), *BEGINNING, config("bidPrice"), ROW)

    assert shown[-1].strip().startswith('{"eventType":"Quote","eventSymbol":"A"')
    assert told[-1]["events"][0]["bidPrice"] == 1.5
    assert "message" not in told[-1]


def test_data_that_cannot_be_read_are_counted() -> None:
    *_, last = objects(trace(is_text=False), *BEGINNING, config("bidPrice"), quotes("A", "x"))

    assert (last["rows"], last["unreadable"]) == ({}, 1)


def test_a_raw_message_stands_as_it_came() -> None:
    spaced = b'{"channel": 0, "type": "KEEPALIVE"}'
    (shown,) = lines(trace(is_raw=True), spaced)
    *_, data = objects(trace(is_text=False, is_raw=True), *BEGINNING, config("bidPrice"), ROW)

    assert shown.endswith(spaced.decode())
    assert data["message"] == msgspec.json.decode(ROW)


@pytest.mark.parametrize("is_text", [True, False])
@pytest.mark.parametrize("is_raw", [True, False])
def test_no_secret_and_nobodys_name_is_shown(is_text: bool, is_raw: bool) -> None:
    one = trace(is_text=is_text, is_raw=is_raw, with_rows=True)
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in CANARY)
    auth = b'{"type":"AUTH","channel":0,"token":"another secret"}'
    shown = [
        *lines(one, SETUP, auth, sent=True),
        *lines(one, LET_IN, ECHO.format(CANARY).encode(), ECHO.format(escaped).encode()),
        *lines(one, f'{{"type":"NEWS","channel":0,"text":"{CANARY}"}}'.encode()),
        *lines(one, f"no json: {CANARY}".encode(), b"-" * 115 + CANARY.encode(), b"\xff" + CANARY.encode()),
        *lines(one, *BEGINNING, config("bidPrice"), quotes(CANARY, 1.5)),
    ]
    text = "\n".join(shown)

    assert "<hidden>" in text
    assert CANARY[:5] not in text
    assert escaped not in text
    assert "another secret" not in text
    assert "u-7" not in text


def test_nothing_that_a_server_says_rewrites_the_terminal() -> None:
    said = b'{"type":"ERROR","channel":0,"error":"BAD_ACTION","message":"\\u001b[2J\\nnext"}'
    (line,) = lines(trace(), said)

    assert line.endswith("BAD_ACTION: \\x1b[2J\\x0anext")


def test_a_wire_log_is_shown_with_what_it_has_not_kept() -> None:
    one = trace()
    kept = [WireMessage(NOON, 1, 1, text, "a log") for text in (*BEGINNING, config("bidPrice"), ROW)]
    shown = b"".join(map(one.recorded, kept[:-1]))
    shown += one.recorded(Hidden(NOON, 1, 1, "ERROR", 0, "a log")) + one.recorded(kept[-1])

    assert b"0 ERROR             (not kept)" in shown
    assert b"Quote 1" in shown


def test_what_a_file_repeats_is_in_force_and_not_shown() -> None:
    one = trace()
    repeated = [
        WireMessage(NOON, 1, 1, text, "a log", is_repeated=True)
        for text in (BEGINNING[-1], config("bidPrice"))
    ]
    before = [one.recorded(record) for record in repeated]
    shown = one.recorded(WireMessage(NOON, 1, 1, ROW, "a log"))

    assert before == [b"", b""]
    assert b"Quote 1" in shown


def test_messages_are_counted_by_direction() -> None:
    one = trace()
    lines(one, SETUP, sent=True)
    one.lines(False, 2, Arrival([SETUP, LET_IN], NOON, 10))

    assert one.messages == {"sent": 1, "received": 2}
