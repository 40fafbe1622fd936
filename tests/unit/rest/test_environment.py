import pytest

from tastytrade.errors import ConfigurationError
from tastytrade.rest.auth import Credentials, LoginCredentials, OAuthCredentials
from tastytrade.rest.environment import (
    Environment,
    check_destination,
    environment_from,
    environment_in,
    environment_named,
)
from tastytrade.rest.secret import Secret
from tests.canary import CANARY, shown_by

OAUTH = {"TT_SECRET": "s", "TT_REFRESH": "r"}
LOGIN = {"TT_USER": "u", "TT_PASS": " p "}
SANDBOX_OAUTH = {"TT_SANDBOX_SECRET": "ss", "TT_SANDBOX_REFRESH": "sr"}
SANDBOX_LOGIN = {"TT_SANDBOX_USER": "su", "TT_SANDBOX_PASS": "sp"}
LOCAL = {"TT_API_URL": "http://127.0.0.1:8080/"}
SIMULATED = {"TT_SECRET": "sim_s", "TT_REFRESH": "sim_r"}

PRODUCTION = Environment("production", "https://api.tastyworks.com")
CERTIFICATION = Environment("certification", "https://api.cert.tastyworks.com")
SIMULATOR = Environment("simulator", "http://127.0.0.1:8080")


@pytest.mark.parametrize(
    ("variables", "name", "environment", "credentials"),
    [
        (OAUTH, None, PRODUCTION, OAuthCredentials(Secret("s"), Secret("r"))),
        (OAUTH, "Live", PRODUCTION, OAuthCredentials(Secret("s"), Secret("r"))),
        (LOGIN, "production", PRODUCTION, LoginCredentials("u", Secret(" p "))),
        (OAUTH | LOGIN, None, PRODUCTION, OAuthCredentials(Secret("s"), Secret("r"))),
        (
            {"TT_SECRET": "s\n", "TT_REFRESH": " r"},
            None,
            PRODUCTION,
            OAuthCredentials(Secret("s"), Secret("r")),
        ),
        (OAUTH | SANDBOX_OAUTH, "Test", CERTIFICATION, OAuthCredentials(Secret("ss"), Secret("sr"))),
        (SANDBOX_LOGIN, "sandbox", CERTIFICATION, LoginCredentials("su", Secret("sp"))),
        (SANDBOX_LOGIN, " CERTIFICATION ", CERTIFICATION, LoginCredentials("su", Secret("sp"))),
        (
            SANDBOX_LOGIN | {"TT_ENVIRONMENT": "test"},
            None,
            CERTIFICATION,
            LoginCredentials("su", Secret("sp")),
        ),
        (LOGIN | {"TT_ENVIRONMENT": "test"}, "Live", PRODUCTION, LoginCredentials("u", Secret(" p "))),
        (LOGIN | LOCAL, None, SIMULATOR, LoginCredentials("u", Secret(" p "))),
        (LOGIN | LOCAL, "simulator", SIMULATOR, LoginCredentials("u", Secret(" p "))),
        (SIMULATED | LOCAL, "Live", SIMULATOR, OAuthCredentials(Secret("sim_s"), Secret("sim_r"))),
        (
            SANDBOX_LOGIN | {"TT_SANDBOX_URL": "http://127.0.0.1:8080"},
            "Test",
            SIMULATOR,
            LoginCredentials("su", Secret("sp")),
        ),
        (
            OAUTH | {"TT_API_URL": "https://api.tastytrade.com"},
            None,
            Environment("production", "https://api.tastytrade.com"),
            OAuthCredentials(Secret("s"), Secret("r")),
        ),
    ],
)
def test_variables_name_an_environment_and_its_credentials(
    variables: dict[str, str], name: str | None, environment: Environment, credentials: Credentials
) -> None:
    assert environment_from(variables, name) == (environment, credentials)


