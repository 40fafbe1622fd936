"""From an item as the service sends it to a Struct, leniently: a field that is wrong costs that field.

The service adds, drops and retypes fields without notice. What a Struct does not name is ignored, what is
absent or of another type takes the field's default, and an item is left out only when a field it cannot be
without (its symbol) is wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct
from msgspec.structs import FieldInfo
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
    if get_origin(hint) in {list, tuple} and inner is not None and isinstance(value, list):
        read = (_decode(item, inner, wrong) for item in value)
        return get_origin(hint)(struct for struct in read if struct is not None)
    return msgspec.convert(value, hint, strict=False)


def _is_struct(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Struct)


@cache
def _fields(cls: type[Struct]) -> tuple[tuple[FieldInfo, Any], ...]:
    hints: Mapping[str, Any] = get_type_hints(cls)
    return tuple((field, hints[field.name]) for field in struct_fields(cls))
