"""Which expiration of a chain a command is about."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from tastytrade.errors import ConfigurationError
from tastytrade.instruments.chain import OptionChain
from tastytrade.instruments.expiration import Expiration
from tastytrade.live_chain.choice import expiration_of


class Asked(Struct, frozen=True):
    """An expiration of an underlying by its date, days until then, or root; the nearest unless told."""

    underlying: str
    day: date | None = None
    dte: int | None = None
    root: str | None = None

    def of(self, listed: OptionChain) -> Expiration:
        """The one that is meant. Raises ConfigurationError where there is none."""
        return expiration_of(listed, day=self.day, dte=self.dte, root=self.root)


def asked_expiration(
    underlying: str, *, expiration: datetime | None, dte: int | None, root: str | None
) -> Asked:
    """What was typed. Raises ConfigurationError for what cannot be meant together."""
    if dte is not None and expiration is not None:
        raise ConfigurationError("--dte and --expiration exclude each other; choose one")
    return Asked(underlying, None if expiration is None else expiration.date(), dte, root)
