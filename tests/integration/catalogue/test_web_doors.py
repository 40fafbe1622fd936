"""Who is let in to the page, and what it gives to nobody: Z1 to Z8 of the fault catalogue."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tastytrade import Simulator, Streamer
from tastytrade.dashboard import Dashboard
from tastytrade.replaying import replay
from tests.integration.page_browser import (
    enter,
    page_of,
    raw,
    request_of,
    token_of,
    upgrade_of,
)
from tests.integration.recorded_day import keep_day


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keep_day(tmp_path_factory.mktemp("web") / "day")


@pytest.fixture
async def dashboard(day: Path) -> AsyncIterator[Dashboard]:
    async with replay(day, paused=True) as source, Dashboard(source) as opened:
        yield opened


def addresses() -> set[str]:
    """Every address this machine has."""
    found = {str(one[4][0]) for one in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    return found | {"127.0.0.1", "127.0.0.2"}


def listening_on(port: int) -> set[str]:
    """The addresses, as the kernel writes them, on which anybody listens on a port."""
    sockets = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    return {one[1] for one in sockets if one[3] == "0A" and one[1].endswith(f":{port:04X}")}


async def test_z1_the_page_listens_on_this_machine_alone(dashboard: Dashboard) -> None:
    listening = listening_on(dashboard.port)
    refused = []
    for address in addresses() - {"127.0.0.1"}:
        with socket.socket() as one:
            refused.append(one.connect_ex((address, dashboard.port)) != 0)

    assert listening == {f"0100007F:{dashboard.port:04X}"}
    assert all(refused)


ORIGINS = [
    "http://evil.example",
    "null",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1:1",
    "http://localhost:{port}",
    "http://127.0.0.1:{port}.evil.example",
    "",
]


async def test_z2_a_websocket_of_another_site_is_refused_before_anything_is_said(
    dashboard: Dashboard,
) -> None:
    cookie = f"tastytrade_{dashboard.port}={await enter(dashboard)}"
    answers = {
        origin: await raw(
            dashboard, upgrade_of(dashboard, origin=origin.format(port=dashboard.port), cookie=cookie)
        )
        for origin in ORIGINS
    }

    assert {origin: status for origin, (status, _) in answers.items()} == dict.fromkeys(ORIGINS, 403)
    assert not any(b"hello" in answer for _, answer in answers.values())


HOSTS = {
    "evil.example": 421,
    "evil.example:{port}": 421,
    "127.0.0.1.evil.example:{port}": 421,
    "127.0.0.1:{port}.evil.example": 421,
    "127.0.0.1:{port}@evil.example": 421,
    "evil.example@127.0.0.1:{port}": 421,
    "0x7f.1:{port}": 421,
    "2130706433:{port}": 421,
    "127.1:{port}": 421,
    "127.0.0.1.:{port}": 421,
    "localhost.:{port}": 421,
    "127.0.0.1": 421,
    "127.0.0.1:1": 421,
    "127.0.0.1:0{port}": 421,
    "[::1]:{port}": 421,
    "0.0.0.0:{port}": 421,
    "": 421,
    None: 400,
}


async def test_z3_a_name_that_is_not_ours_gets_nothing(dashboard: Dashboard) -> None:
    bearer = f"Bearer {await enter(dashboard)}"
    pages, sockets = {}, {}
    for host in HOSTS:
        called = None if host is None else host.format(port=dashboard.port)
        pages[host], answer = await raw(dashboard, request_of(dashboard, host=called, authorization=bearer))
        sockets[host], _ = await raw(dashboard, upgrade_of(dashboard, host=called, authorization=bearer))
        assert b"<html" not in answer

    assert pages == HOSTS
    assert sockets == HOSTS


async def test_z3_two_names_are_none(dashboard: Dashboard) -> None:
    key = await enter(dashboard)
    twice = request_of(dashboard, authorization=f"Bearer {key}").replace(
        b"connection: close", b"host: evil.example\r\nconnection: close"
    )

    assert (await raw(dashboard, twice))[0] in {400, 421}


async def test_z3_the_names_of_this_machine_are_ours(dashboard: Dashboard) -> None:
    key = await enter(dashboard)
    found = [
        await raw(dashboard, request_of(dashboard, "/none", host=host, authorization=f"Bearer {key}"))
        for host in (f"127.0.0.1:{dashboard.port}", f"localhost:{dashboard.port}")
    ]

    assert [status for status, _ in found] == [404, 404]


async def test_z4_a_program_without_an_origin_shows_the_key_itself(dashboard: Dashboard) -> None:
    key = await enter(dashboard)
    cookie = f"tastytrade_{dashboard.port}={key}"
    with_cookie, _ = await raw(dashboard, upgrade_of(dashboard, cookie=cookie))
    with_nothing, _ = await raw(dashboard, upgrade_of(dashboard))
    async with page_of(dashboard, key) as page:
        hello = await page.hear("hello")

    assert (with_cookie, with_nothing) == (401, 401)
    assert hello["origin"].startswith("replay of ")


SHOWN = ["", "Bearer ", "Bearer wrong", "Basic {key}", "Bearer {key}x", "Bearer \xff"]


async def test_z5_without_the_key_nothing_is_given(dashboard: Dashboard) -> None:
    key = await enter(dashboard)
    statuses = set()
    for shown in SHOWN:
        header = shown.format(key=key)
        for path in ("/", "/static/index.html", "/export/health.csv", "/none"):
            statuses.add((await raw(dashboard, request_of(dashboard, path, authorization=header)))[0])
        statuses.add((await raw(dashboard, upgrade_of(dashboard, authorization=header)))[0])

    assert statuses == {401}


async def test_z5_a_link_works_once_and_leaves_the_address(dashboard: Dashboard) -> None:
    link = token_of(dashboard.new_url())
    path = f"/?token={link}"
    first, answer = await raw(dashboard, request_of(dashboard, path))
    second, _ = await raw(dashboard, request_of(dashboard, path))
    head, _ = answer.decode().lower().split("\r\n\r\n")
    cookie = next(line for line in head.splitlines() if line.startswith("set-cookie"))

    assert (first, second) == (303, 401)
    assert "location: /\r\n" in head + "\r\n"
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert link.lower() not in answer.decode().lower()


async def test_z5_a_link_that_is_none_lets_nobody_in(dashboard: Dashboard) -> None:
    link = token_of(dashboard.new_url())
    paths = ["/?token=", "/?token=wrong", f"/ws?token={link}", f"/static/?token={link}", f"/?x={link}"]
    statuses = [(await raw(dashboard, request_of(dashboard, path)))[0] for path in paths]

    assert statuses == [401] * len(paths)


async def test_z5_a_key_of_a_program_that_has_ended_is_worth_nothing(day: Path) -> None:
    async with replay(day, paused=True) as source:
        async with Dashboard(source) as first:
            old = await enter(first)
        async with Dashboard(source, port=first.port) as second:
            status, _ = await raw(second, request_of(second, authorization=f"Bearer {old}"))

    assert status == 401


async def test_z5_no_secret_is_said_or_shown(dashboard: Dashboard, caplog: pytest.LogCaptureFixture) -> None:
    link = token_of(dashboard.new_url())
    key = await enter(dashboard)
    await raw(dashboard, request_of(dashboard, f"/?token={link}", authorization=f"Bearer {key}"))
    # What httpx says is of the test's own requests.
    said = [record.getMessage() for record in caplog.records if not record.name.startswith("http")]
    shown = f"{dashboard!r}{vars(dashboard)!r}{said!r}"

    assert link not in shown
    assert key not in shown


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("POST", {"origin": "http://evil.example", "content_type": "application/x-www-form-urlencoded"}),
        ("GET", {"origin": "http://evil.example"}),
        ("OPTIONS", {"origin": "http://evil.example", "access_control_request_method": "POST"}),
        ("GET", {"sec_fetch_site": "cross-site", "sec_fetch_dest": "script"}),
        ("GET", {"sec_fetch_site": "same-site", "sec_fetch_dest": "empty"}),
        ("GET", {"sec_fetch_site": "cross-site", "sec_fetch_dest": "iframe"}),
    ],
    ids=["form", "simple request", "preflight", "script", "another port", "frame"],
)
async def test_z6_what_another_site_makes_a_browser_send_is_refused(
    dashboard: Dashboard, method: str, headers: dict[str, str]
) -> None:
    key = await enter(dashboard)
    cookie = f"tastytrade_{dashboard.port}={key}"
    status, answer = await raw(dashboard, request_of(dashboard, method=method, cookie=cookie, **headers))

    assert status == 403
    assert b"access-control-allow" not in answer.lower()


async def test_z6_there_is_nothing_to_change(dashboard: Dashboard) -> None:
    bearer, origin = f"Bearer {await enter(dashboard)}", f"http://127.0.0.1:{dashboard.port}"
    methods = ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"]
    asked = [request_of(dashboard, method=one, origin=origin, authorization=bearer) for one in methods]

    assert [(await raw(dashboard, one))[0] for one in asked] == [405] * len(methods)


async def test_z7_every_answer_forbids_frames_scripts_of_others_and_guessing(dashboard: Dashboard) -> None:
    bearer = f"Bearer {await enter(dashboard)}"
    paths = ["/", "/none", "/export/none.csv", "/static/none.js"]
    asked = [request_of(dashboard, path, authorization=shown) for path in paths for shown in (bearer, None)]
    for one in asked:
        _, answer = await raw(dashboard, one)
        head = answer.decode().lower()

        assert "content-security-policy: default-src 'self'; " in head
        assert "frame-ancestors 'none'" in head
        assert "unsafe" not in head
        assert "x-content-type-options: nosniff" in head
        assert "referrer-policy: no-referrer" in head
        assert "cross-origin-resource-policy: same-origin" in head
        assert head.count("cache-control") == 1


PATHS = [
    "/static/../app.py",
    "/static/..%2fapp.py",
    "/static/%2e%2e/app.py",
    "/static/..%5capp.py",
    "/static/....//app.py",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/%00",
    "/static/index.html%00.js",
    "/../../etc/passwd",
    "//etc/passwd",
    "/export/..%2f..%2fetc%2fpasswd.csv",
    "/export/chain.csv/../../x",
    "/export/sqlite.csv",
    "/export/quotes.csv?args={}&sql=select%201",
    "/export/.csv",
    "/store.json",
    "/file?path=/etc/passwd",
    "/" + "a" * 5000,
]


async def test_z8_no_path_leads_out_of_the_page(dashboard: Dashboard) -> None:
    bearer = f"Bearer {await enter(dashboard)}"
    answers = {
        path: await raw(dashboard, request_of(dashboard, path, authorization=bearer)) for path in PATHS
    }

    assert {path for path, (status, _) in answers.items() if status not in {400, 404}} == set()
    assert not any(b"root:" in answer or b"class Dashboard" in answer for _, answer in answers.values())


async def test_z2_to_z6_hold_for_a_live_feed_too(simulator: Simulator, streamer: Streamer) -> None:
    async with Dashboard(streamer) as dashboard:
        key = await enter(dashboard)
        evil = await raw(
            dashboard, upgrade_of(dashboard, origin="http://evil.example", authorization=f"Bearer {key}")
        )
        own = f"http://127.0.0.1:{dashboard.port}"
        cookie = f"tastytrade_{dashboard.port}={key}"
        good = await raw_upgrade(dashboard, origin=own, cookie=cookie)

    assert evil[0] == 403
    assert good.startswith(b"HTTP/1.1 101")


async def raw_upgrade(dashboard: Dashboard, **headers: str) -> bytes:
    """The first line of the answer to a WebSocket's request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", dashboard.port)
    writer.write(upgrade_of(dashboard, **headers))
    async with asyncio.timeout(5):
        line = await reader.readline()
    writer.close()
    return line
