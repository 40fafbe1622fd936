"""Options with some of their switches changed, as plain data says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from tastytrade.errors import ConfigurationError
from tastytrade.rest.refusal import printable

Options = TypeVar("Options", bound=msgspec.Struct)


def switched(options: Options, changes: Mapping[str, Any]) -> Options:
    """The options with these changes.

    Raises ConfigurationError, which names all switches there are, for one that is none; and for a value that
    cannot be.
    """
    name = type(options).__name__
    strange = [one for one in changes if one not in options.__struct_fields__]
    if strange:
        shown = printable(str(strange[0]), limit=40)
        raise ConfigurationError(f"{name} has no {shown}; it has {', '.join(options.__struct_fields__)}")
    try:
        made = msgspec.convert(dict(changes), type(options))
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{name}: {error}") from None
    return msgspec.structs.replace(options, **{one: getattr(made, one) for one in changes})
