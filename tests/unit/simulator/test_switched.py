import pytest

from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import ConfigurationError
from tastytrade.simulator.rest_options import Failure, RestOptions
from tastytrade.simulator.switched import switched


def test_what_is_named_changes_and_all_else_stays() -> None:
    before = ServerOptions(candle_limit=16)
    after = switched(before, {"dropped_columns": ["vwap"], "keepalive_timeout": 3})

    assert after == ServerOptions(candle_limit=16, dropped_columns=frozenset({"vwap"}), keepalive_timeout=3.0)


def test_failures_stay_the_same_object_so_that_they_are_not_counted_anew() -> None:
    before = RestOptions(failures=(Failure(status=503),))

    assert switched(before, {"customer": False}).failures is before.failures


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weather": 1}, "ServerOptions has no weather; it has version, "),
        ({"candle_limit": "many"}, "ServerOptions: Expected `int`"),
    ],
)
def test_what_cannot_be_is_refused_in_words(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        switched(ServerOptions(), changes)
