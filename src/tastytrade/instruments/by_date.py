"""ByDate: options as a mapping from expiration date, ascending; what every chain is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Protocol, TypeVar


class Expiring(Protocol):
    """Anything with an expiration date and a streamer symbol."""

    @property
    def expiration_date(self) -> date: ...


O = TypeVar("O", bound=Expiring)  # noqa: E741 - an option


class ByDate(Mapping[date, list[O]]):
    """The options of each date, in the order of ``place``."""

    def __init__(self, options: Iterable[O], place: Callable[[O], Any]) -> None:
        self._options: dict[date, list[O]] = {}
        for option in sorted(options, key=place):
            self._options.setdefault(option.expiration_date, []).append(option)

    def __getitem__(self, expiration: date) -> list[O]:
        return list(self._options[expiration])

    def __iter__(self) -> Iterator[date]:
        return iter(self._options)

    def __len__(self) -> int:
        return len(self._options)

    @property
    def options(self) -> list[O]:
        """Every option, in order."""
        return [option for options in self._options.values() for option in options]

    @property
    def expirations(self) -> list[date]:
        """The expiration dates, ascending."""
        return list(self._options)
