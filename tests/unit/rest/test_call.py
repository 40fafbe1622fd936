from typing import Any

import pytest
from msgspec.structs import replace

from tastytrade.errors import ConfigurationError, SymbolError
from tastytrade.rest.call import Answer, Call, path
from tastytrade.rest.secret import Secret
from tests.canary import CANARY


def call(**fields: Any) -> Call[object]:
    asked: Call[object] = Call(method="GET", path="/x", parse=str)
    return replace(asked, **fields)


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (("option-chains", "SPX"), "/option-chains/SPX"),
        (("option-chains", "BRK/B", "nested"), "/option-chains/BRK%2FB/nested"),
        (("instruments", "cryptocurrencies", "BTC/USD"), "/instruments/cryptocurrencies/BTC%2FUSD"),
        (("o", "SPXW  260318C05700000"), "/o/SPXW%20%20260318C05700000"),
        (("o", "./ESZ6 E1AN6 260706P6260"), "/o/.%2FESZ6%20E1AN6%20260706P6260"),
        (("o", "a?b#c%d"), "/o/a%3Fb%23c%25d"),
        (("o", "é"), "/o/%C3%A9"),
    ],
)
def test_each_segment_of_a_path_is_percent_encoded(segments: tuple[str, ...], expected: str) -> None:
    assert path(*segments) == expected


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_a_segment_that_would_name_another_path_is_refused(segment: str) -> None:
    with pytest.raises(SymbolError, match="give a symbol like SPY"):
        path("option-chains", segment)


def test_a_target_repeats_the_name_of_a_list() -> None:
    target = call(query=(("symbol[]", "BTC/USD"), ("symbol[]", "ETH/USD"), ("per-page", "2"))).target

    assert target == "/x?symbol%5B%5D=BTC%2FUSD&symbol%5B%5D=ETH%2FUSD&per-page=2"


@pytest.mark.parametrize(
    ("method", "expected"),
    [("GET", True), ("DELETE", True), ("PUT", True), ("POST", False), ("PATCH", False)],
)
def test_only_what_does_no_harm_twice_is_idempotent(method: str, expected: bool) -> None:
    assert call(method=method).idempotent is expected


def test_a_body_reveals_its_secrets_on_the_wire_alone() -> None:
    with_secret = call(body={"password": Secret("canary-7Zq"), "nested": [{"x": Secret("y")}]})

    assert with_secret.body_bytes() == b'{"password":"canary-7Zq","nested":[{"x":"y"}]}'
    assert "canary-7Zq" not in repr(with_secret)


def test_a_call_knows_the_secrets_it_carries() -> None:
    secrets = call(
        body={"a": Secret("1"), "b": [Secret("2")]}, headers=(("X", Secret("3")), ("Y", "4"))
    ).secrets()

    assert secrets == [Secret("1"), Secret("2"), Secret("3")]


def test_an_answer_hides_its_body() -> None:
    answer = Answer(201, {"set-cookie": "canary-7Zq"}, b'{"session-token": "canary-7Zq"}')

    assert repr(answer) == "<Answer 201, 31 bytes>"


def test_a_body_that_is_no_text_is_refused_without_showing_it() -> None:
    broken = call(body={"login": f"{CANARY}\udcff"})
    with pytest.raises(ConfigurationError, match=r"was not sent: .* no text in UTF-8") as caught:
        broken.body_bytes()

    assert caught.value.__context__ is None
    assert CANARY not in str(caught.value)
