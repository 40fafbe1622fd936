import asyncio
import copy
import logging
import pickle
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tastytrade.errors import (
    ConfigurationError,
    CredentialsRejected,
    NotFound,
    NotPermitted,
    RequestError,
    ServiceUnavailable,
    TooManyRequests,
    UnexpectedAnswer,
)
from tastytrade.instruments import get_cryptocurrencies, get_equities, get_option_chain
from tastytrade.rest import Call, Environment, LoginCredentials, OAuthCredentials, Secret, validate_call
from tastytrade.session import QUOTE_TOKEN_AGE, Session
from tests.canary import shown_by
from tests.integration.rest_server import OAUTH, USER, Front, RestServer, listening

TOKEN = "POST /oauth/token"
LOGIN = "POST /sessions"
QUOTE = "GET /api-quote-tokens"
VALIDATE = "POST /sessions/validate"
ASK: Call[Any] = Call(method="GET", path="/instruments/equities/SPX", parse=dict)
SPX = "GET /instruments/equities/SPX"
PASSWORD = LoginCredentials(USER.login, Secret(USER.password))


class Clock:
    """A monotonic clock that a test moves, and whose sleeps take no time."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []
        self.sleeping = asyncio.Event()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.sleeping.set()
        self.now += seconds
        await asyncio.sleep(0)


class BrokenOff(Response):
    """An answer whose connection breaks in the middle."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    with listening() as front:
        yield front


@pytest.fixture
def server(front: Front, clock: Clock) -> RestServer:
    front.app = RestServer(front.url, monotonic=clock)
    return front.app


@pytest.fixture
async def session(server: RestServer, clock: Clock) -> AsyncIterator[Session]:
    async with Session(server.environment, OAUTH, monotonic=clock, sleep=clock.sleep) as session:
        yield session


def unauthorized() -> Response:
    return Response(b'{"error": {"code": "token_invalid", "message": "expired"}}', 401)


async def test_opening_logs_in_once_and_calls_are_answered(server: RestServer, session: Session) -> None:
    assert session.is_open
    assert (await session.run(ASK))["is-index"] is True
    assert server.asked == {TOKEN: 1, SPX: 1}


async def test_every_request_names_the_product_and_its_version(server: RestServer, session: Session) -> None:
    """A2."""
    await session.run(ASK)

    (user_agent,) = server.user_agents
    product, _, version = user_agent.partition("/")
    assert product == "tastytrade-marketdata"
    assert version[0].isdigit()


async def test_a_session_is_made_from_a_secret_and_a_grant(server: RestServer) -> None:
    variables = {"TT_API_URL": server.environment.api_url}
    secret, refresh = USER.client_secret, USER.refresh_token

    async with Session.from_oauth(secret, refresh, variables=variables) as session:
        assert await session.validate()
    with pytest.raises(ConfigurationError, match="the refresh token is not the simulator's"):
        Session.from_oauth("a real secret", "a real grant", variables=variables)


async def test_a_login_that_is_put_off_is_sent_again(server: RestServer, clock: Clock) -> None:
    server.answers[LOGIN] = [Response(b"", 429)]

    async with Session(server.environment, PASSWORD, monotonic=clock, sleep=clock.sleep) as session:
        assert session.session_token
    assert server.asked[LOGIN] == 2


async def test_a_session_is_made_from_variables(server: RestServer) -> None:
    variables = {"TT_API_URL": server.environment.api_url, "TT_USER": USER.login, "TT_PASS": USER.password}

    async with Session.from_environment("Live", variables) as session:
        assert session.environment == server.environment
        assert session.user["username"] == USER.login
        assert (await session.run(validate_call()))["external-id"] == USER.external_id


async def test_opening_and_closing_by_hand_may_be_repeated(server: RestServer, clock: Clock) -> None:
    session = Session(server.environment, OAUTH, monotonic=clock)
    with pytest.raises(RequestError, match="open the session first"):
        await session.run(ASK)
    await session.open()
    await session.open()
    await session.aclose()
    await session.aclose()
    with pytest.raises(RequestError, match="open the session first"):
        await session.run(ASK)
    await session.open()
    await session.run(ASK)
    await session.aclose()

    assert not session.is_open
    assert server.asked[TOKEN] == 1


