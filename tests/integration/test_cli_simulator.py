"""The simulator's switches on the command line."""

from __future__ import annotations

import json
import sys

import pytest

from tests.integration.commands import run

ASK = """
import json, os, urllib.error, urllib.request

def status(path, fields, **headers):
    request = urllib.request.Request(
        os.environ["TT_API_URL"] + path,
        json.dumps(fields).encode(),
        {"User-Agent": "test/1", "Content-Type": "application/json", **headers},
    )
    try:
        return urllib.request.urlopen(request).status
    except urllib.error.HTTPError as error:
        return error.code

login = {"login": os.environ["TT_USER"], "password": os.environ["TT_PASS"]}
print(json.dumps([
    status("/sessions", login),
    status("/sessions", login, **{"X-Tastyworks-OTP": "654321"}),
    status("/oauth/token", {}),
    status("/oauth/token", {}),
]))
"""


def test_switches_of_its_rest_end_are_in_force() -> None:
    switches = [
        *("--rest", "second_factor=654321"),
        *("--rest", 'failures=[{"status": 502, "path": "/oauth"}]'),
        *("--dxlink", "keepalives=false"),
    ]
    done = run("simulator", *switches, "exec", "--", sys.executable, "-c", ASK)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [401, 201, 502, 400]


@pytest.mark.parametrize(
    ("switch", "words"),
    [
        (["--rest", "nope=1"], "--rest nope=1: expected name=value, with one of the names second_factor, "),
        (["--rest", "customer=maybe"], "--rest customer=maybe: Expected `bool`"),
        (["--dxlink", "rate"], "--dxlink rate: expected name=value, with one of the names version, "),
    ],
)
def test_a_switch_that_cannot_be_is_said_in_one_sentence(switch: list[str], words: str) -> None:
    done = run("simulator", *switch)

    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"tastytrade: {words}")
