"""What can go wrong with credentials and tokens, by number. A test that proves one names it in its docstring.

A1   a wrong client secret, refresh token or password      A8   the token endpoint is down for a while
A2   a User-Agent that the service does not take           A9   good credentials that may not do this
A3   an account or an address that is locked               A10  delayed quotes handed out
A4   an access token that has grown old                    A11  a local clock that is wrong or is put right
A5   a quote token that has grown old under a live feed    A12  refresh tokens replaced or revoked
A6   a quote token that is too old to connect again with   A13  too many requests
A7   a token refused before its time                       A14  processes that share credentials

Here are those that need a whole simulator, a feed or processes; the others are in test_session.py and
test_saved_sessions.py, beside what they belong to.
"""

from __future__ import annotations

import ast
import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tastytrade import Quote, Session, Simulator, Streamer
from tastytrade.errors import CredentialsRejected, NotPermitted, ServiceUnavailable
from tastytrade.rest import Call, Environment, LoginCredentials, OAuthCredentials, Secret, validate_call
from tastytrade.rest.auth import DAY
from tastytrade.saved import save_credentials, saved_credentials
from tastytrade.session import QUOTE_TOKEN_AGE
from tastytrade.simulator import Failure, RestOptions
from tests.integration.commands import environment, program, run, running
from tests.integration.moved_clock import Clock

TOKEN = "POST /oauth/token"
QUOTE = "GET /api-quote-tokens"
SPX = "GET /instruments/equities/SPX"
ASK: Call[Any] = Call(method="GET", path="/instruments/equities/SPX", parse=dict)
ASKS_FOR_A_WHILE = """
import asyncio, sys, time
from tastytrade import Session
from tastytrade.rest import Call

async def main():
    answered = 0
    end = time.monotonic() + float(sys.argv[1])
    async with Session.from_environment() as session:
        while time.monotonic() < end:
            await session.run(Call(method="GET", path="/instruments/equities/SPX", parse=dict))
            answered += 1
            await asyncio.sleep(0.05)
    print(answered)

asyncio.run(main())
"""


@pytest.fixture
def clock(simulator: Simulator) -> Clock:
    return Clock(simulator)


@pytest.fixture
async def session(simulator: Simulator, clock: Clock) -> AsyncIterator[Session]:
    async with session_of(simulator, clock) as session:
        yield session


def session_of(simulator: Simulator, clock: Clock, **credentials: str) -> Session:
    """A session by OAuth, with these credentials instead of the simulator's own."""
    user = simulator.user
    given = {"client_secret": user.client_secret, "refresh_token": user.refresh_token, **credentials}
    secrets = OAuthCredentials(*(Secret(value) for value in given.values()))
    return Session(address_of(simulator), secrets, monotonic=clock, sleep=clock.sleep)


def address_of(simulator: Simulator) -> Environment:
    return Environment("simulator", simulator.api_url)


@pytest.mark.parametrize(
    ("wrong", "named"), [("client_secret", "TT_SECRET"), ("refresh_token", "TT_REFRESH")]
)
async def test_a_wrong_half_of_the_pair_is_named_and_sent_once(
    simulator: Simulator, clock: Clock, wrong: str, named: str
) -> None:
    """A1."""
    for _ in range(3):
        with pytest.raises(CredentialsRejected, match=named) as caught:
            await session_of(simulator, clock, **{wrong: "sim_canary"}).open()

        assert "canary" not in str(caught.value)
    assert simulator.requests[TOKEN] == 1


async def test_a_service_that_wants_product_and_version_gets_them(simulator: Simulator, clock: Clock) -> None:
    """A2."""
    simulator.rest_options = RestOptions(strict_user_agent=True)
    async with session_of(simulator, clock) as session, Streamer(session) as streamer:
        await session.run(ASK)
        async with asyncio.timeout(5):
            quote = await anext(streamer.subscribe(Quote, ["SPY"]).events())

    assert quote.eventSymbol == "SPY"


