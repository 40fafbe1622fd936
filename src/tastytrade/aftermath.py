"""What follows from the end of a connection: whether to try again, when, and with what changed."""

from __future__ import annotations

import random

from msgspec import Struct

from tastytrade.dxfeed.gap import GapReason
from tastytrade.dxlink.messages import ErrorKind
from tastytrade.errors import (
    ConfigurationError,
    ConnectFailed,
    ConnectionLost,
    CredentialsRejected,
    DelayedFeed,
    FeedError,
    FeedStalled,
    FeedUnauthorized,
    NotPermitted,
    ProtocolError,
    RequestError,
    StreamClosed,
    TastytradeError,
    TooManyRequests,
    TooManySessions,
)
from tastytrade.timeouts import Timeouts

_FINAL = (CredentialsRejected, NotPermitted, ConfigurationError, StreamClosed, DelayedFeed)


class Verdict(Struct, frozen=True):
    """What to do after a connection has ended.

    is_final    nothing: trying again would be useless, or harmful
    pause       seconds before the next attempt
    renew       with a new token
    halve       with smaller messages
    cool_down   and no other connection of this user's programs before that either
    """

    is_final: bool = False
    pause: float = 0.0
    renew: bool = False
    halve: bool = False
    cool_down: bool = False


class Aftermath:
    """Judges one failure after the other. ``attempt`` counts them since the last proven health."""

    def __init__(self, timeouts: Timeouts, *, can_renew: bool) -> None:
        self.attempt = 0
        self._timeouts = timeouts
        self._can_renew = can_renew
        self._has_renewed = False
        self._is_untried = False
        self._was_unreadable = False

    def renewed(self) -> None:
        """There is a new token: if it is refused too, another one would be no better."""
        self._has_renewed = self._is_untried = True

    def healthy(self) -> None:
        """The connection was live for long enough: its end is a first one."""
        self.attempt = 0
        self._has_renewed = self._is_untried = False
        self._was_unreadable = False

    def judge(self, failure: TastytradeError, *, was_ready: bool) -> Verdict:
        """What follows from a failure; ``was_ready``: the server had let us in."""
        self.attempt += 1
        if was_ready:
            self._is_untried = False
        match failure:
            case TooManySessions():
                return Verdict(cool_down=True, pause=self._timeouts.session_cool_down)
            case ConnectionLost(code=1008) if self._has_renewed:
                return Verdict(is_final=True)
            case FeedUnauthorized() | ConnectionLost(code=1008):
                return self._other_token(Verdict(is_final=True))
            case ConnectionLost(code=1000) if not was_ready:
                # "Bye" before AUTHORIZED: a token that is no good, or one session too many.
                return self._other_token(Verdict(cool_down=True, pause=self._timeouts.session_cool_down))
            case ConnectionLost(code=1013) | TooManyRequests():
                return Verdict(pause=max(self._timeouts.busy, self._backoff()))
            case ConnectionLost(code=1009, is_ours=False):
                return Verdict(pause=self._backoff(), halve=True)
            case ConnectFailed():
                return self._unopened(failure)
            case ProtocolError(kind=ErrorKind.UNSUPPORTED_PROTOCOL):
                return Verdict(is_final=True)
            case ProtocolError(kind=ErrorKind.INVALID_MESSAGE):
                again, self._was_unreadable = self._was_unreadable, True
                return Verdict(is_final=again, pause=self._backoff(), halve=True)
            case _ if isinstance(failure, _FINAL):
                return Verdict(is_final=True)
        return Verdict(pause=self._backoff())

    def _unopened(self, failure: ConnectFailed) -> Verdict:
        if failure.is_lasting:
            return Verdict(is_final=True)
        if failure.status in {401, 403}:
            return self._other_token(Verdict(is_final=True))
        pause = self._backoff()
        return Verdict(pause=max(self._timeouts.busy, pause) if failure.status == 429 else pause)

    def _other_token(self, otherwise: Verdict) -> Verdict:
        """Once more with a new token: the one we had may have been good no more.

        A token that let us in and is refused later has expired like any other: only a new one that
        is refused at once ends this.
        """
        if not self._can_renew or self._is_untried:
            return otherwise
        return Verdict(renew=True, pause=self._backoff() if self._has_renewed else 0.0)

    def _backoff(self) -> float:
        timeouts = self._timeouts
        # A night of attempts is no overflow.
        longest = min(timeouts.backoff_cap, timeouts.backoff_base * 2 ** min(self.attempt - 1, 10))
        return random.uniform(0, longest)  # noqa: S311 - jitter


def gap_reason(failure: TastytradeError) -> GapReason:
    """What a connection's end is called in the Gap it leaves."""
    match failure:
        case FeedStalled():
            return GapReason.CLOCK_SUSPEND if failure.after_sleep else GapReason.STALL
        case FeedUnauthorized() | TooManySessions() | RequestError():
            return GapReason.AUTH
        case ConnectionLost() | ConnectFailed():
            return GapReason.DISCONNECT
        case FeedError():
            return GapReason.PROTOCOL_ERROR
        case _:
            return GapReason.DISCONNECT
