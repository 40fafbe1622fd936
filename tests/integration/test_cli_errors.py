"""What a command says when it cannot do what it was asked: one sentence, a status, and nothing on stdout."""

from __future__ import annotations

import http.server
import socket
import subprocess
import threading
from collections.abc import Iterator

import pytest

from tastytrade import Session
from tests.integration.commands import run, running

PORT_OF_NOBODY = "ws://127.0.0.1:9/"


def sentence(done: subprocess.CompletedProcess[str], status: int) -> str:
    """The one sentence that was said, checked for all that must hold for any of them."""
    assert done.returncode == status, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("tastytrade: ")
    return line


@pytest.fixture(scope="module", autouse=True)
def silent_server() -> Iterator[subprocess.Popen[str]]:
    """A command that asks a server that says nothing; begun early, because it takes ten seconds."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        running("stream", "SPX", "--url", f"ws://127.0.0.1:{listener.getsockname()[1]}/") as process,
    ):
        yield process


@pytest.fixture
def web_server() -> Iterator[str]:
    """An HTTP server that knows nothing of WebSockets; host and port."""

    class Quiet(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def logged_in(simulator: dict[str, str], **other: str) -> dict[str, str]:
    """Variables that lead to a simulator by name and password."""
    return {
        "TT_API_URL": simulator["api_url"],
        "TT_USER": simulator["login"],
        "TT_PASS": simulator["password"],
        **other,
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["SPX", "--environment", "moon"], "unknown environment 'moon': use production"),
        (["SPX"], "set TT_SECRET and TT_REFRESH (OAuth), or TT_USER and TT_PASS"),
        (["SPX", "--environment", "certification"], "set TT_SANDBOX_SECRET and TT_SANDBOX_REFRESH"),
        (["SPX", "--environment", "simulator"], "set TT_API_URL to the address the simulator printed"),
        (["", "--simulator"], "not a symbol: '' (it is empty or has spaces around it)"),
        (["  "], "not a symbol: '  '"),
        (["SPX", " NVDA"], "not a symbol: ' NVDA'"),
        (["SPX", "--events", "Quote,Rumour"], "unknown event type Rumour; there are: Quote, Trade"),
        (["SPX", "--events", ","], "the list of event types is empty"),
        (["SPX", "--url", PORT_OF_NOBODY], "nothing listens at ws://127.0.0.1:9/; is the server running?"),
        (["SPX", "--url", "http://127.0.0.1:9/"], "ws"),
        (["SPX", "--url", ""], "address"),
        (["SPX", "--url", "ws://example.com/"], "wss://"),
        (["SPX", "--url", PORT_OF_NOBODY, "--simulator"], "exclude each other; choose one"),
        (["SPX", "--url", PORT_OF_NOBODY, "--environment", "production"], "exclude each other; choose one"),
    ],
)
def test_a_stream_that_cannot_be_is_refused(arguments: list[str], words: str) -> None:
    assert words in sentence(run("stream", *arguments), 1)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"TT_USER": "me"}, "TT_USER is set without TT_PASS: set both"),
        ({"TT_PASS": "canary"}, "TT_PASS is set without TT_USER: set both"),
        ({"TT_SECRET": "canary"}, "TT_SECRET is set without TT_REFRESH: set both"),
        ({"TT_ENVIRONMENT": "moon"}, "unknown environment 'moon'"),
        ({"TT_USER": "me", "TT_PASS": "canary", "TT_API_URL": "http://127.0.0.1:9"}, "nothing listens there"),
        ({"TT_USER": "me", "TT_PASS": "canary", "TT_API_URL": "http://example.com"}, "https://"),
        ({"TT_SECRET": "canary", "TT_REFRESH": "canary", "TT_API_URL": "http://127.0.0.1:9"}, "plain text"),
    ],
)
def test_variables_that_do_not_lead_anywhere_are_named(variables: dict[str, str], words: str) -> None:
    said = sentence(run("stream", "SPX", variables=variables), 1)

    assert words in said
    assert "canary" not in said


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"TT_PASS": "canary"}, "check them before trying again"),
        ({"TT_USER": "somebody"}, "the user name, password or remember token is wrong"),
        ({"TT_SECRET": "sim_canary", "TT_REFRESH": "sim_canary"}, "the client secret (TT_SECRET) is wrong"),
    ],
)
def test_wrong_credentials_are_status_3(
    tastytrade_simulator: dict[str, str], wrong: dict[str, str], words: str
) -> None:
    said = sentence(run("stream", "SPX", variables=logged_in(tastytrade_simulator, **wrong)), 3)

    assert words in said
    assert "canary" not in said


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "wants a token"),
        ({"DXLINK_TOKEN": " "}, "wants a token"),
        ({"DXLINK_TOKEN": "canary"}, "refused"),
    ],
)
def test_a_server_that_wants_another_token_is_status_3(
    tastytrade_simulator: dict[str, str], variables: dict[str, str], words: str
) -> None:
    url = tastytrade_simulator["dxlink_url"]
    said = sentence(run("stream", "SPX", "--url", url, variables=variables), 3)

    assert words in said
    assert said.endswith("this command takes the token from DXLINK_TOKEN")
    assert "canary" not in said


async def test_with_the_right_token_a_bare_address_is_enough(tastytrade_simulator: dict[str, str]) -> None:
    async with Session.from_environment(variables=logged_in(tastytrade_simulator)) as session:
        token = (await session.quote_token()).token.reveal()
    url = tastytrade_simulator["dxlink_url"]
    done = run("stream", "SPX", "--url", url, "--for", "0.3", variables={"DXLINK_TOKEN": token})

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith('{"eventType":"')


def test_a_web_server_is_no_dxlink_server(web_server: str) -> None:
    said = sentence(run("stream", "SPX", "--url", f"ws://{web_server}/"), 1)

    assert "answered HTTP 501 instead of opening a WebSocket; check the address" in said


@pytest.mark.timeout(20)
def test_a_server_that_says_nothing_is_given_up(silent_server: subprocess.Popen[str]) -> None:
    output, said = silent_server.communicate(timeout=15)
    done = subprocess.CompletedProcess(silent_server.args, silent_server.returncode, output, said)

    assert "did not answer within 10 s" in sentence(done, 1)


@pytest.mark.parametrize("more", [[], ["exec", "--", "true"]])
def test_a_port_in_use_is_said_to_be_in_use(tastytrade_simulator: dict[str, str], more: list[str]) -> None:
    port = tastytrade_simulator["api_url"].rpartition(":")[2]
    said = sentence(run("simulator", "--port", port, *more), 1)

    assert f"cannot listen on 127.0.0.1 port {port} (Address already in use)" in said
    assert "choose another --port, or 0 for any free one" in said


@pytest.mark.parametrize("symbol", ["", "A B"])
def test_a_symbol_that_cannot_be_listed_is_refused(symbol: str) -> None:
    assert "expected a symbol like AMD" in sentence(run("simulator", "--symbol", symbol), 1)


@pytest.mark.parametrize("day", ["1500-01-01", "9999-12-31"])
def test_a_day_beyond_the_calendar_is_refused(day: str) -> None:
    assert "today must be in the years 1900 to 9000" in sentence(run("simulator", "--today", day), 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ["stream"],
        ["stream", "SPX", "--for", "0"],
        ["stream", "SPX", "--for", "-1"],
        ["stream", "SPX", "--for", "nan"],
        ["stream", "SPX", "--format", "xml"],
        ["demo", "--for", "0"],
        ["simulator", "--port", "99999"],
        ["simulator", "--rate", "0"],
        ["simulator", "--today", "yesterday"],
        ["simulator", "exec", "--"],
        ["nonsense"],
        ["--nonsense"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_status_2_and_points_at_help(arguments: list[str]) -> None:
    done = run(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert "-h' for help." in done.stderr
    assert "Traceback" not in done.stderr
