from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tastytrade import Candle, Overflow, Profile, Quote, Session, Simulator, Streamer, TableBuilder, Trade
from tastytrade.dxfeed import EventFlags, EventType, Greeks, TimeAndSale
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import (
    ConfigurationError,
    ConnectFailed,
    FeedUnauthorized,
    ProtocolError,
    SlowReader,
    StreamClosed,
    SymbolError,
)
from tastytrade.source import GapReason, State


def tasks_of_ours() -> set[str]:
    return {task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("tastytrade-s")}


async def first(subscription: object, count: int = 1) -> list[object]:
    found = []
    async with asyncio.timeout(5):
        async for event in subscription:  # type: ignore[attr-defined]  # a Subscription of any type
            found.append(event)
            if len(found) == count:
                break
    return found


async def test_quotes_arrive_as_typed_events(streamer: Streamer) -> None:
    async with streamer.subscribe(Quote, ["SPX", "NVDA"]) as subscription:
        events = await first(subscription, 2)

    assert {type(event) for event in events} == {Quote}
    assert {event.eventSymbol for event in events} == {"SPX", "NVDA"}  # type: ignore[attr-defined]  # Quotes


async def test_a_duration_ends_the_loop_and_raises_nothing(streamer: Streamer) -> None:
    builder = TableBuilder(Quote)
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with streamer.subscribe(Quote, ["NVDA"]) as subscription:
        async for batch in subscription.batches(duration=0.4):
            builder.append(batch)

    assert builder.table.height >= 1
    assert 0.3 < loop.time() - began < 3


async def test_two_readers_both_get_every_event(streamer: Streamer) -> None:
    one, two = (streamer.subscribe(Quote, ["SPX", "NVDA", "AAPL"]) for _ in range(2))
    gathered: list[list[object]] = [[], []]

    async def read(subscription: object, into: list[object]) -> None:
        into.extend([event async for event in subscription.events(duration=1.0)])  # type: ignore[attr-defined]  # a Subscription

    async with asyncio.TaskGroup() as group:
        group.create_task(read(one, gathered[0]))
        group.create_task(read(two, gathered[1]))

    assert len(gathered[0]) > 3
    assert gathered[0][-3:] == gathered[1][-3:]
    assert set(map(repr, gathered[0])) == set(map(repr, gathered[1]))


async def test_a_reader_gets_only_its_own_symbols_and_types(streamer: Streamer) -> None:
    other = streamer.subscribe([Quote, Trade], ["NVDA", "AAPL"])
    async with streamer.subscribe(Quote, ["SPX"]) as subscription:
        events = [event async for event in subscription.events(duration=0.6)]
    other.close()

    assert {event.eventSymbol for event in events} == {"SPX"}
    assert {type(event) for event in events} == {Quote}


async def test_a_reader_who_comes_later_gets_the_current_value_too(streamer: Streamer) -> None:
    async with streamer.subscribe(Profile, ["SPX"]) as early:
        await first(early)
        async with streamer.subscribe(Profile, ["SPX"]) as late:
            (profile,) = await first(late)

    assert profile.description == "S&P 500 INDEX"  # type: ignore[attr-defined]  # a Profile


async def test_what_nobody_wants_any_more_is_unsubscribed(streamer: Streamer) -> None:
    one = streamer.subscribe(Quote, ["SPX", "NVDA"])
    two = streamer.subscribe(Quote, ["NVDA"])
    await first(two)
    one.close()
    await asyncio.sleep(0)

    assert streamer.progress[1] == 1
    two.close()
    assert streamer.progress[1] == 0


async def test_a_candle_history_comes_as_a_snapshot_newest_first(streamer: Streamer) -> None:
    since = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp() * 1000)
    candles: list[Candle] = []
    async with streamer.subscribe(Candle, ["SPY{=1d}"], from_time=since) as subscription:
        async with asyncio.timeout(5):
            async for candle in subscription:
                candles.append(candle)
                if candle.eventFlags & EventFlags.SNAPSHOT_END:
                    break

    assert candles[0].eventFlags & EventFlags.SNAPSHOT_BEGIN
    assert [one.index for one in candles] == sorted((one.index for one in candles), reverse=True)
    assert {one.eventSymbol for one in candles} == {"SPY{=d}"}


async def test_prints_and_greeks_come_by_their_names_too(streamer: Streamer, simulator: Simulator) -> None:
    option = simulator.listing.chain("SPX")[400].streamer_symbol
    async with streamer.subscribe([EventType.GREEKS, "TimeAndSale"], [option, "NVDA", "SPY"]) as subscription:
        events = await first(subscription, 3)

    assert {type(event) for event in events} <= {Greeks, TimeAndSale}


