from __future__ import annotations

import json

import pytest

from tastytrade.wire_log.line import (
    Line,
    beginning_of,
    hidden_as,
    hidden_line,
    is_data,
    line_of,
    message_line,
    parse_line,
    parse_message,
    repeated_line,
    text_in,
)
from tests.unit.wire_log.said import CLOSED, KEEPALIVE, LET_IN, OPENED, SETUP, config, quotes

BEGINNING = beginning_of(17, 2, 3)


@pytest.mark.parametrize("text", [quotes("A", 1.5), quotes("Ä", 1), config("bidPrice"), b'{"a": [1, 2] }'])
def test_a_message_stands_in_its_line_as_it_came(text: bytes) -> None:
    line = message_line(BEGINNING, text)

    assert line.count(b"\n") == 1
    assert json.loads(line)["message"] == json.loads(text)
    assert parse_message(line.removesuffix(b"\n")) == (17, 2, 3, text, False)


@pytest.mark.parametrize(
    "text",
    [
        b'{"type":"FEED_DATA",\n"channel":1,"data":[]}',
        b'{"type":"FEED_DATA","channel":1,"data":[',
        b"\r",
        b"",
        "ä\n".encode(),
        b'{"a":"\xff"}',
        b"\xff\xfe\n",
        b"[" * 5000,
    ],
)
def test_what_is_not_one_line_of_json_stands_there_as_a_string(text: bytes) -> None:
    line = message_line(BEGINNING, text)
    told = parse_line(line)

    assert parse_message(line) is None
    assert json.loads(line)["ns"] == 17
    assert (told.ns, told.connection, told.epoch, text_in(told)) == (17, 2, 3, text)


def test_what_is_in_force_is_told_apart() -> None:
    assert parse_message(repeated_line(BEGINNING, OPENED)[:-1]) == (17, 2, 3, OPENED, True)


@pytest.mark.parametrize("text", [SETUP, KEEPALIVE, OPENED, CLOSED, config(), quotes("A")])
def test_what_holds_no_secrets_is_kept(text: bytes) -> None:
    assert hidden_as(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (LET_IN, ("AUTH_STATE", 0)),
        (b'{"type":"ERROR","channel":3,"error":"UNAUTHORIZED","message":"s3cret"}', ("ERROR", 3)),
        (b'{"type":"AUTH","channel":0,"token":"s3cret"}', ("AUTH", 0)),
        (b'{"type":"s3cret","channel":5}', ("unknown", 5)),
        (b'{"type":"FEED_CONFIG","channel":"s3cret"}', ("unreadable", None)),
        (b"s3cret", ("unreadable", None)),
    ],
)
def test_of_everything_else_the_type_alone_is_kept(text: bytes, kind: tuple[str, int | None]) -> None:
    found = hidden_as(text)
    assert found is not None
    line = hidden_line(BEGINNING, *found)
    told = parse_line(line)

    assert found == kind
    assert (told.ns, told.hidden, told.channel) == (17, *kind)
    assert b"s3cret" not in line


def test_data_are_known_at_sight() -> None:
    assert is_data(quotes("A"))
    assert not is_data(config())


def test_a_line_of_the_logs_own_says_what_it_has_to_and_no_more() -> None:
    assert line_of(Line(end="file")) == b'{"end":"file"}\n'


def test_what_is_no_line_is_an_error() -> None:
    with pytest.raises(ValueError, match="malformed"):
        parse_line(b"{nonsense")
