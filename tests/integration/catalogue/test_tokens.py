"""Tokens under a live feed: A5, A6, A8 and A10 to A12 of the fault catalogue, as a feed meets them.

What of them a session does alone is in test_credentials_catalogue.py.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tastytrade import Quote, Session, Simulator, Streamer
from tastytrade.dxfeed.gap import GapReason
from tastytrade.dxlink.messages import AuthState, Error
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import CredentialsRejected, DelayedFeed, FeedUnauthorized
from tastytrade.rest import Environment, OAuthCredentials, Secret
from tastytrade.rest.auth import DAY
from tastytrade.saved.cool_down import remember_cool_down
from tastytrade.session import QUOTE_TOKEN_AGE
from tastytrade.simulator import Failure, RestOptions
from tastytrade.source import State
from tastytrade.subscription import Subscription
from tests.integration.catalogue.feed_server import FeedServer
from tests.integration.catalogue.reading import (
    QUICK,
    checked,
    events_until,
    feed,
    gap_closed,
    is_over,
    records_until,
    state_of,
)
from tests.integration.moved_clock import Clock
from tests.integration.waiting import until

QUOTE_TOKEN = "GET /api-quote-tokens"
TIMEOUTS = replace(QUICK, quiet_grace=60.0)


@pytest.fixture
def clock(simulator: Simulator) -> Clock:
    return Clock(simulator)


@pytest.fixture
async def session(simulator: Simulator, clock: Clock) -> AsyncIterator[Session]:
    async with session_of(simulator, clock) as session:
        yield session


def session_of(simulator: Simulator, clock: Clock, wall: Callable[[], float] = time.time) -> Session:
    user = simulator.user
    credentials = OAuthCredentials(Secret(user.client_secret), Secret(user.refresh_token))
    environment = Environment("simulator", simulator.api_url)
    return Session(environment, credentials, monotonic=clock, clock=wall, sleep=clock.sleep)


@asynccontextmanager
async def quotes_of(session: Session, **options: Any) -> AsyncIterator[tuple[Streamer, Subscription[Quote]]]:
    """A feed that flows."""
    async with checked(Streamer(session, **{"timeouts": TIMEOUTS, **options})) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY", "SPX"])
        await events_until(quotes, 1)
        yield streamer, quotes


# A5: it expires.


@pytest.mark.parametrize(
    ("reauthentication", "connections"), [("resumes", 1), ("silent", 2), ("channels_lost", 2)]
)
async def test_a5_a_token_that_expires_under_a_feed_is_replaced_whatever_the_server_does_then(
    reauthentication: str, connections: int, clock: Clock
) -> None:
    options = msgspec.convert({"reauthentication": reauthentication}, ServerOptions)
    async with (
        Simulator(seed=7, rate=200, dxlink_options=options) as simulator,
        session_of(simulator, clock) as session,
        quotes_of(session) as (streamer, quotes),
    ):
        simulator.inject({"name": "expire"})
        gap = await gap_closed(quotes)
        await events_until(quotes, 1)
        (living,) = simulator.connection_infos()
        requests = simulator.requests[QUOTE_TOKEN]
        await streamer.restored(timeout=2)

    assert living.number == connections
    # Where data does not come again, the new token is not asked for twice.
    assert requests == 2
    assert gap.reason is GapReason.AUTH
    assert gap.to_ns is not None
    limit = 0.5 if connections == 1 else TIMEOUTS.step + 1.0
    assert (gap.to_ns - gap.from_ns) / 1e9 < limit


async def test_a5_a_server_that_says_unauthorized_on_a_live_connection_gets_a_new_token_there(
    simulator: Simulator, session: Session
) -> None:
    seen: list[Any] = []
    async with quotes_of(session, on_message=seen.append) as (_, quotes):
        seen.clear()
        simulator.inject({"name": "say", "text": '{"type":"AUTH_STATE","channel":0,"state":"UNAUTHORIZED"}'})
        gap = await gap_closed(quotes)
        await events_until(quotes, 1)

    states = [one.state for one in seen if isinstance(one, AuthState)]
    assert states == ["UNAUTHORIZED", "AUTHORIZED"]
    assert (gap.reason, gap.epoch_before, gap.epoch_after) == (GapReason.AUTH, 1, 1)


async def test_a5_a_feed_whose_token_nobody_can_replace_ends() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        link.protocol.expire_token()
        await link.flush()
        with pytest.raises(FeedUnauthorized, match="expired"):
            await events_until(quotes, 1)

    assert len(server.links) == 1


async def test_a5_a_token_is_replaced_before_it_expires_and_nothing_is_missed(
    simulator: Simulator, session: Session
) -> None:
    async with quotes_of(session, timeouts=replace(TIMEOUTS, token=0.1)) as (_, quotes):
        await until(lambda: simulator.requests[QUOTE_TOKEN] >= 3)
        await events_until(quotes, 1)
        (living,) = simulator.connection_infos()

    assert (living.number, quotes.gaps) == (1, [])


# A6: it is too old to connect again.


@pytest.mark.parametrize("age", [QUOTE_TOKEN_AGE + 1, DAY + 1])
async def test_a6_before_an_old_token_could_be_refused_a_new_one_is_asked_for(
    simulator: Simulator, session: Session, clock: Clock, age: float
) -> None:
    errors: list[Any] = []
    async with quotes_of(session, on_message=errors.append) as (_, quotes):
        errors.clear()
        clock.advance(age)
        await simulator.drop_connections()
        await gap_closed(quotes)
        requests = simulator.requests[QUOTE_TOKEN]

    assert requests == 2
    assert [one for one in errors if isinstance(one, Error)] == []


async def test_a6_a_token_refused_at_reconnect_is_replaced_at_once(
    simulator: Simulator, session: Session
) -> None:
    requests = []
    async with quotes_of(session, timeouts=replace(TIMEOUTS, backoff_base=0.01)) as (_, quotes):
        for nth in range(1, 4):  # again and again: a token that was good once is no reason to give up
            simulator.accounts.quote_tokens.clear()
            await simulator.drop_connections()
            await records_until(quotes, lambda _: sum(map(is_over, quotes.gaps)) == nth)  # noqa: B023
            requests.append(simulator.requests[QUOTE_TOKEN])
        reasons = {gap.reason for gap in quotes.gaps}

    assert (requests, reasons) == ([2, 3, 4], {GapReason.DISCONNECT})


# A8: the service gives none for a while.


def forward_in_time() -> Callable[[float], None]:
    """Gives what lets the clock of this test's own loop go forward at once, so that its timers are due."""
    loop = asyncio.get_running_loop()
    real, lead = loop.time, 0.0

    def forward(seconds: float) -> None:
        nonlocal lead
        lead += seconds

    loop.time = lambda: real() + lead  # type: ignore[method-assign]
    return forward


