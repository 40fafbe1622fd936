from __future__ import annotations

import pytest

from tastytrade.checkup.finding import Diagnosis, Outcome
from tastytrade.checkup.proxies import FOR_FEED, FOR_REST, Proxy, proxy_finding, proxy_of
from tests.canary import CANARY

VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "socks_proxy", "wss_proxy", "no_proxy")
URL = "https://api.example"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_without_a_variable_there_is_none() -> None:
    assert proxy_of(URL, FOR_REST) is None


def test_the_variable_that_names_it_is_said_and_its_password_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{CANARY}@proxy.example:3128")
    found = proxy_of(URL, FOR_REST)

    assert isinstance(found, Proxy)
    assert str(found) == "http://proxy.example:3128 (by HTTPS_PROXY)"
    assert CANARY not in repr(found)


def test_this_machine_and_what_is_excepted_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "other.example")

    assert proxy_of("https://127.0.0.1:5000", FOR_REST) is None
    assert proxy_of("https://other.example", FOR_REST) is None


def test_a_feed_has_one_of_its_own_where_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("socks_proxy", "socks5://socks.example")
    rest, feed = proxy_of(URL, FOR_REST), proxy_of("wss://feed.example", FOR_FEED)

    assert isinstance(rest, Proxy)
    assert isinstance(feed, Proxy)
    assert (rest.host, feed.kind, feed.port) == ("proxy.example", "socks5", 1080)


@pytest.mark.parametrize("text", ["http://", "http://host:port", "://"])
def test_what_is_no_address_is_a_diagnosis(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", text)
    found = proxy_of(URL, FOR_REST)

    assert isinstance(found, Diagnosis)
    assert found.code == "proxy_no_address"
    assert proxy_finding(URL).outcome is Outcome.FAILED
