"""Which expiration a live chain is of, and which comes after it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tastytrade.errors import ConfigurationError
from tastytrade.instruments.chain import OptionChain
from tastytrade.instruments.expiration import Expiration
from tastytrade.instruments.models import Option


def chain_of(options: OptionChain | Iterable[Option]) -> OptionChain:
    """The chain that some options are. Raises ConfigurationError for none, or of several underlyings."""
    if isinstance(options, OptionChain):
        found = options
    else:
        listed = list(options)
        underlyings = sorted({option.underlying_symbol for option in listed})
        if len(underlyings) > 1:
            raise ConfigurationError(
                f"a live chain follows one underlying; these options have {', '.join(underlyings)}"
            )
        found = OptionChain(underlyings[0] if underlyings else "", listed)
    if not found:
        raise ConfigurationError(f"there are no options on {found.underlying or 'nothing'}; check the symbol")
    if not found.underlying:
        raise ConfigurationError(
            "these options do not say what they are on: give OptionChain(underlying, options)"
        )
    return found


def expiration_of(chain: OptionChain, *, day: date | None, dte: int | None, root: str | None) -> Expiration:
    """The one that is meant: by date, or by days to expiration; else the nearest."""
    if day is not None or dte is not None:
        return chain.expiration(day, root, dte=dte)
    if root is None:
        return chain.nearest_expiration()
    days = [one for one in chain.expirations if root in chain.roots(one)]
    if not days:
        raise ConfigurationError(f"there is no {chain.underlying} option of root {root!r}; check it")
    return chain.expiration(days[0], root)


def expiration_after(chain: OptionChain, last: Expiration, *, root: str | None) -> Expiration | None:
    """The next one listed after another, of ``root`` where one is meant; None when that was the last."""
    days = (
        day for day in chain.expirations if day > last.date and (root is None or root in chain.roots(day))
    )
    day = next(days, None)
    return None if day is None else chain.expiration(day, root)
