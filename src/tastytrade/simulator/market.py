"""Market: everything the simulated feed can be asked, as a pure function of time.

The same listing, seed and moment give the same events in any process, whatever was asked before; no
clock is read. Its day starts at 10:00 New York and runs in real time; at 16:00 the clock jumps to 09:30
of the next trading day, so that the market never sleeps. What futures do in the night between is in their
candles and in the day's volume and extremes.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import merge
from itertools import compress, islice, takewhile
from operator import methodcaller
from typing import Any

from tastytrade.dxfeed import (
    Candle,
    Event,
    EventBatch,
    Greeks,
    Profile,
    Quote,
    Summary,
    TimeAndSale,
    Trade,
    TradeETH,
)
from tastytrade.simulator.charts import Charts, Line
from tastytrade.simulator.future_paths import FuturePaths
from tastytrade.simulator.instrument_line import InstrumentLine
from tastytrade.simulator.listing import ListedFutureOption, ListedOption, Listing
from tastytrade.simulator.option_habits import SESSION_MS, habits_of
from tastytrade.simulator.option_line import OptionLine
from tastytrade.simulator.option_path import OptionPath
from tastytrade.simulator.paths import Path
from tastytrade.simulator.rows import Row, batch_of
from tastytrade.simulator.surface import Surface
from tastytrade.simulator.trading_hours import (
    ExchangeHours,
    FuturesHours,
    RoundTheClock,
    TradingHours,
    session_ms_of,
)

LIMIT = 8000
"""Events a history has at most unless told otherwise; observed of tastytrade."""

_START_MS = 30 * 60_000
_METHODS: dict[type[Event], str] = {
    Quote: "quote",
    Trade: "trade",
    TradeETH: "trade_eth",
    Summary: "summary",
    Profile: "profile",
    Greeks: "greeks",
    TimeAndSale: "sale",
}


class Market:
    """The simulated market of a listing. Times are Unix milliseconds."""

    def __init__(self, listing: Listing, seed: int = 1) -> None:
        self.listing = listing
        self.seed = seed
        self._hours = ExchangeHours()
        today = listing.today.toordinal()
        self.start_ms = self._hours.opens_ms(today) + _START_MS
        self._days = [today]
        self._paths = self._make_paths(today)
        self._futures = FuturePaths(listing.future_listing, self._paths, seed=seed)
        self._surfaces = {
            symbol: Surface(path.instrument, seed=seed)
            for symbol, path in self._paths.items()
            if path.instrument.has_options
        }
        self._lines: dict[str, Line] = {
            path.instrument.streamer_symbol: InstrumentLine(path, seed=seed) for path in self._paths.values()
        }
        self._charts = Charts(self.line, self._surfaces)

    def _make_paths(self, today: int) -> dict[str, Path]:
        round_the_clock = RoundTheClock()
        paths: dict[str, Path] = {}
        waiting = self.listing.instruments()
        # Leaders first, whatever the order of the listing.
        for instrument in sorted(waiting, key=lambda one: one.leader != ""):
            hours: TradingHours = round_the_clock if instrument.is_crypto else self._hours
            paths[instrument.symbol] = Path(
                instrument, seed=self.seed, today=today, hours=hours, leader=paths.get(instrument.leader)
            )
        return paths

    # The clock ------------------------------------------------------------------------------------

    def time_at(self, elapsed_seconds: float) -> int:
        """The market's time so many seconds after its start."""
        elapsed = int(elapsed_seconds * 1000) + _START_MS
        number, rest = divmod(elapsed, SESSION_MS)
        while len(self._days) <= number:
            self._days.append(self._hours.following(self._days[-1]))
        return self._hours.opens_ms(self._days[number]) + rest

    # Symbols --------------------------------------------------------------------------------------

    def knows(self, symbol: str) -> bool:
        """Whether there is such an instrument, future or option (streamer symbols), or candles of one."""
        return self._charts.knows(symbol) if "{" in symbol else self.line(symbol) is not None

    def line(self, symbol: str) -> Line | None:
        """What gives the events of a streamer symbol; None when nothing listed has it."""
        line = self._lines.get(symbol)
        if line is not None:
            return line
        if symbol.startswith("/"):
            line = self._future_line(symbol)
        else:
            line = self._future_option_line(symbol) if symbol.startswith("./") else self._option_line(symbol)
        if line is not None:
            self._lines[symbol] = line
        return line

    def _option_line(self, symbol: str) -> Line | None:
        option = self.listing.option(symbol)
        if option is None:
            return None
        surface = self._surfaces[option.underlying]
        return OptionLine(self._option_path(option, self._paths[option.underlying], surface))

    def _future_line(self, symbol: str) -> Line | None:
        future = self.listing.future(symbol)
        # The streamer's own spelling alone: by one digit of the year it means another decade.
        if future is None or future.streamer_symbol != symbol:
            return None
        self._surfaces[future.symbol] = self._futures.surface(future)
        return InstrumentLine(self._futures.path(future), seed=self.seed)

    def _future_option_line(self, symbol: str) -> Line | None:
        option = self.listing.future_option(symbol)
        if option is None or option.streamer_symbol != symbol:
            return None
        future = option.series.future
        return OptionLine(
            self._option_path(option, self._futures.path(future), self._futures.surface(future))
        )

    def _option_path(
        self, option: ListedOption | ListedFutureOption, underlying: Path, surface: Surface
    ) -> OptionPath:
        today, session_ms = self.listing.today, session_ms_of(underlying.hours)
        habits = habits_of(option, underlying.instrument, today, session_ms=session_ms)
        return OptionPath(option, habits=habits, underlying=underlying, surface=surface, seed=self.seed)

    # Events ---------------------------------------------------------------------------------------

    def snapshot(
        self, event_class: type[Event], symbols: Sequence[str], now_ms: int
    ) -> EventBatch[Any] | None:
        """The current event of each symbol that has this type, in the symbols' order; None when none has.

        Sizes of quotes flicker from one call to the next; ``changed`` does not report that.
        """
        if event_class is Candle:
            return self._candles_now(symbols, now_ms)
        method = _METHODS.get(event_class)
        if method is None:
            return None
        row_of = methodcaller(method, now_ms)
        known = self._lines.get
        lines = (known(symbol) or self.line(symbol) for symbol in symbols)
        rows: list[Row | None] = [None if line is None else row_of(line) for line in lines]
        return batch_of(event_class, list(compress(symbols, rows)), list(filter(None, rows)))

    def changed(
        self, event_class: type[Event], symbols: Sequence[str], previous_ms: int, now_ms: int
    ) -> list[str]:
        """The symbols whose event is another one than at ``previous_ms``: (previous, now]."""
        if now_ms <= previous_ms:
            return []
        if event_class is Candle:
            return [symbol for symbol in symbols if self._charts.changed(symbol, previous_ms, now_ms)]
        method = _METHODS.get(event_class)
        if method is None:
            return []
        has_changed = methodcaller(f"{method}_changed", previous_ms, now_ms)
        lines, find = self._lines, self.line
        found = []
        for symbol in symbols:
            line = lines.get(symbol) or find(symbol)
            if line is not None and has_changed(line):
                found.append(symbol)
        return found

    def prints(self, symbols: Sequence[str], previous_ms: int, now_ms: int) -> EventBatch[TimeAndSale] | None:
        """Every print of the symbols in (previous, now], in order of time; None when there was none.

        Of what trades at night only that of the last session: the clock jumps over the rest.
        """
        tapes: list[list[tuple[Row, str]]] = []
        dawn_ms = self._hours.opens_ms(self._hours.day_at(now_ms)) - 1
        for symbol in dict.fromkeys(symbols):
            line = self.line(symbol)
            if line is not None:
                since_ms = previous_ms
                if isinstance(line.path.hours, FuturesHours):
                    since_ms = max(previous_ms, dawn_ms)
                tapes.append([(row, symbol) for row in line.sales_between(since_ms, now_ms)])
        ordered = list(merge(*tapes, key=lambda one: one[0][0]))
        return batch_of(TimeAndSale, [symbol for _, symbol in ordered], [row for row, _ in ordered])

    def history(
        self, event_class: type[Event], symbol: str, from_ms: int, now_ms: int, limit: int = LIMIT
    ) -> tuple[EventBatch[Any] | None, bool]:
        """Events of a symbol from ``from_ms`` on in ascending order of index, and whether ``limit`` cut them.

        Candles (seconds to years; the last is the current one), prints, and of Greeks the current ones.
        None when there is nothing, or nothing of the kind.
        """
        if event_class is Candle:
            rows, is_cut = self._charts.rows(symbol, from_ms, now_ms, limit=limit)
        else:
            rows, is_cut = self._other_rows(event_class, symbol, from_ms, now_ms, limit)
        return batch_of(event_class, [symbol] * len(rows), rows), is_cut

    def _other_rows(
        self, event_class: type[Event], symbol: str, from_ms: int, now_ms: int, limit: int
    ) -> tuple[list[Row], bool]:
        line = self.line(symbol)
        if line is None:
            return [], False
        if event_class is Greeks:
            row = line.greeks(now_ms)
            return ([row] if row is not None and row[1] >= from_ms else []), False
        if event_class is not TimeAndSale:
            return [], False
        recent = takewhile(lambda row: row[1] >= from_ms, line.sales_before(now_ms))
        rows = list(islice(recent, limit + 1))
        return rows[:limit][::-1], len(rows) > limit

    def _candles_now(self, symbols: Sequence[str], now_ms: int) -> EventBatch[Any] | None:
        names: list[str] = []
        rows: list[Row] = []
        for symbol in symbols:
            newest, _ = self._charts.rows(symbol, 0, now_ms, limit=1)
            names += [symbol] * len(newest)
            rows += newest
        return batch_of(Candle, names, rows)
