import inspect

from tastytrade.instruments.chain import OptionChain
from tastytrade.live_chain import LiveChain
from tastytrade.live_chain.follow import FollowMoney
from tests.unit.instruments.options import pairs
from tests.unit.live_chain.source import HandSource


def test_a_source_takes_what_a_live_chain_takes_with_the_same_defaults() -> None:
    asked = dict(inspect.signature(FollowMoney.live_chain).parameters)
    taken = dict(inspect.signature(LiveChain).parameters)
    for name in ("self", "source"):
        asked.pop(name, None)
        taken.pop(name, None)

    assert {name: one.default for name, one in asked.items()} == {
        name: one.default for name, one in taken.items()
    }


def test_a_live_chain_is_of_the_chain_it_was_asked_for() -> None:
    source = HandSource(OptionChain("SPX", pairs([5900])))

    assert source.live_chain("SPX").underlying == "SPX"
    assert source.live_chain(pairs([5900])).underlying == "SPX"
