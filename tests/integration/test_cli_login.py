"""``tastytrade login``, ``whoami`` and ``logout``, as a user runs them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import Response

from tastytrade.rest import LoginCredentials, OAuthCredentials, Secret
from tastytrade.saved import saved_credentials, where_saved
from tests.integration.commands import TASTYTRADE, environment
from tests.integration.rest_server import OAUTH, USER, Front, RestServer, listening

TOKEN = "POST /oauth/token"
LOGIN = "POST /sessions"
TYPED = f"{USER.client_secret}\n{USER.refresh_token}\n"


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    with listening() as front:
        yield front


@pytest.fixture
def server(front: Front) -> RestServer:
    front.app = RestServer(front.url, monotonic=time.monotonic)
    return front.app


def run(
    server: RestServer, *arguments: str, typed: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a command against the server, with text on its standard input."""
    return subprocess.run(
        [*TASTYTRADE, *arguments],
        env=environment({"TT_API_URL": server.environment.api_url, **variables}),
        input=typed,
        capture_output=True,
        text=True,
        timeout=9,
        check=False,
    )


def lines(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """What a command printed, by the word at the beginning of each line."""
    assert done.returncode == 0, done.stderr
    return {
        name: value.strip() for name, _, value in (line.partition(" ") for line in done.stdout.splitlines())
    }


def test_a_login_is_checked_kept_and_shown_without_its_secrets(server: RestServer) -> None:
    done = run(server, "login", typed=TYPED)
    shown = lines(done)

    assert saved_credentials(server.environment) == OAUTH
    assert shown["credentials"] == where_saved(server.environment)
    assert shown["environment"] == "simulator"
    assert shown["address"] == server.environment.api_url
    assert shown["user"] == f"{USER.login} <{USER.email}>"
    assert shown["feed"] == "simulated"
    assert shown["token"] in {"lives 15 min", "lives 14 min"}
    assert done.stderr == ""
    assert "sim_" not in done.stdout
    assert server.asked[TOKEN] == 1


def test_commands_after_a_login_share_its_token(server: RestServer) -> None:
    first = lines(run(server, "login", typed=TYPED))
    again = [lines(run(server, "whoami")), lines(run(server, "whoami", "--environment", "simulator"))]

    assert [shown["user"] for shown in again] == [first["user"]] * 2
    assert server.asked[TOKEN] == 1


def test_a_password_is_asked_for_and_its_remember_token_kept(server: RestServer) -> None:
    lines(run(server, "login", "--user", USER.login, typed=f"{USER.password}\n"))
    kept = saved_credentials(server.environment)

    assert isinstance(kept, LoginCredentials)
    assert (kept.login, kept.password) == (USER.login, None)
    assert lines(run(server, "whoami"))["user"] == f"{USER.login} <{USER.email}>"
    assert server.asked[LOGIN] == 1


def test_a_one_time_code_is_the_second_line(server: RestServer) -> None:
    typed = f"{USER.password}\n123456\n"

    assert lines(run(server, "login", "--user", USER.login, "--code", typed=typed))["feed"] == "simulated"


def test_logging_out_ends_the_session_and_leaves_nothing(server: RestServer, home: Path) -> None:
    run(server, "login", "--user", USER.login, typed=f"{USER.password}\n")
    done = run(server, "logout")
    again = run(server, "logout")

    assert "forgotten, was in" in done.stdout
    assert done.stdout.endswith("the session has ended\n")
    assert again.stdout == "simulator: nothing was kept\n"
    assert (done.returncode, again.returncode) == (0, 0)
    assert server.asked["DELETE /sessions"] == 1
    assert [path.suffix for path in home.iterdir()] == [".lock"]
    assert run(server, "whoami").returncode == 1


def test_logging_out_works_while_the_service_does_not(server: RestServer) -> None:
    run(server, "login", "--user", USER.login, typed=f"{USER.password}\n")
    server.answers["DELETE /sessions"] = [Response(b"", 503)]
    done = run(server, "logout")

    assert (done.returncode, done.stderr) == (0, "")
    assert "ends by itself within a day" in done.stdout
    assert saved_credentials(server.environment) is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_what_is_open_to_others_is_refused_but_can_be_forgotten(server: RestServer, home: Path) -> None:
    run(server, "login", typed=TYPED)
    Path(where_saved(server.environment)).chmod(0o644)
    refused = run(server, "whoami")
    forgotten = run(server, "logout")

    assert (refused.returncode, refused.stdout) == (1, "")
    assert "run chmod 600" in refused.stderr
    assert (forgotten.returncode, forgotten.stderr) == (0, "")
    assert [path.name for path in home.iterdir() if "credentials" in path.name] == []


def test_wrong_credentials_are_status_3_and_are_not_kept(server: RestServer) -> None:
    done = run(server, "login", typed="sim_canary\nsim_canary\n")

    assert (done.returncode, done.stdout) == (3, "")
    assert "the client secret (TT_SECRET) is wrong" in done.stderr
    assert "canary" not in done.stderr
    assert saved_credentials(server.environment) is None


def test_a_person_may_ask_again_at_once_what_a_program_may_not(server: RestServer) -> None:
    wrong = "sim_wrong\nsim_wrong\n"
    asked = [run(server, "login", typed=wrong).returncode for _ in range(2)]
    done = run(server, "whoami", TT_SECRET="sim_wrong", TT_REFRESH="sim_wrong")

    assert (asked, done.returncode) == ([3, 3], 3)
    assert "not sent: " in done.stderr
    assert server.asked[TOKEN] == 2
    assert lines(run(server, "login", typed=TYPED))["feed"] == "simulated"


def test_whoami_says_that_variables_come_first(server: RestServer) -> None:
    mine = {"TT_USER": USER.login, "TT_PASS": USER.password}
    done = run(server, "login", typed=TYPED, **mine)

    assert "environment variables come first" in done.stderr
    assert lines(run(server, "whoami", **mine))["credentials"] == "environment variables"
    assert saved_credentials(server.environment) == OAUTH


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "there is no client secret"),
        ("sim_secret\n", "there is no refresh token"),
        ("canary\ncanary\n", "the refresh token is not the simulator's"),
    ],
)
def test_what_cannot_be_used_is_not_sent(server: RestServer, typed: str, words: str) -> None:
    done = run(server, "login", typed=typed)

    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert "canary" not in done.stderr
    assert server.asked == {}


