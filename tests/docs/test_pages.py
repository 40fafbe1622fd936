"""Tables on pages say what the code says: switches, statuses, layers, packages, exit codes; links lead on."""

from __future__ import annotations

import re
import tomllib
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tastytrade import cli
from tastytrade.cli.switches import parse_switches
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.oneshot import Status
from tastytrade.simulator import Failure, RestOptions
from tests.docs.pages import DOCS, PAGES, ROOT, code, table

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SWITCHES = [(RestOptions, 0), (ServerOptions, 1)]


def defaults(options: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.name: field.default for field in msgspec.structs.fields(options)}


@pytest.mark.parametrize(("options", "place"), SWITCHES)
def test_every_switch_of_the_simulator_is_in_its_table(options: type[msgspec.Struct], place: int) -> None:
    rows = table(DOCS / "simulator.md", "name", "default", "meaning", place=place)

    assert [code(name) for name, _, _ in rows] == [[name] for name in defaults(options)]
    assert all(meaning for _, _, meaning in rows)


@pytest.mark.parametrize(("options", "place"), SWITCHES)
def test_a_default_is_written_as_it_would_be_typed(options: type[msgspec.Struct], place: int) -> None:
    rows = table(DOCS / "simulator.md", "name", "default", "meaning", place=place)
    typed = [f"{name.strip('`')}={default.strip('`')}" for name, default, _ in rows if default != "none"]

    assert parse_switches(options, typed, option="--switch") == options()
    assert all(defaults(options)[name.strip("`")] is None for name, default, _ in rows if default == "none")


def test_a_failure_is_described_with_all_its_fields() -> None:
    text = (DOCS / "simulator.md").read_text(encoding="utf-8")
    [sentence] = re.findall(r"^`Failure` has .*?\n\n", text, re.MULTILINE | re.DOTALL)

    assert set(Failure.__struct_fields__) <= set(code(sentence))


def test_every_status_of_a_snapshot_is_explained() -> None:
    rows = table(DOCS / "asking-once.md", "`Status`", "in words", "means")

    assert [(code(name)[0], words) for name, words, _ in rows] == [
        (status.name, status.value) for status in Status
    ]


def test_every_exit_code_of_the_command_is_explained() -> None:
    rows = table(DOCS / "sessions.md", "status", "means")

    said = re.findall(r"\b\d+(?= [a-z])", str(cli.main.__doc__))
    assert [number for number, _ in rows] == said


def test_the_layers_are_those_that_are_checked() -> None:
    [contract] = [one for one in PYPROJECT["tool"]["importlinter"]["contracts"] if one["type"] == "layers"]
    rows = table(ROOT / "CONTRIBUTING.md", "layer", "what it does", "what it may not do")
    place = {name: number for number, row in enumerate(rows) for name in code(row[0])}
    layers = [[name.strip() for name in layer.split("|")] for layer in contract["layers"]]
    checked = [layer for layer in layers if layer != ["__main__"]]

    assert set(place) == set(chain.from_iterable(checked))
    rows_of = [[place[name] for name in layer] for layer in checked]
    assert all(max(upper) <= min(lower) for upper, lower in pairwise(rows_of))


def test_every_package_that_is_installed_has_its_reason() -> None:
    rows = table(ROOT / "CONTRIBUTING.md", "package", "why")
    named = {re.split(r"[<>=]", text)[0] for text in PYPROJECT["project"]["dependencies"]}

    assert {code(name)[0] for name, _ in rows} == named
    assert all(why for _, why in rows)


def test_every_folder_of_tests_is_explained() -> None:
    rows = table(ROOT / "CONTRIBUTING.md", "folder", "holds")
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()} - {"__pycache__"}

    assert {Path(code(name)[0]).name for name, _ in rows} == folders


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_a_page_can_be_found_from_the_front(page: Path) -> None:
    assert f"](docs/{page.name})" in (ROOT / "README.md").read_text(encoding="utf-8")
