from typing import Any

import msgspec
import pytest

from tastytrade.errors import ConfigurationError, UnexpectedAnswer
from tastytrade.rest.answer import read
from tastytrade.rest.auth import (
    LoginCredentials,
    OAuthCredentials,
    Token,
    login_call,
    logout_call,
    next_credentials,
    quote_token_call,
    refresh_call,
    token_call,
    validate_call,
)
from tastytrade.rest.call import Answer, Call
from tastytrade.rest.secret import Secret

OAUTH = OAuthCredentials(Secret("sim_secret"), Secret("canary-7Zq"))
LOGIN = LoginCredentials("me", Secret("canary-7Zq"), remember_me=True)


def answer(content: object, status: int = 200) -> Answer:
    return Answer(status, {}, msgspec.json.encode(content))


def sent(call: Call[Any]) -> object:
    return msgspec.json.decode(call.body_bytes() or b"null")


def test_oauth_credentials_ask_for_an_access_token() -> None:
    call = token_call(OAUTH)

    assert (call.method, call.path, call.authorized) == ("POST", "/oauth/token", False)
    assert sent(call) == {
        "grant_type": "refresh_token",
        "client_secret": "sim_secret",
        "refresh_token": "canary-7Zq",
    }
    assert call == refresh_call(OAUTH)


def test_a_password_asks_for_a_session_token() -> None:
    call = token_call(LOGIN)

    assert (call.method, call.path, call.authorized) == ("POST", "/sessions", False)
    assert sent(call) == {"login": "me", "remember-me": True, "password": "canary-7Zq"}


def test_a_remember_token_replaces_the_password() -> None:
    assert sent(login_call(LoginCredentials("me", remember_token=Secret("r")))) == {
        "login": "me",
        "remember-me": False,
        "remember-token": "r",
    }


def test_a_one_time_password_goes_into_its_header() -> None:
    call = login_call(LoginCredentials("me", Secret("p"), one_time_password=Secret("123456")))

    assert call.headers == (("X-Tastyworks-OTP", Secret("123456")),)


@pytest.mark.parametrize(
    "credentials",
    [
        LoginCredentials("me"),
        LoginCredentials("me", Secret("p"), one_time_password=Secret("12\r\nX: y")),
        LoginCredentials("me", Secret("p"), one_time_password=Secret("\uff11\uff12\uff13")),
    ],
)
def test_a_login_that_cannot_be_sent_is_a_configuration_error(credentials: LoginCredentials) -> None:
    with pytest.raises(ConfigurationError):
        login_call(credentials)


@pytest.mark.parametrize(
    "value", [OAUTH, LOGIN, refresh_call(OAUTH), login_call(LOGIN), Token(Secret("canary-7Zq"), 1)]
)
def test_nothing_about_a_login_shows_its_secrets(value: object) -> None:
    assert "canary-7Zq" not in repr(value)


def test_an_access_token_is_sent_as_bearer_and_lives_as_long_as_it_says() -> None:
    token = read(
        refresh_call(OAUTH), answer({"access_token": "a.b", "token_type": "Bearer", "expires_in": 900})
    )

    assert token.authorization == Secret("Bearer a.b")
    assert token.lifetime == 900.0


def test_a_session_token_is_sent_bare_and_lives_a_day() -> None:
    data = {"user": {"username": "me"}, "session-token": "s+C", "remember-token": "r"}
    token = read(login_call(LOGIN), answer({"data": data, "context": "/sessions"}, 201))

    assert token.authorization == Secret("s+C")
    assert token.lifetime == 86_400.0
    assert token.remember_token == Secret("r")
    assert token.user == {"username": "me"}


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        {"access_token": None},
        {"access_token": ""},
        {"access_token": "a\nb"},
        {"access_token": "ä"},
        {"access_token": "a", "expires_in": 0},
        {"access_token": "a", "expires_in": "soon"},
        {"access_token": "a", "expires_in": None},
    ],
)
def test_an_access_token_that_cannot_be_used_is_an_unexpected_answer(content: object) -> None:
    with pytest.raises(UnexpectedAnswer, match="POST /oauth/token"):
        read(refresh_call(OAUTH), answer(content))


@pytest.mark.parametrize(
    ("level", "url", "delayed", "feed_level"),
    [
        ("api", "wss://tasty-openapi-ws.dxfeed.com/realtime", False, "real time"),
        ("demo", "wss://tasty-demo-ws.dxfeed.com/delayed", True, "delayed"),
        ("api", "wss://tasty-demo-ws.dxfeed.com/delayed", True, "delayed"),
        ("simulated", "ws://127.0.0.1:1/realtime", False, "simulated"),
        ("new", "wss://tasty-openapi-ws.dxfeed.com/realtime", False, "new"),
        ("", "wss://tasty-openapi-ws.dxfeed.com/realtime", False, "unknown"),
    ],
)
def test_a_quote_token_says_whether_its_quotes_are_late(
    level: str, url: str, delayed: bool, feed_level: str
) -> None:
    found = read(
        quote_token_call(), answer({"data": {"token": "canary-7Zq", "dxlink-url": url, "level": level}})
    )

    assert (found.level, found.dxlink_url, found.is_delayed) == (level, url, delayed)
    assert found.feed_level == feed_level
    assert "canary-7Zq" not in repr(found)


def test_a_quote_token_is_not_taken_to_an_address_in_plain_text() -> None:
    data = {"token": "canary-7Zq", "dxlink-url": "ws://tasty.example.com/realtime", "level": "api"}

    with pytest.raises(UnexpectedAnswer, match="dxlink-url is ws://tasty"):
        read(quote_token_call(), answer({"data": data}))


def test_validating_and_logging_out_are_calls_with_the_token() -> None:
    assert (validate_call().method, validate_call().path) == ("POST", "/sessions/validate")
    assert (logout_call().method, logout_call().path) == ("DELETE", "/sessions")
    assert read(logout_call(), Answer(204, {}, b"")) is None


def test_what_serves_once_is_used_up_by_a_login() -> None:
    before = LoginCredentials(
        "me", remember_token=Secret("old"), remember_me=True, one_time_password=Secret("123456")
    )
    after = next_credentials(before, Token(Secret("t"), 1, remember_token=Secret("new")))

    assert after == LoginCredentials("me", remember_token=Secret("new"), remember_me=True)


def test_a_rotated_refresh_token_replaces_the_old_one() -> None:
    assert next_credentials(OAUTH, Token(Secret("t"), 1)) == OAUTH
    assert next_credentials(OAUTH, Token(Secret("t"), 1, refresh_token=Secret("new"))) == OAuthCredentials(
        OAUTH.client_secret, Secret("new")
    )
