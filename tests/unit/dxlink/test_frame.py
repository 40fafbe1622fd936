from __future__ import annotations

import pytest

from tastytrade.dxlink.frame import Frame, channel_of_feed_data, numbers_of

LAYOUT = {"Quote": ("eventSymbol", "bidPrice"), "Trade": ("eventSymbol", "price")}


def frame(text: bytes, number: int = 1) -> Frame:
    made = Frame([text], LAYOUT, channel=3, epoch=2, received_ns=9)
    made.number = number
    return made


def quotes(*prices: float) -> bytes:
    values = ",".join(f'"A",{price}' for price in prices)
    return f'{{"type":"FEED_DATA","channel":3,"data":["Quote",[{values}]]}}'.encode()


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        (b'{"type":"FEED_DATA","channel":3,"data":[]}', 3),
        (b'{"type":"FEED_DATA","channel":0,"data":[]}', 0),
        (b'{"type":"FEED_DATA","channel":-1,"data":[]}', None),
        (b'{"type":"FEED_DATA","channel":12345678901,"data":[]}', None),
        (b'{"type":"FEED_DATA","channel":"3","data":[]}', None),
        (b'{"type":"FEED_DATA","channel":', None),
        (b'{"channel":3,"type":"FEED_DATA","data":[]}', None),
        (b'{"type":"KEEPALIVE","channel":0}', None),
        (b"", None),
    ],
)
def test_the_channel_is_found_without_parsing_or_not_at_all(text: bytes, channel: int | None) -> None:
    assert channel_of_feed_data(text) == channel


def test_a_frame_says_when_and_where_it_came() -> None:
    (batch,) = frame(quotes(1.0)).decode().batches

    assert (batch.received_ns, batch.epoch, batch.channel) == (9, 2, 3)


def test_a_frame_is_as_large_as_its_text() -> None:
    one = frame(quotes(1.0))

    assert one.size_bytes == len(quotes(1.0))


def test_what_it_holds_is_shared_for_as_long_as_somebody_holds_it() -> None:
    one = frame(quotes(1.0))
    first, second = one.decode(), one.decode()

    assert first is second


def test_ingest_numbers_rise_over_the_rows_of_a_frame_and_over_frames() -> None:
    text = b'{"type":"FEED_DATA","channel":3,"data":["Quote",["A",1,"B",2],"Trade",["A",3]]}'
    numbers = [
        number
        for place in (1, 2)
        for batch in frame(text, place).decode().batches
        for number in batch.numbers
    ]

    assert numbers == sorted(set(numbers))
    assert len(numbers) == 6


def test_decoding_it_twice_gives_the_same_numbers() -> None:
    one = frame(quotes(1.0, 2.0))
    first = [list(batch.numbers) for batch in one.decode().batches]
    second = [list(batch.numbers) for batch in one.decode().batches]

    assert first == second


def test_a_frame_of_sixteen_megabytes_does_not_reach_the_numbers_of_the_next() -> None:
    rows = (16 << 20) // 5  # a row of no columns but a symbol

    assert numbers_of(1, 0, rows)[-1] < numbers_of(2, 0, 1)[0]


@pytest.mark.parametrize(
    "text", [b'{"type":"FEED_DATA","channel":3,"data":[', b'{"type":"FEED_DATA","channel":3,"data":["\xff"]}']
)
def test_what_is_not_readable_is_quarantined(text: bytes) -> None:
    decoded = frame(text).decode()

    assert decoded.batches == []
    assert [(bad.event_type, bad.rows) for bad in decoded.quarantined] == [("", 1)]


def test_of_what_is_not_readable_only_the_beginning_is_kept() -> None:
    (bad,) = frame(b'{"type":"FEED_DATA","channel":3,"data":[' + b"1," * 100_000).decode().quarantined

    assert len(str(bad.raw)) < 10_000


def together(*texts: bytes) -> Frame:
    made = Frame(texts, LAYOUT, channel=3, epoch=2, received_ns=9)
    made.number = 1
    return made


def rows_of(one: Frame) -> list[tuple[str, str, float]]:
    found: list[tuple[str, str, float]] = []
    for batch in one.decode().batches:
        prices = batch.columns.get("bidPrice") or batch.columns["price"]
        found += zip([batch.event_class.__name__] * len(batch), batch.symbols, prices, strict=True)
    return found


def test_messages_that_came_together_are_one_batch_of_each_run_of_a_type() -> None:
    trade = b'{"type":"FEED_DATA","channel":3,"data":["Trade",["B",7.0]]}'
    decoded = together(quotes(1.0), quotes(2.0, 3.0), trade, quotes(4.0)).decode()

    assert [(batch.event_class.__name__, len(batch)) for batch in decoded.batches] == [
        ("Quote", 3),
        ("Trade", 1),
        ("Quote", 1),
    ]
    assert decoded.quarantined == []


def test_ingest_numbers_rise_over_messages_that_came_together() -> None:
    batches = together(quotes(1.0), b'{"type":"FEED_DATA","channel":3,"data":["Trade",["B",7.0]]}').decode()
    numbers = [number for batch in batches.batches for number in batch.numbers]

    assert numbers == list(numbers_of(1, 0, 2))


@pytest.mark.parametrize(
    "bad",
    [
        b'{"type":"FEED_DATA","channel":3,"data":["Quote",["A"',
        b'{"type":"FEED_DATA","channel":3,"data":{}}',
        b'{"type":"FEED_DATA","channel":3,"data":["Quote",["\xff",1.0]]}',
        b'{"type":"FEED_DATA","channel":3,"data":["Quote",["A",1.0,"A"]]}',
        b'{"type":"FEED_DATA","channel":3,"data":["Quote",["A",true]]}',
        b'{"type":"FEED_DATA","channel":3,"data":["Quote",["A",[]]]}',
        b'{"type":"FEED_DATA","channel":3,"data":["Quote"]}',
        b'{"type":"FEED_DATA","channel":3,"data":["Quote",7]}',
        b'{"type":"FEED_DATA","channel":3,"data":["Weather",[1]]}',
        b'{"type":"FEED_DATA","channel":3}',
        b'{"type":"FEED_DATA","channel":3,"data":[]}]',
    ],
)
def test_one_that_is_wrong_takes_nothing_from_those_it_came_with(bad: bytes) -> None:
    alone = [one.decode() for one in (together(quotes(1.0)), together(bad), together(quotes(2.0)))]
    decoded = together(quotes(1.0), bad, quotes(2.0)).decode()

    assert [event for batch in decoded.batches for event in batch] == [
        event for one in alone for batch in one.batches for event in batch
    ]
    assert [(bad.event_type, bad.rows) for bad in decoded.quarantined] == [
        (bad.event_type, bad.rows) for one in alone for bad in one.quarantined
    ]


def test_an_event_in_full_format_may_come_with_others() -> None:
    full = b'{"type":"FEED_DATA","channel":3,"data":[{"eventType":"Quote","eventSymbol":"F","bidPrice":5.0}]}'

    assert rows_of(together(quotes(1.0), full)) == [("Quote", "A", 1.0), ("Quote", "F", 5.0)]
