"""Sessions that block, against a simulator in another process."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tastytrade import (
    Candle,
    CertificationSession,
    EventType,
    Greeks,
    ProductionSession,
    Quote,
    Session,
    Simulator,
)
from tastytrade.blocking.link import Link
from tastytrade.errors import (
    ConfigurationError,
    CredentialsRejected,
    Incomplete,
    StreamClosed,
    SymbolError,
)
from tastytrade.instruments import get_option_chain
from tests.integration.waiting import until

pytestmark = pytest.mark.usefixtures("tastytrade_environment")

MONTH = timedelta(days=30)


def threads_of_ours() -> int:
    return sum(thread.name == "tastytrade-session" for thread in threading.enumerate())


@pytest.fixture
def session(tastytrade_environment: dict[str, str]) -> Iterator[ProductionSession]:
    with ProductionSession(tastytrade_environment["login"], tastytrade_environment["password"]) as opened:
        yield opened


@pytest.mark.parametrize("kind", [ProductionSession, CertificationSession])
def test_a_login_gives_a_user_and_a_token(kind: type[ProductionSession]) -> None:
    with kind("username", "password") as session:
        assert session.user["username"] == "username"
        assert session.session_token
        assert session.remember_token is None
        assert session.validate()


def test_a_remember_token_logs_in_once() -> None:
    with ProductionSession("username", "password", remember_me=True) as session:
        token = session.remember_token
    with ProductionSession("username", remember_token=token) as again:
        assert again.validate()

    with pytest.raises(CredentialsRejected, match="a remember token serves once"):
        ProductionSession("username", remember_token=token)


def test_a_login_needs_a_password_or_a_remember_token() -> None:
    with pytest.raises(ConfigurationError, match="a password or a remember token"):
        ProductionSession("username")


def test_oauth_logs_in_too() -> None:
    with ProductionSession.from_oauth("sim_secret", "sim_refresh") as session:
        assert session.validate()
    with CertificationSession.from_environment() as session:
        assert session.get_event(EventType.QUOTE, ["SPY"])


def test_quotes_come_in_the_order_asked_with_nan_where_an_index_has_none(session: ProductionSession) -> None:
    quotes = session.get_event(EventType.QUOTE, ["SPY", "SPX"])

    assert [quote.eventSymbol for quote in quotes] == ["SPY", "SPX"]
    assert all(isinstance(quote, Quote) for quote in quotes)
    assert "bidSize=nan" in repr(quotes[1])


def test_an_option_chain_and_the_greeks_of_its_options(session: ProductionSession) -> None:
    chain = get_option_chain(session, "SPY")
    option = chain[chain.expirations[1]][0]
    greeks = session.get_event(EventType.GREEKS, [option.streamer_symbol])

    assert len(greeks) == 1
    assert isinstance(greeks[0], Greeks)
    assert greeks[0].eventSymbol == option.streamer_symbol


def test_candles_are_whole_and_ascending_and_end_today(session: ProductionSession) -> None:
    start = datetime.now() - MONTH  # noqa: DTZ005 - local time is what people write
    candles = session.get_candle(["SPY"], interval="1d", start_time=start)

    times = [candle.time for candle in candles]
    assert times == sorted(set(times))
    assert {candle.eventSymbol for candle in candles} == {"SPY{=d}"}
    assert 18 <= len(candles) <= 24
    assert times[0] >= start.timestamp() * 1000
    newest = datetime.fromtimestamp(times[-1] / 1000, UTC)
    assert newest - datetime.now(UTC) < timedelta(days=5)


def test_candles_of_several_symbols_come_one_symbol_after_the_other(session: ProductionSession) -> None:
    candles = session.get_candle(["SPY", "QQQ"], "1d", datetime.now(UTC) - MONTH)

    symbols = [candle.eventSymbol for candle in candles]
    assert symbols == sorted(symbols, reverse=True)
    assert set(symbols) == {"SPY{=d}", "QQQ{=d}"}


@pytest.mark.parametrize(("extended", "symbol"), [(False, "SPY{=5m,tho=true}"), (True, "SPY{=5m}")])
def test_regular_hours_are_meant_unless_extended_ones_are_asked_for(
    session: ProductionSession, extended: bool, symbol: str
) -> None:
    start = datetime.now(UTC) - timedelta(days=5)
    candles = session.get_candle(["SPY"], "5m", start, extended_trading_hours=extended)

    assert {candle.eventSymbol for candle in candles} == {symbol}


def test_an_end_time_ends_a_history(session: ProductionSession) -> None:
    start, end = datetime.now(UTC) - MONTH, datetime.now(UTC) - timedelta(days=10)
    candles: list[Candle] = session.get_candle(["SPY"], "1d", start, end)

    assert candles
    assert candles[-1].time <= end.timestamp() * 1000


def test_prints_and_past_greeks_are_histories_too(session: ProductionSession) -> None:
    start = datetime.now(UTC) - timedelta(days=6)
    prints = session.get_time_and_sale(["SPY"], start)
    same = session.get_event(EventType.TIME_AND_SALE, ["SPY"], start_time=start)

    assert len(prints) > 10
    assert [event.index for event in prints] == sorted({event.index for event in prints})
    assert len(same) >= len(prints)


def test_the_customer_is_what_the_service_says(session: ProductionSession) -> None:
    assert "email" in session.get_customer()


def test_symbols_without_an_answer_are_left_out_with_a_warning(
    session: ProductionSession, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        quotes = session.get_event(EventType.QUOTE, ["SPY", "NOPE"])

    assert [quote.eventSymbol for quote in quotes] == ["SPY"]
    assert "no Quote for NOPE: not entitled or unknown" in caplog.text


def test_what_cannot_be_meant_is_refused_with_a_sentence(session: ProductionSession) -> None:
    now = datetime.now(UTC)
    with pytest.raises(SymbolError, match=r"for one symbol write \['SPY'\]"):
        session.get_event(EventType.QUOTE, "SPY")
    with pytest.raises(SymbolError, match=r"for one symbol write \['SPY'\]"):
        session.get_candle("SPY", "1d", now)
    with pytest.raises(SymbolError, match="not an interval: '5x'"):
        session.get_candle(["SPY"], "5x", now - MONTH)
    with pytest.raises(ConfigurationError, match="is in the future"):
        session.get_candle(["SPY"], "1d", now + MONTH)
    with pytest.raises(ConfigurationError, match=r"use get_candle\(\)"):
        session.get_event(EventType.CANDLE, ["SPY"])
    with pytest.raises(ConfigurationError, match=r"use get_time_and_sale\(\)"):
        session.get_event(EventType.TIME_AND_SALE, ["SPY"])
    with pytest.raises(Incomplete, match="no Quote for 1 of 1 symbols"):
        session.get_event(EventType.QUOTE, ["NOPE"])


@pytest.mark.parametrize(("start", "end"), [("2025-01-13", None), (datetime.now(UTC), "2025-01-13")])
def test_what_is_no_moment_is_refused_with_its_name(session: ProductionSession, start: Any, end: Any) -> None:
    sentence = "_time must be a datetime, not '2025-01-13'"
    with pytest.raises(ConfigurationError, match=sentence):
        session.get_candle(["SPY"], "1d", start, end)
    with pytest.raises(ConfigurationError, match=sentence):
        session.get_event(EventType.GREEKS, ["SPY"], start, end)
    with pytest.raises(ConfigurationError, match=sentence):
        session.get_time_and_sale(["SPY"], start, end)


def test_a_forked_process_is_told_to_make_a_session_of_its_own_and_ends() -> None:
    program = """
