import logging
from pathlib import Path

import pytest
from msgspec.structs import replace

from tastytrade.errors import CredentialsRejected
from tastytrade.rest.auth import Credentials, LoginCredentials, OAuthCredentials
from tastytrade.rest.environment import Environment
from tastytrade.rest.secret import Secret
from tastytrade.saved.folder import state_folder, write_private
from tastytrade.saved.refusals import COOL_DOWN, check_not_refused, forget_refusal, remember_refusal

PRODUCTION = Environment("production", "https://api.tastyworks.com")
OAUTH = OAuthCredentials(Secret("canary-s"), Secret("canary-r"))
LOGIN = LoginCredentials("me", Secret("canary-p"))
REASON = CredentialsRejected("the client secret is wrong", status=400, code="invalid_client")
NOW = 1_800_000_000.0


@pytest.mark.parametrize("later", [0.0, COOL_DOWN - 1, -59.0])
@pytest.mark.parametrize("credentials", [OAUTH, LOGIN])
def test_refused_credentials_stay_refused_for_15_minutes(credentials: Credentials, later: float) -> None:
    remember_refusal(PRODUCTION, credentials, REASON, now=NOW)
    with pytest.raises(CredentialsRejected) as caught:
        check_not_refused(PRODUCTION, credentials, now=NOW + later)

    assert (caught.value.status, caught.value.code) == (400, "invalid_client")
    for words in (
        "https://api.tastyworks.com refused",
        "not sent again before",
        "the client secret is wrong",
    ):
        assert words in str(caught.value)
    assert "run `tastytrade login`" in str(caught.value)


@pytest.mark.parametrize("later", [COOL_DOWN, 10 * COOL_DOWN, -3600.0])
def test_an_old_refusal_or_one_of_a_wrong_clock_does_not_count(later: float) -> None:
    remember_refusal(PRODUCTION, OAUTH, REASON, now=NOW)

    check_not_refused(PRODUCTION, OAUTH, now=NOW + later)


def test_other_credentials_and_environments_are_not_concerned() -> None:
    remember_refusal(PRODUCTION, OAUTH, REASON, now=NOW)
    remember_refusal(PRODUCTION, LOGIN, REASON, now=NOW)

    check_not_refused(PRODUCTION, replace(OAUTH, refresh_token=Secret("new")), now=NOW)
    check_not_refused(PRODUCTION, replace(LOGIN, password=Secret("new")), now=NOW)
    check_not_refused(PRODUCTION, replace(LOGIN, one_time_password=Secret("123456")), now=NOW)
    check_not_refused(Environment("production", "https://api.tastytrade.com"), OAUTH, now=NOW)


def test_secrets_cannot_be_moved_between_fields_unnoticed() -> None:
    remember_refusal(PRODUCTION, OAuthCredentials(Secret("ab"), Secret("c")), REASON, now=NOW)

    check_not_refused(PRODUCTION, OAuthCredentials(Secret("a"), Secret("bc")), now=NOW)


def test_a_refusal_that_a_person_overrules_is_forgotten_alone() -> None:
    remember_refusal(PRODUCTION, OAUTH, REASON, now=NOW)
    remember_refusal(PRODUCTION, LOGIN, REASON, now=NOW)
    forget_refusal(PRODUCTION, OAUTH, now=NOW)

    check_not_refused(PRODUCTION, OAUTH, now=NOW)
    with pytest.raises(CredentialsRejected):
        check_not_refused(PRODUCTION, LOGIN, now=NOW)


def test_the_file_holds_no_secret_and_old_refusals_leave_it() -> None:
    remember_refusal(PRODUCTION, OAUTH, REASON, now=NOW - 2 * COOL_DOWN)
    remember_refusal(PRODUCTION, LOGIN, REASON, now=NOW)
    content = (state_folder() / "refusals.json").read_bytes()

    assert b"canary" not in content
    assert content.count(b'"fingerprint"') == 1


def test_nothing_is_made_where_nothing_was_refused() -> None:
    check_not_refused(PRODUCTION, OAUTH, now=NOW)
    forget_refusal(PRODUCTION, OAUTH, now=NOW)

    assert not state_folder().exists()


def test_where_nothing_can_be_written_a_warning_is_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("TASTYTRADE_HOME", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        remember_refusal(PRODUCTION, OAUTH, REASON, now=NOW)
        check_not_refused(PRODUCTION, OAUTH, now=NOW)

    assert "by this session alone: cannot write" in caplog.text


@pytest.mark.parametrize("content", [b"", b"{", b'{"salt": 1}', b"[]"])
def test_a_damaged_file_does_not_count_and_is_said(content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    write_private(state_folder() / "refusals.json", Secret(content.decode()))
    with caplog.at_level(logging.WARNING):
        check_not_refused(PRODUCTION, OAUTH, now=NOW)

    assert "is damaged" in caplog.text


def test_a_fingerprint_that_is_none_fits_nobody() -> None:
    content = f'{{"salt":"s","refused":[{{"fingerprint":"\u00e9","at":{NOW},"reason":"x"}}]}}'
    write_private(state_folder() / "refusals.json", Secret(content))

    check_not_refused(PRODUCTION, OAUTH, now=NOW)
    check_not_refused(PRODUCTION, LoginCredentials("\udcff", Secret("p")), now=NOW)
