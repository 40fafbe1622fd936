import pytest
from msgspec.structs import replace

from tastytrade.errors import ConfigurationError
from tastytrade.rest.auth import LoginCredentials, OAuthCredentials, Token
from tastytrade.rest.environment import Environment
from tastytrade.rest.secret import Secret
from tastytrade.saved.folder import state_folder
from tastytrade.saved.tokens import SavedToken, forget_token, save_token, saved_token
from tests.canary import CANARY, shown_by

PRODUCTION = Environment("production", "https://api.tastyworks.com")
OAUTH = OAuthCredentials(Secret("s"), Secret("r"))
LOGIN = LoginCredentials("me", remember_token=Secret("t"))
TOKEN = Token(Secret("canary-7Zq"), 86_400.0, scheme="", user={"username": "me"})


def test_a_token_comes_back_with_its_age_and_user() -> None:
    save_token(PRODUCTION, OAUTH, TOKEN, asked_at=12.5)
    found = saved_token(PRODUCTION, OAUTH)

    assert isinstance(found, SavedToken)
    assert (found.token, found.asked_at) == (TOKEN, 12.5)
    assert "canary-7Zq" not in repr(found)


def test_a_token_does_not_carry_what_the_next_login_needs() -> None:
    token = replace(TOKEN, remember_token=Secret("next"), refresh_token=Secret("next"))
    save_token(PRODUCTION, OAUTH, token, asked_at=0.0)
    found = saved_token(PRODUCTION, OAUTH)

    assert found is not None
    assert found.token == TOKEN


def test_a_token_is_for_those_who_got_it() -> None:
    save_token(PRODUCTION, OAUTH, TOKEN, asked_at=0.0)

    assert saved_token(PRODUCTION, replace(OAUTH, refresh_token=Secret("other"))) is None
    assert saved_token(PRODUCTION, LOGIN) is None


def test_a_login_keeps_its_token_through_the_next_remember_token() -> None:
    save_token(PRODUCTION, LOGIN, TOKEN, asked_at=0.0)

    assert saved_token(PRODUCTION, replace(LOGIN, remember_token=Secret("next"))) is not None
    assert saved_token(PRODUCTION, replace(LOGIN, login="other")) is None


def test_a_token_can_be_forgotten() -> None:
    save_token(PRODUCTION, OAUTH, TOKEN, asked_at=0.0)
    forget_token(PRODUCTION)

    assert saved_token(PRODUCTION, OAUTH) is None


def test_a_token_that_no_header_can_hold_is_damaged() -> None:
    save_token(PRODUCTION, OAUTH, TOKEN, asked_at=12.5)
    (path,) = state_folder().glob("*.token.json")
    path.write_bytes(path.read_bytes().replace(b"7Zq", b"7Zq\\r\\nX: y"))
    with pytest.raises(ConfigurationError, match="damaged") as caught:
        saved_token(PRODUCTION, OAUTH)

    assert CANARY not in shown_by(caught.value)
