"""Defaults: what is typed comes before variables, and these before the file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.integration.commands import run
from tests.integration.recorded_day import keep_day

WANTED = ({"period": "5m"}, {"events": "Quote,Trade"})


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return keep_day(tmp_path_factory.mktemp("config") / "day")


def quote(day: Path, *more: str, variables: dict[str, str]) -> str:
    done = run("quote", "SPY", "--replay", str(day), *more, variables=variables)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_is_typed_comes_before_a_variable_and_that_before_the_file(day: Path, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[quote]\nformat = "csv"\n')
    of_file = {"TASTYTRADE_CONFIG": str(path)}
    of_variable = {**of_file, "TASTYTRADE_QUOTE_FORMAT": "json"}

    assert quote(day, variables=of_file).startswith("eventSymbol,")
    assert quote(day, variables=of_variable).startswith("[{")
    assert quote(day, "--format", "table", variables=of_variable).startswith("symbol ")


def test_an_environment_of_the_file_is_that_of_every_command(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('environment = "certification"\n')
    of_file = run("quote", "SPX", variables={"TASTYTRADE_CONFIG": str(path)})
    variables = {"TASTYTRADE_CONFIG": str(path), "TT_ENVIRONMENT": "nowhere"}
    of_variable = run("quote", "SPX", variables=variables)

    assert "certification" in of_file.stderr
    assert "nowhere" in of_variable.stderr


def test_a_file_to_begin_with_has_every_default_as_a_comment(tmp_path: Path) -> None:
    path = tmp_path / "there" / "config.toml"
    variables = {"TASTYTRADE_CONFIG": str(path)}
    done = run("config", "--init", variables=variables)
    again = run("config", "--init", variables=variables)
    lines = path.read_text().splitlines()
    told = [tomllib.loads(line.removeprefix("# ")) for line in lines if " = " in line]

    assert (done.returncode, done.stdout) == (0, f"{path}\n")
    assert set(tomllib.loads(path.read_text())) >= {"quote", "chain", "candles", "stream"}
    assert [one for one in told if one in WANTED][:2] == [{"period": "5m"}, {"events": "Quote,Trade"}]
    assert again.returncode == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[nope]", "nope is no command; see `tastytrade --help`"),
        ("[quote]\nnope = 1", "[quote] has no nope; there are: "),
        ("quote = 1", "quote is a command, and its options stand below [quote]"),
        ("[quote", "cannot be read ("),
    ],
)
def test_what_the_file_cannot_mean_is_said(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    done = run("quote", "SPX", "--simulator", variables={"TASTYTRADE_CONFIG": str(path)})

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"tastytrade: {path}")
    assert words in done.stderr
