"""The DXLink conversations beside this file, played into both ends. How to read them: player.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tastytrade.dxlink.messages import AnyMessage
from tests.conversations.player import Line, ends_of, play, read

FOLDER = Path(__file__).parent
CONVERSATIONS = {path.stem: read(path) for path in sorted(FOLDER.glob("*.txt"))}
CASES = [
    pytest.param(lines, end, id=f"{name}-{end}")
    for name, lines in CONVERSATIONS.items()
    for end in ends_of(lines)
]
HANDSHAKE = "handshake"


@pytest.mark.parametrize(("lines", "end"), CASES)
def test_a_conversation_goes_as_it_is_written(lines: list[Line], end: str) -> None:
    play(lines, end)


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_conversation_begins_by_saying_what_it_shows(name: str) -> None:
    assert (FOLDER / f"{name}.txt").read_text(encoding="utf-8").startswith("# ")


def test_every_message_of_a_feed_is_said_somewhere() -> None:
    said = {
        found[1]
        for lines in CONVERSATIONS.values()
        for line in lines
        if line.verb in {"C>", "S>"} and (found := re.match(r'\{"type":"(\w+)"', line.rest))
    }
    tags = {str(message.__struct_config__.tag) for message in AnyMessage.__args__}

    assert {tag for tag in tags if not tag.startswith("DOM_")} <= said


@pytest.mark.parametrize("end", ["client", "server"])
def test_a_message_that_is_not_said_is_found_missing(end: str) -> None:
    mark = "C>" if end == "client" else "S>"
    lines = [*CONVERSATIONS[HANDSHAKE], Line(99, mark, '{"type":"KEEPALIVE","channel":0}')]

    with pytest.raises(AssertionError, match=r"line 99 .*nothing was said"):
        play(lines, end)


@pytest.mark.parametrize("end", ["client", "server"])
def test_a_message_that_is_not_written_is_found_too_much(end: str) -> None:
    mark = "C>" if end == "client" else "S>"
    *_, last = (line for line in CONVERSATIONS[HANDSHAKE] if line.verb == mark)
    lines = [line for line in CONVERSATIONS[HANDSHAKE] if line is not last]

    with pytest.raises(AssertionError, match="also said"):
        play(lines, end)


def test_a_message_with_another_value_is_shown_as_it_was_said() -> None:
    lines = [line._replace(rest=line.rest.replace('"good"', '"other"')) for line in CONVERSATIONS[HANDSHAKE]]

    with pytest.raises(AssertionError, match=r'said \{"type": "AUTH", "channel": 0, "token": "good"\}'):
        play(lines, "client")


def test_a_line_that_means_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "typo.txt"
    path.write_text("# A typo.\nwnat Quote SPX\n", encoding="utf-8")

    with pytest.raises(AssertionError, match="line 2: cannot read 'wnat Quote SPX'"):
        read(path)
