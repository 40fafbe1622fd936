"""Credentials, tokens and refusals that outlive a session, and that processes share."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from starlette.responses import Response

from tastytrade import Session
from tastytrade.errors import ConfigurationError, CredentialsRejected
from tastytrade.rest import Call, Credentials, LoginCredentials, OAuthCredentials, Secret
from tastytrade.saved import forget_credentials, save_credentials, saved_credentials
from tastytrade.saved.refusals import COOL_DOWN
from tests.integration.commands import environment, program
from tests.integration.rest_server import OAUTH, USER, Front, RestServer, listening

TOKEN = "POST /oauth/token"
LOGIN = "POST /sessions"
SPX = "GET /instruments/equities/SPX"
ASK: Call[dict[str, object]] = Call(method="GET", path="/instruments/equities/SPX", parse=dict)
WRONG = OAuthCredentials(Secret("sim_wrong"), Secret("sim_wrong"))
OPENS = """
import asyncio, sys
from tastytrade import Session
from tastytrade.errors import CredentialsRejected
from tastytrade.rest import Call

async def main():
    async with Session.from_environment() as session:
        await session.run(Call(method="GET", path="/instruments/equities/SPX", parse=dict))

sys.stdin.readline()
try:
    asyncio.run(main())
except CredentialsRejected as error:
    print(error)