async def test_the_ledger_balances_and_the_level_says_it_is_simulated(streamer: Streamer) -> None:
    async with streamer.subscribe([Quote, Trade], ["SPX", "NVDA"]) as subscription:
        async for _ in subscription.batches(duration=0.5):
            pass

        ledger = streamer.ledger()
        (reader,) = ledger.readers

    assert sum(ledger.received.values()) == reader.received > 0
    assert reader.delivered == subscription.delivered == reader.received - reader.queued
    assert (ledger.quarantined, ledger.malformed, ledger.unknown, ledger.stray) == ({}, 0, 0, 0)
    assert (ledger.balance, streamer.ledger().readers) == (0, ())
    assert streamer.feed_level == "simulated"
    assert streamer.state.state is State.LIVE


async def test_after_closing_nothing_of_ours_is_left_and_readers_end(session: Session) -> None:
    async with Streamer(session) as streamer:
        subscription = streamer.subscribe(Quote, ["SPX"])
        await first(subscription)

    rest = [event async for event in subscription]
    assert len(rest) < 100
    assert "tastytrade-streamer" not in tasks_of_ours()
    with pytest.raises(StreamClosed):
        streamer.subscribe(Quote, ["SPX"])


async def test_whoever_waits_for_the_end_gets_it_or_the_failure(
    simulator: Simulator, session: Session
) -> None:
    async with Streamer(session) as streamer:
        waiting = asyncio.ensure_future(streamer.wait_closed())
        await asyncio.sleep(0)
    await waiting
    bare = Streamer(url=simulator.dxlink_url, token=(await session.quote_token()).token.reveal())
    async with bare:
        simulator.accounts.quote_tokens.clear()
        await simulator.drop_connections()
        with pytest.raises(FeedUnauthorized):
            await bare.wait_closed()


async def test_a_streamer_on_a_bare_address_needs_no_session() -> None:
    open_to_all = ServerOptions(wants_token=False)
    async with (
        Simulator(dxlink_options=open_to_all) as simulator,
        Streamer(url=simulator.dxlink_url) as streamer,
    ):
        (quote,) = await first(streamer.subscribe(Quote, ["SPX"]))

    assert quote.bidPrice > 1000  # type: ignore[attr-defined]  # a Quote


async def test_a_refused_token_is_an_error_at_opening(simulator: Simulator) -> None:
    with pytest.raises(FeedUnauthorized):
        await Streamer(url=simulator.dxlink_url, token="wrong").open()
    assert tasks_of_ours() <= {"tastytrade-simulator"}


async def test_a_token_that_has_grown_old_in_the_session_is_renewed_once(
    simulator: Simulator, session: Session
) -> None:
    old = await session.quote_token()
    simulator.accounts.quote_tokens.clear()
    async with Streamer(session) as streamer:
        await first(streamer.subscribe(Quote, ["SPX"]))

    assert await session.quote_token() != old


async def test_a_token_that_is_refused_again_after_its_renewal_is_an_error(
    simulator: Simulator, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulator.accounts.quote_tokens, "holds", lambda _token: False)

    with pytest.raises(FeedUnauthorized):
        await Streamer(session).open()


async def test_a_server_that_wants_a_token_says_so(simulator: Simulator) -> None:
    with pytest.raises(FeedUnauthorized, match="token="):
        await Streamer(url=simulator.dxlink_url).open()


async def test_a_closed_port_is_one_sentence() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ConnectFailed, match=r"nothing listens at ws://127\.0\.0\.1") as caught:
        await Streamer(url=f"ws://127.0.0.1:{port}").open()

    assert caught.value.step == "tcp"


@asynccontextmanager
async def server_that(behaves: Callable[[ServerConnection], Awaitable[None]]) -> AsyncIterator[str]:
    async with serve(behaves, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_websocket_server_that_is_not_dxlink_is_one_sentence() -> None:
    async def chat(connection: ServerConnection) -> None:
        await connection.send("Welcome to the chat!")
        await connection.wait_closed()

    async with server_that(chat) as url:
        with pytest.raises(ProtocolError, match="not a DXLink message"):
            await Streamer(url=url).open()


async def test_a_rest_address_in_place_of_dxlink_is_one_sentence(simulator: Simulator) -> None:
    with pytest.raises(ConnectFailed, match="answered HTTP") as caught:
        await Streamer(url=simulator.api_url.replace("http", "ws") + "/sessions").open()

    assert caught.value.step == "upgrade"


@pytest.mark.parametrize("url", ["http://x", "ws://example.com/", "", "nonsense"])
async def test_an_address_that_cannot_be_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError):
        await Streamer(url=url).open()


