"""Why the live feed said no: the one diagnosis that an error of it stands for."""

from __future__ import annotations

from tastytrade.checkup.finding import Diagnosis
from tastytrade.checkup.refused import diagnosis_of
from tastytrade.errors import (
    ConnectFailed,
    ConnectionLost,
    FeedStalled,
    FeedUnauthorized,
    ProtocolError,
    TastytradeError,
    TooManySessions,
)

_LATER = "try again in minutes: feed servers are restarted every day"
_NO_WORD = "check the address; if it is the one that the service gave, try again in minutes"


def feed_diagnosis(error: TastytradeError, *, has_session: bool) -> Diagnosis:
    """What an error of opening the feed means. ``has_session``: a session gave address and token."""
    cause = str(error)
    match error:
        case FeedUnauthorized():
            fix = (
                "run this again; if it goes on, `tastytrade login` with a new grant: two quote tokens of "
                "this one were refused, one of them new"
                if has_session
                else "set DXLINK_TOKEN to a quote token that is less than 24 hours old, or leave out --url"
            )
            return Diagnosis("feed_unauthorized", cause, fix, is_login=True)
        case TooManySessions():
            fix = (
                "close other programs of this account (and lost notebooks), then wait a quarter of an hour: "
                "the feed is left alone until then, because each attempt counts"
            )
            return Diagnosis("too_many_sessions", cause, fix)
        case ConnectFailed():
            return _not_connected(error, cause)
        case FeedStalled():
            return Diagnosis("feed_silent", cause, _NO_WORD)
        case ConnectionLost():
            return Diagnosis("feed_hangs_up", cause, _LATER)
        case ProtocolError():
            return Diagnosis("no_dxlink", cause, _NO_WORD)
        case _:
            return diagnosis_of(error)


def _not_connected(error: ConnectFailed, cause: str) -> Diagnosis:
    match error.step:
        case "proxy":
            return Diagnosis("proxy_down", cause, "correct or unset the variable that names the proxy")
        case "tls":
            return Diagnosis("certificate_bad", cause, "see `service`: export SSL_CERT_FILE=/path/to/ca.pem")
        case "dns" | "tcp":
            return Diagnosis("feed_refused", cause, _LATER)
        case "upgrade" if error.status in {401, 403}:
            fix = "a firewall or proxy may refuse WebSockets: try another network"
            return Diagnosis("feed_forbidden", cause, fix)
        case "upgrade" if error.status is not None and error.status >= 500:
            return Diagnosis("feed_down", cause, _LATER)
        case "upgrade":
            return Diagnosis("no_websocket", cause, _NO_WORD)
        case _:
            return Diagnosis("feed_silent", cause, _NO_WORD)
