"""FEED_DATA -> EventBatch, in both data formats.

Decoding goes by the shape of the data and by the columns that FEED_CONFIG had announced when the
frame arrived, never by what was asked for: servers drop, reorder and switch without being asked.
A row whose values cannot be what their fields hold is quarantined with a reason; its neighbours are
delivered. Every 64-bit integer stays exact.

Cost: one JSON parse, then per column one slice and one pass in C that proves its values usual: ``sum``
fails on anything but numbers and ``"".join`` on anything but text, at a quarter of the price of looking
at types. Only where something unusual is found ("NaN", null, a number as text) is a batch looked at column
by column, and only such a column is walked in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, compress, groupby, islice, takewhile
from math import inf
from typing import Any

from msgspec import Struct

from tastytrade.dxfeed.batch import EventBatch
from tastytrade.dxfeed.event import NAN, Event
from tastytrade.dxfeed.registry import EVENT_CLASSES, Field, Kind, fields_by_name, fields_of

Columns = tuple[str, ...]
Layout = Mapping[str, Columns]
"""Event type -> columns in wire order. Never changed in place: a FEED_CONFIG makes a new one."""

MakeBatch = Callable[[type[Event], Mapping[str, list[Any]]], EventBatch[Event]]

_SPECIAL = {"NaN": NAN, "Infinity": inf, "-Infinity": -inf}
_DOUBLE: dict[Any, float] = {**_SPECIAL, None: NAN}
_INT64 = range(-(1 << 63), 1 << 63)
_BAD = object()
_LISTS, _NAMES = frozenset({list}), frozenset({str})


class Quarantined(Struct, frozen=True):
    """Rows that could not be delivered: why, of which event type, how many, and the first as it came."""

    reason: str
    event_type: str
    rows: int
    raw: Any


class Decoded(Struct, frozen=True, weakref=True):
    """What one FEED_DATA held: batches in wire order, and what was kept out of them."""

    batches: list[EventBatch[Event]]
    quarantined: list[Quarantined]


def decode_data(
    data: Any,
    layout: Layout,
    make_batch: MakeBatch = EventBatch,
    *,
    booleans: int | None = None,
) -> Decoded:
    """Decode the parsed ``data`` of one FEED_DATA. Raises nothing for what a server may send.

    ``booleans`` is how many ``true`` and ``false`` the text holds at most, where the caller knows: they are
    the only non-numbers that a sum accepts. Where none is out of place, number columns are cheap to check.
    """
    decoded = _Decoding([], [], make_batch, has_none=booleans == 0)
    if not isinstance(data, list):
        decoded.quarantined.append(Quarantined("data is not an array", "", 1, data))
    elif data and isinstance(data[0], dict):
        _decode_full(data, decoded)
    else:
        if booleans:
            decoded.are_in_place = _booleans_in_place(data, layout) == booleans
        _decode_compact(data, layout, decoded)
    return Decoded(decoded.batches, decoded.quarantined)


class _Decoding(Struct):
    """One call of decode_data: what it has found, and what is known of its booleans: that there are none, or
    that all ``are_in_place``, in the columns that hold them."""

    batches: list[EventBatch[Event]]
    quarantined: list[Quarantined]
    make_batch: MakeBatch
    has_none: bool
    are_in_place: bool = False


class _Plan(Struct, frozen=True):
    """How to read the rows of one event type under one set of columns; ``names`` to ``booleans`` are the
    places of columns that hold these."""

    event_class: type[Event]
    columns: Columns
    fields: tuple[Field | None, ...]
    names: tuple[int, ...]
    texts: tuple[int, ...]
    doubles: tuple[int, ...]
    integers: tuple[int, ...]
    booleans: tuple[int, ...]


@lru_cache(maxsize=256)
def _plan(event_type: str, columns: Columns) -> _Plan | str:
    event_class = EVENT_CLASSES.get(event_type)
    if event_class is None:
        return f"unknown event type {event_type!r}"
    if "eventSymbol" not in columns:
        return f"{event_type} came without the column eventSymbol"
    if len(set(columns)) < len(columns):
        return f"{event_type} came with a column announced twice"
    known = fields_by_name(event_class)
    fields = tuple(known.get(name) for name in columns)

    def places(kind: Kind) -> tuple[int, ...]:
        return tuple(at for at, field in enumerate(fields) if field is not None and field.kind is kind)

    return _Plan(
        event_class,
        columns,
        fields,
        places(Kind.NAME),
        places(Kind.TEXT),
        places(Kind.DOUBLE),
        places(Kind.INTEGER),
        places(Kind.BOOLEAN),
    )


def joined(messages: list[Any]) -> list[Any] | None:
    """The ``data`` of several FEED_DATA as that of one; None where one of them is not plainly COMPACT.

    What is to be decoded by itself, so that nothing else suffers from it, is left to the caller.
    """
    if not _LISTS.issuperset(map(type, messages)) or not all(messages):
        return None
    if any(map((2).__rmod__, map(len, messages))):
        return None
    found = list(chain.from_iterable(messages))
    if _NAMES.issuperset(map(type, found[::2])) and _LISTS.issuperset(map(type, found[1::2])):
        return found
    return None


def _decode_compact(data: list[Any], layout: Layout, decoded: _Decoding) -> None:
    position = 0
    while position + 1 < len(data):
        event_type, values = data[position], data[position + 1]
        if not (isinstance(event_type, str) and isinstance(values, list)):
            break
        position += 2
        columns = layout.get(event_type)
        plan: _Plan | str
        if columns is None:
            plan = f"no FEED_CONFIG has announced the columns of {event_type!r}"
        else:
            plan = _plan(event_type, columns)
        if isinstance(plan, str):
            rows = len(values) // len(columns) if columns else 1
            decoded.quarantined.append(Quarantined(plan, event_type, max(rows, 1), values[:40]))
        elif values:
            more = _more_of(event_type, data, position)
            if more and not any(map(len(plan.columns).__rmod__, map(len, [values, *more]))):
                values = list(chain(values, *more))
                position += 2 * len(more)
            _decode_rows(plan, values, decoded)
    if position < len(data):
        rest = data[position:]
        decoded.quarantined.append(Quarantined("not pairs of event type and array", "", 1, rest[:40]))


def _more_of(event_type: str, data: list[Any], position: int) -> list[list[Any]]:
    """The values of the pairs that follow and are of the same type; none where one of them has no values."""
    pairs = len(list(takewhile(event_type.__eq__, islice(data, position, None, 2))))
    found = data[position + 1 : position + 2 * pairs : 2]
    return found if _LISTS.issuperset(map(type, found)) else []


def _decode_rows(plan: _Plan, values: list[Any], decoded: _Decoding) -> None:
    width = len(plan.columns)
    count, extra = divmod(len(values), width)
    if extra:
        # Row boundaries are in doubt from the first row that does not fit on; before it they are not.
        count = _rows_before_doubt(plan, values, count)
        reason = f"{len(values)} values are not rows of {width} columns"
        lost = max(1, -(-(len(values) - count * width) // width))
        raw = values[count * width : (count + 1) * width]
        decoded.quarantined.append(Quarantined(reason, plan.event_class.__name__, lost, raw))
        values = values[: count * width]
    if count:
        slices = [values[place::width] for place in range(width)]
        is_usual = _make_usual(plan, slices, decoded)
        columns = dict(zip(plan.columns, slices, strict=True))
        if is_usual and all(columns["eventSymbol"]):
            decoded.batches.append(decoded.make_batch(plan.event_class, columns))
        else:
            _checked(plan.event_class, columns, plan.fields, decoded)


def _booleans_in_place(data: list[Any], layout: Layout) -> int:
    """How many booleans there are where booleans should be; -1 where something else is, too."""
    found = 0
    for event_type, values in zip(data[::2], data[1::2], strict=False):
        columns = layout.get(event_type) if isinstance(event_type, str) else None
        plan = _plan(event_type, columns) if columns else None
        if not isinstance(plan, _Plan) or type(values) is not list:
            return -1
        for place in plan.booleans:
            column = values[place :: len(plan.columns)]
            if not _is_usual(Kind.BOOLEAN, column):
                return -1
            found += len(column)
    return found


def _make_usual(plan: _Plan, slices: list[list[Any]], decoded: _Decoding) -> bool:
    """Give doubles that JSON has no number for their values; whether every value of a batch is now of the
    type that its field has. May say no too often, never yes."""
    if not (decoded.are_in_place or (decoded.has_none and not plan.booleans)):
        return False  # a boolean may be where a number should be, to which a sum says nothing
    try:
        for place in plan.names:
            "".join(slices[place])
        for place in plan.texts:
            if not _are_texts(slices[place]):
                return False
        for place in plan.doubles:
            try:
                sum(slices[place])
            except TypeError:
                slices[place] = list(map(_DOUBLE.get, slices[place], slices[place]))
                sum(slices[place])
        for place in plan.integers:
            if not _are_integers(slices[place]):
                return False
    except TypeError:
        return False
    return True


def _are_texts(column: list[Any]) -> bool:
    try:
        "".join(column)
    except TypeError:
        return column.count(None) == len(column) or _is_usual(Kind.TEXT, column)
    return True


def _are_integers(column: list[Any]) -> bool:
    """Whether they are whole and of 64 bits, by their sum; TypeError where some are no numbers. Booleans pass
    as numbers: there must be none."""
    total = sum(column)
    if type(total) is not int:  # there is a float among them
        return False
    return total in _INT64 or (min(column) in _INT64 and max(column) in _INT64)


def _rows_before_doubt(plan: _Plan, values: list[Any], count: int) -> int:
    width = len(plan.columns)
    for row in range(count):
        for field, value in zip(plan.fields, values[row * width : (row + 1) * width], strict=True):
            if field is not None and _mended(field, value) is _BAD:
                return row
    return count


def _decode_full(data: list[Any], decoded: _Decoding) -> None:
    def type_of(event: Any) -> str:
        found = event.get("eventType") if isinstance(event, dict) else None
        return found if isinstance(found, str) else ""

    for event_type, run in groupby(data, type_of):
        events = list(run)
        event_class = EVENT_CLASSES.get(event_type)
        if event_class is None:
            reason = f"unknown event type {event_type!r}" if event_type else "not an event with an eventType"
            decoded.quarantined.append(Quarantined(reason, event_type, len(events), events[0]))
            continue
        present = set().union(*events)
        fields = [field for field in fields_of(event_class) if field.name in present]
        columns = {field.name: [event.get(field.name, field.default) for event in events] for field in fields}
        if "eventSymbol" not in columns:
            reason = f"{event_type} came without eventSymbol"
            decoded.quarantined.append(Quarantined(reason, event_type, len(events), events[0]))
            continue
        _checked(event_class, columns, fields, decoded)


_USUAL: dict[Kind, frozenset[type]] = {
    Kind.DOUBLE: frozenset({float, int}),
    Kind.INTEGER: frozenset({int}),
    Kind.BOOLEAN: frozenset({bool}),
    Kind.TEXT: frozenset({str, type(None)}),
    Kind.NAME: frozenset({str}),
}


def _checked(
    event_class: type[Event],
    columns: dict[str, list[Any]],
    fields: Sequence[Field | None],
    decoded: _Decoding,
) -> None:
    """Mend unusual values, take out rows that cannot be mended, and add the batch of the others."""
    bad_rows: dict[int, str] = {}
    for (name, column), field in zip(columns.items(), fields, strict=True):
        if field is None or field.kind is Kind.ANY or _is_usual(field.kind, column):
            continue
        mended = [_mended(field, value) for value in column]
        for row, value in enumerate(mended):
            if value is _BAD:
                bad_rows.setdefault(row, f"{name} cannot be {column[row]!r}"[:200])
        columns[name] = mended
    symbols = columns["eventSymbol"]
    if "" in symbols or None in symbols:
        for row, symbol in enumerate(symbols):
            if not symbol:
                bad_rows.setdefault(row, "eventSymbol is empty")
    if bad_rows:
        for row, reason in bad_rows.items():
            raw = {name: column[row] for name, column in columns.items() if column[row] is not _BAD}
            decoded.quarantined.append(Quarantined(reason, event_class.__name__, 1, raw))
        keep = [row not in bad_rows for row in range(len(symbols))]
        columns = {name: list(compress(column, keep)) for name, column in columns.items()}
    if columns["eventSymbol"]:
        decoded.batches.append(decoded.make_batch(event_class, columns))


def _is_usual(kind: Kind, column: list[Any]) -> bool:
    """Whether every value of a column is of its field's own JSON type, and an integer one of 64 bits."""
    is_usual = _USUAL[kind].issuperset(map(type, column))
    return is_usual and (kind is not Kind.INTEGER or (min(column) in _INT64 and max(column) in _INT64))


def _mended(field: Field, value: Any) -> Any:
    """The value as its field holds it, or _BAD. Null is nan for a double, None for a text, else "not set"."""
    kind = field.kind
    if kind is Kind.ANY or type(value) in _USUAL[kind]:
        return value if kind is not Kind.INTEGER or value in _INT64 else _BAD
    if value is None:
        return NAN if kind is Kind.DOUBLE else field.default
    if kind is Kind.DOUBLE:
        return _SPECIAL.get(value, _BAD) if isinstance(value, str) else _BAD
    if kind is Kind.INTEGER:
        return _whole(value)
    return _BAD


def _whole(value: Any) -> Any:
    """An integer that came as 100.0 or as text (guards against JavaScript's 2^53 do that)."""
    if value in ("NaN", ""):
        return 0  # dxFeed's "not set" for times, ids and sequences
    is_whole = (isinstance(value, float) and value.is_integer()) or (
        isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < 21
    )
    return int(value) if is_whole and int(value) in _INT64 else _BAD
