from __future__ import annotations

from typing import Any

import pytest

from tastytrade.errors import ConfigurationError
from tastytrade.simulator.fault import Act
from tastytrade.simulator.fault_acts import _ACTS
from tastytrade.simulator.fault_kinds import Close, Withhold
from tastytrade.simulator.faults import KINDS, as_data, parse_fault


def test_a_fault_of_plain_data_of_json_and_of_itself_is_the_same() -> None:
    data = {"name": "close", "code": 1011, "on_step": "SETUP", "times": None}
    expected = Close(code=1011, on_step="SETUP", times=None)

    assert parse_fault(data) == expected
    assert parse_fault(b'{"name":"close","code":1011,"on_step":"SETUP","times":null}') == expected
    assert parse_fault(expected) is expected
    assert as_data(expected) == data


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "no fault is called None; there are upgrade, withhold, "),
        ({"name": ["close"]}, "no fault is called"),
        ({"name": "earthquake\x1b[2J" * 9}, "no fault is called"),
        ([1], "a fault is an object such as"),
        ("[" * 100_000, "a fault is a JSON object"),
        ({"name": "close", "cod": 1}, "close has no cod; it has at_s, on_step, "),
        ({"name": "close", "code": "1011"}, "fault close: Expected `int`, got `str`"),
        ({"name": "close", "code": 1005}, "code must be one that a close frame can carry"),
        ({"name": "close", "reason": "x" * 124}, "reason must not be longer than 123 bytes"),
        ({"name": "close", "times": 2}, "times needs a moment that comes again"),
        ({"name": "close", "times": 0}, "times must be 1 or more"),
        ({"name": "close", "on_step": "HELLO"}, "on_step must be one of SETUP, AUTH, "),
        ({"name": "close", "on_step": "AUTH", "on_frame": 1}, "not for both"),
        ({"name": "close", "at_s": -1}, "at_s must be seconds"),
        ({"name": "freeze", "seconds": float("inf")}, "seconds must be seconds"),
        ({"name": "withhold"}, "missing required field `message`"),
        ({"name": "withhold", "message": "AUTH"}, "the server sends no AUTH; message is one of "),
        ({"name": "say"}, "say needs one of text, hex and sample"),
        ({"name": "say", "hex": "f"}, "hex must be pairs"),
        ({"name": "say", "text": "", "fragments": 0}, "fragments must be from 1"),
        ({"name": "say", "sample": "long", "size_bytes": 1 << 40}, "size_bytes must be from 0"),
        ({"name": "upgrade", "status": 200}, "status must be from 300 to 599"),
        ({"name": "upgrade", "location": "/x"}, "location needs a status"),
        ({"name": "upgrade", "on_step": "AUTH"}, "an upgrade comes before all steps"),
        ({"name": "spoil", "how": "value"}, "column goes with how=value"),
        ({"name": "spoil", "how": "nan", "column": "x"}, "column goes with how=value"),
        ({"name": "switch", "dxlink": {"sky": 1}}, "ServerOptions has no sky; it has version, "),
        ({"name": "switch", "rest": {"quote_token_level": "api"}}, "RestOptions: Invalid enum value 'api'"),
        ({"name": "switch", "rest": {"dxlink_url": "http://x"}}, "dxlink_url must begin with ws://"),
    ],
)
def test_what_cannot_be_is_refused_in_words(given: Any, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_fault(given)

    assert words in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_a_fault_in_python_is_checked_too() -> None:
    with pytest.raises(ConfigurationError, match="the server sends no WEATHER"):
        parse_fault(Withhold(message="WEATHER"))


def test_every_act_is_done_somewhere() -> None:
    acts = {kind for kind in KINDS.values() if issubclass(kind, Act)}

    assert set(_ACTS) == acts
