import pytest

from tastytrade.dxfeed import EventBatch, Quote
from tastytrade.errors import ConfigurationError
from tastytrade.instruments.expiration import Expiration
from tastytrade.live_chain.ladder import Ladder, Manner
from tests.unit.instruments.options import pairs, shown

STRIKES = range(5800, 6000, 10)


def ladder(*, pause: float = 1.0) -> Ladder:
    return Ladder(Expiration(pairs(STRIKES)), Manner(around=4, band=0.5, pause=pause))


def symbols(*strikes: int) -> set[str]:
    return {one.streamer_symbol for one in pairs(strikes)}


def test_the_first_price_brings_in_the_whole_window() -> None:
    one = ladder()
    move = one.follow(5900.0, now=0.0)

    assert move is not None
    assert (set(move.came), move.went) == (symbols(5890, 5900, 5910, 5920), [])
    assert shown(one.options) == ["C5890", "P5890", "C5900", "P5900", "C5910", "P5910", "C5920", "P5920"]
    assert one.moves == 0


def test_a_move_says_what_has_come_and_what_has_gone() -> None:
    one = ladder()
    one.follow(5900.0, now=0.0)
    move = one.follow(5911.0, now=5.0)

    assert move is not None
    assert (set(move.came), set(move.went)) == (symbols(5930), symbols(5890))
    assert one.moves == 1


def test_between_two_moves_there_is_a_pause_and_then_only_the_last_price_counts() -> None:
    one = ladder()
    for price, now in [(5900.0, 0.0), (5911.0, 5.0)]:
        one.follow(price, now=now)
    early = [one.follow(price, now=5.5) for price in (5930.0, 5950.0)]
    due = one.due
    move = one.follow(5950.0, now=6.0)

    assert (early, due) == ([None, None], 6.0)
    assert move is not None
    assert set(move.came) == symbols(5940, 5950, 5960, 5970)
    assert one.due is None


def test_a_price_that_comes_back_during_the_pause_moves_nothing() -> None:
    one = ladder()
    for price, now in [(5900.0, 0.0), (5911.0, 5.0), (5950.0, 5.1)]:
        one.follow(price, now=now)
    move = one.follow(5912.0, now=5.2)

    assert (move, one.due, one.moves) == (None, None, 1)


def test_a_table_has_the_strikes_of_the_window_alone() -> None:
    one = ladder()
    one.follow(5900.0, now=0.0)
    quotes = [Quote(symbol, bidPrice=1.0) for symbol in sorted(symbols(*STRIKES))]
    one.values.take(EventBatch.from_events(quotes, received_ns=5))
    table = one.table(at_ns=7)

    assert table["strike_price"].to_list() == [5890, 5900, 5910, 5920]
    assert table["put_bidPrice"].to_list() == [1.0] * 4
    assert table["put_quote_age"].dt.total_nanoseconds().to_list() == [2] * 4


@pytest.mark.parametrize("pause", [-1.0, float("nan")])
def test_a_pause_that_is_no_time_is_refused(pause: float) -> None:
    with pytest.raises(ConfigurationError, match="pause is a number of seconds"):
        ladder(pause=pause)


def test_it_is_called_by_root_and_day() -> None:
    assert str(ladder()) == "SPXW 2025-01-10"
