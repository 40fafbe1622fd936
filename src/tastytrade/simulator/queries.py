"""Queries: reading the bodies and query strings that clients send, in every spelling that is in use."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request


async def body_fields(request: Request) -> dict[str, Any] | None:
    """The fields of a JSON or form body, None when it is neither."""
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode("ascii", "replace")))
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def text_field(fields: dict[str, Any], name: str) -> str:
    """A field that is a text, else an empty one."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def listed_values(query: QueryParams, *names: str) -> list[str]:
    """Every value of these keys, each once: ``key=A,B``, a repeated ``key`` and ``key[]`` alike."""
    found = [
        value.strip()
        for name in names
        for text in (*query.getlist(name), *query.getlist(f"{name}[]"))
        for value in text.split(",")
    ]
    return list(dict.fromkeys(filter(None, found)))


def count_in(query: QueryParams, name: str, default: int) -> int | None:
    """A number of up to six digits, None when there is something else."""
    text = query.get(name, str(default))
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 6 else None


def date_in(query: QueryParams, name: str) -> date | None:
    """A date like 2025-01-09, None when there is something else or nothing."""
    try:
        return date.fromisoformat(query.get(name, ""))
    except ValueError:
        return None
