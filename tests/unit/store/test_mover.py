from __future__ import annotations

from pathlib import Path

from tastytrade.store import Pace, Store
from tastytrade.store.journal import Journal
from tastytrade.store.mover import StoreMover
from tastytrade.store.view import JOURNAL, look
from tests.unit.store.made import prices, prints, quotes, writer


def test_only_what_is_worth_a_file_is_moved_and_reading_finds_the_same(tmp_path: Path) -> None:
    with writer(tmp_path, pace=Pace(move_rows=20)) as store:
        store.append(quotes(0, 20))
        store.append(prints(20, 19))
        store.commit()
        before, hashed = prices(tmp_path), Store(tmp_path).content_hash()
        moved = store.move()
        again = store.move()
        report = Store(tmp_path).verify()

    assert (moved, again, report.files, report.parts) == (20, 0, 1, 1)
    assert prices(tmp_path) == before
    assert Store(tmp_path).content_hash() == hashed


def test_what_somebody_took_over_and_did_not_let_go_of_is_not_taken_twice(tmp_path: Path) -> None:
    store = writer(tmp_path)
    store.append(quotes(0))
    store.commit()
    journal = tmp_path / JOURNAL
    kept = {path.name: path.read_bytes() for path in journal.iterdir()}
    store.move(everything=True)
    store.close(is_clean=False)
    for path in journal.iterdir():
        path.unlink()
    for name, content in kept.items():
        (journal / name).write_bytes(content)
    found = prices(tmp_path)
    manifest = Store(tmp_path).manifest
    opened = Journal(journal, durability="process")
    mover = StoreMover(tmp_path, manifest, opened)
    mover.move_all()
    opened.close()

    assert found == prices(tmp_path) == [float(number) for number in range(10)]
    assert mover.in_journal == {"Quote": 0}
    assert look(tmp_path, manifest).kinds["Quote"].rows_in_journal == 0