import os
from tastytrade import EventType, ProductionSession
from tastytrade.errors import StreamClosed
session = ProductionSession("username", "password")
if os.fork() == 0:
    try:
        session.get_event(EventType.QUOTE, ["SPY"])
    except StreamClosed as error:
        print("forked:", error, flush=True)
    raise SystemExit(3)
print(os.waitstatus_to_exitcode(os.wait()[1]), len(session.get_event(EventType.QUOTE, ["SPY"])))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=9, check=False
    )

    assert "forked: this session belongs to the process it was made in; make a new one" in done.stdout
    assert done.stdout.endswith("3 1\n")


def test_an_interrupt_ends_a_question_and_the_session_goes_on(session: ProductionSession) -> None:
    session.get_event(EventType.QUOTE, ["SPY"])
    threading.Timer(0.2, os.kill, [os.getpid(), signal.SIGINT]).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        session.get_event(EventType.QUOTE, ["NOPE"])

    assert time.monotonic() - began < 2
    assert len(session.get_event(EventType.QUOTE, ["SPY"])) == 1


def test_a_session_works_where_a_loop_is_running(session: ProductionSession) -> None:
    async def cell() -> int:
        return len(session.get_event(EventType.QUOTE, ["SPY"]))

    assert asyncio.run(cell()) == 1


