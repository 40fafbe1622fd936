from __future__ import annotations

import pytest

from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Entry
from tastytrade.source import EventSource, Gap, GapReason, Reader, State, StateChange
from tastytrade.streamer import Streamer
from tastytrade.subscription import Subscription

UP = {State.RESTORING, State.LIVE, State.DEGRADED}


@pytest.mark.parametrize("state", State)
def test_data_can_come_where_a_server_listens_to_us(state: State) -> None:
    assert state.is_up is (state in UP)


def test_a_state_is_a_word_and_a_fact() -> None:
    change = StateChange(State.LIVE, "all is well", 5)

    assert change.state.value == "live"
    assert (change.attempt, change.retry_at_ns, change.sent, change.wanted) == (0, None, 0, 0)
    with pytest.raises(AttributeError):
        change.reason = "otherwise"  # type: ignore[misc]  # frozen: that is what is shown


def test_gap_reasons_read_as_words() -> None:
    assert f"{GapReason.SERVER_CHANNEL_CLOSED}" == "server_channel_closed"
    assert Gap.__module__ == "tastytrade.dxfeed.gap"


def test_a_streamer_is_an_event_source() -> None:
    source: EventSource = Streamer(url="ws://127.0.0.1:1/")

    assert source.state.state is State.CLOSED
    assert (source.ledger().frames, source.ledger().balance) == (0, 0)


async def test_a_subscription_is_a_reader() -> None:
    reader: Reader = Subscription([Entry("Quote", "A")], decode=Frame.decode, release=lambda _: None)
    reader.close()

    assert [one async for one in reader.records()] == reader.gaps == []
