"""Secret: a token or password that no repr, log line, format, pickle or traceback shows."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from typing import Any, NoReturn
from urllib.parse import quote

from tastytrade.errors import ConfigurationError

HIDDEN = "<hidden>"
"""What stands where a secret was."""
_SURROGATE = re.compile("[\ud800-\udfff]")  # what Python makes of bytes it cannot decode


class Secret:
    """Text that only ``reveal()`` gives back.

    A copy is the object itself. A pickle carries nothing: what is unpickled raises
    ConfigurationError when it is revealed. So does making one of what is no text in UTF-8.
    """

    __slots__ = ("_value",)
    _value: str

    def __init__(self, value: str) -> None:
        object.__setattr__(self, "_value", value)
        is_text = value.isascii() or not _SURROGATE.search(value)
        del value  # a traceback with local variables would show it
        if not is_text:
            raise ConfigurationError(
                "a secret holds bytes that are no text in UTF-8: set it anew, where the terminal and the "
                "environment speak UTF-8 (LANG)"
            )

    def reveal(self) -> str:
        """The text. Keep it out of variables that outlive the line that needs it."""
        return self._value

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a Secret does not change")

    def __repr__(self) -> str:
        return HIDDEN

    __str__ = __repr__

    def __format__(self, specification: str) -> str:
        return format(HIDDEN, specification)

    def __bool__(self) -> bool:
        return bool(self.reveal())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.reveal().encode(), other.reveal().encode())

    def __hash__(self) -> int:
        return hash(self.reveal())

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __getstate__(self) -> None:
        return None

    def __reduce__(self) -> tuple[type[Secret], tuple[()]]:
        return (_LostSecret, ())


class _LostSecret(Secret):
    """What a pickled Secret becomes."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("")

    def reveal(self) -> NoReturn:
        raise ConfigurationError("a secret is not pickled with the rest: read it again from where it is kept")


def is_header_value(secret: Secret) -> bool:
    """Whether an HTTP header can carry it."""
    value = secret.reveal()
    return value.isascii() and value.isprintable()


def redact(text: str, secrets: Iterable[Secret]) -> str:
    """``text`` with every secret in it replaced by ``<hidden>``, percent-encoded ones too.

    Secrets below four characters stay: they are in every sentence, and none the service gives is as short.
    """
    values = {secret.reveal() for secret in secrets}
    # The longest first: a short secret may be part of a long one.
    for value in sorted(values | {quote(value, safe="") for value in values}, key=len, reverse=True):
        if len(value) >= 4:
            text = text.replace(value, HIDDEN)
    return text
