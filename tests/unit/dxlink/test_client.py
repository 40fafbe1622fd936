from __future__ import annotations

import pytest

from tastytrade.dxfeed import EventBatch, Quote, Trade
from tastytrade.dxlink.client import ClientProtocol, Step
from tastytrade.dxlink.messages import Contract, DataFormat, Entry, Error, FeedConfig, Unreadable
from tastytrade.dxlink.plan import ChannelPlan
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import (
    ConfigurationError,
    ConnectFailed,
    FeedStalled,
    FeedUnauthorized,
    ProtocolError,
)
from tests.unit.dxlink.pair import Pair

SERVER_SETUP = (
    b'{"type":"SETUP","channel":0,"version":"1.0","keepaliveTimeout":60,"acceptKeepaliveTimeout":60}'
)


def started(token: str | None = "good") -> ClientProtocol:
    client = ClientProtocol(pace=0.0)
    client.start(token=token, now=0.0)
    return client


def ready() -> Pair:
    pair = Pair()
    pair.settle()
    return pair


def test_auth_waits_for_the_servers_first_auth_state_and_channels_for_authorized() -> None:
    client = started()
    client.want(Entry("Quote", "SPX"))
    first = client.data_to_send(0.0)
    client.receive(SERVER_SETUP, now=0.1)
    after_setup = client.data_to_send(0.1)
    client.receive(b'{"type":"AUTH_STATE","channel":0,"state":"UNAUTHORIZED"}', now=0.2)
    (auth,) = client.data_to_send(0.2)

    assert (len(first), after_setup) == (1, [])
    assert auth == b'{"type":"AUTH","channel":0,"token":"good"}'
    assert client.data_to_send(0.3) == []


def test_a_server_that_wants_no_token_gets_none() -> None:
    pair = Pair(token=None, options=ServerOptions(wants_token=False))
    pair.settle()

    assert pair.client.is_ready
    assert not any("AUTH" in text for text in pair.said("C"))


def test_a_server_that_wants_a_token_when_there_is_none_is_a_clear_error() -> None:
    pair = Pair(token=None)

    with pytest.raises(FeedUnauthorized, match="wants a token"):
        pair.settle()


@pytest.mark.parametrize("refusal", ["auth_state", "error"])
def test_a_refused_token_is_an_error_that_does_not_repeat_the_token(refusal: str) -> None:
    pair = Pair(token="very-secret", options=ServerOptions(refusal=refusal))  # type: ignore[arg-type]  # one of the two

    with pytest.raises(FeedUnauthorized) as caught:
        pair.settle()
    assert "very-secret" not in str(caught.value)


def test_a_token_that_the_server_echoes_is_not_shown() -> None:
    client = started("very-secret")
    client.receive(SERVER_SETUP, now=0.0)

    with pytest.raises(ProtocolError) as caught:
        client.receive(b'{"type":"ERROR","channel":0,"error":"X","message":"bad very-secret"}', now=0.0)
    assert "very-secret" not in str(caught.value)


def test_channels_are_opened_by_contract_with_odd_numbers() -> None:
    pair = ready()
    pair.client.want(Entry("Quote", "SPX"))
    pair.client.want(Entry("TimeAndSale", "SPY"))
    pair.client.want(Entry("Candle", "SPY{=d}", None, 0))
    pair.settle()

    contracts = {number: channel.contract for number, channel in pair.server.channels.items()}
    assert contracts == {1: Contract.TICKER, 3: Contract.STREAM, 5: Contract.HISTORY}


def test_a_channel_is_opened_only_when_something_is_wanted_on_it() -> None:
    pair = ready()
    pair.client.want(Entry("Quote", "SPX"))
    pair.settle()

    assert list(pair.server.channels) == [1]


def test_the_server_ends_up_with_what_is_wanted_and_the_columns_asked_for() -> None:
    pair = ready()
    pair.client.want(Entry("Quote", "SPX"))
    pair.client.want(Entry("Trade", "SPX"))
    pair.client.unwant(Entry("Quote", "SPX"))
    pair.settle()

    assert list(pair.server.channels[1].entries) == [("Trade", "SPX", "")]
    assert "eventType" not in pair.server.channels[1].columns("Trade")
    assert pair.client.progress == (1, 1)


def test_data_comes_as_frames_that_decode_by_the_columns_in_force() -> None:
    pair = ready()
    pair.client.want(Entry("Quote", "SPX"))
    pair.settle()
    pair.send(1, [EventBatch.from_events([Quote("SPX", bidPrice=5830.5)])])

    assert pair.events() == [Quote("SPX", bidPrice=5830.5)]


def test_a_frame_keeps_the_columns_that_were_in_force_when_it_came() -> None:
    pair = ready()
    pair.client.want(Entry("Quote", "A"))
    pair.settle()
    pair.send(1, [EventBatch.from_events([Quote("A", bidPrice=1.0)])])
    other = FeedConfig(1, 0.1, "COMPACT", {"Quote": ["bidPrice", "eventSymbol"]})
    pair.server._send(other)
    pair.settle()
    text = b'{"type":"FEED_DATA","channel":1,"data":["Quote",[2.0,"A"]]}'
    pair.received += pair.client.receive(text, now=1.0)

    assert pair.events() == [Quote("A", bidPrice=1.0), Quote("A", bidPrice=2.0)]