@pytest.mark.parametrize("status", [503, 500, 429])
async def test_a8_a_feed_goes_on_for_a_quarter_of_an_hour_without_the_token_endpoint(
    clock: Clock, status: int
) -> None:
    down = Failure(status=status, times=None, path="/api-quote-tokens")
    timeouts = replace(TIMEOUTS, token=0.05, quiet_grace=200.0)
    async with (
        Simulator(seed=7, rate=200) as simulator,
        session_of(simulator, clock) as session,
        quotes_of(session, timeouts=timeouts) as (streamer, quotes),
    ):
        forward = forward_in_time()
        simulator.rest_options = RestOptions(failures=(down,))
        await state_of(streamer, State.DEGRADED)
        reason = streamer.state.reason
        for _ in range(14):
            before = simulator.requests[QUOTE_TOKEN]
            forward(61.0)
            await until(lambda before=before: simulator.requests[QUOTE_TOKEN] > before)  # type: ignore[misc]
            await events_until(quotes, 1)
        still = streamer.state.state
        simulator.rest_options = RestOptions()
        forward(61.0)
        await state_of(streamer, State.LIVE)
        (living,) = simulator.connection_infos()

    assert "the token could not be renewed" in reason
    assert still is State.DEGRADED
    assert (living.number, quotes.gaps) == (1, [])


async def test_a8_a_token_that_expires_meanwhile_costs_data_until_the_endpoint_is_back(clock: Clock) -> None:
    async with (
        Simulator(seed=7, rate=200) as simulator,
        session_of(simulator, clock) as session,
        quotes_of(session) as (streamer, quotes),
    ):
        down = Failure(status=503, times=None, path="/api-quote-tokens")
        simulator.rest_options = RestOptions(failures=(down,))
        simulator.inject({"name": "expire"})
        await until(lambda: simulator.requests[QUOTE_TOKEN] >= 4)
        (open_gap,) = quotes.gaps
        simulator.rest_options = RestOptions()
        gap = await gap_closed(quotes)
        await events_until(quotes, 1)
        await state_of(streamer, State.LIVE)

    assert (open_gap.is_open, open_gap.number) == (True, gap.number)
    assert (gap.reason, gap.epoch_after) == (GapReason.AUTH, 2)


