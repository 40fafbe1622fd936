"""OptionLine: the current events of one option, and its prints."""

from __future__ import annotations

from collections.abc import Iterator

from tastytrade.dxfeed import index_of
from tastytrade.dxfeed.event import NAN
from tastytrade.simulator.draws import mixed
from tastytrade.simulator.option_path import OptionPath, OptionTrade
from tastytrade.simulator.rows import Row
from tastytrade.simulator.sizes import MOMENT_MS, ROUND, sizes_around
from tastytrade.simulator.trading_hours import day_number

_EXCHANGE_CODE = "C"
_SUMMARY_MS = 60_000
_PROFILE: Row = ("", "UNDEFINED", None, NAN, NAN, NAN, NAN, NAN, NAN, 0, NAN, NAN)


class OptionLine:
    """Events of one option as rows, a pure function of time: each type is taken anew at moments of its own.

    After its expiration everything stays as it was then.
    """

    __slots__ = (
        "_ask",
        "_bid",
        "_code",
        "_expires_ms",
        "_greeks_bucket",
        "_greeks_ms",
        "_greeks_row",
        "_quote_ms",
        "_quoted_ms",
        "_quotes_ms",
        "_salt",
        "_size_phase",
        "_sizes",
        "_summary_bucket",
        "_summary_row",
        "_trade_place",
        "_trade_row",
        "_traded_ms",
        "_trades_ms",
        "path",
    )

    def __init__(self, path: OptionPath) -> None:
        self.path = path
        self._salt = path.salt
        # Options on futures trade where futures do.
        underlying = path.underlying.instrument
        self._code = underlying.exchange_code if underlying.kind == "Future" else _EXCHANGE_CODE
        self._expires_ms = path.expires_ms
        self._quote_ms = path.habits.quote_ms
        self._greeks_ms = path.habits.greeks_ms
        self._greeks_bucket = self._summary_bucket = -1
        self._quoted_ms = self._quotes_ms = -1
        self._bid = self._ask = NAN
        self._size_phase = self._salt % ROUND
        self._sizes = sizes_around(0)
        self._greeks_row: Row = ()
        self._summary_row: Row = ()
        self._trade_row: Row = ()
        self._trade_place = (0, -1)
        self._traded_ms = self._trades_ms = -1

    def _moment(self, bucket: int, length: int, now_ms: int) -> int:
        """When a bucket of time began, but not before the day did."""
        hours = self.path.hours
        began = bucket * length - self._salt % length
        return max(began, hours.opens_ms(hours.day_at(now_ms)))

    def _is_new(self, previous_ms: int, now_ms: int, length: int) -> bool:
        if previous_ms >= self._expires_ms:
            return False
        phase = self._salt % length
        return (now_ms + phase) // length != (previous_ms + phase) // length

    # Quote ----------------------------------------------------------------------------------------

    def quote(self, now_ms: int) -> Row | None:
        """Bid and ask with their sizes; sizes flicker between two quotes."""
        now_ms = min(now_ms, self._expires_ms)
        if not self._quoted_ms <= now_ms < self._quotes_ms:
            self._reprice(now_ms)
        bid_size, ask_size = self._sizes[(now_ms // MOMENT_MS + self._size_phase) % ROUND]
        bid, code = self._bid, self._code
        return (code, bid, bid_size if bid else NAN, code, self._ask, ask_size)

    def quote_changed(self, previous_ms: int, now_ms: int) -> bool:
        """Whether there was a new quote after a moment up to another."""
        return self._is_new(previous_ms, now_ms, self._quote_ms)

    def _reprice(self, now_ms: int) -> None:
        """Note the quote of a moment, and from when until when it stands."""
        length = self._quote_ms
        bucket = (now_ms + self._salt % length) // length
        self._bid, self._ask = self.path.market_at(self._moment(bucket, length, now_ms))
        # The cheaper, the more contracts: about the same money on either side.
        self._sizes = sizes_around(round(self.path.habits.quote_size / (0.1 + self._ask)))
        self._quoted_ms = bucket * length - self._salt % length
        self._quotes_ms = self._quoted_ms + length

    # Trade and prints -----------------------------------------------------------------------------

    def trade(self, now_ms: int) -> Row | None:
        """The last trade, with the day's volume."""
        if not self._traded_ms <= now_ms < self._trades_ms:
            self._find_trade(now_ms)
        if not self._trade_row:
            self._trade_row = self._make_trade(self.path.trade(*self._trade_place))
        return self._trade_row

    def trade_changed(self, previous_ms: int, now_ms: int) -> bool:
        """Whether it traded after a moment up to another."""
        if not self._traded_ms <= now_ms < self._trades_ms:
            self._find_trade(now_ms)
        return self._traded_ms > previous_ms

    def _find_trade(self, now_ms: int) -> None:
        """Note the last trade, and the moment until which it is the last."""
        path = self.path
        place = path.last_trade_place(now_ms)
        if place != self._trade_place:
            self._trade_row = ()
        self._trade_place = place
        self._traded_ms = path.trade_time(*place)
        self._trades_ms = path.next_trade_time(*place)

    def _make_trade(self, trade: OptionTrade) -> Row:
        before = self.path.trade(trade.day, trade.number - 1) if trade.number else trade
        change = round(trade.price - before.price, 2)
        return (
            trade.time_ms,
            0,
            self._code,
            trade.price,
            change,
            float(trade.size),
            day_number(trade.day),
            float(self.path.volume_until(trade.day, trade.time_ms)),
            NAN,
            "UP" if change > 0 else "DOWN" if change < 0 else "ZERO",
            False,
        )

    def trade_eth(self, now_ms: int) -> Row | None:
        """None: options do not trade outside the session."""

    def trade_eth_changed(self, previous_ms: int, now_ms: int) -> bool:
        """Never."""
        return False

    def sale(self, now_ms: int) -> Row | None:
        """The last print."""
        return self._sale_row(self.path.trade(*self.path.last_trade_place(now_ms)))

    def sale_changed(self, previous_ms: int, now_ms: int) -> bool:
        """Whether it traded."""
        return self.trade_changed(previous_ms, now_ms)

    def sales_between(self, previous_ms: int, now_ms: int) -> list[Row]:
        """Every print after a moment up to another, in order."""
        path, found = self.path, []
        day = path.hours.day_at(previous_ms)
        last_day = min(path.hours.day_at(now_ms), path.last_day)
        while day <= last_day:
            numbers = range(path.trades_until(day, previous_ms), path.trades_until(day, now_ms))
            found += [self._sale_row(path.trade(day, number)) for number in numbers]
            day = path.hours.following(day)
        return found

    def sales_before(self, now_ms: int) -> Iterator[Row]:
        """Prints up to a moment, newest first, as far back as the option's history goes."""
        path = self.path
        day, number = path.last_trade_place(now_ms)
        while day >= path.first_day:
            for one in range(number, -1, -1):
                yield self._sale_row(path.trade(day, one))
            day = path.hours.previous(day)
            number = path.trades_until(day, now_ms) - 1

    # Summary, profile, greeks ---------------------------------------------------------------------

    def summary(self, now_ms: int) -> Row | None:
        """The day's open and extremes, the close before, open interest; taken anew each minute."""
        now_ms = min(now_ms, self._expires_ms)
        bucket = (now_ms + self._salt % _SUMMARY_MS) // _SUMMARY_MS
        if bucket != self._summary_bucket:
            self._summary_row = self._make_summary(self._moment(bucket, _SUMMARY_MS, now_ms))
            self._summary_bucket = bucket
        return self._summary_row

    def summary_changed(self, previous_ms: int, now_ms: int) -> bool:
        """Whether a new minute of its own has begun."""
        return self._is_new(previous_ms, now_ms, _SUMMARY_MS)

    def _make_summary(self, time_ms: int) -> Row:
        path = self.path
        day = min(path.hours.day_at(time_ms), path.last_day)
        before = path.hours.previous(day)
        opened, high, low = path.range_at(time_ms)
        return (
            day_number(day),
            opened,
            high,
            low,
            NAN,
            day_number(before),
            path.close_of(before),
            float(path.volume_until(before, path.hours.opens_ms(day))),
            # Open interest is counted overnight, so it is another number every day.
            path.habits.open_interest + mixed(self._salt, day) % (path.habits.open_interest // 20 + 1),
        )

    def profile(self, now_ms: int) -> Row | None:
        """An option's profile says nothing."""
        return _PROFILE

    def profile_changed(self, previous_ms: int, now_ms: int) -> bool:
        """Never."""
        return False

    def greeks(self, now_ms: int) -> Row | None:
        """Theoretical price, volatility and greeks, taken anew every 10 to 20 seconds."""
        now_ms = min(now_ms, self._expires_ms)
        bucket = (now_ms + self._salt % self._greeks_ms) // self._greeks_ms
        if bucket != self._greeks_bucket:
            self._greeks_row = self._make_greeks(self._moment(bucket, self._greeks_ms, now_ms))
            self._greeks_bucket = bucket
        return self._greeks_row

    def greeks_changed(self, previous_ms: int, now_ms: int) -> bool:
        """Whether they were taken anew after a moment up to another."""
        return self._is_new(previous_ms, now_ms, self._greeks_ms)

    def _make_greeks(self, time_ms: int) -> Row:
        path = self.path
        volatility, value = path.surface.value(
            path.underlying.price_at(time_ms),
            path.strike,
            expires_ms=path.expires_ms,
            time_ms=time_ms,
            is_call=path.is_call,
        )
        return (
            index_of(time_ms),
            time_ms,
            value.price,
            volatility,
            value.delta,
            value.gamma,
            value.theta,
            value.rho,
            value.vega,
        )

    def _sale_row(self, trade: OptionTrade) -> Row:
        return (
            index_of(trade.time_ms),
            trade.time_ms,
            0,
            self._code,
            trade.price,
            float(trade.size),
            trade.bid,
            trade.ask,
            "BUY" if trade.is_buy else "SELL",
            True,
        )