def test_a_config_never_makes_the_client_subscribe_again() -> None:
    pair = ready()
    pair.client.want(Entry("Quote", "A"))
    pair.settle()
    said = len(pair.said("C"))
    for _ in range(3):
        pair.server._send(FeedConfig(1, 0.1, "COMPACT", {"Quote": ["eventSymbol", "bidPrice"]}))
    pair.settle()

    assert len(pair.said("C")) == said


def test_a_turn_to_full_is_decoded_and_answered_once_with_a_wish_for_event_types() -> None:
    pair = ready()
    pair.client.want(Entry("Quote", "A"))
    pair.settle()
    for _ in range(2):
        pair.server.turn_to(1, DataFormat.FULL)
        pair.send(1, [EventBatch.from_events([Quote("A", bidPrice=1.0)])])
    setups = [text for text in pair.said("C") if "FEED_SETUP" in text]

    assert len(pair.events()) == 2
    assert len(setups) == 2
    assert '"acceptEventFields":{"Quote":["eventType","eventSymbol"' in setups[1]


def test_after_a_reconnect_the_desired_set_is_restored_and_nothing_given_up_comes_back() -> None:
    pair = ready()
    for symbol in ("A", "B"):
        pair.client.want(Entry("Quote", symbol))
    pair.settle()
    pair.client.unwant(Entry("Quote", "A"))
    pair.client.want(Entry("Quote", "C"))
    pair.reconnect()
    pair.settle()

    assert {key[1] for key in pair.server.channels[1].entries} == {"B", "C"}
    assert pair.client.epoch == 2


def test_a_channel_closed_by_the_server_is_reopened_with_a_new_number_and_its_subscriptions() -> None:
    pair = ready()
    pair.client.want(Entry("Quote", "A"))
    pair.settle()
    pair.server.close_channel(1)
    pair.settle()

    assert list(pair.server.channels) == [3]
    assert list(pair.server.channels[3].entries) == [("Quote", "A", "")]


def test_a_token_that_is_echoed_later_is_hidden_from_whoever_watches() -> None:
    pair = ready()
    (error,) = pair.client.receive(
        b'{"type":"ERROR","channel":0,"error":"UNKNOWN","message":"not good, that good"}', now=1.0
    )

    assert error == Error(0, "UNKNOWN", "not <token>, that <token>")


def test_late_data_of_a_closed_channel_is_counted_and_ignored() -> None:
    pair = ready()
    pair.client.receive(b'{"type":"FEED_DATA","channel":77,"data":[]}', now=1.0)

    assert pair.client.stray == 1


def test_data_with_its_keys_in_another_order_is_found_all_the_same() -> None:
    pair = ready()
    pair.client.want(Entry("Quote", "A"))
    pair.settle()
    columns = pair.server.channels[1].columns("Quote")
    row = ",".join('"A"' if name == "eventSymbol" else '""' if "Code" in name else "1" for name in columns)
    text = f'{{"data":["Quote",[{row}]],"channel":1,"type":"FEED_DATA"}}'.encode()
    pair.received += pair.client.receive(text, now=1.0)

    assert [event.eventSymbol for event in pair.events()] == ["A"]


def test_chunks_are_paced_and_a_rate_error_pauses_and_adds_everything_again() -> None:
    pair = Pair(pace=0.2)
    pair.settle()
    for number in range(1200):
        pair.client.want(Entry("Quote", f"LONGER-SYMBOL-{number}"))
    pair.settle()
    first = len(pair.server.channels[1].entries)
    pair.now = pair.client.next_deadline()
    pair.settle()
    second = len(pair.server.channels[1].entries)
    pair.client.receive(
        b'{"type":"ERROR","channel":1,"error":"BAD_ACTION","message":"Your subscription rate is too high"}',
        now=pair.now,
    )
    pair.settle()
    paused = len(pair.server.channels[1].entries)
    for _ in range(40):
        pair.now += 1.0
        pair.settle()

    assert 0 < first < second == paused < 1200
    assert len(pair.server.channels[1].entries) == 1200
    assert pair.client.progress == (1200, 1200)


def test_a_channel_error_leaves_the_connection_alone() -> None:
    pair = ready()
    pair.client.want(Entry("Quote", "A"))
    pair.settle()
    (error,) = pair.client.receive(
        b'{"type":"ERROR","channel":1,"error":"BAD_ACTION","message":"no"}', now=1.0
    )

    assert pair.client.is_ready
    assert isinstance(error, Error)
    assert error.channel == 1


