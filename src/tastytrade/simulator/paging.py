"""Which page of a list a client asks for, and that page as an answer."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tastytrade.simulator.queries import count_in
from tastytrade.simulator.replies import invalid, json_bytes, page_of


def page(request: Request, items: list[Any], *, per_page: int, limit: int) -> Response:
    """One page of the items; ``per_page`` of them unless the query says otherwise, at most ``limit``."""
    query = request.query_params
    asked, page_offset = count_in(query, "per-page", per_page), count_in(query, "page-offset", 0)
    if asked is None or page_offset is None or not 1 <= asked <= limit:
        return invalid("per-page", f"must be between 1 and {limit}, and page-offset from 0 up")
    return json_bytes(page_of(items, request.url.path, per_page=asked, page_offset=page_offset))
