from __future__ import annotations

from pathlib import Path

import pytest

from tastytrade.errors import ConfigurationError
from tastytrade.live_chain.recorded import FollowRecorded
from tastytrade.store import Store, StoreWriter
from tests.unit.instruments.test_nested_options import KEPT


class Recorded(FollowRecorded):
    """A recording, as far as chains are concerned."""

    def __init__(self, store: Store) -> None:
        self.store = store


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    path = tmp_path / "day"
    with StoreWriter(path, feed_level="api", source="test", event_types=(), symbols=("SPX",)) as writer:
        writer.keep_chain("SPX", KEPT)
    return Recorded(Store(path))


async def test_a_recordings_chain_is_the_one_that_was_kept_with_it(recorded: Recorded) -> None:
    chain = await recorded.option_chain("SPX")

    assert (chain.underlying, len(chain.options)) == ("SPX", 4)


async def test_one_that_was_not_kept_is_asked_of_the_user(recorded: Recorded) -> None:
    with pytest.raises(
        ConfigurationError, match=r"no option chain of SPY \(there are: SPX\): give the options"
    ):
        await recorded.option_chain("SPY")
