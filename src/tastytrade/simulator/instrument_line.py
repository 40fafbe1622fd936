"""InstrumentLine: the current events of an equity, fund, index, cryptocurrency or future, and its prints."""

from __future__ import annotations

from collections.abc import Iterator

from tastytrade.dxfeed import index_of
from tastytrade.dxfeed.event import NAN
from tastytrade.simulator.draws import mixed, salt_of
from tastytrade.simulator.instrument import Instrument
from tastytrade.simulator.paths import Path
from tastytrade.simulator.rows import Row
from tastytrade.simulator.sizes import flicker
from tastytrade.simulator.tape import Tape
from tastytrade.simulator.trading_hours import day_number, session_ms_of

_QUOTE_MS = ((20_000, 250), (10_000, 400), (0, 1_000))
"""Time between two quotes for instruments with at least so many trades a day."""
_YEAR_DAYS = 365


class InstrumentLine:
    """Events of one instrument as rows, a pure function of time. None where it has no such event.

    From its expiration on everything of a future stays as it was then.
    """

    def __init__(self, path: Path, *, seed: int) -> None:
        instrument = path.instrument
        self.path = path
        self.instrument = instrument
        self._salt = salt_of(f"{seed}|{instrument.symbol}|line")
        self._quote_ms = next(ms for trades, ms in _QUOTE_MS if instrument.average_trades >= trades)
        self._phase = self._salt % self._quote_ms
        self._quote_bucket = -1
        self._market = (NAN, NAN)
        self._spread = max(round(instrument.spread * path.scale), 1)
        self._scale = path.scale
        # The value of an index and the wide market of a cryptocurrency stand around the last price;
        # an equity trades at its bid or at its ask.
        self._is_centered = instrument.is_index or instrument.is_crypto
        self._size_base = _size_base(instrument)
        self._trade_tape: Tape | None = None
        self._trade_place = -1
        self._trade_row: Row = ()
        self._profile_day = 0
        self._profile_row: Row = ()

    # Quote ----------------------------------------------------------------------------------------

    def quote(self, now_ms: int) -> Row | None:
        """Bid and ask with their sizes; sizes flicker between two quotes."""
        if not self.instrument.is_quoted:
            return None
        now_ms = self.path.last_moment(now_ms)
        bucket = (now_ms + self._phase) // self._quote_ms
        if bucket != self._quote_bucket:
            began = bucket * self._quote_ms - self._phase
            opened = self.path.hours.opens_ms(self.path.hours.day_at(now_ms))
            _, _, tape, place = self.path.last_print(max(began, opened))
            self._market = self._market_at(tape, place)
            self._quote_bucket = bucket
        bid, ask = self._market
        if self.instrument.is_index:
            return ("", bid, NAN, "", ask, NAN)
        bid_size, ask_size = flicker(self._salt, now_ms, self._size_base)
        if self.instrument.is_crypto:
            bid_size, ask_size = bid_size / 10, ask_size / 10
        code = self.instrument.exchange_code
        return (code, bid, bid_size, code, ask, ask_size)

    def quote_changed(self, previous_ms: int, now_ms: int) -> bool:
        """Whether there was a new quote after a moment up to another."""
        phase, length = self._phase, self._quote_ms
        previous, now = self.path.last_moment(previous_ms), self.path.last_moment(now_ms)
        return self.instrument.is_quoted and (now + phase) // length != (previous + phase) // length

    def _market_at(self, tape: Tape, place: int) -> tuple[float, float]:
        ticks, spread = tape.ticks[place], self._spread
        if self._is_centered:
            wobble = mixed(self._salt, tape.times[place]) % (spread // 8 + 1)
            bid = ticks - spread // 2 - wobble
        else:
            bid = ticks - spread if tape.buys[place] else ticks
        bid = max(bid, 1)
        return bid / self._scale, (bid + spread) / self._scale

    # Trade ----------------------------------------------------------------------------------------

    def trade(self, now_ms: int) -> Row | None:
        """The last print, with the day's volume."""
        day, minute, tape, place = self.path.last_print(now_ms)
        if tape is not self._trade_tape or place != self._trade_place:
            self._trade_row = self._make_trade(day, minute, tape, place)
            self._trade_tape, self._trade_place = tape, place
        return self._trade_row

    def trade_changed(self, previous_ms: int, now_ms: int) -> bool:
        """Whether there was a print after a moment up to another."""
        _, _, tape, place = self.path.last_print(now_ms)
        return tape.times[place] > previous_ms

    def _make_trade(self, day: int, minute: int, tape: Tape, place: int) -> Row:
        ticks = tape.ticks[place]
        before = tape.ticks[place - 1] if place else ticks
        if not place and not minute:
            before = self.path.day(self.path.hours.previous(day)).close
        volume, turnover = self.path.traded_before(day, minute)
        lots = self.path.lots
        is_index = self.instrument.is_index
        return (
            tape.times[place],
            tape.sequences[place],
            self.instrument.exchange_code,
            ticks / self._scale,
            (ticks - before) / self._scale,
            NAN if is_index else tape.sizes[place] / lots,
            day_number(day),
            NAN if is_index else (volume + tape.volumes[place + 1]) / lots,
            NAN if is_index else (turnover + tape.turnovers[place + 1]) / (lots * self._scale),
            _direction(tape, place, ticks - before),
            False,
        )

    def trade_eth(self, now_ms: int) -> Row | None:
        """The last trade before the session: equities and funds have one, in the minute before it."""
        if self.instrument.kind not in {"Equity", "ETF"}:
            return None
        day = self.path.hours.day_at(now_ms)
        draw = mixed(self._salt, -day)
        ticks = self.path.day(day).open + draw % 5 - 2
        close = self.path.day(self.path.hours.previous(day)).close
        volume = round(self.instrument.average_volume * (0.004 + draw % 97 / 20_000))
        return (
            self.path.hours.opens_ms(day) - 1 - draw % 60_000,
            0,
            self.instrument.exchange_code,
            ticks / self._scale,
            (ticks - close) / self._scale,
            float(1 + draw % 300),
            day_number(day),
            float(volume),
            volume * ticks / self._scale,
            "UP" if ticks > close else "DOWN" if ticks < close else "ZERO",
            True,
        )

    def trade_eth_changed(self, previous_ms: int, now_ms: int) -> bool:
        """Whether a new day began."""
        return self.trade_eth(now_ms) is not None and self._is_new_day(previous_ms, now_ms)

    # Summary and profile --------------------------------------------------------------------------

    def summary(self, now_ms: int) -> Row | None:
        """The day's open and extremes so far; its close once the session is over."""
        path, hours = self.path, self.path.hours
        now_ms = path.last_moment(now_ms)
        day = hours.day_at(now_ms)
        bar, previous_day = path.so_far(now_ms), hours.previous(day)
        previous = path.day(previous_day)
        is_over = now_ms >= hours.opens_ms(day) + session_ms_of(hours)
        return (
            day_number(day),
            bar.open / self._scale,
            bar.high / self._scale,
            bar.low / self._scale,
            bar.close / self._scale if is_over else NAN,
            day_number(previous_day),
            previous.close / self._scale,
            NAN if self.instrument.is_index else previous.volume / path.lots,
            self._open_interest(day),
        )

    def _open_interest(self, day: int) -> int:
        # Counted overnight, so it is another number every day.
        usual = self.instrument.open_interest
        return usual + mixed(self._salt, day) % (usual // 20 + 1) if usual else 0

    def summary_changed(self, previous_ms: int, now_ms: int) -> bool:
        """Whether the day made a new high or low, or a new day began."""
        if self._is_new_day(previous_ms, now_ms):
            return True
        before, now = self.path.so_far(previous_ms), self.path.so_far(now_ms)
        return before.high != now.high or before.low != now.low

    def profile(self, now_ms: int) -> Row | None:
        """Description, status, 52-week extremes up to the day before, and fundamentals."""
        day = self.path.hours.day_at(self.path.last_moment(now_ms))
        if day != self._profile_day:
            self._profile_row = self._make_profile(day)
            self._profile_day = day
        return self._profile_row

    def profile_changed(self, previous_ms: int, now_ms: int) -> bool:
        """Whether a new day began."""
        return self._is_new_day(previous_ms, now_ms)

    def _make_profile(self, day: int) -> Row:
        instrument = self.instrument
        year = self.path.days_between(day - _YEAR_DAYS, self.path.hours.previous(day))
        amount = NAN
        paid_on = 0
        if instrument.dividend_frequency > 0:
            amount = round(instrument.price * instrument.dividend_yield / instrument.dividend_frequency, 4)
            paid_on = day_number(day) - self._salt % 90
        return (
            instrument.description,
            "UNDEFINED" if instrument.is_index else "ACTIVE",
            # Null where nothing is to be said: other clients show this text, buyer and seller as None.
            "Open for trading" if instrument.listed_market else None,
            max(bar.high for bar in year) / self._scale,
            min(bar.low for bar in year) / self._scale,
            instrument.beta,
            instrument.earnings_per_share,
            instrument.dividend_frequency,
            amount,
            paid_on,
            instrument.shares,
            round(instrument.shares * (0.9 + self._salt % 97 / 1000)) if instrument.shares > 0 else NAN,
        )

    def _is_new_day(self, previous_ms: int, now_ms: int) -> bool:
        day_at, last_moment = self.path.hours.day_at, self.path.last_moment
        return day_at(last_moment(previous_ms)) != day_at(last_moment(now_ms))

    # Greeks and prints ----------------------------------------------------------------------------

    def greeks(self, now_ms: int) -> Row | None:
        """None: only options have greeks."""

    def greeks_changed(self, previous_ms: int, now_ms: int) -> bool:
        """Never."""
        return False

    def sale(self, now_ms: int) -> Row | None:
        """The last print; None for a cryptocurrency, whose prints the real feed does not have either."""
        if self.instrument.is_crypto:
            return None
        _, _, tape, place = self.path.last_print(now_ms)
        return self._sale_row(tape, place)

    def sale_changed(self, previous_ms: int, now_ms: int) -> bool:
        """Whether there was a print."""
        return not self.instrument.is_crypto and self.trade_changed(previous_ms, now_ms)

    def sales_between(self, previous_ms: int, now_ms: int) -> list[Row]:
        """Every print after a moment up to another, in order."""
        if self.instrument.is_crypto:
            return []
        found: list[Row] = []
        for _, _, tape in self.path.tapes_after(previous_ms, now_ms):
            places = range(tape.number_until(previous_ms), tape.number_until(now_ms))
            found += [self._sale_row(tape, place) for place in places]
        return found

    def sales_before(self, now_ms: int) -> Iterator[Row]:
        """Prints up to a moment, newest first, as far back as there are days."""
        if self.instrument.is_crypto:
            return
        for _, _, tape in self.path.tapes_before(now_ms):
            for place in range(tape.number_until(now_ms) - 1, -1, -1):
                yield self._sale_row(tape, place)

    def _sale_row(self, tape: Tape, place: int) -> Row:
        bid, ask = self._market_at(tape, place)
        time_ms, sequence = tape.times[place], tape.sequences[place]
        is_index = self.instrument.is_index
        return (
            index_of(time_ms, sequence),
            time_ms,
            sequence,
            self.instrument.exchange_code,
            tape.ticks[place] / self._scale,
            NAN if is_index else tape.sizes[place] / self.path.lots,
            bid if self.instrument.is_quoted else NAN,
            ask if self.instrument.is_quoted else NAN,
            "UNDEFINED" if is_index else "BUY" if tape.buys[place] else "SELL",
            True,
        )


def _size_base(instrument: Instrument) -> int:
    """What is usually bid or offered: shares, contracts or tenths of a coin."""
    if instrument.is_crypto:
        return min(100, round(1_200_000 / instrument.price))
    return 25 if instrument.kind == "Future" else 180


def _direction(tape: Tape, place: int, change: int) -> str:
    if change:
        return "UP" if change > 0 else "DOWN"
    for before in range(place - 1, -1, -1):
        difference = tape.ticks[place] - tape.ticks[before]
        if difference:
            return "ZERO_UP" if difference > 0 else "ZERO_DOWN"
    return "ZERO"
