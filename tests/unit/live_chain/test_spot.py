from tastytrade.dxfeed import Quote, Trade
from tastytrade.live_chain.spot import STALE_AFTER_NS, Spot

NAN = float("nan")


def quote(bid: float, ask: float) -> Quote:
    return Quote("SPX", bidPrice=bid, askPrice=ask)


def test_without_any_event_there_is_no_price() -> None:
    assert Spot().price is None


def test_the_last_trade_is_the_price() -> None:
    spot = Spot()
    spot.quote(quote(90.0, 91.0), at_ns=1)
    spot.trade(Trade("SPX", price=100.0), at_ns=2)

    assert spot.price == 100.0


def test_without_a_trade_the_middle_of_the_quote_is() -> None:
    spot = Spot()
    spot.quote(quote(99.0, 102.0), at_ns=1)

    assert spot.price == 100.5


def test_a_trade_without_a_price_changes_nothing() -> None:
    spot = Spot()
    spot.trade(Trade("SPX", price=100.0), at_ns=1)
    for price in (NAN, 0.0, -1.0, float("inf")):
        spot.trade(Trade("SPX", price=price), at_ns=2)

    assert spot.price == 100.0


def test_a_quote_with_one_side_has_no_middle() -> None:
    spot = Spot()
    spot.quote(quote(99.0, 101.0), at_ns=1)
    spot.quote(quote(NAN, 101.0), at_ns=2)

    assert spot.price is None


def test_when_quotes_have_gone_on_without_a_trade_their_middle_is_the_price() -> None:
    spot = Spot()
    spot.trade(Trade("SPX", price=100.0), at_ns=1)
    spot.quote(quote(104.0, 106.0), at_ns=1 + STALE_AFTER_NS)
    still = spot.price
    spot.quote(quote(104.0, 106.0), at_ns=2 + STALE_AFTER_NS)
    gone_on = spot.price
    spot.trade(Trade("SPX", price=105.5), at_ns=3 + STALE_AFTER_NS)

    assert (still, gone_on, spot.price) == (100.0, 105.0, 105.5)


def test_a_quote_whose_sides_are_far_apart_is_no_better_than_an_old_trade() -> None:
    spot = Spot()
    spot.trade(Trade("SPX", price=100.0), at_ns=1)
    spot.quote(quote(50.0, 200.0), at_ns=2 * STALE_AFTER_NS)

    assert spot.price == 100.0
