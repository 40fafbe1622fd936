from __future__ import annotations

import msgspec
from msgspec import UNSET

from tastytrade.dxlink.messages import Entry, FeedSubscription, encode
from tastytrade.dxlink.wanted import SILENT_AFTER, WantedSet


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


# What the server may not have taken.


def test_what_is_taken_back_waits_and_is_sent_again() -> None:
    wanted = WantedSet()
    wanted.want(Entry("Quote", "A"))
    said(wanted)
    wanted.take_back([Entry("Quote", "A")])

    assert not wanted.is_sent(("Quote", "A", ""))
    assert said(wanted) == [FeedSubscription(1, add=[Entry("Quote", "A")])]


def test_what_was_given_up_meanwhile_is_not_taken_back() -> None:
    wanted = WantedSet()
    wanted.want(Entry("Quote", "A"))
    said(wanted)
    wanted.unwant(("Quote", "A", ""))
    wanted.take_back([Entry("Quote", "A")])

    assert said(wanted) == []
    assert wanted.is_settled


def test_what_has_another_start_by_now_is_not_taken_back() -> None:
    wanted = WantedSet()
    first, second = (Entry("Candle", "A{=d}", None, since) for since in (5, 3))
    wanted.want(first)
    said(wanted)
    wanted.want(second)
    said(wanted)
    wanted.take_back([first])

    assert wanted.is_sent(("Candle", "A{=d}", ""))


def test_everything_can_be_sent_once_more_without_reset() -> None:
    wanted = WantedSet()
    for symbol in "AB":
        wanted.want(Entry("Quote", symbol))
    said(wanted)
    wanted.send_again()

    assert said(wanted) == [FeedSubscription(1, add=[Entry("Quote", "A"), Entry("Quote", "B")])]


def test_what_is_given_up_is_removed_though_everything_is_sent_again_before() -> None:
    wanted = WantedSet()
    for symbol in "AB":
        wanted.want(Entry("Quote", symbol))
    said(wanted)
    wanted.unwant(("Quote", "A", ""))
    wanted.send_again()
    messages = said(wanted)

    assert any(message.reset is True or message.remove for message in messages)


# Room.


def test_no_more_is_added_than_there_is_space_for() -> None:
    wanted = WantedSet()
    for symbol in "ABC":
        wanted.want(Entry("Quote", symbol))
    first = wanted.next_message(1, space=2)
    second = wanted.next_message(1, space=0)

    assert first is not None
    assert symbols(first.add) == ["A", "B"]
    assert second is None
    assert (wanted.is_full, wanted.is_asked, wanted.is_settled) == (True, True, False)


def test_something_that_is_given_up_makes_room() -> None:
    wanted = WantedSet()
    for symbol in "AB":
        wanted.want(Entry("Quote", symbol))
    wanted.next_message(1, space=1)
    wanted.next_message(1, space=0)
    wanted.unwant(("Quote", "A", ""))
    full = wanted.is_full
    messages = [wanted.next_message(1, space=space) for space in (0, 1)]

    assert not full
    assert [symbols(one.remove) + symbols(one.add) for one in messages if one] == [["A"], ["B"]]


def test_another_start_takes_no_space() -> None:
    wanted = WantedSet()
    wanted.want(Entry("Candle", "A{=d}", None, 5))
    wanted.next_message(1, space=1)
    wanted.want(Entry("Candle", "A{=d}", None, 3))
    message = wanted.next_message(1, space=0)

    assert message is not None
    assert [entry.from_time for entry in message.add or []] == [3]


def test_a_limit_that_the_server_was_found_to_have_is_kept() -> None:
    wanted = WantedSet()
    wanted.limit = 1
    for symbol in "AB":
        wanted.want(Entry("Quote", symbol))

    assert [symbols(message.add) for message in said(wanted)] == [["A"]]
    assert wanted.is_full


# Histories.


def histories(count: int, in_flight: int) -> WantedSet:
    wanted = WantedSet(in_flight=in_flight)
    for number in range(count):
        wanted.want(Entry("Candle", f"S{number}", None, 0))
    return wanted


def test_so_many_histories_are_asked_for_before_the_first_has_ended() -> None:
    wanted = histories(5, 2)
    first = said(wanted)
    wanted.answered(("Candle", "S1", ""))
    second = said(wanted)

    assert [symbols(message.add) for message in first] == [["S0", "S1"]]
    assert [symbols(message.add) for message in second] == [["S2"]]
    assert wanted.is_waited_for
    assert not wanted.is_asked


def test_a_history_without_an_end_keeps_others_waiting_for_a_while_only() -> None:
    wanted = histories(3, 1)
    wanted.next_message(1, now=0.0)
    before = wanted.next_message(1, now=SILENT_AFTER - 0.1)
    after = wanted.next_message(1, now=SILENT_AFTER)

    assert before is None
    assert after is not None
    assert symbols(after.add) == ["S1"]


def test_a_history_that_is_given_up_is_waited_for_no_more() -> None:
    wanted = histories(2, 1)
    said(wanted)
    wanted.unwant(("Candle", "S0", ""))
    messages = said(wanted)

    assert [symbols(message.remove) + symbols(message.add) for message in messages] == [["S0"], ["S1"]]


def test_a_new_connection_waits_for_no_history() -> None:
    wanted = histories(2, 1)
    said(wanted)
    wanted.forget_sent()

    assert not wanted.is_waited_for
    assert [symbols(message.add) for message in said(wanted)] == [["S0"]]


# Smaller messages, and who has not been answered.


def test_messages_that_were_too_large_are_halved_down_to_a_kilobyte() -> None:
    wanted = WantedSet()
    sizes = []
    for _ in range(5):
        for number in range(400):
            wanted.want(Entry("Quote", f"A-LONGER-SYMBOL-{number}"))
        message = wanted.next_message(1)
        assert message is not None
        sizes.append(len(encode(message)))
        wanted.forget_sent()
        wanted.halve_messages()

    assert sizes[0] <= 8192
    assert sizes[1] < 0.6 * sizes[0]
    assert 900 < sizes[-1] <= 1200


def test_who_was_asked_for_and_has_not_come_is_known_by_type() -> None:
    wanted = WantedSet()
    for entry in (Entry("Quote", "A"), Entry("Quote", "B"), Entry("Trade", "A")):
        wanted.want(entry)
    said(wanted)
    wanted.unwant(("Quote", "B", ""))
    said(wanted)

    assert wanted.unanswered == {"Quote": {"A"}, "Trade": {"A"}}


def test_on_a_new_connection_nobody_has_been_asked_for_yet() -> None:
    wanted = WantedSet()
    wanted.want(Entry("Quote", "A"))
    said(wanted)
    wanted.forget_sent()

    assert wanted.unanswered == {}
