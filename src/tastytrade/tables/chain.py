"""Options as tables: one row an option, or a chain as on a screen with one row a strike.

table = options_table(chain.options)
table = chain_table(chain.options, quotes=quotes.table, greeks=greeks.table, at=now_ns)

``quotes`` and ``greeks`` being a ``TableBuilder(Quote, latest=True)`` and so on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

import polars as pl
import polars.selectors as cs

from tastytrade.dxfeed import Event, Greeks, Quote, Summary, Trade
from tastytrade.dxfeed.symbols import OptionType, format_number
from tastytrade.errors import ConfigurationError
from tastytrade.instruments.models import Option
from tastytrade.tables.schema import DECIMAL_DIGITS, SYMBOL, TIMESTAMP, TIMESTAMP_TYPE, schema_of

OPTION_TYPE = pl.Enum(["call", "put"])
STRIKE_PLACES = 3
"""Decimal places of a strike: those an OCC symbol has; more only in a table that needs them."""

_COLUMNS: dict[str, pl.DataType] = {
    "underlying_symbol": pl.String(),
    "root_symbol": pl.String(),
    "expiration_date": pl.Date(),
    "days_to_expiration": pl.Int64(),
    "strike_price": pl.Decimal(DECIMAL_DIGITS, STRIKE_PLACES),
    "option_type": OPTION_TYPE,
    "settlement_type": pl.String(),
    "expiration_type": pl.String(),
    "exercise_style": pl.String(),
    "shares_per_contract": pl.Int64(),
    "streamer_symbol": pl.String(),
    "symbol": pl.String(),
    "expires_at": TIMESTAMP_TYPE,
    "stops_trading_at": TIMESTAMP_TYPE,
}
_NAMES = {one: one.name.lower() for one in OptionType}
# SPX and SPXW share dates, and only date, root and settlement together name one expiration.
_EXPIRATION = ["expiration_date", "root_symbol", "settlement_type"]
_ROW = [*_EXPIRATION, "strike_price"]


class _Part(NamedTuple):
    """What a side of a row has from one event type; ``name`` is that of its age."""

    name: str
    event_class: type[Event]
    fields: tuple[str, ...]


_PARTS = (
    _Part("quote", Quote, ("bidPrice", "askPrice", "bidSize", "askSize")),
    _Part("greeks", Greeks, ("volatility", "delta", "gamma", "theta", "vega", "rho")),
    _Part("summary", Summary, ("openInterest",)),
    _Part("trade", Trade, ("price", "size", "dayVolume")),
)


def options_table(options: Iterable[Option]) -> pl.DataFrame:
    """One row an option, in their order; of a chain: ``options_table(chain.options)``.

    ``strike_price`` is an exact Decimal, ``option_type`` the Enum call or put, the two times are UTC, and
    what the service left out is null.
    """
    return _table(options, _COLUMNS)


def chain_table(
    options: Iterable[Option],
    *,
    quotes: pl.DataFrame | None = None,
    greeks: pl.DataFrame | None = None,
    summaries: pl.DataFrame | None = None,
    trades: pl.DataFrame | None = None,
    at: int,
) -> pl.DataFrame:
    """One row a strike of an expiration (date, root and settlement), calls left and puts right of the strike.

    Each side has the best bid and ask, the Greeks, the open interest and the last trade, under dxFeed's names
    with ``call_`` or ``put_`` before them, and how old each of the four is (``call_quote_age``, ...): a
    Duration, ``at`` (Unix nanoseconds) less the event's ``timestamp``.

    The tables are those of a TableBuilder; of several rows of a symbol the last counts. Null is what is not
    there: a side that is not listed, an option without an event, a number the event lacks, an age whose
    timestamp is not known. Raises ConfigurationError for a table of something else.
    """
    sides = _table(options, [*_ROW, "option_type", "days_to_expiration", "streamer_symbol"]).unique()
    for part, table in zip(_PARTS, (quotes, greeks, summaries, trades), strict=True):
        latest = _latest(part, table, at)
        sides = sides.join(latest, left_on="streamer_symbol", right_on=SYMBOL, how="left")
    days = sides.group_by(_EXPIRATION).agg(pl.col("days_to_expiration").max())
    sides = sides.drop("days_to_expiration")
    calls, puts = (_side(sides, name) for name in _NAMES.values())
    rows = calls.join(puts, on=_ROW, how="full", coalesce=True, nulls_equal=True)
    rows = rows.join(days, on=_EXPIRATION, how="left", nulls_equal=True).sort(_ROW)
    left, right = (cs.starts_with(f"{name}_") for name in _NAMES.values())
    return rows.select(*_EXPIRATION, "days_to_expiration", left, "strike_price", right)


def _table(options: Iterable[Option], columns: Iterable[str]) -> pl.DataFrame:
    listed = list(options)
    return pl.DataFrame([_column(name, listed) for name in columns])


def _column(name: str, options: list[Option]) -> pl.Series:
    values = [getattr(option, name) for option in options]
    dtype = _COLUMNS[name]
    if name == "strike_price":
        dtype = pl.Decimal(DECIMAL_DIGITS, max(STRIKE_PLACES, *_places(values)))
    if name == "option_type":
        values = [_NAMES[one] for one in values]
    return pl.Series(name, values, dtype=dtype)


def _places(numbers: Iterable[Decimal]) -> Iterator[int]:
    """The decimal places of each number, and none for no numbers."""
    yield 0
    for number in set(numbers):
        yield len(format_number(number).partition(".")[2])


def _latest(part: _Part, table: pl.DataFrame | None, at: int) -> pl.DataFrame:
    """The last row of each symbol: its fields, all of them, and its age."""
    schema = schema_of(part.event_class)
    if table is None:
        table = pl.DataFrame(schema=schema)
    columns = set(table.columns)
    absent = {*part.fields, TIMESTAMP} - columns
    # Chosen columns are fine, and so are added ones; both at once is another event's table.
    if SYMBOL not in columns or absent.issuperset(part.fields) or (absent and columns - schema.keys()):
        raise ConfigurationError(
            f"a chain table takes a table of {part.event_class.__name__} with {SYMBOL} and "
            f"{', '.join(part.fields)}; got {', '.join(table.columns) or 'no columns'}"
        )
    table = table.with_columns(pl.lit(None, schema[name]).alias(name) for name in absent)
    received = pl.col(TIMESTAMP).cast(TIMESTAMP_TYPE).to_physical()
    # 0 is what events made by hand have: not received.
    age = pl.when(received > 0).then(at - received).cast(pl.Duration("ns"))
    newest = table.unique(SYMBOL, keep="last")
    return newest.select(SYMBOL, *part.fields, age.alias(f"{part.name}_age")).with_columns(
        cs.float().fill_nan(None)
    )


def _side(sides: pl.DataFrame, name: str) -> pl.DataFrame:
    """The calls or the puts, with their columns named so."""
    side = sides.filter(pl.col("option_type") == name).drop("option_type")
    return side.rename({column: f"{name}_{column}" for column in side.columns if column not in _ROW})
