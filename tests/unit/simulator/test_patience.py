from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from tastytrade.simulator.patience import BODY_LIMIT, in_time

SCOPE = {"type": "http", "method": "POST", "path": "/", "headers": []}


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await Response(body)(scope, receive, send)


async def answer(*messages: dict[str, Any], seconds: float = 5.0) -> list[Message]:
    """What a client is answered that sends this and no more."""
    coming = iter(messages)
    said: list[Message] = []

    async def receive() -> Message:
        message = next(coming, None)
        if message is None:
            await asyncio.get_running_loop().create_future()
        return {"type": "http.request", **(message or {})}

    async def send(message: Message) -> None:
        said.append(message)

    await in_time(echo, SCOPE, receive, send, timeout=seconds)
    return said


async def test_a_body_in_parts_is_answered() -> None:
    said = await answer({"body": b"a", "more_body": True}, {"body": b"b"})

    assert (said[0]["status"], said[1]["body"]) == (200, b"ab")


@pytest.mark.parametrize(
    ("part", "status"), [(b"a", 408), (b"x" * (BODY_LIMIT + 1), 413)], ids=["endless", "too long"]
)
async def test_a_body_without_end_is_let_go(part: bytes, status: int) -> None:
    said = await answer({"body": part, "more_body": True}, seconds=0.01)

    assert said[0]["status"] == status
    assert (b"connection", b"close") in said[0]["headers"]
