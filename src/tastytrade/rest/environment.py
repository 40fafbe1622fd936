"""Environment: which tastytrade is meant, and the credentials for it, from a mapping of variables.

    production (or Live)                  TT_SECRET + TT_REFRESH, or TT_USER + TT_PASS; TT_API_URL
    certification (or Test, sandbox)      TT_SANDBOX_SECRET + _REFRESH, or _USER + _PASS; TT_SANDBOX_URL
    simulator                             as production, with TT_API_URL the simulator's address

OAuth (secret and refresh token) is taken where both forms are given. An environment whose URL is this
machine is the simulator, whatever it was called. TT_ENVIRONMENT names the default. TT_EVENTS_URL is the
address of dxFeed's REST web service, where an environment still has one.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from tastytrade.errors import ConfigurationError
from tastytrade.rest.address import check_api_url, is_loopback
from tastytrade.rest.auth import Credentials, LoginCredentials, OAuthCredentials
from tastytrade.rest.secret import Secret

PRODUCTION_URL = "https://api.tastyworks.com"
CERTIFICATION_URL = "https://api.cert.tastyworks.com"

_NAMES = {
    "production": "production",
    "live": "production",
    "certification": "certification",
    "test": "certification",
    "sandbox": "certification",
    "cert": "certification",
    "simulator": "simulator",
}


class Variables(dict[str, str]):
    """Variables with a repr that shows none of them: it stands in tracebacks with local variables."""

    def __repr__(self) -> str:
        return f"<{len(self)} variables>"


class Environment(Struct, frozen=True):
    """``name`` is "production", "certification" or "simulator"; ``api_url`` has no slash at its end.

    ``events_url`` is dxFeed's REST web service, the second door to current values and histories.
    Raises ConfigurationError for a URL a secret must not be sent to.
    """

    name: str
    api_url: str
    events_url: str | None = None

    def __post_init__(self) -> None:
        check_api_url(self.api_url, name="api_url")
        if self.events_url is not None:
            check_api_url(self.events_url, name="events_url")


def environment_from(
    variables: Mapping[str, str], name: str | None = None
) -> tuple[Environment, Credentials]:
    """The environment called ``name`` (else by TT_ENVIRONMENT, else production) and its credentials.

    Raises ConfigurationError, naming the variables to set, when one is missing or makes no sense.
    """
    variables = Variables(variables)
    environment, credentials = environment_in(variables, name)
    if credentials is None:
        prefix = _prefix(_chosen(variables, name))
        raise ConfigurationError(
            f"no credentials for {environment.name}: set {prefix}SECRET and {prefix}REFRESH (OAuth), "
            f"or {prefix}USER and {prefix}PASS; or keep them on this machine with `tastytrade login`"
        )
    return environment, credentials


def environment_in(
    variables: Mapping[str, str], name: str | None = None
) -> tuple[Environment, Credentials | None]:
    """As ``environment_from``, with None where no variable gives credentials; half a pair is an error."""
    variables = Variables(variables)
    prefix = _prefix(_chosen(variables, name))
    environment = environment_named(variables, name)
    credentials = _credentials(variables, prefix)
    if credentials is not None:
        check_destination(environment, credentials, name=prefix + "REFRESH")
    return environment, credentials


def environment_named(variables: Mapping[str, str], name: str | None = None) -> Environment:
    """The environment alone, whatever the variables say of credentials. Raises ConfigurationError."""
    variables = Variables(variables)
    return _environment(_chosen(variables, name), variables)


def check_destination(environment: Environment, credentials: Credentials, *, name: str) -> None:
    """Raise ConfigurationError for a real refresh token that would go to a simulator, in plain text.

    ``name`` says which one is meant.
    """
    if (
        isinstance(credentials, OAuthCredentials)
        and environment.api_url.startswith("http://")
        and not credentials.refresh_token.reveal().startswith("sim_")
    ):
        raise ConfigurationError(
            f"{name} is not the simulator's (those begin with sim_), so it is not sent to "
            f"{environment.api_url} in plain text: set the simulator's own, or the URL of the real service"
        )


def _chosen(variables: Mapping[str, str], name: str | None) -> str:
    return _name(name if name is not None else _value(variables, "TT_ENVIRONMENT") or "production")


def _prefix(chosen: str) -> str:
    return "TT_SANDBOX_" if chosen == "certification" else "TT_"


def _name(text: str) -> str:
    found = _NAMES.get(text.strip().lower())
    if found is None:
        raise ConfigurationError(
            f"unknown environment {text[:40]!r}: use production (Live), certification (Test) or simulator, "
            "or set TT_ENVIRONMENT to one of them"
        )
    return found


def _environment(name: str, variables: Mapping[str, str]) -> Environment:
    variable = "TT_SANDBOX_URL" if name == "certification" else "TT_API_URL"
    given = _value(variables, variable)
    if given:
        url = check_api_url(given, name=variable)
    elif name == "simulator":
        raise ConfigurationError("set TT_API_URL to the address the simulator printed when it started")
    else:
        url = CERTIFICATION_URL if name == "certification" else PRODUCTION_URL
    if not is_loopback(url) and name == "simulator":
        raise ConfigurationError(f"TT_API_URL is {url}, which is no simulator: that runs on this machine")
    events_url = _value(variables, "TT_EVENTS_URL")
    return Environment(
        "simulator" if is_loopback(url) else name,
        url,
        check_api_url(events_url, name="TT_EVENTS_URL") if events_url else None,
    )


def _credentials(variables: Mapping[str, str], prefix: str) -> Credentials | None:
    secret, refresh = (_secret(variables, prefix + end) for end in ("SECRET", "REFRESH"))
    # As it is: a password may begin or end with a space.
    user, password = _value(variables, prefix + "USER"), _secret(variables, prefix + "PASS", exact=True)
    if secret and refresh:
        return OAuthCredentials(secret, refresh)
    if secret or refresh:
        missing = "REFRESH" if secret else "SECRET"
        given = "SECRET" if secret else "REFRESH"
        raise ConfigurationError(f"{prefix}{given} is set without {prefix}{missing}: set both")
    if user and password:
        return LoginCredentials(user, password)
    if user or password:
        missing, given = ("PASS", "USER") if user else ("USER", "PASS")
        raise ConfigurationError(f"{prefix}{given} is set without {prefix}{missing}: set both")
    return None


def _secret(variables: Mapping[str, str], name: str, *, exact: bool = False) -> Secret:
    try:
        return Secret(variables.get(name, "") if exact else _value(variables, name))
    except ConfigurationError as error:
        raise ConfigurationError(f"{name}: {error}") from None


def _value(variables: Mapping[str, str], name: str) -> str:
    # A line break at the end comes with values read from files.
    return variables.get(name, "").strip()
