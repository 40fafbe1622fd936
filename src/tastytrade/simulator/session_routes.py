"""Logging in to the simulator: sessions by password or remember token, device challenges, OAuth.

Nothing that a client sends as a credential is logged or given back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tastytrade.simulator.accounts import Accounts
from tastytrade.simulator.queries import body_fields, text_field
from tastytrade.simulator.replies import (
    Endpoint,
    Error,
    bare,
    enveloped,
    json_bytes,
    oauth_refused,
    refused,
    token_refused,
    wrong_login,
)
from tastytrade.simulator.rest_options import RestOptions
from tastytrade.simulator.value_texts import moment_text

CHALLENGE_HEADER = "X-Tastyworks-Challenge-Token"
CODE_HEADER = "X-Tastyworks-OTP"
CHALLENGE_PATH = "/device-challenge"
QUESTION = "What is the answer to this simulator's question?"


def session_routes(accounts: Accounts, options: Callable[[], RestOptions]) -> list[tuple[str, str, Endpoint]]:
    """Methods, paths and endpoints, all for those who have no token yet, or give theirs back."""
    sessions = _Sessions(accounts, options)
    challenges = _DeviceChallenges(accounts, options)
    return [
        ("POST", "/sessions", sessions.log_in),
        ("DELETE", "/sessions", sessions.log_out),
        ("POST", "/sessions/validate", sessions.validate),
        ("POST", CHALLENGE_PATH, challenges.step),
        ("POST", "/oauth/token", sessions.access_token),
    ]


def no_object() -> Response:
    return refused(400, "invalid_request", "The request body is not a JSON object")


class _Sessions:
    """Session tokens and access tokens of one user."""

    def __init__(self, accounts: Accounts, options: Callable[[], RestOptions]) -> None:
        self._accounts = accounts
        self._options = options

    async def log_in(self, request: Request) -> Response:
        fields = await body_fields(request)
        if self._options().decommissioned != "off":
            return refused(400, "missing_request_token", "The request token is missing")
        if fields is None:
            return no_object()
        login, accounts = text_field(fields, "login"), self._accounts
        remember_token = text_field(fields, "remember-token")
        knows_password = accounts.knows_password(login, text_field(fields, "password"))
        if not knows_password and not accounts.remembers(login, remember_token):
            return wrong_login()
        refusal = self._further_refusal(request)
        if refusal is not None:
            return refusal
        if not knows_password:
            accounts.use_remember_token(login, remember_token)
        return self._session(wants_remember_token=fields.get("remember-me") is True)

    def _further_refusal(self, request: Request) -> Response | None:
        """Why this user, who is known, does not get in yet; None when there is no reason."""
        options, accounts = self._options(), self._accounts
        if options.unconfirmed_user:
            return refused(401, "unconfirmed_user", "This user's e-mail address has not been confirmed")
        passed = request.headers.get(CHALLENGE_HEADER, "")
        is_challenged = options.device_challenge != "off"
        if is_challenged and not accounts.passed_challenges.holds(passed):
            return _challenged(accounts.challenge_tokens.issue())
        if is_challenged or options.second_factor is not None:
            if request.headers.get(CODE_HEADER) != options.one_time_code:
                return wrong_login()
            accounts.passed_challenges.revoke(passed)
        return None

    def _session(self, *, wants_remember_token: bool) -> Response:
        user, accounts = self._accounts.user, self._accounts
        data: dict[str, Any] = {
            "user": {
                "email": user.email,
                "external-id": user.external_id,
                "is-confirmed": True,
                "username": user.login,
            }
        }
        if wants_remember_token:
            data["remember-token"] = accounts.remember_tokens.issue()
        data["session-expiration"] = moment_after(accounts.session_tokens.lifetime)
        data["session-token"] = accounts.session_tokens.issue("+C")
        return json_bytes(enveloped(data, "/sessions"), status=201)

    async def log_out(self, request: Request) -> Response:
        authorization = request.headers.get("authorization", "")
        if not self._accounts.authorizes(authorization):
            return token_refused()
        self._accounts.end_session(authorization)
        return Response(status_code=204)

    async def validate(self, request: Request) -> Response:
        if not self._accounts.authorizes(request.headers.get("authorization", "")):
            return token_refused()
        user = self._accounts.user
        data = {
            "email": user.email,
            "username": user.login,
            "external-id": user.external_id,
            "id": user.id,
        }
        return json_bytes(enveloped(data, "/sessions/validate"), status=201)

    async def access_token(self, request: Request) -> Response:
        fields = await body_fields(request)
        if fields is None:
            return oauth_refused("invalid_request", "The request body is neither JSON nor a form")
        if text_field(fields, "grant_type") != "refresh_token":
            return oauth_refused("unsupported_grant_type", "Only refresh_token is supported")
        if not self._accounts.knows_client(text_field(fields, "client_secret")):
            return oauth_refused("invalid_client", "Client authentication failed")
        if not self._accounts.knows_grant(text_field(fields, "refresh_token")):
            return oauth_refused("invalid_grant", "Invalid JWT")
        tokens = self._accounts.access_tokens
        lifetime = tokens.lifetime
        answer = {
            "access_token": tokens.issue(),
            "token_type": "Bearer",
            "expires_in": int(lifetime) if float(lifetime).is_integer() else lifetime,
        }
        if self._options().rotate_refresh_token:
            answer["refresh_token"] = self._accounts.rotate_grant()
        return bare(answer)


class _DeviceChallenges:
    """What makes a device known: the one-time code alone, or after the answer to a question."""

    def __init__(self, accounts: Accounts, options: Callable[[], RestOptions]) -> None:
        self._accounts = accounts
        self._options = options

    async def step(self, request: Request) -> Response:
        fields = await body_fields(request) if await request.body() else {}
        if fields is None:
            return no_object()
        token = request.headers.get(CHALLENGE_HEADER) or text_field(fields, "challenge-token")
        if not self._accounts.challenge_tokens.holds(token):
            return token_refused()
        options = self._options()
        if options.device_challenge == "security question":
            if "answer" not in fields:
                data = {"step": "security_question", "question": QUESTION}
                return json_bytes(enveloped(data, CHALLENGE_PATH))
            if text_field(fields, "answer") != options.security_answer:
                return wrong_login()
        self._accounts.passed_challenges.admit(token)
        return json_bytes(enveloped({"step": "otp_verification"}, CHALLENGE_PATH))


def _challenged(token: str) -> Response:
    error = Error(
        "device_challenge_required",
        "Device authentication challenge required",
        redirect={"method": "POST", "url": CHALLENGE_PATH, "required_headers": [CHALLENGE_HEADER]},
    )
    response = bare({"error": error}, status=403)
    response.headers[CHALLENGE_HEADER] = token
    return response


def moment_after(seconds: float) -> str:
    """The time so many seconds from now, as the service writes it."""
    return moment_text(datetime.now(UTC) + timedelta(seconds=seconds))
