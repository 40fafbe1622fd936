"""The ``data`` of a FEED_DATA made wrong in one place."""

from __future__ import annotations

from typing import Any

import msgspec

from tastytrade.dxfeed.registry import EVENT_CLASSES, Kind, fields_by_name
from tastytrade.dxlink.server_channel import ServerChannel
from tastytrade.simulator.fault_kinds import Spoil

_TIMES = ("time", "bidTime", "askTime", "eventTime")


def spoiled(fault: Spoil, text: bytes, channel: ServerChannel) -> bytes | None:
    """The message with its data spoiled; None when nothing in it is of the kind that is to be."""
    message = msgspec.json.decode(text)
    data = message["data"]
    is_full = bool(data) and isinstance(data[0], dict)
    is_done = _spoil_full(fault, data) if is_full else _spoil_compact(fault, data, channel)
    return msgspec.json.encode(message) if is_done else None


def _spoil_compact(fault: Spoil, data: list[Any], channel: ServerChannel) -> bool:
    for place in range(0, len(data) - 1, 2):
        event_type, values = data[place], data[place + 1]
        if fault.event_type not in {None, event_type} or not values:
            continue
        columns = channel.columns(event_type)
        match fault.how:
            case "short":
                values.pop()
            case "long":
                values.append(values[-1])
            case "no_values":
                values.clear()
            case _:
                row = dict(zip(columns, values, strict=False))
                changes = _changes(fault, event_type, row)
                if not changes:
                    continue
                values[: len(columns)] = [changes.get(name, row[name]) for name in columns]
        return True
    return False


def _spoil_full(fault: Spoil, data: list[dict[str, Any]]) -> bool:
    for row in data:
        event_type = row["eventType"]
        if fault.event_type not in {None, event_type}:
            continue
        match fault.how:
            case "short":
                row.popitem()
            case "long":
                row["surplus"] = 0
            case "no_values":
                row.clear()
            case _:
                changes = _changes(fault, event_type, row)
                if not changes:
                    continue
                row.update(changes)
        return True
    return False


def _changes(fault: Spoil, event_type: str, row: dict[str, Any]) -> dict[str, Any]:
    """Other values for fields that the row has."""
    if fault.how == "value":
        return {fault.column: fault.value} if fault.column in row else {}
    if fault.how == "nan":
        fields = fields_by_name(EVENT_CLASSES[event_type])
        return {name: "NaN" for name in row if name in fields and fields[name].kind is Kind.DOUBLE}
    earlier_ms = round(fault.seconds * 1000)
    return {name: row[name] - earlier_ms for name in _TIMES if row.get(name)}
