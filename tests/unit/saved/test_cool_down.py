import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tastytrade.saved.cool_down import LONGEST, CoolDown, cool_down, forget_cool_down, remember_cool_down
from tastytrade.saved.folder import state_folder

FEED = "wss://feed.example/realtime"
NOW = 1_800_000_000.0


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that cannot be, because a file has its name."""
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("TASTYTRADE_HOME", str(tmp_path / "file"))
    return tmp_path / "file"


def kept_file() -> Path:
    [path] = state_folder().glob("cool-down-*.json")
    return path


def test_a_cool_down_lasts_until_its_end() -> None:
    remember_cool_down(FEED, NOW + 900, "too many sessions")

    assert cool_down(FEED, now=NOW) == CoolDown(NOW + 900, "too many sessions")
    assert cool_down(FEED, now=NOW + 899.9) is not None
    assert cool_down(FEED, now=NOW + 900) is None


def test_it_outlives_the_process_and_other_processes_see_it() -> None:
    remember_cool_down(FEED, NOW + 900, "too many sessions")
    script = f"from tastytrade.saved.cool_down import cool_down; print(cool_down({FEED!r}, now={NOW}).reason)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "too many sessions"


def test_others_are_not_concerned() -> None:
    remember_cool_down(FEED, NOW + 900, "too many sessions")

    assert cool_down("wss://feed.example/delayed", now=NOW) is None


def test_two_cool_downs_do_not_touch_each_other() -> None:
    remember_cool_down(FEED, NOW + 900, "a")
    remember_cool_down("wss://other.example", NOW + 30, "b")
    forget_cool_down(FEED)

    assert cool_down(FEED, now=NOW) is None
    assert cool_down("wss://other.example", now=NOW) == CoolDown(NOW + 30, "b")


def test_a_shorter_one_does_not_end_a_longer_one() -> None:
    remember_cool_down(FEED, NOW + 900, "too many sessions")
    remember_cool_down(FEED, NOW + 30, "busy")

    assert cool_down(FEED, now=NOW) == CoolDown(NOW + 900, "too many sessions")


def test_a_longer_one_takes_the_place_of_a_shorter_one() -> None:
    remember_cool_down(FEED, NOW + 30, "busy")
    remember_cool_down(FEED, NOW + 900, "too many sessions")

    assert cool_down(FEED, now=NOW) == CoolDown(NOW + 900, "too many sessions")


def test_one_of_a_wrong_clock_does_not_count_and_gives_way() -> None:
    remember_cool_down(FEED, NOW + LONGEST + 1000, "a clock in the future")
    before = cool_down(FEED, now=NOW)
    remember_cool_down(FEED, NOW + 900, "too many sessions")

    assert before is None
    assert cool_down(FEED, now=NOW) == CoolDown(NOW + 900, "too many sessions")


def test_nothing_is_made_where_nothing_was_remembered() -> None:
    forget_cool_down(FEED)

    assert cool_down(FEED, now=NOW) is None
    assert not state_folder().exists()


@pytest.mark.usefixtures("unwritable")
def test_where_nothing_can_be_written_this_process_knows_and_it_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            remember_cool_down("wss://alone.example", NOW + 900, "too many sessions")
            known = cool_down("wss://alone.example", now=NOW)
    forget_cool_down("wss://alone.example")

    assert known == CoolDown(NOW + 900, "too many sessions")
    assert cool_down("wss://alone.example", now=NOW) is None
    assert caplog.text.count("known to this process alone: cannot write") == 1


def test_what_this_process_alone_knows_counts_until_a_file_knows_more(
    monkeypatch: pytest.MonkeyPatch, unwritable: Path
) -> None:
    remember_cool_down("wss://both.example", NOW + 900, "too many sessions")
    monkeypatch.setenv("TASTYTRADE_HOME", str(unwritable.with_name("folder")))
    known_before = cool_down("wss://both.example", now=NOW)
    remember_cool_down("wss://both.example", NOW + 1800, "again")
    known_after = cool_down("wss://both.example", now=NOW)
    forget_cool_down("wss://both.example")

    assert known_before == CoolDown(NOW + 900, "too many sessions")
    assert known_after == CoolDown(NOW + 1800, "again")


@pytest.mark.parametrize("content", [b"", b"{", b'{"until": "soon"}', b"[]"])
def test_a_damaged_file_does_not_count_and_is_said_once(
    content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    remember_cool_down(FEED, NOW + 900, "too many sessions")
    kept_file().write_bytes(content)
    with caplog.at_level(logging.WARNING):
        found = [cool_down(FEED, now=NOW) for _ in range(3)]

    assert found == [None] * 3
    assert caplog.text.count("is damaged") == 1


def test_a_damaged_file_is_written_anew() -> None:
    remember_cool_down(FEED, NOW + 900, "too many sessions")
    kept_file().write_bytes(b"{")
    remember_cool_down(FEED, NOW + 30, "busy")

    assert cool_down(FEED, now=NOW) == CoolDown(NOW + 30, "busy")


def test_a_file_that_is_about_something_else_does_not_count() -> None:
    remember_cool_down(FEED, NOW + 900, "too many sessions")
    content = kept_file().read_bytes().replace(b"realtime", b"elsewhere")
    kept_file().write_bytes(content)

    assert cool_down(FEED, now=NOW) is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_file_that_is_open_to_others_is_not_believed(caplog: pytest.LogCaptureFixture) -> None:
    remember_cool_down(FEED, NOW + 900, "too many sessions")
    kept_file().chmod(0o644)
    with caplog.at_level(logging.WARNING):
        found = [cool_down(FEED, now=NOW) for _ in range(2)]

    assert found == [None] * 2
    assert caplog.text.count("cool-downs of other processes are not known") == 1
