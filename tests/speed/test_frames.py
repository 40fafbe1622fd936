import json

import pytest

from tastytrade.dxfeed import EVENT_CLASSES, field_names
from tastytrade.dxlink.compact import decode_data
from tests.speed.frames import STAMP_BASE, STAMP_FIELD, expected, framed, mark, parts, stamped, sums_of, texts
from tests.speed.scenario import MIXED, TYPES, Scenario, parse_path, symbols_of
from tests.speed.values import POOL, double, rows

COLUMNS = {name: list(field_names(EVENT_CLASSES[name])) for name in TYPES}
CHANNELS = {name: 2 * number + 1 for number, name in enumerate(TYPES)}


def test_a_scenario_travels_in_a_path() -> None:
    scenario = Scenario("Candle", 10, 500, 1000, 50_000, is_full=True)

    assert parse_path(f"ws://127.0.0.1:1{scenario.path}") == scenario


@pytest.mark.parametrize("event_type", TYPES)
def test_symbols_are_different_and_as_many_as_asked(event_type: str) -> None:
    assert len(set(symbols_of(event_type, 20_000))) == 20_000


@pytest.mark.parametrize("event_type", TYPES)
def test_a_text_reads_as_the_events_that_were_meant(event_type: str) -> None:
    scenario = Scenario(event_type, 100, 50, 200)
    message = json.loads(texts(scenario, COLUMNS, CHANNELS)[1])
    found_type, values = message["data"]
    width = len(COLUMNS[event_type])
    meant = rows(event_type, 50, 200)[100:]

    assert (message["type"], message["channel"]) == ("FEED_DATA", CHANNELS[event_type])
    assert found_type == event_type
    assert [values[at : at + width] for at in range(0, len(values), width)] == [
        [json.loads(row[name]) for name in COLUMNS[event_type]] for row in meant
    ]


def test_columns_come_in_the_order_they_were_asked_for() -> None:
    columns = {"Quote": ["askPrice", "eventType", "eventSymbol"]}
    (first, *_) = texts(Scenario("Quote", 1, 1, 1), columns, CHANNELS)

    assert json.loads(first)["data"][1][1:] == ["Quote", symbols_of("Quote", 1)[0]]


def test_a_full_text_holds_objects() -> None:
    (first, *_) = texts(Scenario("Greeks", 10, 50, 10, is_full=True), COLUMNS, CHANNELS)
    events = json.loads(first)["data"]

    assert len(events) == 10
    assert set(events[0]) == {"eventType", *COLUMNS["Greeks"]}


@pytest.mark.parametrize("frame", [1, 10, 100, 1000])
def test_a_cycle_holds_a_whole_pool(frame: int) -> None:
    found = parts(Scenario("Quote", frame, 500))

    assert sum(part.stop - part.start for part in found) == POOL


def test_six_of_ten_mixed_frames_are_quotes() -> None:
    found = [part.event_type for part in parts(Scenario(MIXED, 100, 500))]

    assert set(found) == set(TYPES)
    assert found.count("Quote") * 10 == len(found) * 6


def test_frames_that_do_not_divide_the_pool_are_refused() -> None:
    with pytest.raises(ValueError, match="choose a divisor"):
        parts(Scenario("Quote", 7, 500))


@pytest.mark.parametrize(("size", "head"), [(125, 2), (126, 4), (65_535, 4), (65_536, 10)])
def test_a_websocket_frame_says_how_long_it_is(size: int, head: int) -> None:
    frame = framed(b"x" * size)
    length = frame[1] if head == 2 else int.from_bytes(frame[2:head], "big")

    assert (frame[0], len(frame) - head, length) == (0x81, size, size)


def test_a_stamp_replaces_the_ask_size_and_nothing_else() -> None:
    (first, *_) = texts(Scenario("Quote", 10, 50, 10, rate=1000), COLUMNS, CHANNELS)
    frame = stamped(first, 123_456_789)
    values = json.loads(frame)["data"][1]

    assert len(frame) == len(first)
    assert values[COLUMNS["Quote"].index(STAMP_FIELD) :: 12] == [STAMP_BASE + 123_456_789] * 10


@pytest.mark.parametrize(
    ("value", "text"),
    [(100.0, "100.0"), (13743299.0, "1.3743299E7"), (1e7, "1.0E7"), (-0.00091, "-9.1E-4"), (0.0, "0.0"),
     (1234567890.5, "1.2345678905E9"), (0.001, "0.001")],
)  # fmt: skip
def test_doubles_are_written_as_the_service_writes_them(value: float, text: str) -> None:
    assert (double(value), float(text)) == (text, value)


def test_equal_values_have_equal_marks_whoever_decoded_them() -> None:
    assert mark(100) == mark(100.0)
    assert mark("NaN") == mark(float("nan"))
    assert mark(7698728878080000001) != mark(7698728878080000000)
    assert len({mark(True), mark(1), mark(None), mark("")}) == 4


@pytest.mark.parametrize("kind", [*TYPES, MIXED])
def test_what_our_decoder_makes_of_a_cycle_adds_up_to_what_was_sent(kind: str) -> None:
    scenario = Scenario(kind, 10, 50, 300)
    layout = {name: tuple(columns) for name, columns in COLUMNS.items()}
    batches = [
        batch
        for text in texts(scenario, COLUMNS, CHANNELS)[:30]
        for batch in decode_data(json.loads(text)["data"], layout).batches
    ]
    sums = sums_of(
        (batch.event_class.__name__, name, values)
        for batch in batches
        for name, values in batch.columns.items()
    )

    assert sums == expected(scenario, COLUMNS)