async def test_a_wrong_password_is_sent_exactly_once(server: RestServer) -> None:
    """A1."""
    session = Session(server.environment, LoginCredentials("me", Secret("wrong")))
    for _ in range(3):
        with pytest.raises(CredentialsRejected, match="Unique customer support identifier"):
            await session.open()

    assert server.asked == {LOGIN: 1}
    assert not session.is_open


@pytest.mark.parametrize(
    ("client_secret", "refresh_token", "named"),
    [("wrong", USER.refresh_token, "TT_SECRET"), (USER.client_secret, "wrong", "TT_REFRESH")],
)
async def test_wrong_oauth_credentials_are_sent_exactly_once_and_named(
    server: RestServer, client_secret: str, refresh_token: str, named: str
) -> None:
    """A1."""
    session = Session(server.environment, OAuthCredentials(Secret(client_secret), Secret(refresh_token)))
    for _ in range(3):
        with pytest.raises(CredentialsRejected, match=named):
            await session.open()

    assert server.asked == {TOKEN: 1}


async def test_a_revoked_refresh_token_ends_a_running_session_with_one_request(
    server: RestServer, session: Session, clock: Clock
) -> None:
    """A12."""
    server.answers[TOKEN] = [Response(b'{"error_code": "invalid_grant", "error_description": ""}', 400)]
    clock.now += 800
    results = await asyncio.gather(*(session.run(ASK) for _ in range(20)), return_exceptions=True)

    assert {type(result) for result in results} == {CredentialsRejected}
    assert server.asked[TOKEN] == 2


@pytest.mark.parametrize(("age", "requests"), [(719.0, 1), (720.0, 2), (899.0, 2), (5_000.0, 2)])
async def test_a_token_is_renewed_at_80_percent_of_its_life(
    server: RestServer, session: Session, clock: Clock, age: float, requests: int
) -> None:
    """A4."""
    clock.now += age
    await session.run(ASK)

    assert server.asked[TOKEN] == requests


@pytest.mark.parametrize(
    ("lifetime", "renewed_after"), [(900.0, 720.0), (200.0, 140.0), (120.0, 60.0), (100.0, 80.0), (3.0, 2.4)]
)
async def test_a_short_life_is_renewed_a_minute_ahead_or_at_80_percent(
    server: RestServer, clock: Clock, lifetime: float, renewed_after: float
) -> None:
    server.accounts.access_tokens.lifetime = lifetime
    async with Session(server.environment, OAUTH, monotonic=clock) as session:
        clock.now += renewed_after - 0.01
        await session.run(ASK)
        assert server.asked[TOKEN] == 1
        clock.now += 0.02
        await session.run(ASK)

        assert server.asked[TOKEN] == 2


async def test_many_calls_on_an_expired_token_make_one_token_request(
    server: RestServer, session: Session, clock: Clock
) -> None:
    """A4."""
    clock.now += 901
    await asyncio.gather(*(session.run(ASK) for _ in range(100)))

    assert server.asked == {TOKEN: 2, SPX: 100}


async def test_many_calls_refused_with_401_make_one_token_request(
    server: RestServer, session: Session
) -> None:
    """A7."""
    server.accounts.access_tokens.clear()
    await asyncio.gather(*(session.run(ASK) for _ in range(100)))

    assert server.asked[TOKEN] == 2
    assert server.asked[SPX] <= 200


async def test_a_second_401_is_raised(server: RestServer, session: Session) -> None:
    """A7."""
    server.answers[SPX] = [unauthorized(), unauthorized()]
    with pytest.raises(CredentialsRejected, match="log in again"):
        await session.run(ASK)

    assert server.asked == {TOKEN: 2, SPX: 2}
    assert (await session.run(ASK))["symbol"] == "SPX"


async def test_a_call_that_might_do_its_work_twice_is_not_repeated_after_401(
    server: RestServer, session: Session
) -> None:
    """A7."""
    server.accounts.access_tokens.clear()
    with pytest.raises(CredentialsRejected):
        await session.run(validate_call())

    assert server.asked == {TOKEN: 1, VALIDATE: 1}
    assert await session.run(validate_call())
    assert server.asked[TOKEN] == 2


