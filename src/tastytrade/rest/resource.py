"""``resource``: what can be asked, described once, for sessions that are awaited and sessions that block.

    @resource
    def get_equity(symbol: str) -> Call[Equity]:
        return Call(method="GET", path=path("instruments", "equities", symbol), parse=...)

equity = await get_equity(session, "SPX")    # Session
equity = get_equity(session, "SPX")          # ProductionSession
call = get_equity.call("SPX")                # the bare Call, or Steps
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast, overload

from tastytrade.errors import RequestError
from tastytrade.rest.call import AsyncRunner, BlockingRunner, Call, Steps

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
D_co = TypeVar("D_co", covariant=True)

_DESCRIBED = re.compile(r"(?:Call|Steps)\[(?P<result>.*)\]")


class Resource(Protocol[P, T_co, D_co]):
    """A function of a session and arguments; ``call`` takes the arguments alone and sends nothing."""

    @overload
    def __call__(
        self, session: AsyncRunner, /, *args: P.args, **kwargs: P.kwargs
    ) -> Coroutine[Any, Any, T_co]: ...
    @overload
    def __call__(self, session: BlockingRunner, /, *args: P.args, **kwargs: P.kwargs) -> T_co: ...

    @property
    def call(self) -> Callable[P, D_co]: ...


@overload
def resource(describe: Callable[P, Call[T]]) -> Resource[P, T, Call[T]]: ...
@overload
def resource(describe: Callable[P, Steps[T]]) -> Resource[P, T, Steps[T]]: ...
def resource(describe: Callable[P, Call[T] | Steps[T]]) -> object:
    """Make of a function that describes a request (or, as a generator, several) one that asks a session.

    Arguments are checked when it is called, in a generator too: that is run up to its first request at once.
    """

    @wraps(describe)
    def call(*args: P.args, **kwargs: P.kwargs) -> Call[T] | Steps[T]:
        described = describe(*args, **kwargs)
        return described if isinstance(described, Call) else _begun(described)

    @wraps(describe)
    def ask(session: AsyncRunner | BlockingRunner, /, *args: P.args, **kwargs: P.kwargs) -> object:
        return session.run(call(*args, **kwargs))

    asking = cast(Any, ask)
    asking.__signature__ = _with_session(inspect.signature(describe))
    asking.__annotations__ = {
        parameter.name: parameter.annotation for parameter in asking.__signature__.parameters.values()
    } | {"return": asking.__signature__.return_annotation}
    asking.call = call
    return ask


def _begun(steps: Steps[T]) -> Steps[T]:
    try:
        first = next(steps)
    except StopIteration as end:
        return _resumed(None, steps, end.value)
    return _resumed(first, steps)


def _resumed(call: Call[Any] | None, steps: Steps[T], result: Any = None) -> Steps[T]:
    """Steps that already stand at ``call``; ``result`` where they needed no request at all."""
    try:
        while call is not None:
            try:
                answer = yield call
            except RequestError as error:
                call = steps.throw(error)
            else:
                call = steps.send(answer)
    except StopIteration as end:
        result = end.value
    finally:
        steps.close()
    return cast(T, result)


def _with_session(signature: inspect.Signature) -> inspect.Signature:
    session = inspect.Parameter(
        "session", inspect.Parameter.POSITIONAL_ONLY, annotation=AsyncRunner | BlockingRunner
    )
    described = signature.return_annotation
    form = _DESCRIBED.fullmatch(described) if isinstance(described, str) else None
    return signature.replace(
        parameters=[session, *signature.parameters.values()],
        return_annotation=form["result"] if form else described,
    )
