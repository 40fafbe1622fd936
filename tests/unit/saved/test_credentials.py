import pytest

from tastytrade.errors import ConfigurationError
from tastytrade.rest.auth import Credentials, LoginCredentials, OAuthCredentials, Token
from tastytrade.rest.environment import Environment
from tastytrade.rest.secret import Secret
from tastytrade.saved import forget_credentials, save_credentials, saved_credentials, where_saved
from tastytrade.saved.tokens import save_token, saved_token

PRODUCTION = Environment("production", "https://api.tastyworks.com")
OTHER = Environment("simulator", "http://127.0.0.1:8080")
OAUTH = OAuthCredentials(Secret("s"), Secret("r"))
REMEMBERED = LoginCredentials("me", remember_token=Secret("t"), remember_me=True)


@pytest.mark.parametrize("credentials", [OAUTH, REMEMBERED])
def test_saved_credentials_come_back_for_their_environment_alone(credentials: Credentials) -> None:
    save_credentials(PRODUCTION, credentials)

    assert saved_credentials(PRODUCTION) == credentials
    assert saved_credentials(OTHER) is None
    assert "api.tastyworks.com.credentials.json" in where_saved(PRODUCTION)


def test_the_newest_credentials_replace_those_of_the_other_form() -> None:
    save_credentials(PRODUCTION, OAUTH)
    save_credentials(PRODUCTION, REMEMBERED)

    assert saved_credentials(PRODUCTION) == REMEMBERED


def test_neither_a_password_nor_a_one_time_code_is_kept() -> None:
    typed = LoginCredentials(
        "me", Secret("canary-p"), remember_token=Secret("t"), one_time_password=Secret("canary-1")
    )
    save_credentials(PRODUCTION, typed)

    assert saved_credentials(PRODUCTION) == REMEMBERED


@pytest.mark.parametrize(
    ("credentials", "words"),
    [
        (LoginCredentials("me", Secret("canary")), "remember_me=True"),
        (LoginCredentials("me", Secret("canary"), remember_me=True), "gave none"),
    ],
)
def test_a_login_without_a_remember_token_cannot_be_saved(credentials: Credentials, words: str) -> None:
    save_credentials(PRODUCTION, OAUTH)
    with pytest.raises(ConfigurationError, match=f"a password is never kept.*|.*{words}") as caught:
        save_credentials(PRODUCTION, credentials)

    assert words in str(caught.value)
    assert "canary" not in str(caught.value)
    assert saved_credentials(PRODUCTION) == OAUTH


def test_forgetting_takes_the_token_along() -> None:
    save_credentials(PRODUCTION, OAUTH)
    save_token(PRODUCTION, OAUTH, Token(Secret("a"), 900.0), asked_at=1.0)
    forget_credentials(PRODUCTION)

    assert saved_credentials(PRODUCTION) is None
    assert saved_token(PRODUCTION, OAUTH) is None
