"""The tables of faults on the simulator's page say what the code says."""

from __future__ import annotations

from typing import get_args

import msgspec

from tastytrade.simulator.app import Simulator
from tastytrade.simulator.control import Control
from tastytrade.simulator.fault import STEPS, Fault
from tastytrade.simulator.fault_acts import PRESETS
from tastytrade.simulator.fault_kinds import Sample
from tastytrade.simulator.faults import KINDS
from tests.docs.pages import DOCS, code, table

PAGE = DOCS / "simulator.md"


def test_every_fault_is_in_its_table_with_its_arguments() -> None:
    rows = table(PAGE, "fault", "arguments", "what happens")
    usual = set(Fault.__struct_fields__)
    own = {
        name: [field for field in kind.__struct_fields__ if field not in usual]
        for name, kind in KINDS.items()
    }

    assert {code(name)[0]: code(arguments) for name, arguments, _ in rows} == own
    assert [code(name)[0] for name, _, _ in rows] == list(KINDS)
    assert all(meaning for _, _, meaning in rows)


def test_when_a_fault_comes_is_explained_with_its_defaults() -> None:
    rows = table(PAGE, "when", "default", "meaning")
    defaults = {field.name: field.default for field in msgspec.structs.fields(Fault)}
    written = {
        code(name)[0]: msgspec.json.decode(code(default)[0]) if code(default) else None
        for name, default, _ in rows
    }

    assert written == defaults
    assert set(STEPS) <= {word for _, _, meaning in rows for word in code(meaning)}


def test_every_preset_and_sample_is_named() -> None:
    meanings = {
        code(name)[0]: code(text) for name, _, text in table(PAGE, "fault", "arguments", "what happens")
    }

    assert set(PRESETS) <= set(meanings["error"])
    assert set(get_args(Sample)) <= set(meanings["say"])


def test_every_control_request_is_in_its_table() -> None:
    rows = table(PAGE, "request", "answers")
    routes = Control(Simulator(), host="127.0.0.1").app().routes
    there = {f"{method} {route.path}" for route in routes for method in route.methods - {"HEAD"}}  # type: ignore[attr-defined]  # all are routes

    assert {code(request)[0] for request, _ in rows} == there
