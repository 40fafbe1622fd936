"""One FEED channel as the server sees it: contract, format, columns, subscriptions."""

from __future__ import annotations

from collections.abc import Iterable

from tastytrade.dxfeed.candle_symbols import canonical_candle_symbol
from tastytrade.dxfeed.registry import EVENT_CLASSES, field_names
from tastytrade.dxlink.compact import Columns
from tastytrade.dxlink.contracts import contract_of
from tastytrade.dxlink.messages import Contract, DataFormat, Entry, FeedConfig, FeedSetup
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.dxlink.wanted import Key
from tastytrade.errors import SymbolError


class ServerChannel:
    """``entries`` are the subscriptions in force, with canonical candle symbols; ``options`` may change."""

    def __init__(self, number: int, contract: Contract, options: ServerOptions) -> None:
        self.number = number
        self.contract = contract
        self.aggregation_period = options.default_aggregation
        self.data_format = DataFormat.FULL.value
        self.entries: dict[Key, Entry] = {}
        self.options = options
        self._columns: dict[str, Columns] = {}
        self._announced: set[str] = set()

    def columns(self, event_type: str) -> Columns:
        """The columns in force for a type: those asked for that exist, else all, ``eventType`` first."""
        asked = self._columns.get(event_type) or ("eventType", *field_names(EVENT_CLASSES[event_type]))
        columns = tuple(name for name in asked if name not in self.options.dropped_columns)
        columns += tuple(name for name in self.options.extra_columns if name not in columns)
        return columns[::-1] if self.options.column_order == "reversed" else columns

    def contract_for(self, entry: Entry) -> Contract:
        """What the channel's contract comes to for one entry: AUTO is resolved per subscription."""
        return contract_of(entry) if self.contract is Contract.AUTO else self.contract

    def set_up(self, setup: FeedSetup) -> FeedConfig:
        """Merge a wish; unknown types and columns are dropped without a word, as real servers do."""
        period = setup.accept_aggregation_period
        if period == "NaN":
            self.aggregation_period = self.options.default_aggregation
        elif isinstance(period, float):
            self.aggregation_period = max(period, 0.0)
        if setup.accept_data_format in {DataFormat.FULL, DataFormat.COMPACT}:
            self.data_format = str(setup.accept_data_format)
        for event_type, asked in (setup.accept_event_fields or {}).items():
            if event_type in EVENT_CLASSES:
                known = {"eventType", *field_names(EVENT_CLASSES[event_type])}
                columns = tuple(dict.fromkeys(name for name in asked if name in known))
                if columns:
                    self._columns[event_type] = columns
        return self.config()

    def config(self) -> FeedConfig:
        """What is in force; ``eventFields`` only for types that are subscribed."""
        fields = {name: list(self.columns(name)) for name in sorted(self._announced)}
        return FeedConfig(self.number, float(self.aggregation_period), self.data_format, fields or None)

    def add(self, entries: Iterable[Entry]) -> list[Entry]:
        """Take new subscriptions; gives those that are new or changed. An unchanged one is nothing."""
        fresh = []
        for entry in map(canonical, entries):
            if entry.type in EVENT_CLASSES and self.entries.get(entry.key) != entry:
                self.entries[entry.key] = entry
                fresh.append(entry)
        return fresh

    def remove(self, entries: Iterable[Entry]) -> list[Entry]:
        """Drop subscriptions; ``fromTime`` does not matter. Gives those that were in force."""
        gone = (self.entries.pop(canonical(entry).key, None) for entry in entries)
        return [entry for entry in gone if entry is not None]

    def announce(self) -> FeedConfig | None:
        """A FEED_CONFIG when a type is subscribed whose columns have not been announced yet."""
        types = {key[0] for key in self.entries}
        if types <= self._announced:
            return None
        self._announced |= types
        return self.config()


def canonical(entry: Entry) -> Entry:
    """The entry with its candle symbol in the form the server answers with."""
    if "{" not in entry.symbol:
        return entry
    try:
        symbol = canonical_candle_symbol(entry.symbol)
    except SymbolError:
        return entry  # not a symbol of anything: it will stay silent
    return entry if symbol == entry.symbol else Entry(entry.type, symbol, entry.source, entry.from_time)