@pytest.mark.parametrize(
    ("symbols", "words"),
    [
        ("SPX", "write \\['SPX'\\]"),
        ([], "empty"),
        ([7], "must be text"),
        (["", "A"], "not a symbol"),
        ([" A"], "spaces"),
    ],
)
async def test_symbols_that_cannot_be_meant_are_refused(
    streamer: Streamer, symbols: list[str], words: str
) -> None:
    with pytest.raises(SymbolError, match=words):
        streamer.subscribe(Quote, symbols)


async def test_a_naive_start_time_and_a_history_of_quotes_are_refused(streamer: Streamer) -> None:
    with pytest.raises(ConfigurationError, match="time zone"):
        streamer.subscribe(Candle, ["A{=d}"], from_time=datetime(2026, 1, 1))  # noqa: DTZ001 - naive on purpose
    with pytest.raises(ConfigurationError, match="Quote has no history"):
        streamer.subscribe(Quote, ["A"], from_time=0)


async def test_a_lost_connection_is_restored_and_the_gap_is_recorded(
    simulator: Simulator, session: Session
) -> None:
    async with Streamer(session) as streamer:
        subscription = streamer.subscribe(Quote, ["SPX", "NVDA"])
        await first(subscription, 2)
        await simulator.drop_connections()
        async with asyncio.timeout(8):
            async for batch in subscription.batches():
                if batch.epoch == 2:
                    break

    (gap,) = subscription.gaps
    assert gap.reason is GapReason.DISCONNECT
    assert (gap.epoch_before, gap.epoch_after) == (1, 2)
    assert gap.from_ns < (gap.to_ns or 0)


async def test_a_slow_reader_loses_the_oldest_and_is_told_from_when_to_when() -> None:
    async with (
        Simulator(rate=20_000) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
        Streamer(session) as streamer,
    ):
        symbols = [option.streamer_symbol for option in simulator.listing.chain("SPX")[:500]]
        slow = streamer.subscribe(Quote, symbols, limit_bytes=200_000, overflow=Overflow.DROP_OLDEST)
        quick = streamer.subscribe(Quote, symbols)
        async for _ in quick.batches(duration=1.0):
            pass
        waiting = slow.waiting_bytes
        slow.close()
        read = sum([len(batch) async for batch in slow.batches()])

    assert waiting <= 200_000
    assert [gap.reason for gap in slow.gaps] == [GapReason.OVERFLOW]
    assert slow.gaps[0].lost_count == slow.ledger().dropped["overflow"] > 0
    assert quick.gaps == []
    assert 0 < read < quick.delivered


async def test_a_slow_reader_of_last_values_gets_the_newest_of_each_symbol_and_has_no_gap() -> None:
    async with (
        Simulator(rate=20_000) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
        Streamer(session) as streamer,
    ):
        slow = streamer.subscribe(Quote, ["SPX", "NVDA"], limit_bytes=20_000)
        quick = streamer.subscribe(Quote, ["SPX", "NVDA"])
        newest = {event.eventSymbol: event async for event in quick.events(duration=0.8)}
        slow.close()
        read = [event async for event in slow.events()]
    ledger = slow.ledger()

    assert (slow.overflow, slow.gaps, ledger.balance) == (Overflow.CONFLATE, [], 0)
    assert ledger.conflated > 0
    assert newest.keys() == {event.eventSymbol for event in read}


async def test_a_slow_reader_that_must_not_lose_anything_fails_in_words() -> None:
    async with (
        Simulator(rate=20_000) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
        Streamer(session) as streamer,
    ):
        strict = streamer.subscribe(Quote, ["SPX", "NVDA"], limit_bytes=50_000, overflow=Overflow.FAIL)
        async for _ in streamer.subscribe(Quote, ["SPX"]).batches(duration=0.8):
            pass
        with pytest.raises(SlowReader, match=r"Overflow\.DROP_OLDEST"):
            async for _ in strict.batches(duration=1.0):
                pass


async def test_no_secret_is_logged_at_any_level(
    simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with (
        Session.from_environment(variables=simulator.variables) as session,
        Streamer(session) as streamer,
    ):
        await first(streamer.subscribe(Quote, ["SPX"]))
        quote_token = (await session.quote_token()).token.reveal()
        shown = repr((session, streamer, streamer.state, streamer.ledger(), streamer.stats()))

    logged = [record.getMessage() for record in caplog.records]
    secrets = [quote_token, simulator.user.password, simulator.user.client_secret]
    assert not [text for text in [*logged, shown] if any(secret in text for secret in secrets)]
