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
