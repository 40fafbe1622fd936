"""Every answer recorded from the service that has a model is read whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from tests.unit.instruments.recorded_answers import READERS, RECORDED, data_of
from tests.unit.rest.runner import Blocking


def structs_of(found: Any) -> list[Any]:
    """What was read, one Struct an item of the answer."""
    if isinstance(found, Mapping):
        return list(found.options)  # type: ignore[attr-defined]  # both chains have them
    return found if isinstance(found, list) else [found]


def lost(item: Any, struct: Any, where: str) -> list[str]:
    """The places in an item that have no field, or one that is empty although they are not."""
    if isinstance(item, list):
        if len(item) != len(struct):
            return [where]
        return [place for one, read in zip(item, struct, strict=True) for place in lost(one, read, where)]
    if not isinstance(item, dict):
        return [where] if struct is None and item != -1 else []  # no halt is -1
    fields = {field.encode_name: getattr(struct, field.name) for field in msgspec.structs.fields(struct)}
    unknown = [f"{where}.{key}" for key in item if key not in fields]
    known = {f"{where}.{key}": (value, fields[key]) for key, value in item.items() if key in fields}
    return unknown + [gone for place, pair in known.items() for gone in lost(*pair, place)]


def test_every_reader_has_its_recording() -> None:
    assert {name.partition(" ")[2].partition("?")[0] for name in RECORDED} == set(READERS)
    assert len(RECORDED) == 18


@pytest.mark.parametrize("name", RECORDED)
def test_no_key_of_a_recorded_answer_is_lost(name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="tastytrade")
    data = data_of(name)
    found = structs_of(Blocking({"data": data}).run(RECORDED[name][0]()))
    items = data.get("items", [data])
    if "symbol" in items[0]:  # chains are sorted
        items.sort(key=lambda item: item["symbol"])
        found.sort(key=lambda struct: struct.symbol)

    assert len(found) == len(items)
    assert [key for item, struct in zip(items, found, strict=True) for key in lost(item, struct, "")] == []
    assert caplog.messages == []
