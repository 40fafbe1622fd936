"""Stores that are damaged, and stores of other versions: S10 and S11 of the fault catalogue."""

from __future__ import annotations

import json
import logging
import random
import tarfile
from pathlib import Path

import pytest

from tastytrade import Quote
from tastytrade.errors import StoreDamaged, StoreError
from tastytrade.store import Store
from tests.integration.catalogue.damaging import hurt_copies, make_stores, wrong_with
from tests.unit.store.made import prices, quotes, writer

DATA = Path(__file__).parents[2] / "data"
COPIES = 40


@pytest.mark.timeout(90)
def test_s10_whatever_is_damaged_is_noticed_named_and_read_around(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    stores = make_stores(tmp_path, commits=12)
    wrong = [
        f"{hurt}: {what}"
        for path, hurt in hurt_copies(stores, tmp_path, COPIES, random.Random(7))
        for what in wrong_with(path, stores.truth)
    ]

    assert wrong == []


def test_s10_a_damaged_file_is_named_with_what_is_lost_by_it(tmp_path: Path) -> None:
    with writer(tmp_path / "store") as store:
        store.append(quotes(0))
        store.commit()
        store.move(everything=True)
        store.append(quotes(10))
    (file,) = (tmp_path / "store").rglob("*.parquet")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(StoreDamaged) as raised:
        prices(tmp_path / "store")
    (damage, *_) = Store(tmp_path / "store").verify().damage
    rest = prices(Store(tmp_path / "store", skip_damaged=True))

    assert str(file) in str(raised.value)
    assert "10 rows of Quote, numbers 1 to 10; skip_damaged=True reads the rest" in str(raised.value)
    assert (damage.place, damage.rows, damage.first_n, damage.last_n) == (str(file), 10, 1, 10)
    assert rest == [float(number) for number in range(10, 20)]


def test_s10_simulated_data_cannot_be_made_real_with_an_editor(tmp_path: Path) -> None:
    writer(tmp_path / "store").close()
    file = tmp_path / "store" / "store.json"
    file.write_text(file.read_text().replace('"simulated"', '"api"'))

    with pytest.raises(StoreDamaged, match="does not hold what was written to it"):
        Store(tmp_path / "store")


def test_s11_a_store_of_format_1_is_read_and_gone_on_with(tmp_path: Path) -> None:
    with tarfile.open(DATA / "store-1.tar.gz") as packed:
        packed.extractall(tmp_path / "store", filter="data")
    kept = json.loads((DATA / "store-1.json").read_text())
    store = Store(tmp_path / "store")
    found = {
        "hash": store.content_hash(),
        "rows": store.verify().rows,
        "latest": store.latest(Quote)["bidPrice"].to_list(),
        "gaps": store.gaps()["reason"].to_list(),
        "chain": store.chain("A"),
    }
    is_whole = store.verify().is_whole
    with writer(tmp_path / "store") as again:
        again.append(quotes(1000))

    assert found == kept
    assert is_whole
    assert prices(tmp_path / "store")[-1] == 1009.0


@pytest.mark.parametrize("opened", [Store, writer])
def test_s11_a_later_format_is_refused_and_left_as_it_is(tmp_path: Path, opened: object) -> None:
    writer(tmp_path / "store").close()
    file = tmp_path / "store" / "store.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "format": 2, "new": [1]}))
    before = file.read_bytes()
    with pytest.raises(StoreError) as refused:
        opened(tmp_path / "store")  # type: ignore[operator]

    assert "was written in format 2" in str(refused.value)
    assert "install a newer one" in str(refused.value)
    assert file.read_bytes() == before