def test_a_session_serves_several_threads(session: ProductionSession) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: session.get_event(EventType.QUOTE, ["SPY", "QQQ"]), range(24)))

    assert {len(quotes) for quotes in found} == {2}


def test_after_its_end_a_session_says_so_and_leaves_no_thread() -> None:
    before = threads_of_ours()
    session = ProductionSession("username", "password")
    assert session.destroy()

    assert threads_of_ours() == before
    assert repr(session) == "<ProductionSession simulator closed>"
    with pytest.raises(StreamClosed, match="make a new one"):
        session.get_event(EventType.QUOTE, ["SPY"])
    session.close()


def test_a_refused_login_leaves_no_thread() -> None:
    before = threads_of_ours()
    with pytest.raises(CredentialsRejected):
        ProductionSession("username", "wrong")

    assert threads_of_ours() == before


def test_a_session_nobody_uses_any_more_leaves_no_thread() -> None:
    before = threads_of_ours()
    session = ProductionSession("username", "password")
    session.get_event(EventType.QUOTE, ["SPY"])
    del session
    gc.collect()

    assert threads_of_ours() == before


def test_a_program_that_closes_nothing_ends_by_itself_and_in_silence() -> None:
    program = """
from tastytrade import EventType, ProductionSession
session = ProductionSession("username", "password")
print(len(session.get_event(EventType.QUOTE, ["SPY"])))
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=9, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


async def test_the_feed_is_left_when_nothing_is_asked_and_opened_again_when_something_is(
    simulator: Simulator,
) -> None:
    link = Link(Session.from_environment(variables=simulator.variables), idle=0.05)
    await link.wait(link.session.open())
    for _ in range(2):
        found = await link.wait(link.ask(lambda feed: feed.snapshot(Quote, ["SPY"])))
        assert len(found) == 1
        await until(lambda: simulator.connections == 0)
    await asyncio.to_thread(link.close)

    assert simulator.connections == 0


def test_a_session_is_never_pickled() -> None:
    with ProductionSession("username", "password") as session, pytest.raises(TypeError, match="secrets"):
        pickle.dumps(session)


def test_an_environment_with_a_web_service_is_asked_there(
    tastytrade_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TT_EVENTS_URL", tastytrade_environment["events_url"])
    with ProductionSession("username", "password") as session:
        quotes = session.get_event(EventType.QUOTE, ["SPY", "SPX"])
        candles = session.get_candle(["SPY"], "1d", datetime.now(UTC) - MONTH)
        link = session._link

        assert [quote.eventSymbol for quote in quotes] == ["SPY", "SPX"]
        assert candles[-1].eventSymbol == "SPY{=d}"
        assert link._streamer is None  # no feed was opened for it


async def test_a_chain_of_another_day_is_that_days() -> None:
    async with (
        Simulator(today=date(2023, 6, 1)) as then,
        Session.from_environment(variables=then.variables) as session,
    ):
        chain = await get_option_chain(session, "SPLG")

    assert chain[date(2023, 6, 16)][0].streamer_symbol.startswith(".SPLG230616C")


async def test_a_web_service_is_found_out_to_want_a_token_once(simulator: Simulator) -> None:
    variables = {**simulator.variables, "TT_EVENTS_URL": simulator.events_url}
    link = Link(Session.from_environment(variables=variables))
    await link.wait(link.session.open())
    for _ in range(3):
        await link.wait(link.ask(lambda feed: feed.snapshot(Quote, ["SPY"])))
    await asyncio.to_thread(link.close)

    asked = sum(count for line, count in simulator.requests.items() if "events.json" in line)
    assert asked == 1 + 3
