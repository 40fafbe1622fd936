"""A recorded day, served as DXLink and REST."""

from __future__ import annotations

import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tastytrade import Candle, Quote, Session, Simulator, Streamer, TimeAndSale, get_option_chain
from tastytrade.capture import Capture
from tastytrade.dxfeed import Event, EventBatch
from tastytrade.errors import NotFound
from tastytrade.instruments import get_compact_option_chain, get_equity, get_nested_option_chain
from tastytrade.simulator.recorded_market import RecordedMarket
from tastytrade.store import Store, StoreWriter
from tests.integration.commands import running
from tests.integration.feed_client import feed_client
from tests.integration.recorded_day import CANDLES, PRINTS, SYMBOLS, keep_day

SPEED = 50
KEPT = (
    *("symbol", "streamer_symbol", "strike_price", "option_type", "root_symbol", "settlement_type"),
    *("expiration_date", "expiration_type", "days_to_expiration", "shares_per_contract", "underlying_symbol"),
)
"""What a nested chain says of an option."""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keep_day(tmp_path_factory.mktemp("replay") / "day")


@pytest.fixture
async def served(day: Path) -> AsyncIterator[Simulator]:
    """The day, served at many times its pace."""
    store = Store(day)
    with RecordedMarket(store, speed=SPEED) as market:
        async with Simulator(market=market, chains=store.chain) as simulator:
            yield simulator


def recorded(store: Store, *event_types: type[Event]) -> list[str]:
    """Events as texts: nan is not equal to itself."""
    records = store.records(event_types=event_types)
    return [repr(event) for record in records if isinstance(record, EventBatch) for event in record]


async def heard(streamer: Streamer, kind: type[Event], symbols: Any, count: int) -> list[str]:
    """The first so many events of a subscription."""
    events: list[str] = []
    async with streamer.subscribe(kind, symbols) as subscription:
        async for event in subscription.events(duration=8):
            events.append(repr(event))
            if len(events) == count:
                break
    return events


async def test_a_streamer_gets_exactly_the_recorded_prints_in_their_order(
    day: Path, served: Simulator
) -> None:
    async with (
        Session.from_environment(variables=served.variables) as session,
        Streamer(session) as streamer,
    ):
        events = await heard(streamer, TimeAndSale, SYMBOLS, PRINTS * len(SYMBOLS))

        assert events == recorded(Store(day), TimeAndSale)
        assert streamer.feed_level == "simulated"
        assert served.events_sent == len(events)


async def test_a_stream_of_several_types_has_all_of_them_in_the_recorded_order(
    day: Path, served: Simulator
) -> None:
    expected = recorded(Store(day), TimeAndSale, Quote)
    async with feed_client(served) as client:
        await client.enter(served)
        await client.want("TimeAndSale", *SYMBOLS, contract="STREAM")
        quotes = [{"type": "Quote", "symbol": symbol} for symbol in SYMBOLS]
        await client.say("FEED_SUBSCRIPTION", 1, add=quotes)
        rows: list[dict[str, Any]] = []
        fields: dict[str, list[str]] = {}
        while len(rows) < len(expected):
            message = await client.hear("FEED_DATA", "FEED_CONFIG")
            fields |= message.get("eventFields", {})
            data = message.get("data", ())
            for kind, values in zip(data[::2], data[1::2], strict=True):
                cells = iter(values)
                rows += [
                    dict(zip(fields[kind], row, strict=True))
                    for row in zip(*[cells] * len(fields[kind]), strict=True)
                ]

    assert [(row["eventType"], row["eventSymbol"]) for row in rows] == [
        (text.partition("(")[0], text.split("'")[1]) for text in expected
    ]
    assert [row["bidSize"] for row in rows if row["eventType"] == "Quote"] == [
        float(number) for number in range(0, PRINTS, 5)
    ]


async def test_a_recorded_history_is_a_snapshot_again(served: Simulator) -> None:
    async with (
        Session.from_environment(variables=served.variables) as session,
        Streamer(session) as streamer,
        streamer.subscribe(Candle, [CANDLES], from_time=1) as subscription,
    ):
        closes: list[float] = []
        async for event in subscription.events(duration=8):
            closes.append(event.close)
            if len(closes) == 3:
                break

    assert closes == [0.0, 1.0, 2.0]


async def test_rest_answers_with_the_chain_that_was_kept_and_with_nothing_else(tmp_path: Path) -> None:
    async with (
        Simulator() as original,
        Session.from_environment(variables=original.variables) as session,
        httpx2.AsyncClient() as client,
    ):
        headers = {
            "User-Agent": "test/1",
            "Authorization": f"Bearer {original.accounts.access_tokens.issue()}",
        }
        answer = await client.get(f"{original.api_url}/option-chains/SPX/nested", headers=headers)
        live = await get_option_chain(session, "SPX")
        live_nested = await get_nested_option_chain(session, "SPX")
        live_compact = await get_compact_option_chain(session, "SPX")
    store = Store(keep_day(tmp_path / "day", chain=answer.json()))
    with RecordedMarket(store) as market:
        async with (
            Simulator(market=market, chains=store.chain) as served,
            Session.from_environment(variables=served.variables) as session,
        ):
            chain = await get_option_chain(session, "SPX")
            nested = await get_nested_option_chain(session, "SPX")
            compact = await get_compact_option_chain(session, "SPX")
            with pytest.raises(NotFound):
                await get_option_chain(session, "AAPL")
            with pytest.raises(NotFound):
                await get_equity(session, "SPX")

    assert nested == live_nested
    assert compact == live_compact
    assert list(chain) == list(live)
    assert [[getattr(option, name) for name in KEPT] for option in chain.options] == [
        [getattr(option, name) for name in KEPT] for option in live.options
    ]
    assert {option.exercise_style for option in chain.options} == {None}


async def test_what_was_captured_of_a_simulator_comes_from_its_replay(tmp_path: Path) -> None:
    async with (
        Simulator(seed=3) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
        Streamer(session) as streamer,
        Capture(streamer, tmp_path / "first", [TimeAndSale, Quote], SYMBOLS) as capture,
    ):
        await capture.wait(2)
    prints = recorded(Store(tmp_path / "first"), TimeAndSale)
    command = ["replay", str(tmp_path / "first"), "--serve", "0", "--speed", "20"]
    with running(*command) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        variables = {"TT_API_URL": told["api_url"], "TT_USER": told["login"], "TT_PASS": told["password"]}
        async with Session.from_environment(variables=variables) as session, Streamer(session) as streamer:
            events = await heard(streamer, TimeAndSale, SYMBOLS, len(prints))
        process.send_signal(signal.SIGTERM)
        status = process.wait(5)

    assert events == prints != []
    assert status == 0


def test_a_store_that_is_empty_is_not_served(tmp_path: Path) -> None:
    with StoreWriter(tmp_path / "empty", event_types=(), symbols=()):
        pass
    with running("replay", str(tmp_path / "empty"), "--serve", "0") as process:
        _, errors = process.communicate(timeout=9)

    assert process.returncode == 1
    assert errors == f"tastytrade: {tmp_path / 'empty'} has no events yet; capture some first\n"