async def test_the_proxys_401_page_is_not_taken_for_an_expired_token(
    server: RestServer, session: Session
) -> None:
    server.answers[SPX] = [Response("<html><title>401</title></html>", 401, media_type="text/html")]
    with pytest.raises(UnexpectedAnswer, match="User-Agent"):
        await session.run(ASK)

    assert server.asked[TOKEN] == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (403, NotPermitted),
        (404, NotFound),
        (500, ServiceUnavailable),
        (502, ServiceUnavailable),
        (503, ServiceUnavailable),
    ],
)
async def test_other_refusals_are_raised_as_they_are(
    server: RestServer, session: Session, status: int, error: type[RequestError]
) -> None:
    server.answers[SPX] = [Response(b"", status)]
    with pytest.raises(error):
        await session.run(ASK)

    assert server.asked == {TOKEN: 1, SPX: 1}


async def test_too_many_requests_are_followed_by_longer_and_longer_pauses(
    server: RestServer, session: Session, clock: Clock
) -> None:
    """A13."""
    server.answers[SPX] = [Response(b"", 429) for _ in range(3)]
    answer = await session.run(ASK)

    assert answer["symbol"] == "SPX"
    assert server.asked == {TOKEN: 1, SPX: 4}
    assert [round(pause) in {1, 2, 3, 4, 5, 6} for pause in clock.slept] == [True] * 3
    assert sum(clock.slept) >= 3.5


async def test_after_four_attempts_too_many_requests_are_raised(server: RestServer, session: Session) -> None:
    """A13."""
    server.answers[SPX] = [Response(b"", 429) for _ in range(5)]
    with pytest.raises(TooManyRequests, match="less often"):
        await session.run(ASK)

    assert server.asked[SPX] == 4


async def test_while_one_call_is_told_to_wait_the_others_of_its_session_wait_too(
    server: RestServer, session: Session, clock: Clock
) -> None:
    """A13."""
    server.answers[SPX] = [Response(b"", 429, headers={"Retry-After": "60"})]
    first = asyncio.create_task(session.run(ASK))
    await clock.sleeping.wait()
    before = clock.now - clock.slept[0]
    others = await asyncio.gather(first, *(session.run(ASK) for _ in range(20)), session.quote_token())

    assert len(others) == 22
    assert clock.now >= before + 60
    assert clock.slept[0] == pytest.approx(60, rel=0.11)
    assert server.asked == {TOKEN: 1, SPX: 22, QUOTE: 1}


@pytest.mark.parametrize(
    "headers", [{}, {"Retry-After": "0"}, {"Retry-After": "-5"}, {"Retry-After": "soon"}]
)
async def test_a_service_that_goes_on_refusing_is_asked_by_one_caller_for_all(
    server: RestServer, session: Session, clock: Clock, headers: dict[str, str]
) -> None:
    """A13."""
    server.answers[SPX] = [Response(b"", 429, headers=headers) for _ in range(300)]
    results = await asyncio.gather(*(session.run(ASK) for _ in range(50)), return_exceptions=True)

    assert {type(result) for result in results} == {TooManyRequests}
    assert server.asked[SPX] <= 50 + 3
    assert 3.5 <= sum(clock.slept) <= 30


async def test_callers_whom_a_pause_has_helped_are_all_answered(server: RestServer, session: Session) -> None:
    """A13."""
    server.answers[SPX] = [Response(b"", 429) for _ in range(50)]
    results = await asyncio.gather(*(session.run(ASK) for _ in range(50)))

    assert {result["symbol"] for result in results} == {"SPX"}
    assert server.asked[SPX] == 100


async def test_a_pause_of_more_than_a_minute_is_raised_at_once_and_asked_for_no_more(
    server: RestServer, session: Session, clock: Clock
) -> None:
    server.answers[SPX] = [Response(b"", 429, headers={"Retry-After": "3600"})]
    with pytest.raises(TooManyRequests, match="asks to wait 3600 s"):
        await session.run(ASK)
    with pytest.raises(TooManyRequests, match=r"was not sent: .* 3600 s are left"):
        await session.run(ASK)
    assert (server.asked[SPX], clock.slept) == (1, [])
    clock.now += 3600

    assert (await session.run(ASK))["symbol"] == "SPX"


async def test_a_call_that_might_do_its_work_twice_is_not_repeated_after_429(
    server: RestServer, session: Session, clock: Clock
) -> None:
    server.answers[VALIDATE] = [Response(b"", 429)]
    with pytest.raises(TooManyRequests):
        await session.run(validate_call())

    assert server.asked[VALIDATE] == 1
    assert clock.slept == []


