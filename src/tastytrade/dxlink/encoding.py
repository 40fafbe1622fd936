"""EventBatch -> the ``data`` of a FEED_DATA, in both data formats: the server's half of the codec."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, isnan
from typing import Any

import msgspec

from tastytrade.dxfeed.batch import EventBatch
from tastytrade.dxfeed.registry import Field, Kind, fields_by_name
from tastytrade.dxlink.compact import Layout

_encoder = msgspec.json.Encoder()


def encode_compact(batches: Sequence[EventBatch[Any]], layout: Layout) -> bytes:
    """The JSON array of COMPACT data: event type, flat values by the columns of ``layout``, and so on."""
    data: list[Any] = []
    for batch in batches:
        name = batch.event_class.__name__
        columns = layout[name]
        flat: list[Any] = [None] * (len(batch) * len(columns))
        kinds = fields_by_name(batch.event_class)
        for i, column in enumerate(columns):
            flat[i :: len(columns)] = _wire_column(batch, kinds.get(column), column)
        data += [name, flat]
    return _encoder.encode(data)


def encode_full(batches: Sequence[EventBatch[Any]], layout: Layout) -> bytes:
    """The JSON array of FULL data: one object an event, ``eventType`` first."""
    data: list[dict[str, Any]] = []
    for batch in batches:
        name = batch.event_class.__name__
        kinds = fields_by_name(batch.event_class)
        names = [column for column in layout[name] if column != "eventType"]
        rows = zip(*(_wire_column(batch, kinds.get(column), column) for column in names), strict=True)
        data += ({"eventType": name, **dict(zip(names, row, strict=True))} for row in rows)
    return _encoder.encode(data)


def _wire_column(batch: EventBatch[Any], field: Field | None, name: str) -> list[Any]:
    if name == "eventType":
        return [batch.event_class.__name__] * len(batch)
    column = batch.columns.get(name)
    if column is None:
        column = [field.default if field else None] * len(batch)
    if field is not None and field.kind is Kind.DOUBLE:
        total = sum(column)
        if not isfinite(total):
            return [_wire_double(value) for value in column]
    return column


def _wire_double(value: float) -> float | str:
    if isfinite(value):
        return value
    if isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
