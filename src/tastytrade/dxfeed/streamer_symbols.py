"""Any symbol as the streamer spells it, and back where that says enough.

to_streamer_symbol("SPY   250117C00502500", today=today)            # .SPY250117C502.5
to_streamer_symbol("/ESZ6{=5m}", today=today, exchange="XCME")      # /ESZ26:XCME{=5m}

The kind of instrument is read off the text. A REST record, where there is one, has the streamer symbol
itself and is right where this can only go by the form.
Source: tastytrade's symbology page, recorded streamer symbols.
"""

from __future__ import annotations

import re
from datetime import date

from tastytrade.dxfeed.candle_symbols import format_candle_symbol, parse_candle_symbol
from tastytrade.dxfeed.future_symbols import MONTHS, future_option_to_streamer, future_to_streamer
from tastytrade.dxfeed.symbols import (
    crypto_to_streamer,
    format_option_symbol,
    occ_to_streamer,
    parse_option_symbol,
    streamer_to_crypto,
    streamer_to_occ,
)
from tastytrade.errors import SymbolError

# A class share has one or two letters after the slash (BRK/B); pairs are priced in USD (BTC/USD).
_TICKER = re.compile(r"[A-Z][A-Z0-9]{0,7}(?:/[A-Z]{1,2})?")
_REGIONAL = re.compile(rf"{_TICKER.pattern}&[A-Z0-9]")
_BARE_FUTURE = re.compile(rf"[A-Z0-9]+[{MONTHS}][0-9]{{1,2}}")
_CURRENCY = "(?:AUD|CAD|CHF|CNH|DKK|EUR|GBP|HKD|ILS|JPY|MXN|NOK|NZD|PLN|SEK|SGD|THB|TRY|USD)"
_CURRENCY_PAIR = re.compile(f"{_CURRENCY}/{_CURRENCY}")
_FORMS = "AAPL, BRK/B, 'SPY   250117C00500000', /ESZ6, './ESU6 E1AN6 260706P6260' or BTC/USD"


def to_streamer_symbol(symbol: str, *, today: date, exchange: str | None = None) -> str:
    """The streamer symbol of a stock, index, option, future, option on a future, or cryptocurrency.

    today     settles the decade of one-digit years: the first such year from today's on
    exchange  of a future or an option on one: the service's streamer-exchange-code, like XCME; texts that
              name it need none

    A streamer symbol comes back in its canonical spelling, so does what follows the ``{`` of a candle
    symbol. Raises SymbolError for what is none of these, or may be two of them.
    """
    base, brace, attributes = symbol.partition("{")
    if brace:
        base = to_streamer_symbol(base, today=today, exchange=exchange)
        return format_candle_symbol(parse_candle_symbol(base + brace + attributes))
    if symbol.startswith("./"):
        return future_option_to_streamer(symbol, exchange=exchange, today=today)
    if symbol.startswith("/"):
        return future_to_streamer(symbol, exchange=exchange, today=today)
    if exchange is not None:
        raise SymbolError(f"{symbol!r} is no future, so it takes no exchange ({exchange})")
    if symbol.startswith("."):
        return format_option_symbol(parse_option_symbol(symbol))
    if " " in symbol or len(symbol) == 21:
        return occ_to_streamer(symbol)
    if ":" in symbol:
        return crypto_to_streamer(streamer_to_crypto(symbol))
    if _REGIONAL.fullmatch(symbol):
        return symbol
    return _ticker_or_pair(symbol)


def from_streamer_symbol(text: str) -> str:
    """tastytrade's symbol for a streamer symbol of a stock, index, option or cryptocurrency.

    Raises SymbolError, also for futures and options on them: a streamer symbol does not say how many
    digits of the year tastytrade writes, nor an option's underlying and day (``streamer_to_future`` and
    ``streamer_to_future_option`` take these), and for candles, which tastytrade has no symbol for.
    """
    if text.startswith(("/", "./")):
        raise SymbolError(
            f"{text!r} says too little for tastytrade's symbol: use streamer_to_future (with year_digits)"
            " or streamer_to_future_option (with underlying and expiration)"
        )
    if "{" in text or "&" in text:
        raise SymbolError(
            f"tastytrade has no symbol for {text!r}: only for the instrument before the & or {{"
        )
    if text.startswith("."):
        return streamer_to_occ(text)
    if ":" in text:
        return streamer_to_crypto(text)
    return _ticker(text)


def _ticker_or_pair(symbol: str) -> str:
    if _CURRENCY_PAIR.fullmatch(symbol):
        raise SymbolError(
            f"{symbol!r} is a pair of currencies: take its streamer symbol from /instruments/currency-pairs"
        )
    if symbol.endswith("/USD"):
        return crypto_to_streamer(symbol)
    return _ticker(symbol)


def _ticker(symbol: str) -> str:
    if _BARE_FUTURE.fullmatch(symbol):
        raise SymbolError(f"{symbol!r} looks like a future without its slash (expected like /{symbol})")
    if not _TICKER.fullmatch(symbol):
        capitals = ", in capitals" if symbol != symbol.upper() else ""
        raise SymbolError(f"not a symbol: {symbol!r} (expected like {_FORMS}{capitals})")
    return symbol