async def test_a_connection_that_breaks_is_tried_once_more(
    server: RestServer, session: Session, clock: Clock
) -> None:
    server.answers[SPX] = [BrokenOff()]
    answer = await session.run(ASK)

    assert answer["symbol"] == "SPX"
    assert server.asked[SPX] == 2
    assert 0 <= sum(clock.slept) <= 0.5


async def test_a_connection_that_breaks_twice_is_raised(server: RestServer, session: Session) -> None:
    server.answers[SPX] = [BrokenOff(), BrokenOff()]
    with pytest.raises(ServiceUnavailable, match="check the network"):
        await session.run(ASK)

    assert server.asked[SPX] == 2


async def test_a_broken_connection_does_not_repeat_what_might_do_its_work_twice(
    server: RestServer, session: Session
) -> None:
    server.answers[VALIDATE] = [BrokenOff()]
    with pytest.raises(ServiceUnavailable):
        await session.run(validate_call())

    assert server.asked[VALIDATE] == 1


async def test_validating_says_whether_the_token_is_good_and_renews_nothing(
    server: RestServer, session: Session
) -> None:
    good = await session.validate()
    server.accounts.access_tokens.clear()
    revoked = [await session.validate(), await session.validate()]

    assert (good, revoked) == (True, [False, False])
    assert server.asked == {TOKEN: 1, VALIDATE: 2}
    assert (await session.run(ASK))["symbol"] == "SPX"
    assert server.asked[TOKEN] == 2
    assert await session.validate()


async def test_validating_raises_when_the_service_says_neither(server: RestServer, session: Session) -> None:
    server.answers[VALIDATE] = [Response(b"", 503), Response(b"<html></html>", 401, media_type="text/html")]

    for error in (ServiceUnavailable, UnexpectedAnswer):
        with pytest.raises(error):
            await session.validate()


async def test_the_token_and_its_life_are_there_for_those_who_ask(
    server: RestServer, session: Session, clock: Clock
) -> None:
    clock.now += 100

    assert server.accounts.access_tokens.holds(session.session_token or "")
    assert session.token_life == 800.0
    assert (session.remember_token, session.user) == (None, {})
    assert Session(server.environment, OAUTH).session_token is None
    assert Session(server.environment, OAUTH).token_life is None


async def test_a_wall_clock_that_jumps_by_an_hour_changes_nothing(server: RestServer, clock: Clock) -> None:
    """A11."""
    wall = Clock()
    async with Session(server.environment, OAUTH, monotonic=clock, clock=wall) as session:
        for jump in (3600, -7200, 3600):
            wall.now += jump
            await session.run(ASK)

    assert server.asked == {TOKEN: 1, SPX: 3}


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (
            b'{"error": {"code": "missing_request_token", "message": "m"}}',
            400,
            "set TT_SECRET and TT_REFRESH",
        ),
        (b'{"error": {"code": "device_challenge_required"}}', 403, "device challenge"),
        (b'{"error": {"code": "unconfirmed_user", "message": "m"}}', 401, "confirmation mail"),
        (b'{"error": {"code": "two_factor_required", "message": "m"}}', 401, "one-time code"),
        (b'{"error_code": "invalid_scope", "error_description": "d"}', 400, "with the scope read"),
    ],
)
async def test_a_login_that_needs_something_else_says_what_and_is_sent_once(
    server: RestServer, body: bytes, status: int, words: str
) -> None:
    """A9."""
    server.answers[LOGIN] = [Response(body, status), Response(body, status)]
    session = Session(server.environment, PASSWORD)
    for _ in range(2):
        with pytest.raises(NotPermitted, match=words):
            await session.open()

    assert server.asked == {LOGIN: 1}


async def test_a_session_is_neither_copied_nor_pickled(server: RestServer, session: Session) -> None:
    for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="neither copied nor pickled"):
            attempt(session)


async def test_a_token_endpoint_that_is_down_stops_nothing_while_the_token_lives(
    server: RestServer, session: Session, clock: Clock
) -> None:
    """A8."""
    server.answers[TOKEN] = [Response(b"", 503) for _ in range(3)]
    clock.now += 720
    for _ in range(10):
        await session.run(ASK)
    assert server.asked[TOKEN] == 2  # the next try waits
    clock.now += 6
    await session.run(ASK)
    assert server.asked[TOKEN] == 3
    clock.now += 180
    with pytest.raises(ServiceUnavailable):
        await session.run(ASK)

    await session.run(ASK)
    assert server.asked[TOKEN] == 5


