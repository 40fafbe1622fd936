"""Which environment is meant and where its credentials come from; never what they are."""

from __future__ import annotations

import os

from tastytrade.checkup.finding import Diagnosis, Finding, failed, fine
from tastytrade.checkup.subject import Subject
from tastytrade.errors import ConfigurationError
from tastytrade.rest.auth import Credentials, LoginCredentials
from tastytrade.rest.environment import Environment, environment_in, environment_named
from tastytrade.rest.secret import Secret
from tastytrade.saved import saved_credentials, where_saved
from tastytrade.saved.folder import config_folder
from tastytrade.saved.safe import file_name


async def environment(subject: Subject) -> Finding:
    """Which service is meant."""
    asked = subject.asked
    try:
        found = subject.environment = environment_named(asked.variables, asked.environment)
    except ConfigurationError as error:
        fix = "correct or unset TT_ENVIRONMENT, TT_API_URL or TT_SANDBOX_URL, or give --environment NAME"
        return failed("environment", "not clear", Diagnosis("environment", str(error), fix))
    return fine("environment", f"{found.name}, {found.api_url}")


async def credentials(subject: Subject) -> Finding:
    """Where they come from: variables or, where none are set, what is kept on this machine."""
    asked = subject.asked
    assert subject.environment is not None  # noqa: S101 - this check needs that one
    prefix = "TT_SANDBOX_" if subject.environment.name == "certification" else "TT_"
    try:
        _, given = environment_in(asked.variables, asked.environment)
    except ConfigurationError as error:
        fix = f"set {prefix}SECRET and {prefix}REFRESH both, or unset both and run `tastytrade login`"
        return failed("credentials", "variables", Diagnosis("half_credentials", str(error), fix))
    if given is not None:
        subject.credentials = given
        return fine("credentials", f"{_kind(given)}, from environment variables")
    return _saved(subject, subject.environment, prefix)


def _saved(subject: Subject, chosen: Environment, prefix: str) -> Finding:
    try:
        found = saved_credentials(chosen)
        where = where_saved(chosen)
    except ConfigurationError as error:
        return failed("credentials", "kept on this machine", _unreadable(chosen, error))
    if found is None:
        cause = f"no variables are set, and nothing is kept for {chosen.name} on this machine"
        fix = f"tastytrade login (or set {prefix}SECRET and {prefix}REFRESH)"
        return failed("credentials", "none", Diagnosis("no_credentials", cause, fix))
    subject.credentials, subject.is_saved = found, True
    return fine("credentials", f"{_kind(found)}, kept in {where}")


def _unreadable(chosen: Environment, error: ConfigurationError) -> Diagnosis:
    path = config_folder() / f"{file_name(chosen)}.credentials.json"
    try:
        found = path.stat()
    except OSError:
        return Diagnosis("credentials_shut", str(error), f"chmod 600 {path}, as the user it belongs to")
    if os.name != "nt":
        if found.st_uid != os.getuid():
            fix = f"chown {os.getuid()} {path}, or move it away and run `tastytrade login`"
            return Diagnosis("credentials_of_another", f"{path} belongs to user number {found.st_uid}", fix)
        mode = found.st_mode & 0o777
        if mode & 0o077:
            cause = f"{path} is open to other users (mode {mode:o}) and is not used"
            return Diagnosis("credentials_open", cause, f"chmod 600 {path}")
        if not mode & 0o400:
            cause = f"{path} cannot be read (mode {mode:o})"
            return Diagnosis("credentials_shut", cause, f"chmod 600 {path}")
    if "keyring" in str(error) and "damaged" not in str(error):
        fix = "unlock the keyring, or set the variables instead"
        return Diagnosis("keyring_shut", str(error), fix)
    fix = f"mv {path} {path}.bad && tastytrade login"
    return Diagnosis("credentials_damaged", f"{path} does not hold what was written to it", fix)


def _kind(found: Credentials) -> str:
    if not isinstance(found, LoginCredentials):
        return "OAuth"
    by: Secret | None = found.password
    return "user name and password" if by is not None else "a remember token"