@pytest.mark.timeout(30)
def test_a_program_restarted_while_the_address_is_blocked_asks_no_more(tmp_path: Path) -> None:
    """A3. Refused once, the service then lets every request wait: five restarts send nothing."""
    stalls = json.dumps([{"status": None, "times": None, "path": "/sessions"}])
    with running("simulator") as one:
        assert one.stdout is not None
        line = json.loads(one.stdout.readline())
        wrong = {"TT_API_URL": line["api_url"], "TT_USER": "me", "TT_PASS": "canary"}
        first = run("whoami", variables=wrong)
        port = line["api_url"].rpartition(":")[2]
    with running("simulator", "--port", port, "--rest", f"failures={stalls}") as two:
        assert two.stdout is not None
        two.stdout.readline()
        again = [run("whoami", variables=wrong, timeout=5) for _ in range(5)]

    assert first.returncode == 3
    assert [done.returncode for done in again] == [3] * 5
    assert all(done.stderr.startswith("tastytrade: not sent: ") for done in again)
    assert "canary" not in "".join(done.stderr for done in (first, *again))


async def test_three_lives_of_a_token_pass_without_one_call_that_fails(
    simulator: Simulator, clock: Clock
) -> None:
    """A4."""
    simulator.rest_options = RestOptions(access_lifetime=3)
    async with session_of(simulator, clock) as session:
        for _ in range(20):
            assert (await session.run(ASK))["symbol"] == "SPX"
            clock.advance(0.5)

    assert simulator.requests == {TOKEN: 4, SPX: 20}


async def test_a_feed_whose_token_has_died_goes_on_with_a_new_one(
    simulator: Simulator, session: Session, clock: Clock
) -> None:
    """A5. Today the token is renewed when the feed connects again; a connection that holds is left alone."""
    async with Streamer(session) as streamer, asyncio.timeout(5):
        await anext(streamer.subscribe(Quote, ["SPY"]).events())
        simulator.accounts.quote_tokens.clear()
        await simulator.drop_connections()
        quote = await anext(streamer.subscribe(Quote, ["SPX"]).events())

    assert quote.eventSymbol == "SPX"
    assert simulator.requests[QUOTE] == 2


async def test_a_feed_that_connects_again_after_a_day_asks_for_a_new_token_first(
    simulator: Simulator, session: Session, clock: Clock
) -> None:
    """A6."""
    old = await session.quote_token()
    clock.advance(QUOTE_TOKEN_AGE + 1)
    new = await session.quote_token()
    clock.advance(DAY - QUOTE_TOKEN_AGE)

    assert simulator.requests[QUOTE] == 2
    assert not simulator.accounts.quote_tokens.holds(old.token.reveal())
    assert simulator.accounts.quote_tokens.holds(new.token.reveal())
    async with Streamer(session) as streamer, asyncio.timeout(5):
        await anext(streamer.subscribe(Quote, ["SPY"]).events())


async def test_a_hundred_calls_refused_together_make_one_token_request_and_no_failure(
    simulator: Simulator, session: Session
) -> None:
    """A7."""
    simulator.accounts.access_tokens.clear()
    answers = await asyncio.gather(*(session.run(ASK) for _ in range(100)))

    assert {answer["symbol"] for answer in answers} == {"SPX"}
    assert simulator.requests[TOKEN] == 2


async def test_fourteen_minutes_without_the_token_endpoint_cost_no_call_and_no_event(
    simulator: Simulator, session: Session, clock: Clock
) -> None:
    """A8. Today nothing says that a session lives on its old token, but its log at DEBUG."""
    down = Failure(status=503, times=None, path="/oauth/token")
    simulator.rest_options = RestOptions(failures=(down,))
    async with Streamer(session) as streamer, asyncio.timeout(8):
        quotes = streamer.subscribe(Quote, ["SPY"])
        for _ in range(7):
            for _ in range(4):
                clock.advance(30)
                await session.run(ASK)
            await anext(quotes.events())
        failed = simulator.requests[TOKEN] - 1
        simulator.rest_options = RestOptions()
        clock.advance(55)
        await session.run(ASK)

    assert 1 <= failed <= 5
    assert (session.token_life or 0) > 800


