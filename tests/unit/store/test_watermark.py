from __future__ import annotations

from pathlib import Path

import pytest

from tastytrade.errors import StoreDamaged
from tastytrade.store.watermark import FILE, Watermark, watermark_of


def test_nothing_was_acknowledged_where_there_is_none(tmp_path: Path) -> None:
    assert watermark_of(tmp_path) == 0


def test_it_says_the_last_number_also_when_it_is_opened_again(tmp_path: Path) -> None:
    found = []
    for numbers in ((1, 50), (51, 10**18)):
        mark = Watermark(tmp_path)
        for number in numbers:
            mark.rise(number)
            found.append(watermark_of(tmp_path))
        mark.close()

    assert found == [1, 50, 51, 10**18]


def test_opening_it_says_nothing_yet(tmp_path: Path) -> None:
    Watermark(tmp_path).close()

    assert watermark_of(tmp_path) == 0


def test_every_change_and_every_cut_is_noticed(tmp_path: Path) -> None:
    mark = Watermark(tmp_path)
    mark.rise(1234)
    mark.close()
    content = (tmp_path / FILE).read_bytes()
    spoilt = [content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :] for place in range(54)]

    for wrong in spoilt + [content[:size] for size in range(1, 54)]:
        (tmp_path / FILE).write_bytes(wrong)
        with pytest.raises(StoreDamaged, match=FILE):
            watermark_of(tmp_path)
