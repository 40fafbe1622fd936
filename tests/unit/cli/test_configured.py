"""Defaults in a file to begin with."""

from __future__ import annotations

import tomllib

import typer

from tastytrade.cli.app import app
from tastytrade.cli.configured import NOT_KEPT, commented_defaults

TEXT = commented_defaults(typer.main.get_command(app))


def test_it_says_nothing_until_a_comment_is_taken_away() -> None:
    told = tomllib.loads(TEXT)

    assert all(options == {} for options in told.values())
    assert {"quote", "chain", "stream", "simulator"} <= told.keys()


def test_every_line_of_it_is_one_when_the_comment_is_taken_away() -> None:
    lines = [line.removeprefix("# ") for line in TEXT.splitlines() if " = " in line]
    told = [tomllib.loads(line) for line in lines]

    assert len(told) > 100
    assert {name for one in told for name in one}.isdisjoint(NOT_KEPT)