@pytest.mark.parametrize("option", ["--password", "--client-secret", "--refresh-token", "--token"])
def test_no_secret_is_taken_as_an_argument(server: RestServer, option: str) -> None:
    assert run(server, "login", option, "canary").returncode == 2


def test_without_credentials_whoami_says_how_to_get_some(server: RestServer) -> None:
    done = run(server, "whoami")

    assert (done.returncode, done.stdout) == (1, "")
    assert "`tastytrade login`" in done.stderr


def test_a_user_without_an_account_is_told_so_but_logged_in(server: RestServer) -> None:
    body = b'{"error": {"code": "quote_streamer.customer_not_found_error", "message": "You must"}}'
    server.answers["GET /api-quote-tokens"] = [Response(body, 404)]
    shown = lines(run(server, "login", typed=TYPED))

    assert shown["feed"].startswith("none: ")
    assert "open an account first" in shown["feed"]
    assert isinstance(saved_credentials(server.environment), OAuthCredentials)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo terminals")
def test_in_a_terminal_nothing_typed_is_shown_and_a_missing_code_is_asked_for(server: RestServer) -> None:
    import pty

    refused = b'{"error": {"code": "two_factor_required", "message": "m"}}'
    server.answers[LOGIN] = [Response(refused, 401)]
    mine, theirs = pty.openpty()
    with subprocess.Popen(
        [*TASTYTRADE, "login", "--user", USER.login],
        env=environment({"TT_API_URL": server.environment.api_url}),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        seen = b""
        for prompt, answer in ((b"Password: ", b"canary-password\n"), (b"One-time code: ", b"123456\n")):
            while prompt not in seen:
                seen += os.read(mine, 1000)
            os.write(mine, answer)
        output = process.communicate(timeout=9)[0]
    os.close(mine)

    assert process.returncode == 0
    assert b"simulated" in output
    assert b"canary" not in seen + output
    assert saved_credentials(server.environment) == LoginCredentials(
        USER.login, remember_token=remembered(server), remember_me=True
    )


def remembered(server: RestServer) -> Secret | None:
    kept = saved_credentials(server.environment)
    assert isinstance(kept, LoginCredentials)
    return kept.remember_token


def test_a_login_that_needs_more_than_credentials_ends_like_one_that_is_refused(server: RestServer) -> None:
    refusal = b'{"error": {"code": "device_challenge_required", "message": "Device challenge required"}}'
    server.answers[LOGIN] = [Response(refusal, 403)]
    done = run(server, "login", "--user", USER.login, typed=f"{USER.password}\n")

    assert done.returncode == 3
    assert "use OAuth" in done.stderr
