from __future__ import annotations

from pathlib import Path

from tastytrade.dxfeed.gap import Gap, GapReason
from tastytrade.store import Store
from tastytrade.store.loss import StorageLoss
from tests.unit.store.made import NOON_NS, quotes, writer


def test_what_was_let_go_is_one_gap_with_its_times_and_its_count(tmp_path: Path) -> None:
    loss = StorageLoss()
    with writer(tmp_path) as store:
        nothing = loss.end(store)
        store.append(quotes(0, at_ns=NOON_NS))
        for number in (1, 2):
            loss.add(store, quotes(10 * number, at_ns=NOON_NS + number))
        ended = (loss.end(store), loss.end(store))
        store.append(quotes(30, at_ns=NOON_NS + 3))
    records = list(Store(tmp_path).records())
    gaps = [one for one in records if isinstance(one, Gap)]

    assert (nothing, ended, loss.events) == (0, (1, 0), 20)
    assert [(one.is_open, one.lost_count, one.reason) for one in gaps] == [
        (True, 0, GapReason.STORAGE),
        (False, 20, GapReason.STORAGE),
    ]
    assert (gaps[-1].from_ns, gaps[-1].to_ns) == (NOON_NS, NOON_NS + 2)
    assert [isinstance(one, Gap) for one in records] == [False, True, True, False]
