from __future__ import annotations

import pytest

from tastytrade.dxfeed import index_of, sequence_of, time_of
from tastytrade.dxfeed.index import SENTINEL_INDEX
from tastytrade.errors import ConfigurationError


@pytest.mark.parametrize(
    ("index", "time_ms", "sequence"),
    [
        (7254715159019520000, 1689120000000, 0),
        (7255086244193894400, 1689206400000, 0),
        (7235129486797176832, 1684559855338, 0),
        (index_of(1689120000123, 69067), 1689120000123, 69067),
    ],
)
def test_an_index_holds_time_and_sequence(index: int, time_ms: int, sequence: int) -> None:
    assert (time_of(index), sequence_of(index)) == (time_ms, sequence)
    assert index_of(time_ms, sequence) == index


def test_the_sentinel_is_in_2038() -> None:
    assert time_of(SENTINEL_INDEX) == 2147483648023


def test_a_sequence_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="4194303"):
        index_of(0, 4194304)
