"""How the simulated REST API behaves where the service has more than one way, and failures on order.

The defaults reproduce what has been observed of tastytrade's REST API; where nothing has been recorded
the behaviour is a guess, and says so.
"""

from __future__ import annotations

from math import inf
from typing import Literal

from msgspec import Struct

from tastytrade.errors import ConfigurationError
from tastytrade.rest.auth import DAY

ACCESS_LIFETIME = 900.0


class Failure(Struct, frozen=True, kw_only=True):
    """Requests that fail instead of being answered.

    status        400 to 599. 401 is the proxy's HTML page, 403, 406 and 422 are as recorded, 502 to 504
                  are pages of the proxy too; all other bodies are guesses, as is what those pages say.
                  None: no answer at all, until the client hangs up
    times         how many requests fail; None: all of them
    path          what their path begins with, decoded and without query
    method        "GET", "POST", ...; None: any
    retry_after   whole seconds that a Retry-After header names; none has been seen of the service
    """

    status: int | None
    times: int | None = 1
    path: str = "/"
    method: str | None = None
    retry_after: int | None = None

    def __post_init__(self) -> None:
        if self.status is not None and not 400 <= self.status <= 599:
            raise ConfigurationError(
                f"status must be from 400 to 599, or None for no answer, not {self.status}"
            )
        if self.times is not None and self.times < 0:
            raise ConfigurationError(f"times must be 0 or more, or None for all, not {self.times}")


class RestOptions(Struct, frozen=True, kw_only=True):
    """Switches of the simulator's REST API. Times in seconds.

    second_factor         the one-time code that POST /sessions then wants in X-Tastyworks-OTP. What a missing
                          or wrong one is answered is not recorded; here it is a wrong login
    device_challenge      POST /sessions answers 403 and names POST /device-challenge, as recorded since 2025,
                          until that has been passed: by the one-time code (``second_factor``, or 123456)
                          alone, or after the answer to a question. Refusals on the way are guesses
    security_answer       what answers that question
    decommissioned        POST /sessions answers 400, as production has since 2026
    unconfirmed_user      the user's e-mail address is not confirmed; status 401 is a guess
    customer              False: a user without an account has no quote tokens (recorded) and no market data
                          (a guess)
    customer_status       how that is answered; clients disagree about which it is
    strict_user_agent     product/version is needed, as documented; in practice any User-Agent passes
    api_versions          the versions that live, YYYYMMDD; an Accept-Version before all of them is answered
                          406. None at all refuses every Accept-Version, as the certification environment does
    access_lifetime       of access tokens
    session_lifetime      of session tokens
    quote_token_lifetime  of both kinds of quote token
    quote_token_level     what quote tokens say the feed is; "demo" leads to an address that ends in /delayed,
                          as for users who have no real-time data. Never "api": simulated data must not pass
                          for real
    dxlink_url            where quote tokens lead; none: to this simulator. The service may name another host
                          with every token
    rotate_refresh_token  OAuth gives a new refresh token each time and the old one dies; the service does not
    option_lists          /instruments/equity-options and /instruments/future-options answer with lists; the
                          service withdrew these and says 403, but its own Python client still asks
    unnamed_future_options  some options on futures have no streamer symbol: recorded in one answer, while a
                          client in wide use depends on each having one
    failures              requests that fail instead of being answered; counted anew when they are replaced
    """

    second_factor: str | None = None
    device_challenge: Literal["off", "otp", "security question"] = "off"
    security_answer: str = "sim_answer"
    decommissioned: Literal["off", "missing_request_token"] = "off"
    unconfirmed_user: bool = False
    customer: bool = True
    customer_status: Literal[404, 403] = 404
    strict_user_agent: bool = False
    api_versions: tuple[str, ...] = ("20250813",)
    access_lifetime: float = ACCESS_LIFETIME
    session_lifetime: float = DAY
    quote_token_lifetime: float = DAY
    quote_token_level: Literal["simulated", "demo"] = "simulated"  # noqa: S105 - not a secret
    dxlink_url: str | None = None
    rotate_refresh_token: bool = False
    option_lists: bool = False
    unnamed_future_options: bool = False
    failures: tuple[Failure, ...] = ()

    def __post_init__(self) -> None:
        for name in ("access_lifetime", "session_lifetime", "quote_token_lifetime"):
            if not 0 < getattr(self, name) < inf:
                raise ConfigurationError(f"{name} must be seconds above 0, not {getattr(self, name)}")
        if self.dxlink_url is not None and not self.dxlink_url.startswith(("ws://", "wss://")):
            raise ConfigurationError(f"dxlink_url must begin with ws:// or wss://, not {self.dxlink_url!r}")

    @property
    def one_time_code(self) -> str:
        """The code a device challenge sends out."""
        return self.second_factor or "123456"
