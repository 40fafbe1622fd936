"""From an item as the service sends it to a Struct, leniently: a field that is wrong costs that field.

The service adds, drops and retypes fields without notice. What a Struct does not name is ignored, what is
absent or of another type takes the field's default, and an item is left out only when a field it cannot be
without (its symbol) is wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct
from msgspec.structs import FieldInfo, force_setattr
from msgspec.structs import fields as struct_fields

log = logging.getLogger(__name__)

S = TypeVar("S", bound=Struct)
Complete = Callable[[dict[str, Any]], None]


def decode_items(items: list[Any], cls: type[S], *, complete: Complete | None = None) -> list[S]:
    """The items as Structs, in their order.

    ``complete`` may add to an item that cannot be read as it is what it lacks. What was wrong is logged once
    for the whole list: fields at DEBUG, items left out at WARNING. Raises ValueError when not one of them
    can be read.
    """
    try:
        return msgspec.convert(items, list[cls], strict=False)  # type: ignore[valid-type]  # a variable, at run time
    except msgspec.ValidationError:
        pass  # one by one, then
    wrong: dict[str, str] = {}
    structs = (_decode(item, cls, wrong, complete) for item in items)
    found = [struct for struct in structs if struct is not None]
    if wrong:
        log.debug("%s fields not as expected: %s", cls.__name__, ascii("; ".join(sorted(wrong.values()))))
    lost = len(items) - len(found)
    if lost == len(items):
        raise ValueError(f"none of {lost} items is {cls.__name__}: {next(iter(wrong.values()))}")
    if lost:
        log.warning("%d of %d %s items cannot be read and are left out", lost, len(items), cls.__name__)
    return found


def decode_item(item: Any, cls: type[S], *, complete: Complete | None = None) -> S:
    """The one item of an answer as a Struct. Raises ValueError when it cannot be read."""
    (struct,) = decode_items([item], cls, complete=complete)
    return struct


def fill(item: dict[str, Any], key: str, value: str, hint: Any) -> None:
    """Give an item a value that is known from elsewhere, unless it has one that can be read as ``hint``."""
    try:
        known = msgspec.convert(item[key], hint, strict=False)
    except (LookupError, msgspec.ValidationError):
        known = None
    if known is None or (isinstance(known, Decimal) and not known.is_finite()):
        item[key] = value


def dicts_in(item: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects in a list that an item has under ``key``; none when it has no such list."""
    value = item.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def clear_what_is_no_number(struct: Struct) -> None:
    """Make None of every NaN and infinity: the service means "not available" by them."""
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if isinstance(value, Decimal) and not value.is_finite():
            force_setattr(struct, name, None)


def _decode(item: Any, cls: type[S], wrong: dict[str, str], complete: Complete | None = None) -> S | None:
    """The item, None when it must be left out; what was wrong is put into ``wrong``, by field."""
    try:
        return msgspec.convert(item, cls, strict=False)
    except msgspec.ValidationError as error:
        if not isinstance(item, dict):
            wrong[""] = str(error)
            return None
    if complete is not None:
        complete(item)
    values: dict[str, Any] = {}
    for field, hint in _fields(cls):
        if field.encode_name in item:
            try:
                values[field.name] = _value(item[field.encode_name], hint, wrong)
            except msgspec.ValidationError as error:
                wrong[field.encode_name] = f"{field.encode_name}: {error}"
                if field.required:
                    return None
        elif field.required:
            wrong[field.encode_name] = f"{field.encode_name} is missing"
            return None
    try:
        return cls(**values)
    except ValueError as error:  # values that do not fit each other
        wrong[""] = str(error)
        return None


def _value(value: Any, hint: Any, wrong: dict[str, str]) -> Any:
    inner = next((arg for arg in get_args(hint) if _is_struct(arg)), None)
    if inner is not None and isinstance(value, dict):
        return _decode(value, inner, wrong)
    if get_origin(hint) in {list, tuple} and inner is not None and isinstance(value, list):
        read = (_decode(item, inner, wrong) for item in value)
        return get_origin(hint)(struct for struct in read if struct is not None)
    # Some dates come with a time of day: 2026-12-18 00:00:00 UTC.
    if isinstance(value, str) and value[10:11] in {" ", "T"} and date in {hint, *get_args(hint)}:
        value = value[:10]
    return msgspec.convert(value, hint, strict=False)


def _is_struct(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Struct)


@cache
def _fields(cls: type[Struct]) -> tuple[tuple[FieldInfo, Any], ...]:
    hints: Mapping[str, Any] = get_type_hints(cls, include_extras=True)
    return tuple((field, hints[field.name]) for field in struct_fields(cls))