@pytest.mark.parametrize(
    ("variables", "name", "named"),
    [
        ({}, None, ["TT_SECRET", "TT_REFRESH", "TT_USER", "TT_PASS", "`tastytrade login`"]),
        ({}, "Test", ["TT_SANDBOX_SECRET", "TT_SANDBOX_REFRESH", "TT_SANDBOX_USER", "TT_SANDBOX_PASS"]),
        (OAUTH | {"TT_REFRESH": ""}, None, ["TT_SECRET is set without TT_REFRESH"]),
        ({"TT_REFRESH": "r"} | LOGIN, None, ["TT_REFRESH is set without TT_SECRET"]),
        ({"TT_USER": "u"}, None, ["TT_USER is set without TT_PASS"]),
        ({"TT_PASS": "p"}, None, ["TT_PASS is set without TT_USER"]),
        ({"TT_SANDBOX_USER": "u"}, "Test", ["TT_SANDBOX_USER is set without TT_SANDBOX_PASS"]),
        (OAUTH, "Paper", ["'Paper'", "TT_ENVIRONMENT"]),
        (OAUTH | {"TT_ENVIRONMENT": "Paper"}, None, ["'Paper'", "TT_ENVIRONMENT"]),
        (LOGIN, "simulator", ["TT_API_URL"]),
        (LOGIN | {"TT_API_URL": "https://api.tastyworks.com"}, "simulator", ["TT_API_URL", "no simulator"]),
        (OAUTH | {"TT_API_URL": "http://api.tastyworks.com"}, None, ["TT_API_URL", "plain text"]),
        (SANDBOX_LOGIN | {"TT_SANDBOX_URL": "cert"}, "Test", ["TT_SANDBOX_URL"]),
        (OAUTH | LOCAL, None, ["TT_REFRESH", "sim_", "plain text"]),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_a_sentence_that_names_the_variable(
    variables: dict[str, str], name: str | None, named: list[str]
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        environment_from(variables, name)

    assert [text for text in named if text not in str(caught.value)] == []
    assert "\n" not in str(caught.value)


def test_no_secret_shows_in_the_sentence_or_the_result() -> None:
    variables = {"TT_SECRET": "canary-7Zq", "TT_REFRESH": "canary-7Zq"}
    with pytest.raises(ConfigurationError) as caught:
        environment_from(variables | LOCAL)

    assert "canary-7Zq" not in str(caught.value)
    assert "canary-7Zq" not in repr(environment_from(variables))


def test_an_environment_made_by_hand_is_checked_too() -> None:
    with pytest.raises(ConfigurationError, match="plain text"):
        Environment("production", "http://api.tastyworks.com")


@pytest.mark.parametrize(
    ("variables", "name", "environment"),
    [
        ({}, None, PRODUCTION),
        ({}, "Test", CERTIFICATION),
        (LOCAL, "simulator", SIMULATOR),
        ({"TT_SANDBOX_URL": "http://127.0.0.1:8080"}, "Test", SIMULATOR),
    ],
)
def test_an_environment_without_credentials_is_still_an_environment(
    variables: dict[str, str], name: str | None, environment: Environment
) -> None:
    assert environment_in(variables, name) == (environment, None)
    assert environment_named(variables, name) == environment


def test_half_a_pair_of_credentials_is_not_taken_for_none() -> None:
    half = {"TT_SECRET": "s"}
    with pytest.raises(ConfigurationError, match="TT_SECRET is set without TT_REFRESH"):
        environment_in(half)

    assert environment_named(half) == PRODUCTION


def test_real_credentials_do_not_go_to_a_simulator() -> None:
    real = OAuthCredentials(Secret("canary-7Zq"), Secret("canary-7Zq"))
    with pytest.raises(ConfigurationError, match="the refresh token is not the simulator's") as caught:
        check_destination(SIMULATOR, real, name="the refresh token")

    assert "canary-7Zq" not in str(caught.value)
    check_destination(PRODUCTION, real, name="the refresh token")
    check_destination(SIMULATOR, LoginCredentials("u", Secret("p")), name="the refresh token")


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"TT_SECRET": CANARY}, "TT_SECRET is set without TT_REFRESH"),
        ({"TT_USER": "u", "TT_PASS": f"{CANARY}\udcff"}, "TT_PASS: a secret holds bytes"),
        ({"TT_SECRET": "s", "TT_REFRESH": CANARY, **LOCAL}, "is not the simulator's"),
        ({"TT_API_URL": "http://x y", "TT_PASS": CANARY}, "TT_API_URL"),
    ],
)
def test_no_error_about_variables_shows_what_is_secret_in_them(variables: dict[str, str], words: str) -> None:
    for ask in (environment_from, environment_in):
        with pytest.raises(ConfigurationError, match=words) as caught:
            ask(variables)

        assert CANARY not in shown_by(caught.value)
