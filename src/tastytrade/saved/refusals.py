"""Which credentials the service refused lately: they are not sent again for a while, by any process.

Repeated failures lock an account, or block this machine's address for hours, and a program that is
restarted whenever it fails repeats them. What is kept is a salted fingerprint, the time and the reason.
"""

from __future__ import annotations

import hmac
import logging
import os
from datetime import datetime
from hashlib import scrypt
from pathlib import Path

import msgspec
from msgspec import Struct

from tastytrade.errors import ConfigurationError, CredentialsRejected
from tastytrade.rest.auth import Credentials, secrets_of
from tastytrade.rest.environment import Environment
from tastytrade.rest.secret import Secret
from tastytrade.saved.folder import read_private, state_folder, write_private

log = logging.getLogger(__name__)

COOL_DOWN = 900.0
"""Seconds for which refused credentials are not sent again."""


class _Refused(Struct, frozen=True):
    fingerprint: str
    at: float
    reason: str
    status: int | None = None
    code: str = ""


class _Refusals(Struct, frozen=True):
    salt: str
    refused: tuple[_Refused, ...] = ()


def check_not_refused(environment: Environment, credentials: Credentials, *, now: float) -> None:
    """Raise CredentialsRejected when the service refused these credentials less than 15 minutes ago.

    ``now`` is in seconds since 1970. Costs some 40 ms, but nothing where no refusal is known.
    """
    known = _read(now)
    if not known.refused:
        return
    fingerprint = _fingerprint(environment, credentials, known.salt)
    for one in known.refused:
        if hmac.compare_digest(one.fingerprint.encode(), fingerprint.encode()):
            raise CredentialsRejected(
                f"not sent: {environment.api_url} refused these credentials at {_time(one.at)}, and they are "
                f"not sent again before {_time(one.at + COOL_DOWN)}, because repeated failures lock "
                "an account; correct them, or run `tastytrade login`, which asks at once. The reason was: "
                f"{one.reason}",
                status=one.status,
                code=one.code,
            )


def remember_refusal(
    environment: Environment, credentials: Credentials, error: CredentialsRejected, *, now: float
) -> None:
    """Note that the service refused these credentials now. Nothing where no file can be written."""
    known = _read(now)
    refused = _Refused(
        _fingerprint(environment, credentials, known.salt), now, str(error), error.status, error.code
    )
    _write(_Refusals(known.salt, (*known.refused, refused)))


def forget_refusal(environment: Environment, credentials: Credentials, *, now: float) -> None:
    """Let these credentials be sent again: for when a person asks, who is no loop."""
    known = _read(now)
    if known.refused:
        fingerprint = _fingerprint(environment, credentials, known.salt)
        others = tuple(one for one in known.refused if one.fingerprint != fingerprint)
        _write(_Refusals(known.salt, others))


def _path() -> Path:
    return state_folder() / "refusals.json"


def _read(now: float) -> _Refusals:
    """The refusals that still count; a time in the future is that of a clock since put right."""
    new = _Refusals(os.urandom(16).hex())
    try:
        content = read_private(_path())
    except ConfigurationError as error:
        log.warning("refusals of credentials are not remembered: %s", error)
        return new
    if content is None:
        return new
    try:
        known = msgspec.json.decode(content, type=_Refusals)
    except msgspec.DecodeError:
        log.warning("%s is damaged: what it says of refused credentials does not count", _path())
        return new
    live = tuple(one for one in known.refused if -60 <= now - one.at < COOL_DOWN)
    return _Refusals(known.salt, live)


def _write(refusals: _Refusals) -> None:
    try:
        write_private(_path(), Secret(msgspec.json.encode(refusals).decode()))
    except ConfigurationError as error:
        log.warning("refusals of credentials are remembered by this session alone: %s", error)


def _fingerprint(environment: Environment, credentials: Credentials, salt: str) -> str:
    parts = [environment.name, environment.api_url, getattr(credentials, "login", "")]
    parts += [f"{len(secret.reveal())}:{secret.reveal()}" for secret in secrets_of(credentials)]
    # Slow on purpose: a password may be guessable, and its fingerprint is in a file.
    return scrypt(
        "\0".join(parts).encode(errors="replace"), salt=salt.encode(), n=2**14, r=8, p=1, dklen=32
    ).hex()


def _time(at: float) -> str:
    return f"{datetime.fromtimestamp(at).astimezone():%H:%M:%S}"
