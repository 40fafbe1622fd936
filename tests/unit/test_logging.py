from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import pytest

from tastytrade.logging import CHATTY, setup_logging

LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - (\w+):([\w.]+):\d+:(.*)")


class SetUp(Protocol):
    def __call__(self, **arguments: Any) -> None: ...


@pytest.fixture
def set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SetUp]:
    """setup_logging() in an empty folder, undone at the end; pytest's own handlers are spared."""
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    level, levels = root.level, {name: logging.getLogger(name).level for name in CHATTY}
    made: list[logging.Handler] = []

    def call(**arguments: Any) -> None:
        root.handlers[:] = [handler for handler in root.handlers if handler in made]
        setup_logging(**arguments)
        made.extend(handler for handler in root.handlers if handler not in made)

    yield call
    for handler in made:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_lines_go_to_stderr_and_to_a_dated_file(
    set_up: SetUp, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up(log_dir=tmp_path / "deep" / "logs", filename_prefix="dev")
    logging.getLogger("tastytrade.streamer").info("feed %s", "live")
    output = capsys.readouterr()
    (path,) = files(tmp_path)

    assert path.parent == tmp_path / "deep" / "logs"
    assert re.fullmatch(r"dev_\d{8}\.log", path.name)
    assert abs((datetime.strptime(path.stem[4:], "%Y%m%d") - datetime.now()).days) <= 1  # noqa: DTZ005, DTZ007 - local days
    assert path.read_text(encoding="utf-8") == output.err
    assert output.out == ""


def test_a_line_says_when_how_grave_who_and_where(set_up: SetUp, capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    logging.getLogger("some.program").warning("look")
    first, second = (LINE.fullmatch(line) for line in capsys.readouterr().err.splitlines())

    assert first is not None
    assert first[1] == "INFO"
    assert first[2] == "root"
    assert first[3].startswith("Logging initialized - writing to ")
    assert second is not None
    assert second.groups() == ("WARNING", "some.program", "look")


def test_the_folder_is_logs_unless_told(set_up: SetUp, tmp_path: Path) -> None:
    set_up()

    assert [path.parent.relative_to(tmp_path) for path in files(tmp_path)] == [Path("logs")]


def test_a_folder_may_be_given_as_text(set_up: SetUp, tmp_path: Path) -> None:
    set_up(log_dir=str(tmp_path / "as-text"))

    assert [path.parent.name for path in files(tmp_path)] == ["as-text"]


def test_no_line_below_the_level_is_written(set_up: SetUp, capsys: pytest.CaptureFixture[str]) -> None:
    set_up(level=logging.WARNING, file=False)
    logging.getLogger("tastytrade").info("hidden")
    logging.getLogger("tastytrade").error("shown")

    assert [line[-6:] for line in capsys.readouterr().err.splitlines()] == [":shown"]


def test_setting_up_again_doubles_no_line(set_up: SetUp, capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    set_up()
    logging.getLogger("tastytrade").info("once")

    assert capsys.readouterr().err.count("once") == 1


def test_setting_up_again_closes_the_file_that_was_written_to(set_up: SetUp, tmp_path: Path) -> None:
    set_up(log_dir=tmp_path / "one")
    set_up(log_dir=tmp_path / "two")
    logging.getLogger("tastytrade").info("later")
    one, two = files(tmp_path)

    assert "later" not in one.read_text(encoding="utf-8")
    assert "later" in two.read_text(encoding="utf-8")


def test_the_terminal_and_the_file_can_be_left_out(
    set_up: SetUp, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up(console=False, file=False)
    logging.getLogger("tastytrade").info("nowhere")

    assert capsys.readouterr().err == ""
    assert files(tmp_path) == []


@pytest.mark.parametrize("name", CHATTY)
def test_libraries_below_keep_their_own_business_to_themselves(
    set_up: SetUp, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    set_up(level=logging.DEBUG, file=False)
    logging.getLogger(name).info("GET https://...")
    logging.getLogger(name).warning("this matters")

    assert [line.rpartition(":")[2] for line in capsys.readouterr().err.splitlines()] == ["this matters"]


def test_text_of_any_language_fits_the_file(set_up: SetUp, tmp_path: Path) -> None:
    set_up(console=False)
    logging.getLogger("tastytrade").info("naïve 価格 ✓")
    (path,) = files(tmp_path)

    assert "naïve 価格 ✓" in path.read_text(encoding="utf-8")


def test_the_standard_library_stays_within_reach() -> None:
    import tastytrade.logging as ours

    assert ours.logging is logging  # type: ignore[attr-defined]  # what it imports, not what it offers
