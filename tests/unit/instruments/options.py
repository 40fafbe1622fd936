"""Options for tests, by strike: what else they have is as the service has it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

from tastytrade.dxfeed.symbols import OptionSymbol, format_option_symbol
from tastytrade.instruments.models import Option, OptionType

FIRST, SECOND, THIRD = date(2025, 1, 10), date(2025, 1, 17), date(2025, 1, 24)
TODAY = date(2025, 1, 10)


def option(
    strike: float | Decimal,
    kind: str = "C",
    *,
    root: str = "SPXW",
    day: date = FIRST,
    settlement: str = "PM",
    chain_type: str = "Standard",
) -> Option:
    close = datetime(day.year, day.month, day.day, 21, tzinfo=UTC)
    parts = OptionSymbol(root, day, OptionType(kind), Decimal(str(strike)))
    return Option(
        symbol=f"{root} {day} {kind} {strike}",
        streamer_symbol=format_option_symbol(parts),
        underlying_symbol="SPX",
        root_symbol=root,
        expiration_date=day,
        days_to_expiration=(day - TODAY).days,
        strike_price=parts.strike,
        option_type=parts.option_type,
        settlement_type=settlement,
        option_chain_type=chain_type,
        expiration_type="Weekly",
        exercise_style="European",
        shares_per_contract=100,
        expires_at=close,
        stops_trading_at=close,
    )


def pairs(
    strikes: Iterable[float | Decimal], *, root: str = "SPXW", day: date = FIRST, settlement: str = "PM"
) -> list[Option]:
    return [
        option(strike, kind, root=root, day=day, settlement=settlement) for strike in strikes for kind in "CP"
    ]


def shown(options: Iterable[Option]) -> list[str]:
    return [f"{one.option_type}{one.strike_price}" for one in options]
