import pytest

from tastytrade.simulator.strangers import is_foreign


@pytest.mark.parametrize(
    ("headers", "host", "foreign"),
    [
        ({"host": "127.0.0.1:80"}, "127.0.0.1", False),
        ({"host": "localhost"}, "127.0.0.1", False),
        ({"host": "[::1]:80"}, "127.0.0.1", False),
        ({"host": "evil.example"}, "127.0.0.1", True),
        ({"host": "192.168.0.7:80"}, "192.168.0.7", False),
        ({"host": "192.168.0.7:80"}, "127.0.0.1", True),
        ({"host": "my-name"}, "0.0.0.0", False),
        ({"host": "[::bad"}, "127.0.0.1", True),
        ({}, "127.0.0.1", True),
        ({"host": "127.0.0.1", "origin": "http://localhost:3000"}, "127.0.0.1", False),
        ({"host": "127.0.0.1", "origin": "http://evil.example"}, "127.0.0.1", True),
        ({"host": "127.0.0.1", "origin": "null"}, "127.0.0.1", True),
        ({"host": "my-name", "origin": "http://evil.example"}, "0.0.0.0", True),
    ],
)
def test_who_comes_from_elsewhere_or_by_another_name_is_foreign(
    headers: dict[str, str], host: str, *, foreign: bool
) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]

    assert is_foreign({"type": "http", "headers": raw}, host) is foreign
