"""A runner that answers from a list of bodies, and keeps what it was asked."""

from __future__ import annotations

from functools import partial
from typing import Any, TypeVar

import msgspec

from tastytrade.errors import RequestError
from tastytrade.rest import Answer, Call, Steps, read

T = TypeVar("T")


class Blocking:
    """Answers at once: with one body after the other, the last of them again and again.

    A number among the bodies is a status without one.
    """

    def __init__(self, *bodies: Any) -> None:
        self.targets: list[str] = []
        self._bodies = list(bodies)

    def run(self, call: Call[T] | Steps[T], /) -> T:
        if isinstance(call, Call):
            answer: T = self._answer(call)
            return answer
        proceed = partial(next, call)
        while True:
            try:
                step = proceed()
            except StopIteration as end:
                result: T = end.value
                return result
            try:
                proceed = partial(call.send, self._answer(step))
            except RequestError as error:
                proceed = partial(call.throw, error)

    def _answer(self, call: Call[Any]) -> Any:
        self.targets.append(call.target)
        body = self._bodies.pop(0) if len(self._bodies) > 1 else self._bodies[0]
        if isinstance(body, int):
            return read(call, Answer(body, {}, b""))
        return read(call, Answer(200, {}, msgspec.json.encode(body)))


class Asynchronous(Blocking):
    """The same, awaited."""

    async def run(self, call: Call[T] | Steps[T], /) -> T:  # type: ignore[override]  # only the answering is shared
        return super().run(call)


def items(*listed: Any, pagination: Any = None) -> dict[str, Any]:
    """The body of a list."""
    return {"data": {"items": list(listed)}, "context": "/x", "pagination": pagination}


def page(number: int, of: int, *listed: Any) -> dict[str, Any]:
    """The body of one page, counted from 0."""
    return items(*listed, pagination={"page-offset": number, "total-pages": of, "next-link": None})
