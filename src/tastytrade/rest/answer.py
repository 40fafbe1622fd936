"""``read``: from what came back for a Call to the call's result, or to an error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from tastytrade.errors import UnexpectedAnswer
from tastytrade.rest.call import Answer, Call
from tastytrade.rest.refusal import error_of, printable
from tastytrade.rest.secret import Secret, redact

T = TypeVar("T")


def read(call: Call[T], answer: Answer, *, secrets: Iterable[Secret] = ()) -> T:
    """The result of a call.

    Answers come as ``{"data": ..., "context": ...}``, as a bare object (OAuth) or empty (204).
    ``secrets`` are those sent beside the call's own; none of them is repeated in an error.
    Raises the RequestError that the status and body stand for; UnexpectedAnswer when the body is not
    JSON or not what the call can read.
    """
    known = [*secrets, *call.secrets()]
    if not 200 <= answer.status < 300:
        raise error_of(call, answer, known)
    try:
        return call.parse(_data(answer.body, whole=call.whole))
    except msgspec.ValidationError as error:
        reason = str(error)
    except msgspec.DecodeError:
        reason = _not_json(answer)
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        reason = f"{type(error).__name__}: {error}"
    # Raised out here, because the frames behind an exception's context hold the answer's tokens.
    raise UnexpectedAnswer(
        f"{call.where} answered {answer.status} with something this package cannot read: "
        f"{printable(redact(reason, known), limit=300)}; if it persists, please report it",
        status=answer.status,
    )


def items_of(data: Any) -> list[Any]:
    """The ``items`` of a list answer. Raises LookupError or TypeError when it is none."""
    items = data["items"]
    if not isinstance(items, list):
        raise TypeError(f"items is no list but {type(items).__name__}")
    return items


def _data(body: bytes, *, whole: bool) -> Any:
    if not body.strip():
        return None
    content = msgspec.json.decode(body)
    return content if whole or not isinstance(content, dict) or "data" not in content else content["data"]


def _not_json(answer: Answer) -> str:
    kind = answer.headers.get("content-type", "").partition(";")[0] or "no content type"
    shown = "".join(c for c in kind if c.isprintable())
    return f"{len(answer.body)} bytes of {shown[:60]} that are not complete JSON"
