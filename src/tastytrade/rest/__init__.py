"""What the REST API can be asked, and what its answers mean. Nothing is sent: no network, no clock."""

from tastytrade.rest.answer import items_of, read
from tastytrade.rest.auth import (
    Credentials,
    LoginCredentials,
    OAuthCredentials,
    QuoteToken,
    Token,
    login_call,
    logout_call,
    quote_token_call,
    refresh_call,
    validate_call,
)
from tastytrade.rest.call import Answer, AsyncRunner, BlockingRunner, Call, Steps, path
from tastytrade.rest.environment import Environment, environment_from
from tastytrade.rest.secret import Secret

__all__ = [
    "Answer",
    "AsyncRunner",
    "BlockingRunner",
    "Call",
    "Credentials",
    "Environment",
    "LoginCredentials",
    "OAuthCredentials",
    "QuoteToken",
    "Secret",
    "Steps",
    "Token",
    "environment_from",
    "items_of",
    "login_call",
    "logout_call",
    "path",
    "quote_token_call",
    "read",
    "refresh_call",
    "validate_call",
]
