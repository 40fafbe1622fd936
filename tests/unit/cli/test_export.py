from __future__ import annotations

from pathlib import Path

import pytest

from tastytrade.cli.export import split_symbols
from tastytrade.cli.output import check_output
from tastytrade.errors import ConfigurationError
from tastytrade.store.export import SUFFIXES


@pytest.mark.parametrize("suffix", ["", ".xlsx", ".part"])
def test_a_format_that_is_none_is_refused(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(ConfigurationError, match=r"must end in \.parquet, \.csv or \.ndjson"):
        check_output(tmp_path / f"x{suffix}", force=True, suffixes=SUFFIXES)


def test_a_folder_and_a_file_in_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").mkdir()

    with pytest.raises(ConfigurationError, match="is a folder: name a file"):
        check_output(tmp_path / "x.csv", force=True)
    with pytest.raises(ConfigurationError, match="is in a folder that is not there"):
        check_output(tmp_path / "gone" / "x.csv", force=False)


def test_commas_inside_the_braces_of_a_symbol_do_not_separate() -> None:
    assert split_symbols(["SPX,SPY{=5m,tho=true},QQQ", "A"]) == ["SPX", "SPY{=5m,tho=true}", "QQQ", "A"]
    assert split_symbols([]) is None
