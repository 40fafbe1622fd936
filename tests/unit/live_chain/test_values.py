from tastytrade.dxfeed import EventBatch, Greeks, Quote, Summary, Trade
from tastytrade.live_chain.values import Values
from tests.unit.instruments.options import option


def test_a_row_has_the_newest_of_each_type() -> None:
    values, call = Values(), option(5900)
    name = call.streamer_symbol
    for event in (
        Quote(name, bidPrice=1.0),
        Quote(name, bidPrice=2.0),
        Greeks(name, delta=0.5),
        Summary(name, openInterest=7.0),
        Trade(name, price=3.0),
    ):
        values.take(EventBatch.from_events([event], received_ns=1))
    row = values.table([call], at_ns=2).row(0, named=True)

    assert [row[f"call_{field}"] for field in ("bidPrice", "delta", "openInterest", "price")] == [
        2,
        0.5,
        7,
        3,
    ]
    assert values.symbols == {name}


def test_without_options_there_are_no_rows_but_all_columns() -> None:
    table = Values().table([], at_ns=1)

    assert table.height == 0
    assert {"strike_price", "call_bidPrice", "put_trade_age"} <= set(table.columns)
