"""What can go wrong before a connection is up (C1 to C8, C21, C24, C25), at first and later."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tastytrade import Streamer
from tastytrade.dxfeed.gap import GapReason
from tastytrade.errors import ConnectFailed, TastytradeError
from tastytrade.source import State
from tests.integration.catalogue.certificates import NOW, OPENSSL, YESTERDAY, Authority, TlsEnd
from tests.integration.catalogue.observed import (
    FAST,
    Through,
    observed,
    port_of,
    proxy_to,
    simulated,
    turn,
)


async def refused(url: str) -> TastytradeError:
    """How a feed fails that has never been open, within the time for opening and a little."""
    async with asyncio.timeout(FAST.open + 0.6):
        with pytest.raises(TastytradeError) as caught:
            await Streamer(url=url, timeouts=FAST).open()
    return caught.value


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def full_port() -> Iterator[int]:
    """A port whose backlog is full: nobody accepts, and further SYNs are not answered."""
    held = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        try:
            for _ in range(8):
                one = socket.socket()
                held.append(one)
                one.settimeout(0.1)
                one.connect(listener.getsockname())
            pytest.skip("this system takes connections that nobody accepts")
        except TimeoutError:
            yield listener.getsockname()[1]
        finally:
            for one in held:
                one.close()


async def test_c1_a_port_that_refuses_is_said_at_once_and_tried_again() -> None:
    error = await refused(f"ws://127.0.0.1:{free_port()}")
    async with simulated() as (simulator, session), proxy_to(simulator.dxlink_url) as proxy:
        async with observed(Through(session, proxy.port)) as one:
            await turn(proxy, "refuse")
            await one.until(lambda: len(one.pauses) >= 5)
            await turn(proxy, "pass")
            await one.live_again()

        one.check_gap(GapReason.DISCONNECT)
    assert isinstance(error, ConnectFailed)
    assert error.step == "tcp"
    assert [pause.attempt for pause in one.pauses] == list(range(1, len(one.pauses) + 1))
    assert all("nothing listens at ws://127.0.0.1" in pause.reason for pause in one.pauses[1:])
    assert all(pause.at_ns <= (pause.retry_at_ns or 0) <= pause.at_ns + 0.11e9 for pause in one.pauses)


async def test_c2_a_name_that_does_not_resolve_is_tried_until_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = await refused("wss://feed.invalid/realtime")
    known = True
    loop = asyncio.get_running_loop()
    resolve = loop.getaddrinfo

    async def resolver(host: Any, port: Any, **how: Any) -> Any:
        if host == "localhost" and not known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return await resolve("127.0.0.1" if host == "localhost" else host, port, **how)

    monkeypatch.setattr(loop, "getaddrinfo", resolver)
    async with simulated() as (simulator, session):
        async with observed(Through(session, port_of(simulator.dxlink_url), host="localhost")) as one:
            known = False
            await simulator.drop_connections()
            await one.until(lambda: len(one.pauses) >= 3)
            known = True
            resolves_ns = one.states[-1].at_ns
            await one.live_again()

        one.check_gap(GapReason.DISCONNECT)
    assert isinstance(error, ConnectFailed)
    assert error.step == "dns"
    assert "host name is not known" in one.pauses[1].reason
    assert one.states[-1].at_ns - resolves_ns < (FAST.backoff_cap + 0.5) * 1e9


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if OPENSSL is None:
        pytest.skip("openssl, which makes the certificates, is not installed")
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (("IP:127.0.0.1", NOW, False), "unable to get local issuer certificate"),
        (("IP:127.0.0.1", YESTERDAY, True), "certificate has expired"),
        (("DNS:elsewhere.example", NOW, True), "IP address mismatch"),
    ],
    ids=["unknown authority", "of yesterday", "of another host"],
)
async def test_c3_a_certificate_that_cannot_be_trusted_is_final(
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    bad: tuple[str, tuple[str, ...], bool],
    words: str,
) -> None:
    name, life, is_trusted = bad
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file if is_trusted else Path(__file__)))
    end = TlsEnd(free_port())
    async with end.showing(authority.certificate(name=name, life=life)):
        error = await refused(f"wss://127.0.0.1:{end.port}/realtime")

    assert isinstance(error, ConnectFailed)
    assert (error.step, error.is_lasting) == ("tls", True)
    assert words in str(error)
    assert "SSL_CERT_FILE=" in str(error)
    assert end.opened == 0


async def test_c3_a_certificate_that_turns_bad_ends_the_feed_and_is_not_tried_for_ever(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    good = authority.certificate(name="IP:127.0.0.1")
    bad = authority.certificate(name="IP:127.0.0.1", life=YESTERDAY)
    async with simulated() as (simulator, session):
        end = TlsEnd(port_of(simulator.dxlink_url))

        class Tls(Through):
            async def quote_token(self, *, renew: bool = False) -> Any:
                token = await super().quote_token(renew=renew)
                return type(token)(token.token, f"wss://127.0.0.1:{end.port}/realtime", token.level)

        async with end.showing(good):
            feed = observed(Tls(session, 0))
            one = await feed.__aenter__()
        async with end.showing(bad):
            await simulator.drop_connections()
            await one.until(lambda: one.is_in(State.FAILED))
            await feed.__aexit__(None, None, None)

    assert isinstance(one.failure, ConnectFailed)
    assert "certificate has expired" in str(one.failure)
    assert len(one.pauses) == 1
    assert end.opened == 1


async def test_c4_a_syn_that_is_not_answered_is_given_up_in_time(full_port: int) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    error = await refused(f"ws://127.0.0.1:{full_port}")
    took = loop.time() - began
    async with simulated() as (simulator, session):
        through = Through(session, port_of(simulator.dxlink_url))
        async with observed(through) as one:
            usual, through.port = through.port, full_port
            await simulator.drop_connections()
            await one.until(lambda: len(one.pauses) >= 2)
            through.port = usual
            await one.live_again()

        one.check_gap(GapReason.DISCONNECT)
    assert isinstance(error, ConnectFailed)
    assert f"did not answer within {FAST.open:g} s" in str(error)
    assert FAST.open <= took < FAST.open + 0.3
    assert "did not answer within" in one.pauses[1].reason


@pytest.mark.xfail(
    strict=True, reason="one time limit for TCP, TLS and the upgrade: which of them took it is not known"
)
async def test_c4_a_syn_that_is_not_answered_is_named_tcp(full_port: int) -> None:
    error = await refused(f"ws://127.0.0.1:{full_port}")

    assert isinstance(error, ConnectFailed)
    assert error.step == "tcp"


async def test_c5_an_upgrade_that_is_never_answered_is_given_up_in_time() -> None:
    async with simulated() as (simulator, session), proxy_to(simulator.dxlink_url) as proxy:
        async with observed(Through(session, proxy.port)) as one:
            await turn(proxy, "stall")
            await proxy.do({"do": "fin"})
            await one.until(lambda: len(one.pauses) >= 2)
            error = await refused(f"ws://127.0.0.1:{proxy.port}/realtime")
            await turn(proxy, "pass")
            await one.live_again()

        one.check_gap(GapReason.DISCONNECT)
    assert isinstance(error, ConnectFailed)
    assert error.step == "open"
    waited_s = (one.pauses[1].at_ns - (one.pauses[0].retry_at_ns or 0)) / 1e9
    assert FAST.open <= waited_s < FAST.open + 0.3
    assert "did not answer within" in one.pauses[1].reason


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("SETUP", "did not send SETUP"),
        ("UNAUTHORIZED", "did not send its first AUTH_STATE"),
        ("AUTHORIZED", "did not send AUTH_STATE AUTHORIZED"),
        ("CHANNEL_OPENED", "did not send CHANNEL_OPENED of channel 1"),
        pytest.param(
            "FEED_CONFIG",
            "did not send FEED_CONFIG",
            marks=pytest.mark.xfail(
                strict=True,
                raises=TimeoutError,
                reason="subscriber.py:check() has a deadline for CHANNEL_OPENED alone: without FEED_CONFIG "
                "no row can be read for as long as the connection lasts, and the feed says it is live",
            ),
        ),
    ],
)
async def test_c6_a_step_that_never_comes_is_named_and_tried_again(message: str, words: str) -> None:
    never = {message, "UNAUTHORIZED"} if message == "SETUP" else {message}
    async with simulated() as (simulator, session), asyncio.timeout(1.5), observed(session) as one:
        for one_of in never:
            simulator.inject({"name": "withhold", "message": one_of, "connection": 2})
        await simulator.drop_connections()
        await one.live_again(epoch=3 if message in {"CHANNEL_OPENED", "FEED_CONFIG"} else 2)

    first, second = one.pauses
    assert words in second.reason
    assert second.at_ns - (first.retry_at_ns or 0) < (FAST.step + 0.3) * 1e9
    assert second.attempt == 2
    assert {gap.reason for gap in one.subscription.gaps} == {GapReason.DISCONNECT}


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
async def test_c7_a_server_that_is_busy_or_broken_is_tried_again(status: int) -> None:
    async with simulated() as (simulator, session):
        async with observed(session) as one:
            simulator.inject({"name": "upgrade", "status": status, "times": 2})
            await simulator.drop_connections()
            await one.live_again()

        one.check_gap(GapReason.DISCONNECT)
    lengths = [((pause.retry_at_ns or 0) - pause.at_ns) / 1e9 for pause in one.pauses]
    assert [f"HTTP {status}" in pause.reason for pause in one.pauses] == [False, True, True]
    if status == 429:
        assert min(lengths[1:]) >= FAST.busy - 0.01
    else:
        assert max(lengths) <= FAST.backoff_cap + 0.01
    assert simulator.requests["GET /api-quote-tokens"] == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_c7_an_upgrade_that_is_not_allowed_is_tried_once_more_with_a_new_token(status: int) -> None:
    async with simulated() as (simulator, session), observed(session) as one:
        simulator.inject({"name": "upgrade", "status": status})
        await simulator.drop_connections()
        await one.live_again()
        renewed = simulator.requests["GET /api-quote-tokens"]
        simulator.inject({"name": "upgrade", "status": status, "times": None})
        await simulator.drop_connections()
        await one.until(lambda: one.is_in(State.FAILED))

    assert renewed == 2
    assert simulator.requests["GET /api-quote-tokens"] == 3
    assert isinstance(one.failure, ConnectFailed)
    assert one.failure.status == status


@pytest.mark.parametrize("status", [404, 426])
async def test_c7_an_address_that_is_no_feed_is_final(status: int) -> None:
    async with simulated() as (simulator, session), observed(session) as one:
        simulator.inject({"name": "upgrade", "status": status, "times": None})
        await simulator.drop_connections()
        await one.until(lambda: one.is_in(State.FAILED))

    assert isinstance(one.failure, ConnectFailed)
    assert str(one.failure).endswith(
        f"answered HTTP {status} instead of opening a WebSocket; check the address"
    )
    assert len(one.pauses) == 1


@pytest.mark.parametrize(
    "where", ["http://127.0.0.1:{other}/realtime", "ws://127.0.0.1:{other}/", "/delayed"]
)
async def test_c8_a_redirect_is_not_followed_because_a_token_would_go_there(where: str) -> None:
    """Not to the same host either: the address with its token comes anew for each connection."""
    visits = 0

    async def visited(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal visits
        visits += 1
        writer.close()

    async with (
        simulated() as (simulator, session),
        await asyncio.start_server(visited, "127.0.0.1", 0) as other,
    ):
        port = other.sockets[0].getsockname()[1]
        location = where.format(other=port)
        async with observed(session) as one:
            simulator.inject({"name": "upgrade", "status": 302, "location": location, "times": None})
            await simulator.drop_connections()
            await one.until(lambda: one.is_in(State.FAILED))

    assert isinstance(one.failure, ConnectFailed)
    assert (one.failure.step, one.failure.status) == ("upgrade", 302)
    assert visits == 0


async def test_c21_the_address_that_comes_with_a_token_counts_at_the_next_connection() -> None:
    async with simulated() as (simulator, session), proxy_to(simulator.dxlink_url) as proxy:
        through = Through(session, port_of(simulator.dxlink_url))
        async with observed(through) as one:
            through.port = proxy.port
            await simulator.drop_connections()
            await one.live_again()
            answer = await proxy.do({"do": "fin"})

        one.check_gap(GapReason.DISCONNECT)
    assert answer == {"links": 1}


@pytest.mark.xfail(
    strict=True,
    reason="transport/websocket.py:_failed() does not know that there is a proxy, and names the feed",
)
async def test_c24_a_proxy_that_is_down_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    error = await refused("wss://feed.invalid/realtime")

    assert isinstance(error, ConnectFailed)
    assert "proxy" in str(error)
    assert f"127.0.0.1:{port}" in str(error)


@pytest.mark.xfail(
    strict=True,
    raises=ImportError,
    reason="transport/websocket.py:open_websocket() lets an ImportError of websockets pass: no python-socks",
)
async def test_c24_a_socks_proxy_is_an_error_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOCKS_PROXY", f"socks5://127.0.0.1:{free_port()}")
    error = await refused("wss://feed.invalid/realtime")

    assert isinstance(error, ConnectFailed)
    assert "proxy" in str(error)


def addresses(*ports: int, first_family: socket.AddressFamily = socket.AF_INET) -> Any:
    """What a resolver says of a name with two addresses."""
    first: Any = ("127.0.0.1", ports[0])
    if first_family is socket.AF_INET6:
        first = ("::1", ports[0], 0, 0)
    kind = (socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
    return [(first_family, *kind, first), (socket.AF_INET, *kind, ("127.0.0.1", ports[1]))]


async def test_c25_a_name_whose_ipv6_is_closed_is_reached_by_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    async with simulated() as (simulator, session):
        port = port_of(simulator.dxlink_url)

        async def resolver(host: str, _port: int, **_how: Any) -> Any:
            assert host in {"localhost", "127.0.0.1"}
            return addresses(port, port, first_family=socket.AF_INET6)

        async with observed(Through(session, port, host="localhost")) as one:
            monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolver)
            await simulator.drop_connections()
            await one.live_again()
            monkeypatch.undo()

        one.check_gap(GapReason.DISCONNECT)
    assert len(one.pauses) == 1


@pytest.mark.xfail(
    strict=True,
    raises=ConnectFailed,
    reason="transport/websocket.py:open_websocket() gives create_connection no happy_eyeballs_delay: an "
    "address that stays silent uses up the time of all",
)
async def test_c25_a_name_whose_first_address_is_silent_is_reached_by_the_other(
    monkeypatch: pytest.MonkeyPatch, full_port: int
) -> None:
    async with simulated() as (simulator, session):
        token = (await session.quote_token()).token.reveal()

        async def resolver(_host: str, _port: int, **_how: Any) -> Any:
            return addresses(full_port, port_of(simulator.dxlink_url))

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolver)
        async with Streamer(url="ws://localhost:1/realtime", token=token, timeouts=FAST) as streamer:
            assert streamer.state.state is State.LIVE