"""


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    with listening() as front:
        yield front


@pytest.fixture
def clock() -> Clock:
    return Clock(1_000.0)


@pytest.fixture
def wall() -> Clock:
    return Clock(1_800_000_000.0)


@pytest.fixture
def server(front: Front, clock: Clock) -> RestServer:
    front.app = RestServer(front.url, monotonic=clock)
    return front.app


def variables(server: RestServer) -> dict[str, str]:
    """What leads to the server, without credentials."""
    return {"TT_API_URL": server.environment.api_url}


def restored(server: RestServer, clock: Clock, wall: Clock) -> Session:
    """A session of the saved credentials, as another process would make it."""
    credentials = saved_credentials(server.environment)
    assert credentials is not None
    return Session(server.environment, credentials, saved=True, monotonic=clock, clock=wall)


async def in_a_new_session(server: RestServer, clock: Clock, wall: Clock) -> Session:
    async with restored(server, clock, wall) as session:
        await session.run(ASK)
    return session


def run_at_once(folder: Path, given: dict[str, str], times: int) -> list[str]:
    """Run a program that opens a session, so many times at the same moment; what each printed."""
    command = [sys.executable, program(folder, OPENS)]
    processes = [
        subprocess.Popen(
            command, env=environment(given), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(times)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=9)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * times
    return outputs


async def test_saved_credentials_are_found_where_no_variable_gives_any(server: RestServer) -> None:
    async with Session(server.environment, OAUTH) as session:
        await session.save()

    async with Session.from_environment(variables=variables(server)) as session:
        assert (await session.run(ASK))["symbol"] == "SPX"
    assert server.asked == {TOKEN: 1, SPX: 1}


async def test_variables_come_before_saved_credentials(server: RestServer) -> None:
    save_credentials(server.environment, WRONG)
    given = variables(server) | {"TT_USER": USER.login, "TT_PASS": USER.password}
    async with Session.from_environment(variables=given) as session:
        await session.run(ASK)

    assert server.asked[LOGIN] == 1
    assert saved_credentials(server.environment) == WRONG


def test_without_either_the_way_to_both_is_said(server: RestServer) -> None:
    with pytest.raises(ConfigurationError, match=r"set TT_SECRET and TT_REFRESH .* `tastytrade login`"):
        Session.from_environment(variables=variables(server))


async def test_a_password_is_not_saved_but_a_remember_token_is(server: RestServer) -> None:
    typed = LoginCredentials(USER.login, Secret(USER.password))
    async with Session(server.environment, typed) as session:
        with pytest.raises(ConfigurationError, match="remember_me=True"):
            await session.save()
    remembering = LoginCredentials(USER.login, Secret(USER.password), remember_me=True)
    async with Session(server.environment, remembering) as session:
        await session.save()
        token = session.remember_token

    assert saved_credentials(server.environment) == LoginCredentials(
        USER.login, remember_token=Secret(token or ""), remember_me=True
    )


async def test_ten_sessions_in_a_row_need_one_token(server: RestServer, clock: Clock, wall: Clock) -> None:
    save_credentials(server.environment, OAUTH)
    for _ in range(10):
        await in_a_new_session(server, clock, wall)
        clock.now, wall.now = clock.now + 60, wall.now + 60

    assert server.asked == {TOKEN: 1, SPX: 10}


async def test_a_shared_token_is_as_old_as_it_is(server: RestServer, clock: Clock, wall: Clock) -> None:
    save_credentials(server.environment, OAUTH)
    await in_a_new_session(server, clock, wall)
    clock.now, wall.now = clock.now + 600, wall.now + 600
    async with restored(server, clock, wall) as session:
        assert session.token_life == 300.0
        clock.now, wall.now = clock.now + 121, wall.now + 121
        await session.run(ASK)

    assert server.asked[TOKEN] == 2


@pytest.mark.parametrize(("jump", "requests"), [(3600.0, 2), (-3600.0, 2), (-1.0, 2), (0.0, 1)])
async def test_a_wall_clock_that_jumps_costs_one_request_at_most(
    server: RestServer, clock: Clock, wall: Clock, jump: float, requests: int
) -> None:
    """A11."""
    save_credentials(server.environment, OAUTH)
    await in_a_new_session(server, clock, wall)
    wall.now += jump
    await in_a_new_session(server, clock, wall)

    assert server.asked[TOKEN] == requests


async def test_a_token_that_died_unnoticed_is_renewed_once(
    server: RestServer, clock: Clock, wall: Clock
) -> None:
    save_credentials(server.environment, OAUTH)
    await in_a_new_session(server, clock, wall)
    clock.now += 3600  # the wall clock was set back as far
    async with restored(server, clock, wall) as session:
        await asyncio.gather(*(session.run(ASK) for _ in range(20)))
    await in_a_new_session(server, clock, wall)

    assert server.asked[TOKEN] == 2


async def test_what_one_session_renewed_serves_the_other_without_a_request(
    server: RestServer, clock: Clock, wall: Clock
) -> None:
    save_credentials(server.environment, OAUTH)
    async with restored(server, clock, wall) as one, restored(server, clock, wall) as other:
        server.accounts.access_tokens.clear()
        await one.run(ASK)
        await other.run(ASK)

        assert one.session_token == other.session_token
    assert server.asked[TOKEN] == 2


async def test_a_rotated_refresh_token_is_written_back_and_taken_over(
    server: RestServer, clock: Clock, wall: Clock
) -> None:
    """A12."""
    save_credentials(server.environment, OAUTH)
    rotated = OAuthCredentials(OAUTH.client_secret, Secret("sim_rotated"))
    access = server.accounts.access_tokens.issue()
    body = {"access_token": access, "expires_in": 900, "refresh_token": "sim_rotated"}
    async with restored(server, clock, wall) as one, restored(server, clock, wall) as other:
        server.answers[TOKEN] = [Response(msgspec.json.encode(body))]
        clock.now, wall.now = clock.now + 800, wall.now + 800
        await one.run(ASK)
        await other.run(ASK)
        await other.save()

    assert saved_credentials(server.environment) == rotated
    assert server.asked[TOKEN] == 2


async def test_a_remember_token_serves_many_sessions_one_after_the_other(
    server: RestServer, clock: Clock, wall: Clock
) -> None:
    """A12."""
    first = server.accounts.remember_tokens.issue()
    save_credentials(server.environment, LoginCredentials(USER.login, remember_token=Secret(first)))
    async with restored(server, clock, wall) as one, restored(server, clock, wall) as other:
        for _ in range(3):
            clock.now, wall.now = clock.now + 80_000, wall.now + 80_000
            await asyncio.gather(one.run(ASK), other.run(ASK))
    session = await in_a_new_session(server, clock, wall)

    assert server.asked[LOGIN] == 4
    assert session.user["username"] == USER.login


async def test_a_saved_remember_token_that_is_used_up_says_how_to_go_on(
    server: RestServer, clock: Clock, wall: Clock
) -> None:
    save_credentials(server.environment, LoginCredentials(USER.login, remember_token=Secret("sim_used")))
    with pytest.raises(CredentialsRejected, match="`tastytrade login` replaces them"):
        await restored(server, clock, wall).open()

    assert server.asked == {LOGIN: 1}


@pytest.mark.parametrize("replaced", [True, False])
async def test_credentials_forgotten_or_replaced_by_others_are_left_alone(
    server: RestServer, clock: Clock, wall: Clock, replaced: bool
) -> None:
    save_credentials(server.environment, OAUTH)
    async with restored(server, clock, wall) as session:
        forget_credentials(server.environment)
        if replaced:
            save_credentials(server.environment, WRONG)
        clock.now, wall.now = clock.now + 800, wall.now + 800
        await session.run(ASK)

    assert server.asked[TOKEN] == 2
    assert saved_credentials(server.environment) == (WRONG if replaced else None)


async def test_damaged_files_do_not_stop_a_session_that_runs(
    server: RestServer, clock: Clock, wall: Clock, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    save_credentials(server.environment, OAUTH)
    async with restored(server, clock, wall) as session:
        overwrite(home, "json", b"{")
        clock.now, wall.now = clock.now + 800, wall.now + 800
        with caplog.at_level(logging.WARNING):
            await session.run(ASK)

    assert server.asked[TOKEN] == 2
    assert "going on with the credentials at hand" in caplog.text


def overwrite(folder: Path, ending: str, content: bytes) -> None:
    for path in folder.glob(f"*.{ending}"):
        path.write_bytes(content)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one folder holds both")
@pytest.mark.parametrize(
    ("credentials", "opens"),
    [(OAUTH, True), (LoginCredentials(USER.login, remember_token=Secret("sim_r")), False)],
)
async def test_where_nothing_can_be_written_a_token_that_serves_once_is_not_used_up(
    server: RestServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    credentials: Credentials,
    opens: bool,
) -> None:
    overwrite_with_file(tmp_path / "state")
    monkeypatch.delenv("TASTYTRADE_HOME")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    save_credentials(server.environment, credentials)
    session = Session.from_environment(variables=variables(server))
    if opens:
        async with session:
            await session.run(ASK)
    else:
        with pytest.raises(ConfigurationError, match="serves once"):
            await session.open()

    assert server.asked == ({TOKEN: 1, SPX: 1} if opens else {})


def overwrite_with_file(path: Path) -> None:
    path.write_bytes(b"")


async def test_logging_out_forgets_the_shared_token(server: RestServer, clock: Clock, wall: Clock) -> None:
    first = server.accounts.remember_tokens.issue()
    save_credentials(server.environment, LoginCredentials(USER.login, remember_token=Secret(first)))
    async with restored(server, clock, wall) as session:
        await session.logout()
    await in_a_new_session(server, clock, wall)

    assert server.asked == {LOGIN: 2, "DELETE /sessions": 1, SPX: 1}


def test_processes_that_start_together_make_one_token_request(server: RestServer, tmp_path: Path) -> None:
    """A14."""
    save_credentials(server.environment, OAUTH)
    run_at_once(tmp_path, variables(server), 3)

    assert server.asked == {TOKEN: 1, SPX: 3}


def test_processes_that_start_together_use_up_one_remember_token(server: RestServer, tmp_path: Path) -> None:
    """A14."""
    first = server.accounts.remember_tokens.issue()
    save_credentials(server.environment, LoginCredentials(USER.login, remember_token=Secret(first)))
    run_at_once(tmp_path, variables(server), 2)

    assert server.asked == {LOGIN: 1, SPX: 2}
    kept = saved_credentials(server.environment)
    assert isinstance(kept, LoginCredentials)
    assert kept.remember_token is not None
    assert server.accounts.remember_tokens.holds(kept.remember_token.reveal())


def test_a_program_restarted_in_a_loop_sends_refused_credentials_once(
    server: RestServer, tmp_path: Path
) -> None:
    """A3."""
    given = variables(server) | {"TT_USER": USER.login, "TT_PASS": "canary-wrong"}
    first, second, third = (run_at_once(tmp_path, given, 1)[0] for _ in range(3))

    assert server.asked == {LOGIN: 1}
    assert first.startswith("POST /sessions was refused")
    for said in (second, third):
        assert said.startswith("not sent: ")
        assert "run `tastytrade login`" in said
        assert "canary" not in said


async def test_refused_credentials_are_sent_again_after_15_minutes_and_others_at_once(
    server: RestServer, wall: Clock
) -> None:
    """A3."""
    for pause in (0, COOL_DOWN - 1, 1):
        wall.now += pause
        with pytest.raises(CredentialsRejected):
            await Session(server.environment, WRONG, clock=wall).open()
    async with Session(server.environment, OAUTH, clock=wall) as session:
        await session.run(ASK)

    assert server.asked == {TOKEN: 3, SPX: 1}
