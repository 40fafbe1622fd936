"""What a DXLink server does unasked, and by switches that change while it runs."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import structs

from tastytrade.dxfeed import EventBatch, Quote
from tastytrade.dxlink.server import Outgoing, ServerProtocol
from tastytrade.dxlink.server_options import ServerOptions
from tests.unit.dxlink.test_server import Dialogue, error

QUOTES = EventBatch.from_events([Quote("A", bidPrice=1.5)])


def subscribed(**options: Any) -> Dialogue:
    """A client with a quote of one column on channel 1."""
    dialogue = Dialogue(**options).enter()
    dialogue.open(1)
    dialogue.say("FEED_SETUP", 1, acceptDataFormat="COMPACT", acceptEventFields={"Quote": ["bidPrice"]})
    dialogue.want(1, "A")
    return dialogue


@pytest.mark.parametrize(
    ("afterwards", "kinds", "channels"),
    [("resumes", ["FEED_DATA"], [1]), ("silent", [], [1]), ("channels_lost", [], [])],
)
def test_after_an_expired_token_a_new_one_does_what_the_switch_says(
    afterwards: str, kinds: list[str], channels: list[int]
) -> None:
    dialogue = subscribed(reauthentication=afterwards)
    dialogue.server.expire_token()
    text = msgspec.json.encode({"type": "AUTH", "channel": 0, "token": "good"})
    changes = dialogue.server.receive(text, now=0.0)
    dialogue.heard()
    dialogue.server.send(1, [QUOTES])

    assert [message["type"] for message in dialogue.heard()] == kinds
    assert list(dialogue.server.channels) == channels
    assert [entry.symbol for change in changes for entry in change.removed] == ([] if channels else ["A"])


def test_renewing_a_token_in_time_changes_nothing() -> None:
    dialogue = subscribed(reauthentication="channels_lost")
    dialogue.say("AUTH", 0, token="good")

    assert list(dialogue.server.channels) == [1]


@pytest.mark.parametrize("refusal", ["error", "close"])
def test_one_session_more_than_allowed_is_refused(refusal: str) -> None:
    options = msgspec.convert({"session_limit": 2, "session_refusal": refusal}, ServerOptions)
    said = []
    for others in ([1], [1, 2]):
        server = ServerProtocol(lambda _token: "u", options, now=0.0, other_sessions=others.__len__)
        for message in ({"type": "SETUP", "version": "x"}, {"type": "AUTH", "token": "t"}):
            server.receive(msgspec.json.encode({**message, "channel": 0}), now=0.0)
        said.append([msgspec.json.decode(text) for text in server.data_to_send(0.0)][2:])

    assert said[0][0]["state"] == "AUTHORIZED"
    text = "The number of user sessions has exceeded the configured limit"
    assert said[1] == (error(text, kind="UNAUTHORIZED") if refusal == "error" else [])
    assert server.closing is not None
    assert (server.closing.code, server.closing.reason) == (1000, "Bye")


def test_a_channel_whose_columns_change_is_told_before_its_data_and_others_are_not() -> None:
    dialogue = subscribed()
    dialogue.open(3)
    options = dialogue.server.options
    dialogue.server.change_options(structs.replace(options, extra_columns=("mood",)))
    dialogue.server.send(1, [QUOTES])
    config, data = dialogue.heard()

    assert (config["channel"], config["eventFields"]) == (1, {"Quote": ["bidPrice", "mood"]})
    assert data["data"] == ["Quote", [1.5, None]]


def test_a_switch_that_touches_no_column_is_not_told() -> None:
    dialogue = subscribed()
    dialogue.server.change_options(structs.replace(dialogue.server.options, mixed_types=True))

    assert dialogue.heard() == []


def test_a_config_is_repeated_with_its_columns_or_without() -> None:
    dialogue = subscribed()
    dialogue.server.repeat_config(1, 2, with_fields=True)
    dialogue.server.repeat_config(1, 1, with_fields=False)

    assert ["eventFields" in config for config in dialogue.heard()] == [True, True, False]


def test_an_error_comes_without_a_reason() -> None:
    dialogue = subscribed()
    dialogue.server.complain(1, "BAD_ACTION", "no")

    assert dialogue.heard() == error("no", channel=1)


def test_closing_a_channel_tells_what_ended_and_once() -> None:
    dialogue = subscribed()
    closed, again = dialogue.server.close_channel(1), dialogue.server.close_channel(1)

    assert [entry.symbol for change in closed for entry in change.removed] == ["A"]
    assert again == []


def test_frames_know_their_rows_and_keep_their_batches_when_told_to() -> None:
    dialogue = subscribed()
    dialogue.server.send(1, [QUOTES])
    dialogue.server.keeps_batches = True
    dialogue.server.send(1, [QUOTES])
    first, second = dialogue.server.frames_to_send()

    text = b'{"type":"FEED_DATA","channel":1,"data":["Quote",[1.5]]}'
    assert first == Outgoing(text, 1, 1)
    assert second == Outgoing(text, 1, 1, [QUOTES])


def test_a_keepalive_is_due_from_when_something_was_written() -> None:
    dialogue = subscribed()
    dialogue.server.wrote(10.0)
    later = dialogue.server.next_deadline()
    dialogue.server.wrote(5.0)

    assert later - dialogue.server.next_deadline() == 5.0