async def test_those_who_wait_for_a_renewal_share_its_failure(
    server: RestServer, session: Session, clock: Clock
) -> None:
    clock.now += 901
    server.answers[TOKEN] = [Response(b"", 503) for _ in range(50)]
    results = await asyncio.gather(*(session.run(ASK) for _ in range(50)), return_exceptions=True)

    assert {type(result) for result in results} == {ServiceUnavailable}
    assert len(set(map(id, results))) == 50
    assert server.asked[TOKEN] == 2


async def test_a_cancelled_call_leaves_the_session_usable(session: Session, clock: Clock) -> None:
    clock.now += 901
    first = asyncio.create_task(session.run(ASK))
    second = asyncio.create_task(session.run(ASK))
    await asyncio.sleep(0)
    first.cancel()

    assert (await second)["symbol"] == "SPX"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_quote_token_is_kept_for_twelve_hours(
    server: RestServer, session: Session, clock: Clock
) -> None:
    """A6."""
    first, second = await asyncio.gather(session.quote_token(), session.quote_token())
    assert first is second
    clock.now += QUOTE_TOKEN_AGE
    assert await session.quote_token() is first
    clock.now += 1

    assert await session.quote_token() is not first
    assert server.asked[QUOTE] == 2
    assert (first.level, first.is_delayed) == ("simulated", False)
    assert server.accounts.quote_tokens.holds(first.token.reveal())


async def test_renewing_a_quote_token_asks_once_for_all_who_wait(
    server: RestServer, session: Session
) -> None:
    before = await session.quote_token()
    renewed = await asyncio.gather(*(session.quote_token(renew=True) for _ in range(5)))

    assert before not in renewed
    assert len(set(map(id, renewed))) == 1
    assert server.asked[QUOTE] == 2


async def test_an_older_quote_token_serves_while_the_service_is_down(
    server: RestServer, session: Session, clock: Clock
) -> None:
    first = await session.quote_token()
    clock.now += QUOTE_TOKEN_AGE + 1
    server.answers[QUOTE] = [Response(b"", 503), Response(b"", 503)]

    assert await session.quote_token() is first
    with pytest.raises(ServiceUnavailable):
        await session.quote_token(renew=True)


async def test_a_quote_token_for_an_address_in_plain_text_is_refused(
    server: RestServer, session: Session
) -> None:
    body = b'{"data": {"token": "t", "dxlink-url": "ws://example.com/realtime", "level": "api"}}'
    server.answers[QUOTE] = [Response(body, 200)]

    with pytest.raises(UnexpectedAnswer, match="plain text"):
        await session.quote_token()


async def test_a_user_without_an_account_is_told_to_open_one(server: RestServer, session: Session) -> None:
    """A9."""
    body = b'{"error": {"code": "quote_streamer.customer_not_found_error", "message": "You must"}}'
    server.answers[QUOTE] = [Response(body, 404)]

    with pytest.raises(NotPermitted, match="open an account first"):
        await session.quote_token()


async def test_a_remember_token_replaces_the_password_once(server: RestServer, clock: Clock) -> None:
    credentials = LoginCredentials(USER.login, Secret(USER.password), remember_me=True)
    async with Session(server.environment, credentials, monotonic=clock) as session:
        token = session.remember_token
    assert token is not None

    again = LoginCredentials(USER.login, remember_token=Secret(token))
    async with Session(server.environment, again, monotonic=clock) as session:
        assert session.remember_token is None
    with pytest.raises(CredentialsRejected, match="serves once"):
        await Session(server.environment, again, monotonic=clock).open()


async def test_a_session_of_a_remember_token_renews_itself_with_the_next_one(
    server: RestServer, clock: Clock
) -> None:
    remembered = server.accounts.remember_tokens.issue()
    credentials = LoginCredentials(USER.login, remember_token=Secret(remembered), remember_me=True)
    async with Session(server.environment, credentials, monotonic=clock) as session:
        for _ in range(3):
            clock.now += 70_000
            await session.run(ASK)

    assert server.asked[LOGIN] == 4