async def test_after_the_token_has_died_too_the_next_call_recovers_alone(
    simulator: Simulator, session: Session, clock: Clock
) -> None:
    """A8."""
    simulator.rest_options = RestOptions(failures=(Failure(status=503, times=2, path="/oauth/token"),))
    clock.advance(901)
    for _ in range(2):
        with pytest.raises(ServiceUnavailable, match="try again later"):
            await session.run(ASK)

    assert (await session.run(ASK))["symbol"] == "SPX"


@pytest.mark.parametrize(
    ("switches", "error", "words"),
    [
        ({"unconfirmed_user": True}, NotPermitted, "confirmation mail"),
        ({"device_challenge": "otp"}, NotPermitted, "device challenge"),
        ({"decommissioned": "missing_request_token"}, NotPermitted, "set TT_SECRET and TT_REFRESH"),
    ],
)
async def test_a_login_that_is_not_let_in_says_what_to_do_and_is_not_repeated(
    simulator: Simulator, switches: dict[str, Any], error: type[Exception], words: str
) -> None:
    """A9."""
    simulator.rest_options = RestOptions(**switches)
    user = simulator.user
    session = Session(address_of(simulator), LoginCredentials(user.login, Secret(user.password)))
    for _ in range(2):
        with pytest.raises(error, match=words):
            await session.open()

    assert simulator.requests == {"POST /sessions": 1}


@pytest.mark.parametrize("status", [404, 403])
async def test_a_user_without_an_account_has_a_session_but_no_feed(
    simulator: Simulator, session: Session, status: Any
) -> None:
    """A9."""
    simulator.rest_options = RestOptions(customer=False, customer_status=status)
    with pytest.raises(NotPermitted, match="open an account first"):
        await session.quote_token()

    assert await session.run(validate_call())
    assert simulator.requests[QUOTE] == 1


async def test_what_the_feed_gives_can_be_read_before_it_is_opened(session: Session) -> None:
    """A10. Nothing refuses a delayed feed today: who needs real time looks at ``feed_level``."""
    token = await session.quote_token()

    assert (token.feed_level, token.is_delayed) == ("simulated", False)


@pytest.fixture
def rotating() -> Iterator[dict[str, str]]:
    """A simulator in a process of its own whose tokens live a second, and whose refresh tokens serve once."""
    switches = ("access_lifetime=1", "rotate_refresh_token=true")
    with running("simulator", *(word for switch in switches for word in ("--rest", switch))) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())


def test_processes_share_refresh_tokens_that_serve_once(rotating: dict[str, str], tmp_path: Path) -> None:
    """A12, A14."""
    variables = {"TT_API_URL": rotating["api_url"]}
    address = Environment("simulator", rotating["api_url"])
    first = OAuthCredentials(Secret(rotating["client_secret"]), Secret(rotating["refresh_token"]))
    save_credentials(address, first)
    command = [sys.executable, program(tmp_path, ASKS_FOR_A_WHILE), "3"]
    processes = [
        subprocess.Popen(command, env=environment(variables), stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answered = [int(process.communicate(timeout=9)[0]) for process in processes]
    kept = saved_credentials(address)

    assert [process.returncode for process in processes] == [0, 0, 0]
    assert min(answered) >= 5
    assert isinstance(kept, OAuthCredentials)
    assert kept.refresh_token != first.refresh_token


async def test_fifty_callers_refused_as_too_many_cost_the_service_little_more_than_fifty_requests(
    simulator: Simulator, session: Session, clock: Clock
) -> None:
    """A13."""
    simulator.rest_options = RestOptions(failures=(Failure(status=429, times=50, path="/instruments"),))
    answers = await asyncio.gather(*(session.run(ASK) for _ in range(50)))

    assert {answer["symbol"] for answer in answers} == {"SPX"}
    assert simulator.requests[SPX] == 100


def test_every_number_of_the_catalogue_has_its_tests() -> None:
    proved: set[str] = set()
    for name in ("test_credentials_catalogue.py", "test_session.py", "test_saved_sessions.py"):
        tree = ast.parse(Path(__file__).with_name(name).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                numbers = (ast.get_docstring(node) or "").partition(".")[0].split(", ")
                proved.update(number for number in numbers if number[:1] == "A" and number[1:].isdecimal())

    assert proved == {f"A{number}" for number in range(1, 15)}
