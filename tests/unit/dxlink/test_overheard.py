from __future__ import annotations

from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Auth, Contract, Entry, decode, encode
from tastytrade.dxlink.overheard import Overheard, in_force, without_token
from tests.unit.dxlink.pair import Pair
from tests.unit.wire_log.said import BEGINNING, CLOSED, OPENED, config, quotes


def frames(protocol: Overheard, *texts: bytes) -> list[Frame]:
    return [one for one in protocol.receive_all(texts, now=0.0) if isinstance(one, Frame)]


def prices(frame: Frame) -> list[float]:
    return [event.bidPrice for batch in frame.decode().batches for event in batch]  # type: ignore[attr-defined]  # quotes


def test_data_are_read_by_the_columns_in_force_when_they_came() -> None:
    found = frames(
        Overheard(),
        *BEGINNING,
        config("bidPrice"),
        quotes("A", 1.5),
        config("askPrice", "bidPrice"),
        quotes("A", 9.5, 2.5),
    )

    assert [prices(one) for one in found] == [[1.5], [2.5]]
    assert {one.contract for one in found} == {Contract.TICKER}


def test_data_that_came_together_are_one_frame_as_they_were() -> None:
    (found,) = frames(Overheard(), *BEGINNING, config("bidPrice"), quotes("A", 1), quotes("A", 2))

    assert prices(found) == [1, 2]


def test_nothing_is_answered() -> None:
    protocol = Overheard()
    full = config("bidPrice").replace(b"COMPACT", b"FULL")
    frames(protocol, *BEGINNING, full)

    assert protocol.data_to_send(0.0) == []


def test_data_of_a_channel_that_is_not_open_are_counted_as_by_the_client() -> None:
    protocol = Overheard()
    found = frames(protocol, *BEGINNING, config("bidPrice"), CLOSED, quotes("A", 1))

    assert (found, protocol.stray, protocol.channels) == ([], 1, [])


def test_what_is_in_force_on_a_live_connection_is_enough_to_read_what_comes_next() -> None:
    pair = Pair()
    pair.client.want(Entry("Quote", "SPX"))
    pair.settle()
    protocol = Overheard()
    frames(protocol, *in_force(pair.client))
    (live,) = pair.client.by_number.values()
    (heard,) = protocol.by_number.values()

    assert (heard.number, heard.plan.contract, heard.layout) == (live.number, live.plan.contract, live.layout)
    assert (heard.data_format, heard.aggregation_period) == (live.data_format, live.aggregation_period)


def test_a_channel_without_a_contract_is_one_of_the_servers_choice() -> None:
    protocol = Overheard()
    frames(protocol, OPENED.replace(b'"TICKER"', b"[]"))

    assert [channel.plan.contract for channel in protocol.channels] == [Contract.AUTO]


def test_nothing_is_in_force_on_a_channel_that_was_only_asked_for() -> None:
    pair = Pair()
    pair.settle()
    pair.client.want(Entry("Quote", "SPX"))
    pair.client.data_to_send(0.0)

    assert in_force(pair.client) == []


def test_of_what_a_client_sends_the_token_alone_is_hidden() -> None:
    said = without_token(encode(Auth(0, "canary")))

    assert decode(said) == Auth(0, "<hidden>")
    assert without_token(CLOSED) is CLOSED
