"""Switches: ``name=value`` on the command line, as the fields of a frozen Struct of options."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from tastytrade.errors import ConfigurationError
from tastytrade.rest.refusal import printable

Options = TypeVar("Options", bound=msgspec.Struct)


def parse_switches(options: type[Options], settings: Iterable[str], *, option: str) -> Options:
    """Options with these settings; lists and objects are written as JSON.

    ``option`` is what the user typed before each. Raises ConfigurationError, which names all there are, for a
    setting without ``=`` or a name that is none; and for a value that cannot be.
    """
    values: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or name not in options.__struct_fields__:
            raise ConfigurationError(
                f"{option} {printable(setting, limit=80)}: expected name=value, with one of the names "
                + ", ".join(options.__struct_fields__)
            )
        values[name] = _value(options, name, text, option=option)
    return options(**values)


def _value(options: type[Options], name: str, text: str, *, option: str) -> Any:
    try:
        value = msgspec.json.decode(text) if text.startswith(("[", "{")) else text
        return getattr(msgspec.convert({name: value}, options, strict=False), name)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError) as error:
        reason = str(error).partition(" - at ")[0]
        shown = printable(text, limit=80)
        raise ConfigurationError(f"{option} {name}={shown}: {reason}") from None
