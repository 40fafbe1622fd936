"""Whatever comes: both protocol ends survive any text, and the codec gives back what was put in."""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tastytrade.dxfeed import EVENT_CLASSES, Event, EventBatch, Kind, fields_of
from tastytrade.dxlink.client import ClientProtocol
from tastytrade.dxlink.compact import decode_data
from tastytrade.dxlink.encoding import encode_compact, encode_full
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.messages import Entry
from tastytrade.dxlink.server import ServerProtocol
from tastytrade.dxlink.wanted import WantedSet
from tastytrade.errors import ProtocolError
from tests.unit.dxlink.pair import Pair

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
types = st.sampled_from(
    [
        "SETUP", "AUTH", "AUTH_STATE", "KEEPALIVE", "ERROR", "CHANNEL_REQUEST", "CHANNEL_OPENED",
        "CHANNEL_CANCEL", "CHANNEL_CLOSED", "FEED_SETUP", "FEED_CONFIG", "FEED_SUBSCRIPTION", "FEED_DATA",
        "DOM_SETUP", "DOM_CONFIG", "DOM_SNAPSHOT", "WHATEVER",
    ]
)  # fmt: skip
names = st.sampled_from(
    [
        "version", "token", "state", "error", "message", "service", "parameters", "add", "remove", "reset",
        "acceptEventFields", "eventFields", "dataFormat", "aggregationPeriod", "data", "keepaliveTimeout",
    ]
)  # fmt: skip
entries = st.fixed_dictionaries(
    {"type": st.sampled_from(["Quote", "Candle", "X"]), "symbol": st.text(max_size=9)}
)
likely = st.one_of(
    json_values,
    st.lists(entries, max_size=3),
    st.fixed_dictionaries({"contract": st.sampled_from(["AUTO", "TICKER", "HISTORY", "X"])}),
    st.dictionaries(st.sampled_from(["Quote", "X"]), st.lists(st.text(max_size=5), max_size=3), max_size=2),
    st.sampled_from(["AUTHORIZED", "UNAUTHORIZED", "COMPACT", "FULL", "FEED"]),
)
messages = st.builds(
    lambda kind, channel, rest: msgspec.json.encode({"type": kind, "channel": channel, **rest}),
    types,
    st.sampled_from([0, 1, 2, 3, -1, 2**40]) | json_values,
    st.dictionaries(names, likely, max_size=4),
)
texts = (
    messages
    | st.binary(max_size=60)
    | st.text(max_size=60).map(str.encode)
    | json_values.map(msgspec.json.encode)
)


@given(st.lists(texts, max_size=8), st.booleans())
def test_any_text_into_a_client_raises_nothing_but_protocol_error(
    frames: list[bytes], is_ready: bool
) -> None:
    pair = Pair()
    if is_ready:
        pair.client.want(Entry("Quote", "SPX"))
        pair.settle()
    for text in frames:
        with contextlib.suppress(ProtocolError):
            for one in pair.client.receive(text, now=1.0):
                if isinstance(one, Frame):
                    one.decode()
        pair.client.data_to_send(1.0)


@given(st.lists(texts, max_size=8), st.booleans())
def test_any_text_into_a_server_raises_nothing_and_is_answered_in_json(
    frames: list[bytes], is_ready: bool
) -> None:
    pair = Pair()
    if is_ready:
        pair.client.want(Entry("Quote", "SPX"))
        pair.settle()
    for text in frames:
        pair.server.receive(text, now=1.0)

    assert all(msgspec.json.decode(text)["type"] for text in pair.server.data_to_send(1.0))


@given(st.lists(texts, max_size=6))
def test_any_text_into_a_fresh_end_raises_nothing_but_protocol_error(frames: list[bytes]) -> None:
    client = ClientProtocol()
    client.start(token=None, now=0.0)
    server = ServerProtocol(lambda _token: None, now=0.0)
    for text in frames:
        server.receive(text, now=0.0)
        with contextlib.suppress(ProtocolError):
            client.receive(text, now=0.0)


def values_of(kind: Kind) -> st.SearchStrategy[Any]:
    match kind:
        case Kind.DOUBLE:
            return st.floats()
        case Kind.INTEGER:
            return st.integers(-(2**63), 2**63 - 1)
        case Kind.BOOLEAN:
            return st.booleans()
        case Kind.TEXT | Kind.NAME:
            return st.text(max_size=6)
        case Kind.ANY:
            return st.none() | st.integers() | st.text(max_size=4)


