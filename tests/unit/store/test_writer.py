from __future__ import annotations

import time
from pathlib import Path

import pytest

from tastytrade.dxfeed.gap import Gap, GapReason
from tastytrade.errors import StoreError
from tastytrade.store import Store
from tests.unit.store.made import NOON_NS, gap, prices, prints, quotes, values, writer


def gaps(path: Path) -> dict[int, Gap]:
    return {one.number: one for one in Store(path).records() if isinstance(one, Gap)}


def test_events_of_all_types_and_gaps_are_counted_together(tmp_path: Path) -> None:
    with writer(tmp_path) as store:
        for record in (quotes(0, 2), gap(1), prints(2, 3), quotes(5, 1)):
            store.append(record)
        before = (store.committed_n, store.n, store.waiting_rows)
        after = (store.commit(), store.committed_n, store.waiting_rows)

    assert before == (0, 7, 7)
    assert after == (7, 7, 0)
    assert [n for n, _, _ in values(tmp_path)] == [1, 2, 4, 5, 6, 7]


def test_an_empty_batch_and_a_commit_of_nothing_are_nothing(tmp_path: Path) -> None:
    with writer(tmp_path) as store:
        store.append(quotes(0, 0))
        committed = store.commit()

    assert (committed, Store(tmp_path).bounds()) == (0, None)


def test_what_was_not_committed_is_not_seen(tmp_path: Path) -> None:
    with writer(tmp_path) as store:
        store.append(quotes(0))
        store.commit()
        store.append(quotes(10))
        seen = len(prices(tmp_path))

    assert (seen, len(prices(tmp_path))) == (10, 20)


def test_another_feed_level_is_refused_once_there_was_a_session(tmp_path: Path) -> None:
    writer(tmp_path, feed_level="api").close()

    with pytest.raises(StoreError, match="holds api market data, and this is simulated"):
        writer(tmp_path)


def test_a_session_says_what_was_written_and_whether_it_ended_as_it_should(tmp_path: Path) -> None:
    writer(tmp_path).close(is_clean=False)
    with writer(tmp_path, source="a test") as store:
        store.append(quotes(0))
        store.widen(symbols=["Z", "A"])
    first, second = Store(tmp_path).manifest.sessions

    assert (first.is_clean, first.last_n, first.number) == (False, None, 1)
    assert (second.is_clean, second.source, second.number) == (True, "a test", 2)
    assert second.symbols == ("A", "B", "C", "Z")
    assert second.last_n == Store(tmp_path).bounds().last_n  # type: ignore[union-attr]  # it has rows


def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    store = writer(tmp_path)
    store.close()
    ended = Store(tmp_path).manifest
    store.close()

    assert Store(tmp_path).manifest == ended


@pytest.mark.parametrize(
    ("is_clean", "reason"), [(True, GapReason.RESTART_CLEAN), (False, GapReason.RESTART_CRASH)]
)
def test_a_restart_is_a_gap_from_the_last_row_on(
    is_clean: bool,
    reason: GapReason,
    tmp_path: Path,
) -> None:
    store = writer(tmp_path)
    store.append(quotes(0, at_ns=NOON_NS))
    store.commit()
    store.close(is_clean=is_clean)
    with writer(tmp_path, symbols=("B", "C", "D")) as again:
        restart = again.restart

    assert restart is not None
    assert (restart.reason, restart.from_ns, restart.to_ns, restart.symbols) == (
        reason,
        NOON_NS,
        None,
        ("B", "C"),
    )


def test_a_session_that_ended_before_it_kept_anything_is_a_gap_from_its_beginning(tmp_path: Path) -> None:
    store = writer(tmp_path)
    began_ns = store.session.started_ns
    store.append(quotes(0, at_ns=time.time_ns()))
    store.close(is_clean=False)
    with writer(tmp_path) as again:
        restart = again.restart

    assert restart is not None
    assert (restart.reason, restart.from_ns) == (GapReason.RESTART_CRASH, began_ns)


def test_other_symbols_are_no_restart(tmp_path: Path) -> None:
    with writer(tmp_path) as store:
        store.append(quotes(0))
    with writer(tmp_path, symbols=("X",)) as again:
        restart = again.restart

    assert restart is None


def test_gaps_that_were_left_open_are_closed_and_together_cover_everything(tmp_path: Path) -> None:
    with writer(tmp_path) as store:
        store.append(quotes(0, at_ns=NOON_NS))
        store.append(gap(1, at_ns=NOON_NS, seconds=None))
    for _ in range(2):
        writer(tmp_path).close(is_clean=False)
    with writer(tmp_path):
        pass
    first, *_, last = gaps(tmp_path).values()

    assert (first.from_ns, first.to_ns) == (NOON_NS, NOON_NS)
    assert (last.from_ns, last.is_open) == (NOON_NS, True)
    assert [one.is_open for one in gaps(tmp_path).values()].count(True) == 1


def test_a_gap_that_was_left_open_and_that_no_restart_goes_on_from_lasts_to_the_end_of_its_session(
    tmp_path: Path,
) -> None:
    with writer(tmp_path) as store:
        store.append(quotes(0, at_ns=NOON_NS))
        store.append(gap(1, at_ns=NOON_NS, seconds=None))
    ended_ns = Store(tmp_path).manifest.sessions[0].ended_ns
    with writer(tmp_path, symbols=("X",)):
        pass
    (left,) = gaps(tmp_path).values()

    assert left.to_ns == ended_ns


def test_epochs_go_on_and_versions_of_a_gap_keep_its_number(tmp_path: Path) -> None:
    with writer(tmp_path) as store:
        store.append(quotes(0, epoch=1))
        store.append(quotes(10, epoch=2))
    with writer(tmp_path, symbols=("X",)) as again:
        again.append(quotes(20, epoch=1))
        again.append(gap(7, seconds=None))
        again.append(quotes(30, epoch=2))
        again.append(gap(7))
    epochs = Store(tmp_path).scan("Quote").sort("n").collect()["epoch"].unique(maintain_order=True).to_list()
    (known,) = gaps(tmp_path).values()

    assert epochs == [1, 2, 3, 4]
    assert (known.is_open, known.epoch_before) == (False, 3)
