from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tastytrade.errors import StoreDamaged
from tastytrade.store import Store
from tastytrade.store.view import JOURNAL, TABLES, look, look_long
from tests.unit.store.made import prices, prints, quotes, writer


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Ten quotes in a table, ten in the journal, and prints in a table."""
    with writer(tmp_path) as one:
        one.append(quotes(0))
        one.append(prints(10))
        one.commit()
        one.move(everything=True)
        one.append(quotes(20))
    return tmp_path


def test_a_view_has_what_is_in_tables_and_in_the_journal(store: Path) -> None:
    view = look(store, Store(store).manifest)

    assert {name: (kind.rows, kind.rows_in_journal) for name, kind in view.kinds.items()} == {
        "Quote": (20, 10),
        "TimeAndSale": (10, 0),
    }
    assert view.head.n == 30


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("journal", "TimeAndSale: the table is newer than the journal"),
        ("journal/000001.sqlite", "the journal ends at number 0, and everything up to 30 was there"),
        ("tables/Quote", "Quote: parts 1 to 2 are not in the journal"),
        ("tables/Quote/_delta_log/00000000000000000001.json", "Quote: parts 1 to 2 are not in the journal"),
    ],
)
def test_what_is_not_there_any_more_is_missed(missing: str, said: str, store: Path) -> None:
    path = store / missing
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    with pytest.raises(StoreDamaged, match=said):
        prices(store)
    rest = prices(Store(store, skip_damaged=True))
    _, wrong = look_long(store, Store(store).manifest)

    assert set(rest) < {float(number) for number in range(30)}
    assert len(rest) >= 10
    assert any(said in one for one in wrong)
    assert not Store(store).verify().is_whole


def test_a_folder_that_is_no_table_of_ours_is_passed_over(store: Path) -> None:
    (store / TABLES / "mine").mkdir()

    assert len(prices(store)) == 30
    assert Store(store).verify().is_whole


def test_an_older_journal_is_found_to_be_one(store: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    old = tmp_path_factory.mktemp("old") / "journal"
    shutil.copytree(store / JOURNAL, old)
    with writer(store) as again:
        again.append(quotes(30))
        again.commit()
        again.move(everything=True)
    shutil.rmtree(store / JOURNAL)
    shutil.copytree(old, store / JOURNAL)

    with pytest.raises(StoreDamaged, match="Quote: the table is newer than the journal"):
        prices(store)
