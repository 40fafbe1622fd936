"""Credentials that outlive a process: one set for each environment, by its address."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from tastytrade.errors import ConfigurationError
from tastytrade.rest.auth import Credentials, LoginCredentials, OAuthCredentials
from tastytrade.rest.environment import Environment
from tastytrade.saved.folder import config_folder
from tastytrade.saved.safe import Safe
from tastytrade.saved.tokens import forget_token


class _Record(Struct, omit_defaults=True):
    oauth: OAuthCredentials | None = None
    login: LoginCredentials | None = None


def save_credentials(environment: Environment, credentials: Credentials) -> None:
    """Keep these credentials instead of those before: the OAuth pair, or the login and its remember token.

    A password is never kept. Raises ConfigurationError when there is no remember token, or when nothing
    can be written.
    """
    if isinstance(credentials, OAuthCredentials):
        record = _Record(oauth=credentials)
    elif credentials.remember_token is not None:
        kept = replace(credentials, password=None, one_time_password=None, remember_me=True)
        record = _Record(login=kept)
    elif credentials.remember_me:
        raise ConfigurationError(
            "there is no remember token to save (the service gave none, or the session was never open), and "
            "a password is never kept: open the session first, or use OAuth"
        )
    else:
        raise ConfigurationError(
            "a login cannot be saved without a remember token, because a password is never kept: log in with "
            "LoginCredentials(..., remember_me=True), then save; or use OAuth"
        )
    _safe(environment).put(record)


def saved_credentials(environment: Environment) -> Credentials | None:
    """What was saved for this environment, None when nothing was.

    Raises ConfigurationError when it is damaged, open to other users, or in a keyring that stays shut.
    """
    record = _safe(environment).record()
    return None if record is None else record.oauth or record.login


def forget_credentials(environment: Environment) -> None:
    """Forget what was saved for this environment, and the token that came of it."""
    _safe(environment).empty()
    forget_token(environment)


def where_saved(environment: Environment) -> str:
    """Where the credentials are kept, or would be: for people."""
    return _safe(environment).where()


def _safe(environment: Environment) -> Safe[_Record]:
    return Safe(config_folder(), environment, "credentials", _Record)
