import pytest

from tastytrade.simulator.accounts import TOKEN_LIMIT, Accounts, TokenStore, User
from tastytrade.simulator.rest_options import RestOptions


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(clock: Clock) -> Accounts:
    return Accounts(monotonic=clock)


def test_a_token_lives_as_long_as_its_kind(accounts: Accounts, clock: Clock) -> None:
    access, session = accounts.access_tokens.issue(), accounts.session_tokens.issue()
    clock.now = 899.9
    assert accounts.authorizes(f"Bearer {access}")
    clock.now = 900.0
    assert not accounts.authorizes(f"Bearer {access}")
    clock.now = 86_399.9
    assert accounts.authorizes(session)
    clock.now = 86_400.0

    assert not accounts.authorizes(session)


@pytest.mark.parametrize("form", ["{}", "Bearer {}", "bearer {}", "  {}  ", "BEARER   {}"])
def test_a_token_is_taken_bare_and_as_bearer(accounts: Accounts, form: str) -> None:
    assert accounts.authorizes(form.format(accounts.session_tokens.issue("+C")))


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "x", "Basic eA==", "Bearer eyJ.real.jwt", "\ud800"]
)
def test_what_the_simulator_did_not_issue_lets_nobody_in(accounts: Accounts, authorization: str) -> None:
    assert not accounts.authorizes(authorization)


def test_a_quote_or_remember_token_is_no_authorization(accounts: Accounts) -> None:
    assert not accounts.authorizes(accounts.quote_tokens.issue())
    assert not accounts.authorizes(accounts.remember_tokens.issue())


def test_a_remember_token_serves_once_and_its_user_alone(accounts: Accounts) -> None:
    token = accounts.remember_tokens.issue()

    assert accounts.use_remember_token("username", token)
    assert not accounts.use_remember_token("username", token)
    assert not accounts.use_remember_token("other", accounts.remember_tokens.issue())


@pytest.mark.parametrize(
    ("login", "password", "known"),
    [
        ("username", "password", True),
        ("username@example.com", "password", True),
        ("username", "Password", False),
        ("other", "password", False),
        ("", "", False),
        ("\ud800", "pä", False),
    ],
)
def test_the_user_is_known_by_name_or_mail_and_password(
    accounts: Accounts, login: str, password: str, known: bool
) -> None:
    assert accounts.knows_password(login, password) is known


def test_the_simulators_own_oauth_secrets_cannot_pass_for_real_ones() -> None:
    user = User()

    assert user.client_secret.startswith("sim_")
    assert user.refresh_token.startswith("sim_")
    assert "sim_" not in repr(user)


def test_ending_a_session_revokes_its_token_alone(accounts: Accounts) -> None:
    one, other = accounts.session_tokens.issue(), accounts.session_tokens.issue()
    accounts.end_session(f"Bearer {one}")

    assert not accounts.authorizes(one)
    assert accounts.authorizes(other)


def test_the_oldest_token_is_forgotten_beyond_the_limit(clock: Clock) -> None:
    store = TokenStore("x", lifetime=1.0, monotonic=clock)
    tokens = [store.issue() for _ in range(TOKEN_LIMIT + 1)]

    assert not store.holds(tokens[0])
    assert store.holds(tokens[1])
    assert store.holds(tokens[-1])


def test_a_token_from_elsewhere_can_be_admitted(clock: Clock) -> None:
    store = TokenStore("x", lifetime=10.0, monotonic=clock)
    store.admit("sim_other")
    clock.now = 9.9
    assert store.holds("sim_other")
    clock.now = 10.0

    assert not store.holds("sim_other")


def test_new_lifetimes_are_for_tokens_to_come(accounts: Accounts, clock: Clock) -> None:
    old = [
        store.issue() for store in (accounts.access_tokens, accounts.session_tokens, accounts.quote_tokens)
    ]
    accounts.set_lifetimes(RestOptions(access_lifetime=1, session_lifetime=2, quote_token_lifetime=3))
    new = [
        store.issue() for store in (accounts.access_tokens, accounts.session_tokens, accounts.quote_tokens)
    ]
    clock.now = 2.5
    holding = (accounts.access_tokens, accounts.session_tokens, accounts.quote_tokens)

    assert [store.holds(token) for store, token in zip(holding, old, strict=True)] == [True] * 3
    assert [store.holds(token) for store, token in zip(holding, new, strict=True)] == [False, False, True]


def test_a_replaced_refresh_token_is_the_users_own_from_then_on(accounts: Accounts) -> None:
    old = accounts.user.refresh_token
    new = accounts.rotate_grant()

    assert new.startswith("sim_refresh_")
    assert accounts.knows_grant(new)
    assert not accounts.knows_grant(old)
    assert accounts.user.refresh_token == new


def test_looking_at_a_remember_token_does_not_use_it_up(accounts: Accounts) -> None:
    token = accounts.remember_tokens.issue()

    assert accounts.remembers("username", token)
    assert accounts.remembers("username@example.com", token)
    assert not accounts.remembers("other", token)


def test_no_two_simulators_share_tokens(accounts: Accounts) -> None:
    assert not Accounts().authorizes(accounts.session_tokens.issue())
