"""Whatever the service does to a field of its answers costs that field, and nothing beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import fields as fields_of

from tastytrade.errors import UnexpectedAnswer
from tests.unit.instruments.recorded_answers import RECORDED, data_of
from tests.unit.rest.runner import Blocking

Path = tuple[str | int, ...]

Change = tuple[str, Any]

VALUES: list[Any] = [
    *(None, "x-ray", "", "NaN", 7, -1, 1e300, True),
    *([], {}, ["x"], {"y": 1}, [[]], [None]),
]
OTHER = st.sampled_from(VALUES)
CHANGES = st.tuples(st.sampled_from(["drop", "retype", "retype", "add"]), OTHER)
# Without these there is no list to read from; what tells items apart is tried by itself.
SKELETON = {"items", "option-chains", "futures", "expirations", "strikes"}
IDENTITY = {"symbol", "symbols", "code", "call", "put"}
# What a tick size, and the volatility of an expiration, cannot be without.
REQUIRED = {"value", "expiration-date"}


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every key, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))


FIELDS = {
    name: [path for path in places(data_of(name)) if path[-1] not in SKELETON | IDENTITY] for name in RECORDED
}
KEYS = {name: [path for path in places(data_of(name)) if path[-1] in IDENTITY] for name in RECORDED}
EACH = pytest.mark.parametrize("name", RECORDED)


def changed(data: Any, path: Path, change: Change) -> None:
    """Do something to the object a path leads into, at the key it ends with, unless it is gone already."""
    how, value = change
    try:
        for step in path[:-1]:
            data = data[step]
    except (LookupError, TypeError):
        return
    if not isinstance(data, dict):
        return
    if how == "add":
        data["brand-new"] = deepcopy(value)
    elif how == "drop":
        data.pop(path[-1], None)
    else:
        data[path[-1]] = deepcopy(value)


def read_all(name: str, data: Any, **beside: Any) -> dict[Any, Any]:
    """What is read of an answer: by identity where it has one, else by place."""
    found = Blocking({"data": data, **beside}).run(RECORDED[name][0]())
    if isinstance(found, Mapping):
        found = found.options  # type: ignore[attr-defined]  # both chains have them
    structs = found if isinstance(found, list) else [found]
    return {
        getattr(struct, "symbol", None) or getattr(struct, "code", None) or place: struct
        for place, struct in enumerate(structs)
    }


def differences(before: Any, after: Any, path: Path = ()) -> Iterator[Path]:
    """The paths, in keys of the wire, of what is not as it was."""
    if isinstance(before, Struct) and isinstance(after, Struct):
        for field in fields_of(before):
            step = (*path, field.encode_name)
            yield from differences(getattr(before, field.name), getattr(after, field.name), step)
    elif isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, (*path, number))
    elif before != after:
        yield path


def is_due_to(different: Path, changed_at: Path) -> bool:
    """Whether what is different is at the changed place, inside it, or an entry that cannot be without it."""
    place = changed_at[2:] if changed_at[0] == "items" else changed_at
    if len(different) < len(place) and place[-1] not in IDENTITY | REQUIRED:
        return False
    return all(one == other for one, other in zip(different, place, strict=False))


@EACH
@settings(max_examples=60)
@given(choice=st.integers(0), change=CHANGES)
def test_a_changed_field_costs_nothing_beside_it(name: str, choice: int, change: Change) -> None:
    data = data_of(name)
    path = FIELDS[name][choice % len(FIELDS[name])]
    before = read_all(name, data)
    changed(data, path, change)
    after = read_all(name, data)

    assert after.keys() == before.keys()
    for item in before:
        for different in differences(before[item], after[item]):
            assert is_due_to(different, path)


@EACH
@settings(max_examples=20)
@given(choices=st.lists(st.tuples(st.integers(0), CHANGES), min_size=2, max_size=12))
def test_any_number_of_changed_fields_fails_no_call(name: str, choices: list[tuple[int, Change]]) -> None:
    data = data_of(name)
    before = read_all(name, data)
    for choice, change in choices:
        changed(data, FIELDS[name][choice % len(FIELDS[name])], change)

    assert read_all(name, data).keys() == before.keys()


@pytest.mark.parametrize("name", [name for name in RECORDED if KEYS[name]])
@settings(max_examples=20)
@given(choice=st.integers(0), change=CHANGES)
def test_an_item_without_what_it_is_told_by_is_left_out_and_the_others_stay(
    name: str, choice: int, change: Change
) -> None:
    data = data_of(name)
    path = KEYS[name][choice % len(KEYS[name])]
    before = read_all(name, data)
    changed(data, path, change)
    try:
        after = read_all(name, data)
    except UnexpectedAnswer:
        # Nothing could be read: an empty list would be a lie.
        assert len(before) == 1
        return

    assert len(before.keys() - after.keys()) <= 1
    for item in before.keys() & after.keys():
        for different in differences(before[item], after[item]):
            assert is_due_to(different, path)


@EACH
@settings(max_examples=20)
@given(value=OTHER)
def test_whatever_stands_beside_the_data_fails_no_call(name: str, value: Any) -> None:
    data = data_of(name)
    before = read_all(name, data)
    found = read_all(name, data, context=value, pagination=value, more=value)

    assert found == read_all(name, data, pagination={"total-pages": value}) == before
