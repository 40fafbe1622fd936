"""Where data goes, and in which format."""

from __future__ import annotations

from pathlib import Path

import pytest

from tastytrade.cli.output import Format, Target, set_aside, target_of
from tastytrade.errors import ConfigurationError


@pytest.mark.parametrize(
    ("name", "chosen"),
    [("x.csv", Format.CSV), ("x.json", Format.JSON), ("x.jsonl", Format.NDJSON), ("x.txt", Format.TABLE)],
)
def test_a_suffix_says_the_format(tmp_path: Path, name: str, chosen: Format) -> None:
    assert target_of(None, tmp_path / name) == Target(chosen, tmp_path / name)


def test_a_format_that_is_named_comes_before_the_suffix(tmp_path: Path) -> None:
    assert target_of(Format.CSV, tmp_path / "x.data").format is Format.CSV


def test_a_pipe_gets_ndjson() -> None:
    assert target_of(None, None) == Target(Format.NDJSON)


def test_a_stream_has_no_table_in_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="the name must end in"):
        target_of(None, tmp_path / "x.txt", is_stream=True)
    with pytest.raises(ConfigurationError, match="this table is for a terminal"):
        target_of(Format.TABLE, tmp_path / "x.txt", is_stream=True)


def test_what_is_there_is_not_replaced_unless_told(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("mine")

    with pytest.raises(ConfigurationError, match="is there already"):
        target_of(None, tmp_path / "x.csv")
    assert target_of(None, tmp_path / "x.csv", force=True).format is Format.CSV


@pytest.mark.parametrize(
    ("error", "left"), [(ConfigurationError("no"), "before"), (KeyboardInterrupt(), "so far")]
)
def test_a_file_is_replaced_when_it_is_complete_or_was_interrupted(
    tmp_path: Path, error: BaseException, left: str
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("before")

    with pytest.raises(type(error)):
        write_until(path, error)
    assert [one.name for one in tmp_path.iterdir()] == ["x.csv"]
    assert path.read_text() == left


def write_until(path: Path, error: BaseException) -> None:
    with set_aside(path) as part:
        part.write_text("so far")
        raise error
