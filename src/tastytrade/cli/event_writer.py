"""EventWriter: events to stdout or a file as they come, in any of the formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import msgspec

from tastytrade.cli.output import Format, Target, set_aside
from tastytrade.cli.stdout import put_out
from tastytrade.dxfeed import Event, EventBatch
from tastytrade.errors import ConfigurationError, TastytradeError
from tastytrade.tables import TableBuilder

IN_MEMORY = 10_000_000
"""Rows that a Parquet file may have: it is written when all of them are there."""


class EventWriter:
    """Takes batches; ``put`` is what takes bytes, and says whether anybody still does."""

    def __init__(self, chosen: Format, classes: list[type[Event]], put: Callable[[bytes], bool]) -> None:
        if chosen in {Format.CSV, Format.PARQUET} and len(classes) != 1:
            names = ", ".join(one.__name__ for one in classes)
            raise ConfigurationError(
                f"{chosen.value} has the columns of one event type, and these are {names}: name one, or use "
                "ndjson"
            )
        self.events = 0
        self._format = chosen
        self._put = put
        self._collected = TableBuilder(classes[0], last=IN_MEMORY) if chosen is Format.PARQUET else None

    def write(self, batch: EventBatch[Any]) -> bool:
        """Write events; False when nobody takes them any more."""
        began = self.events == 0
        self.events += len(batch)
        match self._format:
            case Format.NDJSON:
                return self._put(b"".join(msgspec.json.encode(event) + b"\n" for event in batch))
            case Format.JSON:
                text = b",\n".join(map(msgspec.json.encode, batch))
                return self._put((b"[" if began else b",\n") + text) if text else True
            case Format.CSV:
                return self._put(_csv(batch, header=began))
        assert self._collected is not None  # noqa: S101 - the one format that is left
        self._collected.append(batch)
        if self._collected.appended > IN_MEMORY:
            raise TastytradeError(
                f"Parquet is written when all rows are there, and these are more than {IN_MEMORY:,}: "
                "use `tastytrade capture`, which takes any number"
            )
        return True

    def finish(self) -> None:
        """Write what belongs at the end."""
        if self._format is Format.JSON:
            self._put(b"]\n" if self.events else b"[]\n")
        elif self._collected is not None:
            whole = BytesIO()
            self._collected.table.write_parquet(whole, compression="zstd")
            self._put(whole.getvalue())


@contextmanager
def open_writer(target: Target, classes: list[type[Event]], *, what: str) -> Iterator[EventWriter]:
    """A writer to a target that is no table. A file is there when it is complete, or was interrupted."""
    if target.path is None:
        writer = EventWriter(target.format, classes, lambda data: put_out(data, what=what))
        try:
            yield writer
        finally:
            writer.finish()
        return
    with set_aside(target.path) as part, part.open("wb") as file:
        writer = EventWriter(target.format, classes, lambda data: file.write(data) >= 0)
        try:
            yield writer
        finally:
            writer.finish()


def _csv(batch: EventBatch[Any], *, header: bool) -> bytes:
    builder = TableBuilder(batch.event_class, last=max(1, len(batch)))
    builder.append(batch)
    return builder.table.write_csv(None, include_header=header).encode()
