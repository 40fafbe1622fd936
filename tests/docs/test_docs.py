"""What a user can type, set or catch is written down where users look."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from tastytrade import Simulator, errors
from tastytrade.cli import demo
from tastytrade.cli.app import app
from tastytrade.errors import ConfigurationError, TastytradeError
from tastytrade.rest import environment
from tests.docs.pages import DOCS, PAGES, ROOT
from tests.shape.source import sources

VARIABLE = re.compile(r"(?:TT|DXLINK|TASTYTRADE)_[A-Z_]*[A-Z]")


class Read(dict[str, str]):
    """An environment that notes which variables are looked at; those it has have a value."""

    def __init__(self, **values: str) -> None:
        super().__init__(values)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return super().__getitem__(name)


def commands(command: Any, *names: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and its names, from the whole program down."""
    yield names, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, *names, name)


COMMANDS = dict(commands(typer.main.get_command(app)))


def help_of(names: tuple[str, ...]) -> str:
    done = CliRunner().invoke(app, [*names, "--help"], env={"COLUMNS": "300", "TERMINAL_WIDTH": "300"})
    assert done.exit_code == 0
    return " ".join(done.output.replace("│", " ").split())


def is_sentence(text: str | None) -> bool:
    return bool(text) and str(text)[0].isupper() and str(text).rstrip().endswith(".")


def examples() -> list[str]:
    """Command lines that are shown to users: in pages, and at the end of the demo."""
    shown = [
        line
        for page in PAGES
        for line in page.read_text(encoding="utf-8").splitlines()
        if re.match(r"(    |\$ )(tastytrade|make) ", line)
    ]
    lines = [re.split(r"\s{2,}|\s#", line.strip().removeprefix("$ "))[0] for line in shown]
    return lines + [line for line, _ in demo.NEXT if line.startswith("tastytrade ")]


def variables_read() -> set[str]:
    """Environment variables that the package reads or sets."""
    literals = {
        node.value
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and VARIABLE.fullmatch(node.value)
    }
    looked_at = Read(TT_API_URL="http://127.0.0.1:1")
    for name in (None, "production", "certification", "simulator"):
        with suppress(ConfigurationError):
            environment.environment_from(looked_at, name)
    prefixes = {"TT_SANDBOX", "TT"}
    return {name for name in literals | looked_at.names | set(Simulator().variables) if name not in prefixes}


def tree_of(error: type[Exception], depth: int = 0) -> list[tuple[int, str]]:
    """An error and those below it, with how deep each stands, in the order they were written."""
    below = [line for inner in error.__subclasses__() for line in tree_of(inner, depth + 1)]
    return [(depth, error.__name__), *below]


def test_there_are_the_commands_we_think_of() -> None:
    words = {" ".join(names) for names in COMMANDS}

    assert words == {
        *("", "demo", "stream", "login", "whoami", "logout", "simulator", "simulator exec"),
        *("capture", "inspect", "verify", "compact", "export", "replay"),
        *("quote", "chain", "candles", "dashboard", "doctor", "wire", "config"),
    }


@pytest.mark.parametrize("name", sorted(names[0] for names in COMMANDS if len(names) == 1))
def test_every_command_is_shown_to_users(name: str) -> None:
    assert {f"tastytrade {name}", f"make {name}"} & {" ".join(line.split()[:2]) for line in examples()}


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_a_command_says_what_it_does(names: tuple[str, ...]) -> None:
    text = (COMMANDS[names].help or "").strip().split("\n\n")[0]

    assert is_sentence(text)
    assert " ".join(text.split()) in help_of(names)


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_every_option_and_argument_has_its_sentence(names: tuple[str, ...]) -> None:
    shown = help_of(names)
    for parameter in COMMANDS[names].params:
        assert is_sentence(parameter.help), parameter.name
        assert " ".join(parameter.help.split()) in shown
        assert any(name.lstrip("-") in shown for name in parameter.opts)


def test_there_are_examples() -> None:
    assert len(examples()) >= 6


@pytest.mark.parametrize("line", [line for line in examples() if line.startswith("tastytrade ")])
def test_an_example_is_a_command_with_its_options(line: str) -> None:
    words = shlex.split(line)[1:]
    ours = words[: words.index("--")] if "--" in words else words
    names: tuple[str, ...] = ()
    known = {option for parameter in COMMANDS[()].params for option in parameter.opts}
    for word in ours:
        if (*names, word) in COMMANDS:
            names = (*names, word)
            known |= {option for parameter in COMMANDS[names].params for option in parameter.opts}

    assert names
    assert [word for word in ours if re.match(r"-[^\d]", word) and word not in known] == []


@pytest.mark.parametrize("line", sorted({line for line in examples() if line.startswith("make ")}))
def test_a_target_of_make_is_there(line: str) -> None:
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    assert line.split()[1] in targets


def test_every_variable_is_named_where_users_look() -> None:
    text = (DOCS / "sessions.md").read_text(encoding="utf-8")
    named = set(VARIABLE.findall(text))
    # A TT_SANDBOX_ variable may be named by its TT_ twin, or by its end alone: "TT_SANDBOX_USER + _PASS".
    ends = set(re.findall(r"(?<!\w)_([A-Z]+)\b", text))

    def is_named(variable: str) -> bool:
        end = variable.removeprefix("TT_SANDBOX_")
        return variable in named or (end != variable and (end in ends or f"TT_{end}" in named))

    assert variables_read() >= {"TASTYTRADE_HOME", "TT_EVENTS_URL", "TT_ENVIRONMENT", "DXLINK_TOKEN"}
    assert len(variables_read()) >= 14
    assert {variable for variable in variables_read() if not is_named(variable)} == set()


def test_the_family_of_errors_is_drawn_as_it_is() -> None:
    lines = re.findall(r"^([│├└─ ]*)([A-Z]\w+)(?:  .*)?$", str(errors.__doc__), re.MULTILINE)
    drawn = [(len(branches) // 4, name) for branches, name in lines]

    assert sorted(drawn) == sorted(tree_of(TastytradeError))
