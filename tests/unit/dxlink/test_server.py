from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tastytrade.dxfeed import EventBatch, Quote, Trade
from tastytrade.dxlink.messages import Entry
from tastytrade.dxlink.server import ServerProtocol
from tastytrade.dxlink.server_options import ServerOptions
from tests.unit.dxlink.pair import Pair


class Dialogue:
    """Says JSON to a server and reads what it answers."""

    def __init__(self, **options: Any) -> None:
        self.now = 0.0
        self.server = ServerProtocol(
            lambda token: "u-1" if token == "good" else None, ServerOptions(**options), now=0.0
        )

    def say(self, kind: str, channel: int, **rest: Any) -> list[dict[str, Any]]:
        self.server.receive(msgspec.json.encode({"type": kind, "channel": channel, **rest}), now=self.now)
        return self.heard()

    def heard(self) -> list[dict[str, Any]]:
        return [msgspec.json.decode(text) for text in self.server.data_to_send(self.now)]

    def enter(self) -> Dialogue:
        self.say("SETUP", 0, version="x", keepaliveTimeout=60, acceptKeepaliveTimeout=60)
        self.say("AUTH", 0, token="good")
        return self

    def open(self, channel: int, contract: str = "AUTO") -> list[dict[str, Any]]:
        return self.say("CHANNEL_REQUEST", channel, service="FEED", parameters={"contract": contract})

    def want(self, channel: int, *symbols: str, kind: str = "Quote") -> list[dict[str, Any]]:
        return self.say("FEED_SUBSCRIPTION", channel, add=[{"type": kind, "symbol": one} for one in symbols])


def error(text: str, channel: int = 0, kind: str = "BAD_ACTION") -> list[dict[str, Any]]:
    return [{"type": "ERROR", "channel": channel, "error": kind, "message": text}]


def test_setup_is_answered_by_setup_and_a_first_unauthorized() -> None:
    answer = Dialogue().say("SETUP", 0, version="0.1")

    assert [one["type"] for one in answer] == ["SETUP", "AUTH_STATE"]
    assert answer[1]["state"] == "UNAUTHORIZED"


def test_a_good_token_is_authorized_with_a_user_id() -> None:
    dialogue = Dialogue()
    dialogue.say("SETUP", 0, version="0.1")

    assert dialogue.say("AUTH", 0, token="good") == [
        {"type": "AUTH_STATE", "channel": 0, "state": "AUTHORIZED", "userId": "u-1"}
    ]


def test_a_bad_token_is_refused_in_any_of_three_ways() -> None:
    answers = {}
    for refusal in ("auth_state", "error", "close"):
        dialogue = Dialogue(refusal=refusal)
        dialogue.say("SETUP", 0, version="0.1")
        answers[refusal] = dialogue.say("AUTH", 0, token="bad")
        assert (dialogue.server.closing is not None) == (refusal == "close")

    assert answers["auth_state"] == [{"type": "AUTH_STATE", "channel": 0, "state": "UNAUTHORIZED"}]
    assert answers["error"] == error("Authentication failed", kind="UNAUTHORIZED")
    assert answers["close"] == []


def test_a_channel_before_authorized_is_an_error_and_lost() -> None:
    dialogue = Dialogue()
    dialogue.say("SETUP", 0, version="0.1")

    assert dialogue.open(1) == error("AUTH step missing")
    assert dialogue.server.channels == {}


def test_an_even_channel_is_a_protocol_violation() -> None:
    assert Dialogue().enter().open(2) == error("Protocol violation with an even channel usage.")


def test_a_channel_that_is_open_cannot_be_opened_again() -> None:
    dialogue = Dialogue().enter()
    dialogue.open(1)

    assert dialogue.open(1)[0]["error"] == "BAD_ACTION"


@pytest.mark.parametrize(
    ("service", "parameters"),
    [("FEED", {"contract": "X"}), ("FEED", {}), ("WEATHER", {"contract": "AUTO"})],
)
def test_an_unknown_service_or_contract_is_not_opened(service: str, parameters: dict[str, str]) -> None:
    dialogue = Dialogue().enter()
    answer = dialogue.say("CHANNEL_REQUEST", 1, service=service, parameters=parameters)

    assert answer[0]["type"] == "ERROR"
    assert dialogue.server.channels == {}


def test_opening_echoes_the_parameters_and_the_list_format() -> None:
    (answer,) = Dialogue().enter().open(3, "TICKER")

    assert answer["parameters"] == {"contract": "TICKER", "subFormat": "LIST"}


def test_a_message_for_an_unknown_channel_is_an_error() -> None:
    assert Dialogue().enter().want(5, "A") == error("Channel with id 5 not exists")


def test_a_setup_for_channel_zero_is_shrugged_off() -> None:
    dialogue = Dialogue().enter()
    (answer,) = dialogue.say("FEED_SETUP", 0, acceptEventFields={"Control": []})

    assert answer["type"] == "ERROR"
    assert dialogue.server.closing is None


