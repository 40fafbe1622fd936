from decimal import Decimal
from typing import Any

from tastytrade.live_chain.change import ChainState, Pending, Standing
from tastytrade.live_chain.window import Window
from tests.unit.instruments.options import FIRST, SECOND, pairs
from tests.unit.reading.frames import gap


def standing(*strikes: int, **options: Any) -> Standing:
    window = Window(decimals(*strikes), Decimal(strikes[0])) if strikes else None
    known: dict[str, Any] = {
        "state": ChainState.FOLLOWING,
        "reason": "",
        "at_ns": 1,
        "expiration": FIRST,
        "spot": 5900.0,
        "window": window,
        "options": tuple(pairs(strikes)),
        "recentred": 0,
    }
    return Standing(**known | options)


def decimals(*strikes: int) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, strikes))


def symbols(*strikes: int) -> list[str]:
    return [one.streamer_symbol for one in pairs(strikes)]


def test_the_first_change_says_everything() -> None:
    missing = gap(number=3)
    change = Pending(symbols(5900), [missing]).take(standing(5895, 5900, recentred=2))

    assert change.symbols == tuple(symbols(5900))
    assert change.strikes == decimals(5900)
    assert (change.came, change.went) == (decimals(5895, 5900), ())
    assert (change.recentred, change.gaps) == (2, (missing,))


def test_a_later_change_says_what_is_new_since_the_one_before() -> None:
    pending = Pending([], [])
    pending.take(standing(5895, 5900, recentred=2))
    pending.note(symbols=symbols(5905))
    change = pending.take(standing(5900, 5905, recentred=5))

    assert (change.strikes, change.came, change.went) == tuple(map(decimals, (5905, 5905, 5895)))
    assert (change.recentred, change.gaps) == (3, ())


def test_options_that_have_gone_out_meanwhile_are_not_named() -> None:
    pending = Pending(symbols(5890, 5900), [])
    change = pending.take(standing(5900))

    assert change.symbols == tuple(symbols(5900))


def test_strikes_of_another_expiration_have_all_come() -> None:
    pending = Pending([], [])
    pending.take(standing(5895, 5900))
    change = pending.take(standing(5900, 5905, expiration=SECOND))

    assert (change.came, change.went) == (decimals(5900, 5905), ())


def test_without_a_window_there_is_nothing_in_it() -> None:
    change = Pending(symbols(5900), []).take(standing(spot=None))

    assert (change.window, change.symbols, change.came, change.went) == (None, (), (), ())


def test_states_that_are_final_are_known() -> None:
    final = {state for state in ChainState if state.is_final}

    assert final == {ChainState.EXPIRED, ChainState.CLOSED, ChainState.FAILED}
