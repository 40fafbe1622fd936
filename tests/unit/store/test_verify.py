from __future__ import annotations

from pathlib import Path

from tastytrade.store import Store
from tests.unit.store.made import gap, quotes, writer


def make(path: Path) -> Path:
    with writer(path) as store:
        store.append(quotes(0))
        store.append(gap(1))
        store.commit()
        store.move(everything=True)
        store.append(quotes(10))
        store.keep_chain("A", {"data": 1})
    return path


def test_a_whole_store_has_every_number_once(tmp_path: Path) -> None:
    told: list[str] = []
    report = Store(make(tmp_path)).verify(progress=told.append)

    assert (report.is_whole, report.files, report.parts, report.rows) == (True, 2, 1, 21)
    assert told == ["Gap", "Quote", "numbers"]


def test_a_store_is_whole_while_somebody_writes_to_it(tmp_path: Path) -> None:
    with writer(tmp_path) as store:
        found = []
        for number in range(5):
            store.append(quotes(10 * number))
            found.append(Store(tmp_path).verify().damage)
            store.commit()
            found.append(Store(tmp_path).verify().damage)
            store.move(everything=number % 2 == 0)

    assert found == [()] * 10


def test_files_that_are_no_part_of_a_table_are_left_over_and_no_damage(tmp_path: Path) -> None:
    path = make(tmp_path)
    (file,) = path.glob("tables/Quote/day=*/*.parquet")
    stray = file.with_name("stray.parquet")
    stray.write_bytes(b"half of a file")
    report = Store(path).verify()

    assert (report.damage, report.leftover) == ((), (str(stray),))


def test_a_chain_that_was_changed_is_damage(tmp_path: Path) -> None:
    path = make(tmp_path)
    (path / "chains" / "A.json").write_text("{}")
    (damage,) = Store(path).verify().damage

    assert "A.json" in damage.what


def test_a_file_that_was_changed_is_named_and_so_are_its_numbers(tmp_path: Path) -> None:
    path = make(tmp_path)
    (file,) = path.glob("tables/Quote/day=*/*.parquet")
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    damage = Store(path).verify().damage

    assert (damage[0].place, damage[0].first_n, damage[0].last_n, damage[0].rows) == (str(file), 1, 10, 10)
    assert "of 21 rows, 10 cannot be found" in damage[1].what