def test_cancelling_a_channel_closes_it_and_ends_its_subscriptions() -> None:
    dialogue = Dialogue().enter()
    dialogue.open(1)
    dialogue.want(1, "A")
    text = msgspec.json.encode({"type": "CHANNEL_CANCEL", "channel": 1})
    (change,) = dialogue.server.receive(text, now=0.0)

    assert [entry.symbol for entry in change.removed] == ["A"]
    assert dialogue.heard() == [{"type": "CHANNEL_CLOSED", "channel": 1}]


def test_a_config_comes_without_fields_until_a_type_is_subscribed_and_once_for_each() -> None:
    dialogue = Dialogue().enter()
    dialogue.open(1)
    first = dialogue.say("FEED_SETUP", 1, acceptDataFormat="COMPACT", acceptAggregationPeriod=0)
    quote = dialogue.want(1, "A")
    again = dialogue.want(1, "B")
    trade = dialogue.want(1, "A", kind="Trade")

    assert first == [{"type": "FEED_CONFIG", "channel": 1, "aggregationPeriod": 0.0, "dataFormat": "COMPACT"}]
    assert [sorted(one["eventFields"]) for one in quote] == [["Quote"]]
    assert again == []
    assert [sorted(one["eventFields"]) for one in trade] == [["Quote", "Trade"]]


def test_columns_the_server_does_not_know_are_dropped_without_a_word() -> None:
    dialogue = Dialogue().enter()
    dialogue.open(1)
    dialogue.say("FEED_SETUP", 1, acceptEventFields={"Candle": ["eventSymbol", "VWAP", "vwap"], "X": ["y"]})
    (config,) = dialogue.want(1, "A{=d}", kind="Candle")

    assert config["eventFields"] == {"Candle": ["eventSymbol", "vwap"]}


def test_a_fresh_channel_speaks_full_with_event_type_first() -> None:
    dialogue = Dialogue().enter()
    dialogue.open(1)
    dialogue.want(1, "A")
    dialogue.server.send(1, [EventBatch.from_events([Quote("A", bidPrice=100.0)])])
    (text,) = dialogue.server.data_to_send(0.0)

    assert text.startswith(b'{"type":"FEED_DATA","channel":1,"data":[{"eventType":"Quote","eventSymbol":"A"')
    assert b'"bidPrice":100.0' in text
    assert b'"askPrice":"NaN"' in text


def test_compact_data_of_several_types_shares_a_frame() -> None:
    dialogue = Dialogue().enter()
    dialogue.open(1)
    fields = {"Quote": ["eventSymbol", "bidPrice"], "Trade": ["price", "eventSymbol"]}
    dialogue.say("FEED_SETUP", 1, acceptDataFormat="COMPACT", acceptEventFields=fields)
    dialogue.want(1, "A")
    dialogue.want(1, "A", kind="Trade")
    quotes, trades = [Quote("A", bidPrice=1.5), Quote("B", bidPrice=float("inf"))], [Trade("A", price=2.0)]
    dialogue.server.send(1, [EventBatch.from_events(quotes), EventBatch.from_events(trades)])
    (frame,) = dialogue.heard()

    assert frame["data"] == ["Quote", ["A", 1.5, "B", "Infinity"], "Trade", [2.0, "A"]]


def test_reset_goes_before_remove_and_remove_before_add() -> None:
    dialogue = Dialogue().enter()
    dialogue.open(1)
    dialogue.want(1, "A", "B")
    a, c = {"type": "Quote", "symbol": "A"}, {"type": "Quote", "symbol": "C"}
    dialogue.say("FEED_SUBSCRIPTION", 1, reset=True, remove=[c], add=[c, a])

    assert [key[1] for key in dialogue.server.channels[1].entries] == ["C", "A"]


def test_adding_what_is_there_changes_nothing_and_a_new_start_time_replaces() -> None:
    dialogue = Dialogue().enter()
    dialogue.open(1)
    item = {"type": "Candle", "symbol": "A{=1d}", "fromTime": 5}

    def add(**change: Any) -> list[Entry]:
        text = msgspec.json.encode({"type": "FEED_SUBSCRIPTION", "channel": 1, "add": [item | change]})
        return [entry for one in dialogue.server.receive(text, now=0.0) for entry in one.added]

    first, same, other = add(), add(), add(fromTime=3)

    assert first == [Entry("Candle", "A{=d}", None, 5)]
    assert same == []
    assert other == [Entry("Candle", "A{=d}", None, 3)]


def test_a_candle_is_removed_by_any_spelling_of_its_canonical_symbol() -> None:
    dialogue = Dialogue().enter()
    dialogue.open(1)
    dialogue.want(1, "A{=1m,tho=true}", kind="Candle")
    dialogue.say("FEED_SUBSCRIPTION", 1, remove=[{"type": "Candle", "symbol": "A{=m,tho=true}"}])

    assert dialogue.server.channels[1].entries == {}


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"subscription_limit": 2}, "Quote", "Your subscription size is too big"),
        ({"candle_limit": 2}, "Candle", "Your subscription size for event type 'Candle' is too big"),
        ({"rate_burst": 2}, "Quote", "Your subscription rate is too high"),
    ],
)
def test_a_message_over_a_limit_is_refused_whole_and_the_rest_stays(
    options: dict[str, Any], kind: str, text: str
) -> None:
    dialogue = Dialogue(**options).enter()
    dialogue.open(1)
    dialogue.want(1, "A", kind=kind)

    assert dialogue.want(1, "B", "C", kind=kind) == error(text, channel=1)
    assert [key[1] for key in dialogue.server.channels[1].entries] == ["A"]


