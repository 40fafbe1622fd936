"""What a server is told of what is wanted, and what follows when it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tastytrade.dxlink.meaning import Meaning
from tastytrade.dxlink.messages import Entry, Error
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.dxlink.server_texts import CANDLES_TOO_BIG, RATE_TOO_HIGH, SIZE_TOO_BIG
from tastytrade.dxlink.subscriber import BUDGET, RATE_COOLDOWN
from tastytrade.errors import ConnectFailed
from tests.unit.dxlink.pair import Pair


def quotes(*symbols: str) -> list[Entry]:
    return [Entry("Quote", symbol) for symbol in symbols]


def live(*entries: Entry, **options: Any) -> Pair:
    pair = Pair(options=ServerOptions(**options) if options else None)
    pair.settle()
    add(pair, *entries)
    return pair


def add(pair: Pair, *entries: Entry) -> None:
    for entry in entries:
        pair.client.want(entry)
    pair.settle()


def heard(pair: Pair) -> None:
    """The server has answered a ping that came after everything."""
    pair.client.confirm(pair.client.asked)


def refuses(pair: Pair, text: str, *, channel: int = 1) -> None:
    pair.client.on_channel(Error(channel, "BAD_ACTION", text), pair.now)


def known(pair: Pair) -> set[str]:
    return {key[1] for channel in pair.server.channels.values() for key in channel.entries}


def test_everything_is_confirmed_once_the_last_mark_was_heard() -> None:
    pair = live(*quotes("A"), Entry("TimeAndSale", "A"))
    before = pair.client.is_confirmed
    pair.client.confirm(1)
    half = pair.client.is_confirmed
    pair.client.confirm(2)

    assert pair.client.asked == 2
    assert (before, half, pair.client.is_confirmed) == (False, False, True)


def test_marks_begin_again_with_a_connection() -> None:
    pair = live(*quotes("A"))
    heard(pair)
    pair.reconnect()
    before = pair.client.asked, pair.client.is_confirmed
    pair.settle()
    heard(pair)

    assert before == (0, False)
    assert pair.client.is_confirmed


def test_progress_says_how_many_were_told_of_how_many() -> None:
    pair = live(*quotes("A", "B"))
    pair.client.want(Entry("Quote", "C"))

    assert (pair.client.progress, pair.client.room) == ((2, 3), BUDGET - 3)


def test_over_the_limit_of_the_server_what_was_not_heard_waits_until_there_is_room() -> None:
    pair = live(*quotes("A", "B"), subscription_limit=3)
    heard(pair)
    add(pair, *quotes("C", "D", "E"))
    refused = known(pair), pair.client.is_full, pair.client.budget
    heard(pair)
    asked = pair.client.is_confirmed
    pair.client.unwant(Entry("Quote", "A"))
    pair.settle()

    assert refused == ({"A", "B"}, True, 2)
    assert asked
    assert known(pair) == {"B", "C"}


def test_a_refusal_is_counted_where_it_happened() -> None:
    pair = live(*quotes("A"), Entry("Candle", "A{=d}", None, 0))
    refuses(pair, CANDLES_TOO_BIG, channel=3)

    assert [channel.refusals for channel in pair.client.channels] == [0, 0, 1]


def test_too_many_candles_are_too_many_on_their_channel_only() -> None:
    candles = [Entry("Candle", f"S{number}{{=d}}", None, 0) for number in range(4)]
    pair = live(*candles[:2])
    heard(pair)
    add(pair, *candles[2:])
    refuses(pair, CANDLES_TOO_BIG)
    pair.settle()
    heard(pair)
    add(pair, *quotes("A"))

    assert pair.client.is_full
    assert (pair.client.sent, pair.client.desired, pair.client.budget) == (3, 5, BUDGET)


def test_what_was_given_up_before_it_was_refused_is_forgotten() -> None:
    pair = live(*quotes("A"))
    heard(pair)
    add(pair, *quotes("B"))
    pair.client.unwant(Entry("Quote", "B"))
    refuses(pair, SIZE_TOO_BIG)
    pair.settle()

    assert pair.client.progress == (1, 1)


def test_too_fast_means_a_pause_on_that_channel_and_a_slower_pace() -> None:
    pair = Pair(pace=0.2)
    pair.settle()
    add(pair, *quotes("A"))
    refuses(pair, RATE_TOO_HIGH)
    lost = [(channel.number, meaning) for channel, meaning in pair.client.lost]
    before = len(pair.said("C"))
    pair.now = RATE_COOLDOWN - 0.1
    pair.settle()
    early = len(pair.said("C"))
    pair.now = RATE_COOLDOWN
    pair.settle()

    assert lost == [(1, Meaning.RATE)]
    assert early == before
    assert len(pair.said("C")) == before + 1
    assert not pair.client.is_confirmed


def test_what_is_given_up_while_the_server_wants_a_pause_is_given_up() -> None:
    pair = live(*quotes("A", "B"))
    pair.client.unwant(Entry("Quote", "A"))
    refuses(pair, RATE_TOO_HIGH)
    pair.now = 2 * RATE_COOLDOWN
    pair.settle()

    assert known(pair) == {"B"}


def test_too_fast_on_a_channel_without_subscriptions_leaves_nothing_to_confirm() -> None:
    pair = live(*quotes("A"))
    pair.client.unwant(Entry("Quote", "A"))
    pair.settle()
    heard(pair)
    refuses(pair, RATE_TOO_HIGH)
    marks = pair.client.asked
    pair.now = 2 * RATE_COOLDOWN
    pair.settle()

    assert pair.client.asked == marks  # so that there is nothing to be heard
    assert pair.client.is_confirmed


def test_channels_take_turns() -> None:
    pair = Pair(pace=1.0)
    pair.settle()
    pair.now = 1.0
    for number in range(1200):
        pair.client.want(Entry("Quote", f"S{number}"))
    pair.client.want(Entry("TimeAndSale", "A"))
    pair.client.want(Entry("Candle", "A{=d}", None, 0))
    for _ in range(3):
        pair.settle()
        pair.now += 1.0

    assert {channel.number for channel in pair.server.channels.values() if channel.entries} == {1, 3, 5}


@pytest.mark.parametrize(("closures", "pause"), [(1, 0.0), (2, 2.0), (3, 4.0), (9, 32.0)])
def test_a_channel_that_the_server_closes_again_and_again_is_opened_later_and_later(
    closures: int, pause: float
) -> None:
    pair = live(*quotes("A"))
    for number in range(closures):
        pair.now += 100.0 if number else 0.0
        pair.client.receive(b'{"type":"KEEPALIVE","channel":0}', now=pair.now)
        pair.settle()
        (opened,) = pair.server.channels
        pair.server.close_channel(opened)
        (text,) = pair.server.data_to_send(pair.now)
        pair.client.receive(text, now=pair.now)
    (channel, *_) = pair.client.channels

    assert channel.closures == closures
    assert max(0.0, channel.open_at - pair.now) == pause


def test_a_closed_channel_is_lost_until_somebody_takes_note() -> None:
    pair = live(*quotes("A"))
    pair.server.close_channel(1)
    pair.settle()

    assert [meaning for _, meaning in pair.client.lost] == [Meaning.LOST_CHANNEL]


def test_a_message_for_a_channel_that_is_not_open_is_counted() -> None:
    pair = live(*quotes("A"))
    refuses(pair, RATE_TOO_HIGH, channel=77)

    assert pair.client.stray == 1
    assert pair.client.lost == []


def test_a_channel_that_is_never_set_up_is_named() -> None:
    pair = live()
    pair.client.want(Entry("Quote", "A"))
    pair.client.data_to_send(0.0)
    pair.client.receive(b'{"type":"CHANNEL_OPENED","channel":1,"service":"FEED"}', now=0.0)
    pair.client.data_to_send(0.0)

    with pytest.raises(ConnectFailed, match="FEED_CONFIG of channel 1"):
        pair.client.tick(10.0)