# A10: it is good for a delayed feed.


async def test_a10_a_delayed_feed_is_refused_where_real_time_is_required(
    simulator: Simulator, session: Session
) -> None:
    simulator.rest_options = RestOptions(quote_token_level="demo")
    with pytest.raises(DelayedFeed, match="delayed"):
        await Streamer(session, require="realtime", timeouts=TIMEOUTS).open()

    assert simulator.connections == 0


async def test_a10_a_delayed_feed_says_so_where_nothing_is_required(
    simulator: Simulator, session: Session
) -> None:
    simulator.rest_options = RestOptions(quote_token_level="demo")
    async with quotes_of(session) as (streamer, _):
        assert streamer.feed_level == "demo"


async def test_a10_a_feed_that_becomes_a_delayed_one_ends_where_real_time_is_required(
    simulator: Simulator, session: Session, clock: Clock
) -> None:
    async with quotes_of(session, require="realtime") as (streamer, quotes):
        simulator.rest_options = RestOptions(quote_token_level="demo")
        clock.advance(QUOTE_TOKEN_AGE + 1)
        await simulator.drop_connections()
        with pytest.raises(DelayedFeed):
            await events_until(quotes, 10_000)

        assert streamer.state.state is State.FAILED


# A11: clocks.


@pytest.mark.parametrize("wrong_by", [-3600.0, 3600.0])
async def test_a11_a_clock_that_is_an_hour_wrong_changes_nothing_for_a_feed(
    simulator: Simulator, clock: Clock, wrong_by: float
) -> None:
    async with (
        session_of(simulator, clock, lambda: time.time() + wrong_by) as session,
        quotes_of(session) as (streamer, quotes),
    ):
        await simulator.drop_connections()
        await gap_closed(quotes)
        requests = simulator.requests[QUOTE_TOKEN]
        await state_of(streamer, State.LIVE)

    assert requests == 1


async def test_a11_a_pause_that_a_wrong_clock_has_written_down_does_not_last(
    simulator: Simulator, session: Session
) -> None:
    remember_cool_down(simulator.dxlink_url, time.time() + 3 * DAY, "too many sessions")
    async with quotes_of(session) as (streamer, _):
        assert streamer.state.state is State.LIVE


# A12: refresh tokens are replaced or revoked.


async def test_a12_after_the_grant_is_revoked_the_feed_says_so_and_lives_as_long_as_its_token(
    simulator: Simulator, session: Session
) -> None:
    timeouts = replace(TIMEOUTS, token=0.1)
    async with quotes_of(session, timeouts=timeouts) as (streamer, quotes):
        simulator.accounts.user = replace(simulator.user, refresh_token="sim_other")
        simulator.accounts.access_tokens.clear()
        await state_of(streamer, State.DEGRADED)
        reason, asked = streamer.state.reason, simulator.requests["POST /oauth/token"]
        await events_until(quotes, 1)
        simulator.inject({"name": "expire"})
        with pytest.raises(CredentialsRejected, match="TT_REFRESH"):
            await events_until(quotes, 10_000)
        again = simulator.requests["POST /oauth/token"]

    assert "the old one still serves" in reason
    assert (asked, again) == (2, 2)


async def test_a12_a_feed_whose_session_gets_another_refresh_token_each_time_goes_on(
    simulator: Simulator, clock: Clock
) -> None:
    simulator.rest_options = RestOptions(rotate_refresh_token=True, access_lifetime=100)
    timeouts = replace(TIMEOUTS, token=0.05)
    async with (
        session_of(simulator, clock) as session,
        quotes_of(session, timeouts=timeouts) as (streamer, quotes),
    ):
        for _ in range(3):
            clock.now += 101
            before = simulator.requests["POST /oauth/token"]
            await until(lambda before=before: simulator.requests["POST /oauth/token"] > before)  # type: ignore[misc]
        await events_until(quotes, 1)
        state = streamer.state.state

    assert (state, quotes.gaps) == (State.LIVE, [])
