from __future__ import annotations

from pathlib import Path

import pytest

from tastytrade.checkup.finding import Outcome
from tastytrade.checkup.folders import folders_finding, wrong_with


def test_folders_that_are_not_there_yet_are_fine_and_stay_away(home: Path) -> None:
    found = folders_finding()

    assert (found.outcome, found.found) == (Outcome.OK, str(home))
    assert not home.exists()


def test_a_folder_that_others_can_open_is_closed_by_the_command_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    found = wrong_with(tmp_path)

    assert found is not None
    assert (found.code, found.fix) == ("folder_open", f"chmod 700 {tmp_path}")


def test_a_file_where_a_folder_should_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = wrong_with(tmp_path / "file" / "folder")

    assert found is not None
    assert found.code in {"no_folder", "folder_shut"}


def test_a_variable_that_names_no_folder_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASTYTRADE_HOME", "~nobody-of-that-name/x")
    found = folders_finding()

    assert found.diagnosis is not None
    assert found.diagnosis.code == "no_folder"
