from __future__ import annotations

import pytest

from tastytrade.dxlink.channel import HISTORIES_IN_FLIGHT, LATE_REFUSAL, Channel, Opening
from tastytrade.dxlink.messages import Contract, Entry, FeedConfig, FeedSubscription
from tastytrade.dxlink.plan import ChannelPlan

A, B = Entry("Quote", "A"), Entry("Quote", "B")


@pytest.fixture
def channel() -> Channel:
    made = Channel(ChannelPlan(Contract.TICKER))
    made.number, made.opening = 1, Opening.OPEN
    return made


def say(channel: Channel, mark: int, *, now: float = 0.0) -> FeedSubscription:
    message = channel.wanted.next_message(channel.number)
    assert message is not None
    channel.said(message, mark, now)
    return message


def test_what_is_wanted_is_confirmed_when_its_message_was_heard(channel: Channel) -> None:
    channel.wanted.want(A)
    unsaid = channel.is_confirmed
    say(channel, 5)
    unheard = channel.is_confirmed
    channel.confirm(4)
    too_early = channel.is_confirmed
    channel.confirm(5)

    assert (unsaid, unheard, too_early, channel.is_confirmed) == (False, False, False, True)


def test_a_channel_on_which_nothing_is_wanted_has_nothing_to_confirm(channel: Channel) -> None:
    assert channel.is_confirmed


def test_a_mark_of_another_channel_confirms_no_more_than_was_said_here(channel: Channel) -> None:
    channel.wanted.want(A)
    say(channel, 1)
    channel.confirm(9)
    channel.wanted.want(B)
    say(channel, 3)

    assert not channel.is_confirmed


def test_an_older_mark_takes_nothing_back(channel: Channel) -> None:
    channel.wanted.want(A)
    say(channel, 2)
    channel.confirm(2)
    channel.confirm(1)

    assert channel.is_confirmed


def test_only_what_was_not_heard_yet_is_taken_back(channel: Channel) -> None:
    channel.wanted.want(A)
    say(channel, 1)
    channel.confirm(1)
    channel.wanted.want(B)
    say(channel, 2)
    channel.take_back(0.0)

    assert list(channel.wanted.sent) == [A.key]
    assert say(channel, 3).add == [B]


@pytest.mark.parametrize(("later", "is_taken_back"), [(LATE_REFUSAL - 0.1, True), (LATE_REFUSAL, False)])
def test_a_refusal_that_comes_a_little_after_the_confirmation_is_of_the_newest(
    channel: Channel, later: float, is_taken_back: bool
) -> None:
    for mark, entry in enumerate((A, B), 1):
        channel.wanted.want(entry)
        say(channel, mark)
    channel.confirm(2)
    channel.take_back(later)

    assert list(channel.wanted.sent) == ([A.key] if is_taken_back else [A.key, B.key])


def test_what_was_taken_back_once_is_not_taken_back_again(channel: Channel) -> None:
    channel.wanted.want(A)
    say(channel, 1)
    channel.take_back(0.0)
    say(channel, 2)
    channel.confirm(2)
    channel.take_back(LATE_REFUSAL)

    assert list(channel.wanted.sent) == [A.key]


def test_a_channel_that_begins_again_knows_nothing_but_what_is_desired(channel: Channel) -> None:
    channel.wanted.want(A)
    say(channel, 1)
    channel.next_setup()
    channel.apply(FeedConfig(1, 0.5, "COMPACT", {"Quote": ["eventSymbol"]}))
    channel.restart()
    setup = channel.next_setup()

    assert (channel.opening, channel.layout, channel.aggregation_period) == (Opening.CLOSED, {}, None)
    assert not channel.is_confirmed
    assert setup is not None
    assert list(setup.accept_event_fields or {}) == ["Quote"]
    assert say(channel, 1).reset is True


def test_a_type_is_set_up_once_and_the_wishes_for_the_channel_with_the_first(channel: Channel) -> None:
    channel.wanted.want(A)
    first = channel.next_setup()
    channel.wanted.want(B)
    nothing = channel.next_setup()
    channel.wanted.want(Entry("Trade", "A"))
    second = channel.next_setup()

    assert first is not None
    assert second is not None
    assert (first.accept_data_format, first.accept_aggregation_period) == ("COMPACT", 0.1)
    assert nothing is None
    assert (second.accept_data_format, second.accept_aggregation_period) == (None, None)
    assert list(second.accept_event_fields or {}) == ["Trade"]


def test_a_config_changes_only_what_it_names(channel: Channel) -> None:
    channel.apply(FeedConfig(1, 0.5, "COMPACT", {"Quote": ["eventSymbol"]}))
    layout = channel.layout
    channel.apply(FeedConfig(1, event_fields={"Trade": ["eventSymbol", "price"]}))
    channel.apply(FeedConfig(1, aggregation_period="NaN"))

    assert channel.layout == {"Quote": ("eventSymbol",), "Trade": ("eventSymbol", "price")}
    assert (channel.aggregation_period, channel.data_format) == (0.5, "COMPACT")
    assert layout == {"Quote": ("eventSymbol",)}  # of frames that came before


@pytest.mark.parametrize(
    ("contract", "brings"), [(Contract.TICKER, True), (Contract.HISTORY, True), (Contract.STREAM, False)]
)
def test_only_prints_may_stay_silent(contract: Contract, brings: bool) -> None:
    assert Channel(ChannelPlan(contract)).brings_values is brings


def test_of_histories_only_some_are_asked_for_at_a_time() -> None:
    channel = Channel(ChannelPlan(Contract.HISTORY))
    for number in range(HISTORIES_IN_FLIGHT + 5):
        channel.wanted.want(Entry("Candle", f"S{number}", None, 0))

    assert len(say(channel, 1).add or ()) == HISTORIES_IN_FLIGHT
    assert channel.wanted.next_message(1) is None
