"""Where a feed is: names, certificates, proxies, addresses (C2, C3, C21, C24, C25)."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from tastytrade import Streamer
from tastytrade.dxfeed.gap import GapReason
from tastytrade.errors import ConnectFailed
from tastytrade.source import State
from tests.integration.catalogue.certificates import NOW, OPENSSL, YESTERDAY, Authority, TlsEnd
from tests.integration.catalogue.doors import free_port, full_port, refused
from tests.integration.catalogue.observed import FAST, Through, observed, port_of, proxy_to, simulated


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


async def test_c24_a_proxy_that_is_down_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    error = await refused("wss://feed.invalid/realtime")

    assert isinstance(error, ConnectFailed)
    assert "proxy" in str(error)
    assert f"127.0.0.1:{port}" in str(error)


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


async def test_c25_a_name_whose_first_address_is_silent_is_reached_by_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with simulated() as (simulator, session):
        token = (await session.quote_token()).token.reveal()

        async def resolver(_host: str, _port: int, **_how: Any) -> Any:
            return addresses(full, port_of(simulator.dxlink_url))

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolver)
        with full_port() as full:
            async with Streamer(url="ws://localhost:1/realtime", token=token, timeouts=FAST) as streamer:
                assert streamer.state.state is State.LIVE
