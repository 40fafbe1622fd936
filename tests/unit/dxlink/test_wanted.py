from __future__ import annotations

import msgspec
from msgspec import UNSET

from tastytrade.dxlink.messages import Entry, FeedSubscription, encode
from tastytrade.dxlink.wanted import WantedSet


def said(wanted: WantedSet) -> list[FeedSubscription]:
    messages = []
    while (message := wanted.next_message(1)) is not None:
        messages.append(message)
    return messages


def symbols(entries: object) -> list[str]:
    return [entry.symbol for entry in entries] if isinstance(entries, list) else []


def test_the_first_message_of_a_connection_resets_and_adds() -> None:
    wanted = WantedSet()
    wanted.want(Entry("Quote", "SPX"))

    assert said(wanted) == [FeedSubscription(1, add=[Entry("Quote", "SPX")], reset=True)]
    assert wanted.is_settled


def test_a_symbol_wanted_twice_is_sent_once() -> None:
    wanted = WantedSet()
    wanted.want(Entry("Quote", "SPX"))
    wanted.want(Entry("Quote", "SPX"))
    said(wanted)
    wanted.want(Entry("Quote", "SPX"))

    assert said(wanted) == []


def test_what_is_given_up_before_it_was_sent_is_never_mentioned() -> None:
    wanted = WantedSet()
    wanted.want(Entry("Quote", "SPX"))
    wanted.unwant(("Quote", "SPX", ""))

    assert said(wanted) == []


def test_what_is_given_up_and_wanted_back_is_never_mentioned() -> None:
    wanted = WantedSet()
    wanted.want(Entry("Quote", "SPX"))
    said(wanted)
    wanted.unwant(("Quote", "SPX", ""))
    wanted.want(Entry("Quote", "SPX"))

    assert said(wanted) == []


def test_a_remove_repeats_the_start_time_and_goes_before_adds() -> None:
    wanted = WantedSet()
    wanted.want(Entry("Candle", "A{=d}", None, 5))
    said(wanted)
    wanted.unwant(("Candle", "A{=d}", ""))
    wanted.want(Entry("Quote", "B"))

    assert said(wanted) == [
        FeedSubscription(1, remove=[Entry("Candle", "A{=d}", None, 5)]),
        FeedSubscription(1, add=[Entry("Quote", "B")]),
    ]


def test_another_start_time_replaces_by_an_add_alone() -> None:
    wanted = WantedSet()
    wanted.want(Entry("Candle", "A{=d}", None, 5))
    said(wanted)
    wanted.want(Entry("Candle", "A{=d}", None, 3))

    assert said(wanted) == [FeedSubscription(1, add=[Entry("Candle", "A{=d}", None, 3)])]


def test_asking_again_removes_and_adds_so_that_the_value_is_sent_anew() -> None:
    wanted = WantedSet()
    entry = Entry("Profile", "A")
    wanted.want(entry)
    said(wanted)
    wanted.want(entry, again=True)
    wanted.want(entry)

    assert said(wanted) == [FeedSubscription(1, remove=[entry]), FeedSubscription(1, add=[entry])]


def test_after_a_reconnect_only_what_is_desired_then_is_sent_with_reset() -> None:
    wanted = WantedSet()
    for symbol in ("A", "B", "C"):
        wanted.want(Entry("Quote", symbol))
    said(wanted)
    wanted.unwant(("Quote", "B", ""))
    wanted.forget_sent()
    wanted.want(Entry("Quote", "D"))
    (message,) = said(wanted)

    assert (symbols(message.add), message.reset, message.remove) == (["A", "C", "D"], True, UNSET)


def test_messages_are_cut_by_bytes_and_by_entries() -> None:
    wanted = WantedSet()
    long_names = [f".SPXW261123C{strike}" for strike in range(2000, 4000)]
    for symbol in long_names:
        wanted.want(Entry("Quote", symbol))
    messages = said(wanted)

    assert max(len(encode(message)) for message in messages) <= 8192
    assert [symbol for message in messages for symbol in symbols(message.add)] == long_names
    assert [message.reset for message in messages] == [True] + [UNSET] * (len(messages) - 1)
    assert len(messages) < 20


def test_no_message_has_more_than_five_hundred_entries() -> None:
    wanted = WantedSet(max_bytes=1 << 20)
    for number in range(1234):
        wanted.want(Entry("Quote", f"S{number}"))

    assert [len(symbols(message.add)) for message in said(wanted)] == [500, 500, 234]


def test_an_entry_over_the_byte_limit_still_goes_alone() -> None:
    wanted = WantedSet(max_bytes=200)
    wanted.want(Entry("Quote", "X" * 300))
    wanted.want(Entry("Quote", "Y"))

    assert [symbols(message.add) for message in said(wanted)] == [["X" * 300], ["Y"]]


def test_messages_carry_only_the_keys_they_need() -> None:
    wanted = WantedSet()
    wanted.want(Entry("Quote", "A"))
    (message,) = said(wanted)

    assert msgspec.json.decode(encode(message)) == {
        "type": "FEED_SUBSCRIPTION",
        "channel": 1,
        "add": [{"type": "Quote", "symbol": "A"}],
        "reset": True,
    }


def test_where_there_is_room_what_is_new_goes_first() -> None:
    wanted = WantedSet(room=10)
    wanted.want(Entry("Quote", "A"))
    said(wanted)
    wanted.unwant(("Quote", "A", ""))
    wanted.want(Entry("Quote", "B"))

    assert said(wanted) == [
        FeedSubscription(1, add=[Entry("Quote", "B")]),
        FeedSubscription(1, remove=[Entry("Quote", "A")]),
    ]


def test_where_there_is_no_room_what_is_given_up_goes_first() -> None:
    wanted = WantedSet(room=1)
    wanted.want(Entry("Quote", "A"))
    said(wanted)
    wanted.unwant(("Quote", "A", ""))
    wanted.want(Entry("Quote", "B"))

    assert said(wanted) == [
        FeedSubscription(1, remove=[Entry("Quote", "A")]),
        FeedSubscription(1, add=[Entry("Quote", "B")]),
    ]


def test_what_is_wanted_again_is_removed_before_it_is_added_however_much_room_there_is() -> None:
    wanted = WantedSet(room=10)
    wanted.want(Entry("Quote", "A"))
    said(wanted)
    wanted.want(Entry("Quote", "A"), again=True)
    wanted.want(Entry("Quote", "B"))

    assert wanted.is_sent(("Quote", "A", "")) is False
    assert said(wanted) == [
        FeedSubscription(1, remove=[Entry("Quote", "A")]),
        FeedSubscription(1, add=[Entry("Quote", "A"), Entry("Quote", "B")]),
    ]


def test_everything_is_asked_for_before_what_is_given_up_has_been() -> None:
    wanted = WantedSet(room=10)
    wanted.want(Entry("Quote", "A"))
    said(wanted)
    wanted.unwant(("Quote", "A", ""))

    assert wanted.is_asked
    assert not wanted.is_settled
