import pytest

from tastytrade.errors import ConfigurationError
from tastytrade.rest.address import check_api_url, check_feed_url, is_loopback


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://127.9.9.9", True),
        ("http://localhost", True),
        ("http://LOCALHOST:1", True),
        ("http://[::1]:80", True),
        ("https://api.tastyworks.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://localhost.example.com", False),
        ("http://10.0.0.1", False),
        ("http://0.0.0.0", False),
        ("http://[", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(url: str, expected: bool) -> None:
    assert is_loopback(url) is expected


@pytest.mark.parametrize(
    "url", ["https://api.tastyworks.com", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:2"]
)
def test_https_and_this_machine_are_addresses_for_secrets(url: str) -> None:
    assert check_api_url(url + "/", name="TT_API_URL") == url


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://api.tastyworks.com", "plain text"),
        ("http://10.0.0.1:8080", "plain text"),
        ("ftp://api.tastyworks.com", "expected an address like https://host"),
        ("api.tastyworks.com", "expected an address like https://host"),
        ("https://", "expected an address like https://host"),
        ("https://host:port", "is not an address"),
        ("https://user:canary@host", "before the @ of host"),
        ("https://host\n", "a space or a character"),
        ("https://ho st", "a space or a character"),
        ("https://hóst", "a space or a character"),
        ("https://host?x=canary", "query or fragment"),
    ],
)
def test_any_other_address_is_refused_in_a_sentence(url: str, reason: str) -> None:
    with pytest.raises(ConfigurationError, match="TT_API_URL") as caught:
        check_api_url(url, name="TT_API_URL")

    assert reason in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["wss://tasty-openapi-ws.dxfeed.com/realtime", "ws://127.0.0.1:8080/realtime", "ws://[::1]/x"]
)
def test_wss_and_this_machine_are_addresses_for_a_quote_token(url: str) -> None:
    assert check_feed_url(url, name="dxlink-url") == url


@pytest.mark.parametrize("url", ["ws://tasty-openapi-ws.dxfeed.com/realtime", "https://host/realtime", "x"])
def test_a_quote_token_goes_nowhere_else(url: str) -> None:
    with pytest.raises(ConfigurationError, match="dxlink-url"):
        check_feed_url(url, name="dxlink-url")
