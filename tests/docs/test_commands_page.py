"""The page about commands says what their ``--help`` says."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer
from typer.core import TyperOption
from typer.testing import CliRunner

from tastytrade.cli.app import app
from tastytrade.cli.examples import EXAMPLES
from tastytrade.cli.screen.grid import STALE
from tests.docs.pages import DOCS, code, table

PAGE = DOCS / "commands.md"
COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # it is a group
SECTION = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = dict(SECTION.findall(PAGE.read_text(encoding="utf-8")))


def help_of(name: str) -> str:
    done = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "300", "TERMINAL_WIDTH": "300"})
    assert done.exit_code == 0
    return " ".join(done.output.replace("│", " ").split())


def test_every_command_has_its_section_in_the_order_of_the_help() -> None:
    assert list(SECTIONS) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_three_examples_stand_in_the_page_and_in_the_help(name: str) -> None:
    shown = re.findall(r"^\$ (.*)$", SECTIONS[name], re.MULTILINE)
    said = help_of(name)

    assert len(shown) == 3
    assert tuple(shown) == EXAMPLES[name]
    assert "Examples: " + " ".join(shown) in said


@pytest.mark.parametrize("name", COMMANDS)
def test_what_it_does_and_every_option_are_those_of_the_help(name: str) -> None:
    section, said = SECTIONS[name], help_of(name)
    rows = [line.strip("| ").split(" | ", 1) for line in section.splitlines() if line.startswith("| `")]
    options = [one for one in COMMANDS[name].params if isinstance(one, TyperOption) and one.name != "help"]

    assert section.strip().splitlines()[0] in said
    assert [code(names) for names, _ in rows] == [[*one.opts, *one.secondary_opts] for one in options]
    assert all(meaning in said for _, meaning in rows)


def test_options_before_a_command_are_those_there_are() -> None:
    rows = table(PAGE, "option", "before the command, it means")
    done = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "300", "TERMINAL_WIDTH": "300"})

    assert [code(names) for names, _ in rows] == [["-q", "--quiet"], ["-v", "--verbose"]]
    assert all(name in done.output for names, _ in rows for name in code(names))


def test_the_age_of_a_stale_row_is_the_one_in_the_code() -> None:
    assert f"without news for {STALE:g} seconds" in PAGE.read_text(encoding="utf-8")
