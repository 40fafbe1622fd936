from __future__ import annotations

import json

import pytest

from tastytrade.dashboard.messages import (
    WORDS,
    Hide,
    Pause,
    Search,
    Seek,
    Show,
    Speed,
    format_note,
    format_said,
    parse_asked,
)
from tastytrade.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ('{"do":"hide","panel":"chain"}', Hide("chain")),
        ('{"do":"search","id":7,"text":"nv"}', Search("nv", 7)),
        ('{"do":"pause"}', Pause()),
        ('{"do":"speed","speed":10}', Speed(10)),
        ('{"do":"speed","speed":"max"}', Speed("max")),
        ('{"do":"seek","to_ms":5}', Seek(5)),
    ],
)
def test_what_a_page_asks_is_read(text: str, asked: object) -> None:
    assert parse_asked(text) == asked


def test_the_arguments_of_a_panel_are_kept_as_they_came() -> None:
    asked = parse_asked('{"do":"show","panel":"chain","args":{"underlying": "SPX"}}')

    assert isinstance(asked, Show)
    assert bytes(asked.args) == b'{"underlying": "SPX"}'


@pytest.mark.parametrize(
    "text", ["", "[]", '{"do":"fly"}', '{"do":"hide"}', '{"do":"pause","x":1}', "[" * 9999]
)
def test_anything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(ConfigurationError, match="a page asked what it cannot"):
        parse_asked(text)


def test_what_is_no_number_is_null() -> None:
    assert json.loads(format_said("x", value=float("nan"), other=float("inf"))) == {
        "t": "x",
        "value": None,
        "other": None,
    }


def test_a_note_has_an_end() -> None:
    assert len(json.loads(format_note("x" * 9999))["text"]) == WORDS
