"""Scenario: what a client is sent. It travels in the URL's path, so that the server keeps nothing in mind."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from string import ascii_uppercase
from urllib.parse import urlsplit

TYPES = ("Quote", "Trade", "Greeks", "TimeAndSale", "Candle")
MIXED = "mixed"
_MIXED_FRAMES = (
    "Quote",
    "Trade",
    "Quote",
    "Greeks",
    "Quote",
    "TimeAndSale",
    "Quote",
    "Candle",
    "Quote",
    "Quote",
)


@dataclass(frozen=True)
class Scenario:
    """What is sent: ``events`` of a type (or mixed), so many a frame, of so many symbols of each type.

    rate     events a second, each with the time it was sent (see ``frames``); 0: as fast as they are taken
    is_full  as FULL objects rather than COMPACT arrays, which is how the official SDK asks
    """

    kind: str
    frame: int
    symbols: int
    events: int = 0
    rate: int = 0
    is_full: bool = False

    @property
    def name(self) -> str:
        """What it is called in tables."""
        paced = f" at {self.rate:,}/s" if self.rate else ""
        return f"{self.kind} x{self.frame} / {self.symbols}{paced}"

    @property
    def types(self) -> tuple[str, ...]:
        """The event types it has."""
        return TYPES if self.kind == MIXED else (self.kind,)

    @property
    def order(self) -> tuple[str, ...]:
        """The event types of successive frames, again and again."""
        return _MIXED_FRAMES if self.kind == MIXED else (self.kind,)

    @property
    def path(self) -> str:
        """The path of the URL that asks a server for it."""
        figures = (self.frame, self.symbols, self.events, self.rate, int(self.is_full))
        return f"/{self.kind}/" + "/".join(map(str, figures))

    def subscriptions(self) -> dict[str, list[str]]:
        """The symbols of each event type."""
        return {event_type: symbols_of(event_type, self.symbols) for event_type in self.types}


def parse_path(path: str) -> Scenario:
    """The scenario that a URL's path asks for. Raises ValueError for any other path."""
    _, kind, frame, symbols, events, rate, is_full = urlsplit(path).path.split("/")
    if kind not in {*TYPES, MIXED}:
        raise ValueError(f"no scenario is called {kind!r}")
    return Scenario(kind, int(frame), int(symbols), int(events), int(rate), bool(int(is_full)))


def symbols_of(event_type: str, count: int) -> list[str]:
    """So many different symbols, as an event type has them: stocks, options, or candles of stocks."""
    if event_type == "Greeks":
        return [f".SPXW261218{'CP'[number % 2]}{2000 + number // 2}" for number in range(count)]
    found: list[str] = []
    for length in (3, 4):
        found += map("".join, product(ascii_uppercase, repeat=length))
    # Neighbours in the alphabet would share too much of their text.
    stocks = [found[number * 7 % len(found)] for number in range(count)]
    return [f"{stock}{{=5m}}" for stock in stocks] if event_type == "Candle" else stocks
