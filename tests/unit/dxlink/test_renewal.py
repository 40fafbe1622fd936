"""A token that is renewed on the live connection, before it expires or when the server says that it has."""

from __future__ import annotations

import pytest

from tastytrade.dxfeed import EventBatch, Quote
from tastytrade.dxlink.client import Step
from tastytrade.dxlink.messages import Entry
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import ConnectFailed, FeedUnauthorized
from tests.unit.dxlink.pair import Pair

A, B = Entry("Quote", "A"), Entry("Quote", "B")


def confirm(pair: Pair) -> None:
    """The server has answered a ping."""
    pair.settle()
    pair.client.confirm(pair.client.asked)


def live(*entries: Entry, options: ServerOptions | None = None) -> Pair:
    pair = Pair(options=options)
    pair.settle()
    for entry in entries:
        pair.client.want(entry)
    confirm(pair)
    return pair


def expired(*entries: Entry) -> Pair:
    pair = live(*entries)
    pair.server.expire_token()
    pair.settle()
    return pair


def test_an_expired_token_does_not_end_the_connection_but_is_asked_for() -> None:
    pair = expired(A)

    assert pair.client.wants_token
    assert pair.client.step is Step.RENEWAL
    assert not pair.client.is_ready


def test_while_a_token_is_waited_for_nothing_else_is_said() -> None:
    pair = expired(A)
    pair.client.want(B)
    before = len(pair.said("C"))
    pair.settle()

    assert len(pair.said("C")) == before


def test_after_its_renewal_everything_is_asked_for_and_confirmed_anew() -> None:
    pair = expired(A)
    pair.client.authenticate("good", now=pair.now)
    pair.settle()
    unheard = pair.client.is_confirmed
    confirm(pair)
    pair.send(1, [EventBatch.from_events([Quote("A", bidPrice=1.0)])])

    assert (unheard, pair.client.is_confirmed) == (False, True)
    assert '"reset":true' in pair.said("C")[-1]
    assert (pair.client.epoch, pair.events()) == (1, [Quote("A", bidPrice=1.0)])


def test_what_changed_while_a_token_was_waited_for_is_told_after_it() -> None:
    pair = expired(A)
    pair.client.unwant(A)
    pair.client.want(B)
    pair.client.authenticate("good", now=pair.now)
    pair.settle()

    assert list(pair.server.channels[1].entries) == [B.key]


def test_what_is_given_up_while_a_token_is_waited_for_is_given_up_though_nothing_is_wanted() -> None:
    pair = expired(A)
    pair.client.unwant(A)
    pair.client.authenticate("good", now=pair.now)
    pair.settle()

    assert list(pair.server.channels[1].entries) == []


def test_where_nothing_is_wanted_a_renewal_leaves_everything_confirmed() -> None:
    pair = live(A)
    pair.client.unwant(A)
    confirm(pair)
    pair.server.expire_token()
    pair.settle()
    marks = pair.client.asked
    pair.client.authenticate("good", now=pair.now)
    pair.settle()

    assert pair.client.asked == marks  # so that there is nothing to be heard
    assert pair.client.is_confirmed


def test_a_second_refusal_is_the_end() -> None:
    pair = expired(A)
    pair.client.authenticate("other", now=pair.now)

    with pytest.raises(FeedUnauthorized, match="a new one is needed"):
        pair.settle()


def test_a_token_that_is_refused_does_not_appear_in_words() -> None:
    pair = expired(A)
    pair.client.authenticate("very-secret", now=pair.now)

    with pytest.raises(FeedUnauthorized) as caught:
        pair.settle()
    assert "very-secret" not in str(caught.value)


def test_a_token_renewed_in_time_disturbs_nothing() -> None:
    pair = live(A)
    before = len(pair.said("C"))
    pair.client.authenticate("good", now=pair.now)
    pair.settle()

    assert pair.said("C")[before:] == ['{"type":"AUTH","channel":0,"token":"good"}']
    assert pair.client.is_ready
    assert pair.client.is_confirmed


def test_a_renewal_that_is_not_answered_ends_the_connection() -> None:
    pair = live(A)
    pair.now = 100.0
    pair.client.receive(b'{"type":"KEEPALIVE","channel":0}', now=pair.now)
    pair.client.authenticate("good", now=pair.now)
    pair.client.tick(109.9)

    with pytest.raises(ConnectFailed, match="for a new token"):
        pair.client.tick(110.0)


def test_a_token_given_before_there_is_a_connection_is_for_the_next() -> None:
    pair = Pair(token="old")
    pair.client.authenticate("good", now=0.0)

    assert not any("AUTH" in text for text in pair.said("C"))


def test_a_new_connection_wants_no_token_any_more() -> None:
    pair = expired(A)
    pair.reconnect()
    pair.settle()

    assert not pair.client.wants_token
    assert list(pair.server.channels[1].entries) == [A.key]
    assert pair.client.epoch == 2