@st.composite
def batches(draw: st.DrawFn) -> EventBatch[Event]:
    event_class = draw(st.sampled_from(list(EVENT_CLASSES.values())))
    rows = draw(st.integers(1, 4))
    columns = {
        field.name: draw(st.lists(values_of(field.kind), min_size=rows, max_size=rows))
        for field in fields_of(event_class)
    }
    columns["eventSymbol"] = draw(st.lists(st.text(min_size=1, max_size=6), min_size=rows, max_size=rows))
    return EventBatch(event_class, columns)


@given(batches(), st.data())
def test_any_order_of_columns_decodes_to_equal_events(batch: EventBatch[Event], data: st.DataObject) -> None:
    name = batch.event_class.__name__
    columns = tuple(data.draw(st.permutations(["eventType", *batch.columns])))
    layout = {name: columns}
    decoded = decode_data(msgspec.json.decode(encode_compact([batch], layout)), layout)

    assert decoded.quarantined == []
    assert repr([list(one) for one in decoded.batches]) == repr([list(batch)])


@given(st.lists(batches(), min_size=1, max_size=4))
def test_what_is_encoded_decodes_to_itself_in_both_formats(sent: list[EventBatch[Event]]) -> None:
    layout = {batch.event_class.__name__: ("eventType", *batch.columns) for batch in sent}
    compact = decode_data(msgspec.json.decode(encode_compact(sent, layout)), layout)
    full = decode_data(msgspec.json.decode(encode_full(sent, layout)), {})
    events = [event for batch in sent for event in batch]

    for decoded in (compact, full):
        assert repr([event for batch in decoded.batches for event in batch]) == repr(events)
        assert decoded.quarantined == []


@given(batches(), st.data())
def test_a_spoilt_value_costs_its_row_at_most(batch: EventBatch[Event], data: st.DataObject) -> None:
    name = batch.event_class.__name__
    layout = {name: tuple(batch.columns)}
    pairs = msgspec.json.decode(encode_compact([batch], layout))
    place = data.draw(st.integers(0, len(pairs[1]) - 1))
    pairs[1][place] = data.draw(json_values)
    row = place // len(batch.columns)
    decoded = decode_data(pairs, layout)
    events = [event for one in decoded.batches for event in one]
    expected = list(batch)
    others = [event for number, event in enumerate(expected) if number != row]
    found = events if len(events) < len(expected) else events[:row] + events[row + 1 :]

    assert repr(found) == repr(others)
    assert len(events) + sum(bad.rows for bad in decoded.quarantined) == len(expected)


wire_names = st.sampled_from(["eventSymbol", "eventType", "bidPrice", "sequence", "bidExchangeCode", "x"])


@given(st.lists(wire_names, max_size=6), st.lists(json_values, max_size=14))
def test_any_columns_and_any_values_decode_or_are_quarantined(columns: list[str], values: list[Any]) -> None:
    decoded = decode_data(["Quote", values], {"Quote": tuple(columns)})

    assert all(len(list(batch)) == len(batch) > 0 for batch in decoded.batches)


keys = st.sampled_from(["A", "B", "C", "D"])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("want"), keys, st.sampled_from([None, 1, 2]), st.booleans()),
        st.tuples(st.just("unwant"), keys, st.none(), st.just(False)),
        st.tuples(st.just("send"), st.just(""), st.none(), st.just(False)),
        st.tuples(st.just("reconnect"), st.just(""), st.none(), st.just(False)),
    ),
    max_size=30,
)


@given(steps, st.integers(0, 4))
def test_any_order_of_changes_ends_with_the_server_knowing_what_is_desired(
    actions: list[Any], room: int
) -> None:
    wanted = WantedSet(room=room, max_bytes=200, max_entries=2)
    server: dict[Any, Entry] = {}

    def send_one() -> bool:
        message = wanted.next_message(1)
        if message is None:
            return False
        if message.reset is True:
            server.clear()
        for entry in message.remove or []:
            del server[entry.key]
        for entry in message.add or []:
            server[entry.key] = entry
        return True

    for action, symbol, from_time, again in actions:
        entry = Entry("Candle", symbol, None, from_time)
        if action == "want":
            wanted.want(entry, again=again)
        elif action == "unwant":
            wanted.unwant(entry.key)
        elif action == "send":
            send_one()
        else:
            wanted.forget_sent()
            server.clear()
    while send_one():
        pass

    assert server == wanted.desired
    assert wanted.is_settled
