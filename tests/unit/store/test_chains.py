from __future__ import annotations

from pathlib import Path

import pytest

from tastytrade.errors import StoreDamaged
from tastytrade.store.chains import keep_chain, kept_chain, kept_chains

ANSWER = {"data": {"items": [{"root-symbol": "SPX", "strike-price": "5800.0"}]}}


def test_a_chain_comes_back_as_the_service_gave_it_and_the_last_one_counts(tmp_path: Path) -> None:
    keep_chain(tmp_path, "SPX", {"data": {}})
    keep_chain(tmp_path, "SPX", ANSWER)

    assert kept_chain(tmp_path, "SPX") == ANSWER
    assert kept_chains(tmp_path) == ["SPX"]


def test_a_chain_that_was_not_kept_is_none(tmp_path: Path) -> None:
    assert (kept_chain(tmp_path, "SPX"), kept_chains(tmp_path)) == (None, [])


def test_underlyings_that_differ_in_case_only_have_files_of_their_own(tmp_path: Path) -> None:
    names = ["SPX", "spx", "CON", "con", "/ES", "BRK.B", "COM1"]
    for name in names:
        keep_chain(tmp_path, name, {"name": name})
    files = [path.stem for path in (tmp_path / "chains").iterdir()]

    assert [kept_chain(tmp_path, name) for name in names] == [{"name": name} for name in names]
    assert len({file.upper() for file in files}) == len(names)
    assert not {"CON", "COM1"} & {file.upper() for file in files}


def test_a_chain_that_was_changed_is_damaged(tmp_path: Path) -> None:
    keep_chain(tmp_path, "SPX", ANSWER)
    (file,) = (tmp_path / "chains").iterdir()
    file.write_text(file.read_text().replace("5800", "5900"))

    with pytest.raises(StoreDamaged, match="does not hold what was written"):
        kept_chain(tmp_path, "SPX")
