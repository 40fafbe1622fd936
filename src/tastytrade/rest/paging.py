"""Lists that take several requests: page by page, and in chunks where more is asked than fits into one.

    calls = [equities_call(chunk) for chunk in chunks(("symbol[]", name) for name in names)]
    found = yield from gathered(calls, per_page=1000)

Source: developer.tastytrade.com "Pagination" and answers recorded from the service: ``page-offset`` counts
pages from 0, ``pagination`` stands beside ``data`` and may be null or absent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote

import msgspec

from tastytrade.errors import UnexpectedAnswer
from tastytrade.rest.answer import items_of
from tastytrade.rest.call import Call, Steps

log = logging.getLogger(__name__)

T = TypeVar("T")
Query = tuple[tuple[str, str], ...]

QUERY_BYTES = 5_800
"""The most bytes of symbols in one request: with path and paging its line stays below 6 KB."""
PAGES = 1_000
"""The most pages of one list: far more than any has, so an answer that promises more is wrong."""
EMPTY_PAGES = 3
"""So many pages in a row without anything new are the end, whatever number of pages is promised."""


class _Page(NamedTuple, Generic[T]):
    """One page: what could be read of it, how many items it had, and how many pages there are, if known."""

    found: list[T]
    length: int
    pages: int | None

    def is_last(self, read: int, per_page: int) -> bool:
        return self.length < per_page if self.pages is None else read >= self.pages


def chunks(query: Iterable[tuple[str, str]], *, limit: int | None = None) -> Iterator[Query]:
    """A query in parts that one request can carry: up to ``limit`` names, ``QUERY_BYTES`` when encoded."""
    chunk: list[tuple[str, str]] = []
    room = QUERY_BYTES
    for name, value in query:
        size = len(quote(name, safe="")) + len(quote(value, safe="")) + 2
        if chunk and (size > room or len(chunk) == limit):
            yield tuple(chunk)
            chunk, room = [], QUERY_BYTES
        chunk.append((name, value))
        room -= size
    if chunk:
        yield tuple(chunk)


def symbol_of(item: object) -> Hashable:
    """What tells an item from others: its symbol, or all of it where it has none."""
    # As text, because not every number the service may send can be hashed (a signaling NaN).
    return getattr(item, "symbol", None) or repr(item)


def gathered(
    calls: Iterable[Call[list[T]]],
    *,
    per_page: int | None = None,
    identity: Callable[[T], Hashable] = symbol_of,
) -> Steps[list[T]]:
    """What calls for lists answer, one after the other, each item once.

    With ``per_page`` each list is read page by page. An item that moves to a later page meanwhile comes once;
    one that moves to a page already read is missed. A page of which nothing can be read is left out; raises
    UnexpectedAnswer when there is nothing else, or no end to the pages.
    """
    found: dict[Hashable, T] = {}
    unreadable: list[str] = []
    for call in calls:
        read = without_new = 0
        while True:
            page: _Page[T] = yield _page_call(call, read, per_page)
            known = len(found)
            for item in page.found:
                found.setdefault(identity(item), item)
            if page.length and not page.found:
                unreadable.append(f"{call.where}: none of {page.length} items can be read")
                log.warning("%s; they are left out", unreadable[-1])
            read += 1
            without_new = 0 if len(found) > known else without_new + 1
            patience = 1 if page.pages is None else EMPTY_PAGES
            if per_page is None or page.is_last(read, per_page) or without_new == patience:
                break
            if read == PAGES:
                raise UnexpectedAnswer(f"{call.where} has no end: {PAGES} pages were read; please report it")
    if unreadable and not found:
        raise UnexpectedAnswer(f"{unreadable[0]}; if it persists, please report it")
    return list(found.values())


def in_order(
    items: Iterable[T], asked: Sequence[Hashable], identity: Callable[[T], Hashable] = symbol_of
) -> list[T]:
    """The items in the order they were asked for; what nobody asked for comes last."""
    places = {name: place for place, name in enumerate(asked)}
    return sorted(items, key=lambda item: places.get(identity(item), len(places)))


def _page_call(call: Call[list[T]], read: int, per_page: int | None) -> Call[_Page[T]]:
    def parse(body: Any) -> _Page[T]:
        data = body["data"] if isinstance(body, dict) and "data" in body else body
        length = len(items_of(data))
        try:
            found = call.parse(data)
        except ValueError:  # none of them can be read
            found = []
        return _Page(found, length, _pages(body))

    paging = () if per_page is None else (("per-page", str(per_page)), ("page-offset", str(read)))
    return Call(method=call.method, path=call.path, parse=parse, query=(*call.query, *paging), whole=True)


def _pages(body: Any) -> int | None:
    """How many pages the answer promises; None when it does not say, or nothing that can be meant."""
    try:
        pages = msgspec.convert(body["pagination"]["total-pages"], int, strict=False)
    except (LookupError, TypeError, ValueError):
        return None
    return pages if pages > 0 else None