def test_the_rate_is_regained_with_time() -> None:
    dialogue = Dialogue(rate_burst=2, rate=1.0).enter()
    dialogue.open(1)
    dialogue.want(1, "A", "B")
    refused = dialogue.want(1, "C")
    dialogue.now = 1.0
    taken = dialogue.want(1, "C")

    assert refused == error("Your subscription rate is too high", channel=1)
    assert taken == []


def test_a_frame_over_the_limit_is_ignored_with_an_error_or_closes() -> None:
    long = "x" * 70_000
    mild, strict = Dialogue().enter(), Dialogue(oversize="close").enter()
    mild_answer = mild.say("KEEPALIVE", 0, pad=long)
    strict.say("KEEPALIVE", 0, pad=long)

    assert mild_answer == error("Max frame length of 65536 has been exceeded", kind="INVALID_MESSAGE")
    assert mild.server.closing is None
    assert strict.server.closing is not None
    assert strict.server.closing.code == 1009


def test_broken_json_is_an_invalid_message() -> None:
    dialogue = Dialogue().enter()
    dialogue.server.receive(b'{"type":"AUTH"', now=0.0)

    assert dialogue.heard()[0]["error"] == "INVALID_MESSAGE"


def test_a_silent_client_is_let_go_without_an_error_or_with_one() -> None:
    heard = {}
    for silence in ("close", "error"):
        dialogue = Dialogue(silence=silence).enter()
        while dialogue.server.closing is None:
            dialogue.now = dialogue.server.next_deadline()
            dialogue.server.tick(dialogue.now)
            heard[silence] = dialogue.heard()
        assert dialogue.server.closing.reason == "Bye"
        assert dialogue.now == 65.0

    assert heard["close"] == []
    assert heard["error"][0]["error"] == "TIMEOUT"


def test_a_client_that_never_says_setup_is_let_go_with_an_error() -> None:
    dialogue = Dialogue()
    dialogue.now = dialogue.server.next_deadline()
    dialogue.server.tick(dialogue.now)

    assert dialogue.heard()[0]["message"] == "No setup message received for 10s"
    assert dialogue.server.closing is not None


def test_a_server_with_nothing_to_say_sends_keepalives() -> None:
    dialogue = Dialogue().enter()
    dialogue.now = dialogue.server.next_deadline()
    dialogue.server.tick(dialogue.now)

    assert dialogue.heard() == [{"type": "KEEPALIVE", "channel": 0}]


def test_an_expired_token_stops_everything_until_a_new_one_comes() -> None:
    dialogue = Dialogue().enter()
    dialogue.open(1)
    dialogue.server.expire_token()
    expired = dialogue.heard()
    old = dialogue.say("AUTH", 0, token="old")
    new = dialogue.say("AUTH", 0, token="good")

    assert "expired" in expired[0]["message"]
    assert old[0]["message"] == "Authentication failed"
    assert new[0]["state"] == "AUTHORIZED"
    assert list(dialogue.server.channels) == [1]


def test_an_auth_that_did_not_wait_is_tolerated_or_refused_with_the_recorded_text() -> None:
    answers = []
    for early_auth in ("accept", "refuse"):
        dialogue = Dialogue(early_auth=early_auth)
        for message in ({"type": "SETUP", "version": "x"}, {"type": "AUTH", "token": "good"}):
            dialogue.server.receive(msgspec.json.encode({**message, "channel": 0}), now=0.0)
        answers.append(dialogue.heard()[-1])

    assert answers[0]["state"] == "AUTHORIZED"
    assert "Session not found" in answers[1]["message"]


def test_a_mute_server_sends_no_keepalives() -> None:
    dialogue = Dialogue(keepalives=False).enter()
    dialogue.now = dialogue.server.next_deadline()
    dialogue.server.tick(dialogue.now)

    assert dialogue.heard() == []
    assert dialogue.server.next_deadline() > dialogue.now


def test_a_client_understands_a_server_of_other_habits() -> None:
    options = ServerOptions(column_order="reversed", dropped_columns=frozenset({"askSize"}), config_repeats=3)
    pair = Pair(options=options)
    pair.client.want(Entry("Quote", "A"))
    pair.settle()
    pair.send(1, [EventBatch.from_events([Quote("A", bidPrice=1.5, askSize=7.0)])])

    assert pair.events() == [Quote("A", bidPrice=1.5)]
    assert sum("FEED_CONFIG" in text for text in pair.said("S")) == 6
    assert sum("FEED_SUBSCRIPTION" in text for text in pair.said("C")) == 1