@pytest.mark.parametrize(
    ("frames", "step"),
    [
        ([], "SETUP"),
        ([SERVER_SETUP], "its first AUTH_STATE"),
        (
            [SERVER_SETUP, b'{"type":"AUTH_STATE","channel":0,"state":"UNAUTHORIZED"}'],
            "AUTH_STATE AUTHORIZED",
        ),
    ],
)
def test_a_step_that_does_not_come_is_named(frames: list[bytes], step: str) -> None:
    client = started()
    for frame in frames:
        client.receive(frame, now=0.0)

    with pytest.raises(ConnectFailed) as caught:
        client.tick(client.next_deadline())
    assert caught.value.step == step


def test_a_channel_that_is_never_opened_is_named() -> None:
    pair = ready()
    pair.client.want(Entry("Quote", "A"))
    pair.client.data_to_send(0.0)

    with pytest.raises(ConnectFailed, match="CHANNEL_OPENED of channel 1"):
        pair.client.tick(pair.client.next_deadline())


def test_keepalives_are_sent_when_nothing_else_is_and_never_count_as_life() -> None:
    pair = ready()
    sent_at = []
    while (due := pair.client.next_deadline()) < 65.0:
        pair.now = due
        pair.client.tick(pair.now)
        sent_at += [pair.now for _ in pair.client.data_to_send(pair.now)]
    with pytest.raises(FeedStalled):
        pair.client.tick(65.0)

    assert sent_at == [20.0, 40.0, 60.0]


def test_a_server_that_bears_less_silence_gets_more_keepalives() -> None:
    client = started()
    client.receive(
        b'{"type":"SETUP","channel":0,"version":"x","keepaliveTimeout":120,"acceptKeepaliveTimeout":5}',
        now=0.0,
    )
    client.receive(b'{"type":"AUTH_STATE","channel":0,"state":"AUTHORIZED"}', now=0.0)
    client.data_to_send(0.0)

    assert client.next_deadline() == pytest.approx(5 / 3)


def test_before_it_is_let_in_a_client_waits_for_the_step_and_says_nothing_else() -> None:
    client = started()
    client.receive(
        b'{"type":"SETUP","channel":0,"version":"x","keepaliveTimeout":120,"acceptKeepaliveTimeout":3}',
        now=0.0,
    )
    client.data_to_send(0.0)
    due = client.next_deadline()
    client.tick(9.9)

    assert due == 10.0
    assert client.data_to_send(9.9) == []


def test_only_connections_that_were_let_in_are_counted() -> None:
    pair = ready()
    pair.client.start(token="good", now=1.0)
    pair.client.start(token="good", now=2.0)
    unanswered = pair.client.epoch
    pair.reconnect()
    pair.settle()

    assert (unanswered, pair.client.epoch) == (1, 2)


def test_a_second_authorized_after_a_renewed_token_opens_nothing_again() -> None:
    pair = ready()
    pair.client.want(Entry("Quote", "A"))
    pair.settle()
    pair.client.authenticate("good", now=pair.now)
    pair.settle()

    assert sum("CHANNEL_REQUEST" in text for text in pair.said("C")) == 1
    assert pair.client.step is Step.READY


def test_a_server_that_is_not_dxlink_is_said_to_be_none() -> None:
    client = started()

    with pytest.raises(ProtocolError, match="not a DXLink message"):
        client.receive(b"Welcome to the chat server!", now=0.0)


def test_unreadable_messages_are_skipped_until_they_are_too_many() -> None:
    pair = ready()
    for _ in range(9):
        assert isinstance(pair.client.receive(b"{", now=1.0)[0], Unreadable)

    with pytest.raises(ProtocolError):
        pair.client.receive(b"{", now=1.0)
    assert pair.client.malformed == 10


def test_unknown_messages_are_counted_and_skipped() -> None:
    pair = ready()
    pair.client.receive(b'{"type":"MD_SETUP","channel":0,"x":1}', now=1.0)

    assert pair.client.unknown == 1
    assert pair.client.is_ready


def test_an_auth_state_before_setup_is_not_dxlinks_handshake() -> None:
    client = started()

    with pytest.raises(ProtocolError, match="before its SETUP"):
        client.receive(b'{"type":"AUTH_STATE","channel":0,"state":"UNAUTHORIZED"}', now=0.0)


def test_plans_of_its_own_open_at_once_in_their_order_when_asked() -> None:
    plans = [
        ChannelPlan(Contract.AUTO, frozenset({"Trade"}), {"Trade": ("eventSymbol", "price")}),
        ChannelPlan(Contract.AUTO, frozenset({"Quote"})),
    ]
    pair = Pair(plans=plans)
    pair.client.open_all()
    pair.settle()
    pair.client.want(Entry("Trade", "SPX"))
    pair.settle()
    pair.send(1, [EventBatch.from_events([Trade("SPX", price=5830.0)])])

    assert list(pair.server.channels) == [1, 3]
    assert pair.server.channels[1].columns("Trade") == ("eventSymbol", "price")
    assert pair.events() == [Trade("SPX", price=5830.0)]


def test_a_type_that_no_plan_takes_is_refused_at_once() -> None:
    client = ClientProtocol([ChannelPlan(Contract.AUTO, frozenset({"Quote"}))])

    with pytest.raises(ConfigurationError, match="Trade"):
        client.want(Entry("Trade", "SPX"))
