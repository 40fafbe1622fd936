"""What a live feed is asked once, asked of a captured day: chains, prices, candles, at a moment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tastytrade.cli.moments import parse_moment
from tastytrade.dxfeed import Candle, Greeks, Quote, Summary, TimeAndSale, Trade
from tastytrade.errors import ConfigurationError
from tastytrade.oneshot.symbols import candle_symbol
from tastytrade.store import Store

if TYPE_CHECKING:
    from tastytrade.instruments import Option
    from tastytrade.tables import Table


def moment_in(store: Store, text: str | None, *, option: str) -> datetime:
    """A moment of a captured day, its last for None. Raises ConfigurationError for an empty one."""
    bounds = store.bounds()
    if bounds is None:
        raise ConfigurationError(f"{store.path} has no events yet; capture some first")
    moment = parse_moment(text, option=option, first_ns=bounds.first_ns, last_ns=bounds.last_ns)
    if moment is None or moment.timestamp() * 1e9 > bounds.last_ns:
        # One microsecond on, because a datetime has no nanoseconds, and the last events count.
        return datetime.fromtimestamp(bounds.last_ns // 1_000 / 1e6 + 1e-6, UTC)
    return moment


def recorded_chain(store: Store, options: list[Option], at: datetime) -> Table:
    """The chain table of some options as it was."""
    from tastytrade.tables import chain_table

    symbols = [option.streamer_symbol for option in options]
    quotes, greeks, summaries, trades = (
        store.latest(cls, symbols=symbols, at=at) for cls in (Quote, Greeks, Summary, Trade)
    )
    return chain_table(
        options,
        quotes=quotes,
        greeks=greeks,
        summaries=summaries,
        trades=trades,
        at=round(at.timestamp() * 1e6) * 1_000,
    )


def recorded_spot(store: Store, underlying: str, at: datetime) -> float | None:
    """What the underlying cost then: its last trade, else the middle of its quote, where it had either."""
    for price in store.latest(Trade, symbols=[underlying], at=at)["price"].drop_nulls():
        return float(price)
    for row in store.latest(Quote, symbols=[underlying], at=at).iter_rows(named=True):
        if row["bidPrice"] is not None and row["askPrice"] is not None:
            return float(row["bidPrice"] + row["askPrice"]) / 2
    return None


def recorded_candles(
    store: Store, symbols: list[str], period: str, *, start: datetime | None, end: datetime | None
) -> Table:
    """Candles of a captured day: those that were captured, else those its prints, else its quotes make."""
    names = [candle_symbol(symbol, period) for symbol in symbols]
    captured = store.latest(Candle, symbols=names)
    if captured.height:
        rows = store.scan(Candle, symbols=names).sort("n").collect()
        newest = rows.unique(["eventSymbol", "time"], keep="last", maintain_order=True)
        return _within(newest.sort("eventSymbol", "time"), start, end)
    if TimeAndSale in store.event_types:
        return store.candles(symbols, period, of="prints", start=start, end=end)
    return store.candles(symbols, period, of="mid", start=start, end=end)


def _within(rows: Table, start: datetime | None, end: datetime | None) -> Table:
    """Rows whose ``time`` (Unix ms) is between two moments."""
    if start is not None:
        rows = rows.filter(rows["time"] >= int(start.timestamp() * 1_000))
    if end is not None:
        rows = rows.filter(rows["time"] <= int(end.timestamp() * 1_000))
    return rows
