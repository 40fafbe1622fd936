"""The token that saved credentials gave, kept so that many short processes need one login between them.

Its age is counted on the wall clock, the only one that processes share. A clock that jumps makes a token
look too old, or is noticed when the service refuses it: either costs one request.
"""

from __future__ import annotations

from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from tastytrade.rest.auth import Credentials, OAuthCredentials, Token
from tastytrade.rest.environment import Environment
from tastytrade.saved.folder import state_folder
from tastytrade.saved.safe import Safe


class SavedToken(Struct, frozen=True):
    """A token, whose it is, and when it was asked for (seconds since 1970)."""

    owner: str
    asked_at: float
    token: Token


def save_token(environment: Environment, credentials: Credentials, token: Token, *, asked_at: float) -> None:
    """Keep the token that these credentials gave. Raises ConfigurationError when it cannot be written."""
    alone = replace(token, remember_token=None, refresh_token=None)
    _safe(environment).put(SavedToken(_owner(credentials), asked_at, alone))


def saved_token(environment: Environment, credentials: Credentials) -> SavedToken | None:
    """The token that was kept for these credentials, None when there is none.

    Raises ConfigurationError when it is damaged, open to other users, or in a keyring that stays shut.
    """
    found = _safe(environment).record()
    return found if found is not None and found.owner == _owner(credentials) else None


def forget_token(environment: Environment) -> None:
    """Forget the token that was kept for this environment."""
    _safe(environment).empty()


def _owner(credentials: Credentials) -> str:
    """Whose token it is. A login's next remember token changes nothing about that, another grant does."""
    if isinstance(credentials, OAuthCredentials):
        pair = f"{credentials.client_secret.reveal()}\0{credentials.refresh_token.reveal()}"
        return sha256(pair.encode()).hexdigest()
    return credentials.login


def _safe(environment: Environment) -> Safe[SavedToken]:
    return Safe(state_folder(), environment, "token", SavedToken)