async def test_without_a_next_remember_token_a_session_ends_with_its_token(
    server: RestServer, clock: Clock
) -> None:
    remembered = server.accounts.remember_tokens.issue()
    credentials = LoginCredentials(USER.login, remember_token=Secret(remembered))
    async with Session(server.environment, credentials, monotonic=clock) as session:
        clock.now += 90_000
        with pytest.raises(ConfigurationError, match="password or an unused remember token"):
            await session.run(ASK)


async def test_logging_out_ends_the_session_token(server: RestServer, clock: Clock) -> None:
    async with Session(server.environment, PASSWORD, monotonic=clock) as session:
        await session.logout()
        await session.logout()

    assert server.asked == {LOGIN: 1, "DELETE /sessions": 1}


async def test_nothing_listening_is_said_with_the_address(clock: Clock) -> None:
    environment = Environment("simulator", "http://127.0.0.1:1")

    with pytest.raises(ServiceUnavailable, match=r"127\.0\.0\.1:1: nothing listens there .*simulator"):
        await Session(environment, OAUTH, monotonic=clock).open()


async def test_a_chain_and_instruments_come_through_a_session(session: Session) -> None:
    chain = await get_option_chain(session, "SPX")
    equities = await get_equities(session, ["SPY", "BRK/B", "SPX"])
    (bitcoin,) = await get_cryptocurrencies(session, ["BTC/USD"])

    near = chain.nearest_expiration()
    assert near.date == date(2025, 1, 9)
    assert ".SPXW250109C5830" in [one.streamer_symbol for one in near.around(5830, points=10)]
    assert len(chain.options) > 10_000
    assert {one.symbol for one in equities} == {"SPY", "SPX"}
    assert bitcoin.streamer_symbol == "BTC/USD:CXTALP"


async def test_no_secret_is_in_any_log_error_pickle_or_representation(
    server: RestServer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    for credentials in (OAUTH, LoginCredentials(USER.login, Secret(USER.password), remember_me=True)):
        async with Session(server.environment, credentials, monotonic=clock, sleep=clock.sleep) as session:
            await session.save()
            token = await session.quote_token()
            secrets = [token.token.reveal(), session.session_token or "", session.remember_token or ""]
            echo = Response(" ".join(["token", *secrets]).encode(), 500)
            server.answers[SPX] = [Response(b"", 429), BrokenOff(), unauthorized(), echo]
            for error in (ServiceUnavailable, ServiceUnavailable):
                with pytest.raises(error) as caught:
                    await session.run(ASK)
                shown.append(shown_by(caught.value))
            shown += [repr(session), repr(vars(session)), repr(vars(vars(session)["_renewal"]))]
            shown += [repr(token), str(token), repr(credentials)]
            with pytest.raises(TypeError):
                pickle.dumps(session)
            for value in (credentials, token):
                shown += [str(pickle.dumps(value)), str(copy.deepcopy(value))]
    wrong = LoginCredentials("me", Secret("canary-wrong"))
    for _ in range(2):
        with pytest.raises(CredentialsRejected) as refused:
            await Session(server.environment, wrong, monotonic=clock).open()
        shown.append(shown_by(refused.value))

    everything = "\n".join([*shown, *caplog.messages])
    for secret in ("canary", "sim_session_", "sim_access_", "sim_remember_", "sim_quote_"):
        assert secret not in everything
    assert "token <hidden>" in everything


async def test_secrets_are_in_no_file_but_those_for_this_user_alone(
    server: RestServer, clock: Clock, home: Path
) -> None:
    credentials = LoginCredentials(USER.login, Secret(USER.password), remember_me=True)
    async with Session(server.environment, credentials, monotonic=clock) as session:
        await session.save()
    with pytest.raises(CredentialsRejected):
        await Session(server.environment, LoginCredentials("me", Secret("canary-wrong"))).open()
    files = files_in(home)

    assert {mode for _, mode in files.values()} == {0o600}
    assert [name for name, (content, _) in files.items() if b"sim_" in content] == [
        "credentials.json",
        "token.json",
    ]
    assert not any(b"canary" in content for content, _ in files.values())


def files_in(folder: Path) -> dict[str, tuple[bytes, int]]:
    """The files of a folder by the end of their names, with content and mode."""
    return {
        path.name.rpartition("%")[2].partition(".")[2] or path.name: (
            path.read_bytes(),
            path.stat().st_mode & 0o777,
        )
        for path in sorted(folder.iterdir())
    }
