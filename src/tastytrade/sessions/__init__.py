"""Kept names: ``Credentials``, and in its modules AsyncSessionHandler, WebSocketManager, DXLinkClient.

For notebooks written against these names. They only translate; new code uses Session and Streamer.
"""

from __future__ import annotations

import os

from tastytrade.errors import ConfigurationError
from tastytrade.rest.environment import environment_from

__all__ = ["Credentials"]


class Credentials:
    """Where to log in and as whom, read from the environment: ``"Live"`` or ``"Test"``.

    ``"Live"`` reads TT_USER and TT_PASS (or TT_SECRET and TT_REFRESH) and TT_API_URL, ``"Test"`` their
    TT_SANDBOX_ twins. Raises ConfigurationError naming the variable that is missing.
    """

    def __init__(self, env: str = "Test") -> None:
        if env not in {"Live", "Test"}:
            raise ConfigurationError(f"unknown environment {env!r}; it is 'Live' or 'Test'")
        self.environment, self.credentials = environment_from(os.environ, env)
        self.env = env
        self.is_sandbox = env == "Test"
        self.base_url = self.environment.api_url

    def __repr__(self) -> str:
        return f"Credentials(env={self.env!r}, base_url={self.base_url!r})"
