"""Patience with those who send: a request whose body never ends, or never stops, is let go."""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_TIMEOUT = 10.0
"""Seconds that the body of a request may take."""
BODY_LIMIT = 1 << 20
"""Bytes that it may have, where a route does not want less."""

_LET_GO = {"connection": "close"}


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def in_time(
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,
    *,
    timeout: float = BODY_TIMEOUT,  # noqa: ASYNC109 - of the body alone, not of the call
) -> None:
    """Let the app answer, unless it waits too long for the body (408) or gets too much of it (413)."""
    deadline = asyncio.get_running_loop().time() + timeout
    size = 0
    is_whole = is_answered = False

    async def hear() -> Message:
        nonlocal size, is_whole
        if is_whole:
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise _Refused(408) from None
        size += len(message.get("body", b""))
        if size > BODY_LIMIT:
            raise _Refused(413)
        is_whole = not message.get("more_body", False)
        return message

    async def say(message: Message) -> None:
        nonlocal is_answered
        is_answered = True
        await send(message)

    try:
        await app(scope, hear, say)
    except _Refused as refused:
        if not is_answered:
            await Response(status_code=refused.status, headers=_LET_GO)(scope, receive, send)
