"""Faults of what the simulated feed says: errors, wrong data, other columns, unusual snapshots."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed

from tastytrade import Simulator
from tastytrade.dxfeed import EventFlags
from tastytrade.dxlink.server_options import ServerOptions
from tests.integration.feed_client import FeedClient, feed_client

COLUMNS = ["eventSymbol", "bidPrice", "askPrice"]
SINCE_MS = 330_000


async def quotes(simulator: Simulator, client: FeedClient) -> dict[str, Any]:
    """A channel with one quote, up to its first value."""
    await client.enter(simulator)
    await client.say("CHANNEL_REQUEST", 1, service="FEED", parameters={"contract": "TICKER"})
    fields = {"Quote": COLUMNS}
    wish = {"acceptDataFormat": "COMPACT", "acceptAggregationPeriod": 0, "acceptEventFields": fields}
    await client.say("FEED_SETUP", 1, **wish)
    await client.hear("FEED_CONFIG")
    await client.say("FEED_SUBSCRIPTION", 1, add=[{"type": "Quote", "symbol": "SPY"}])
    return await client.hear("FEED_DATA")


@pytest.mark.parametrize(
    ("preset", "kind", "text", "channel"),
    [
        ("rate", "BAD_ACTION", "Your subscription rate is too high", 1),
        ("size", "BAD_ACTION", "Your subscription size is too big", 1),
        ("candles", "BAD_ACTION", "Your subscription size for event type 'Candle' is too big", 1),
        ("sessions", "UNAUTHORIZED", "The number of user sessions has exceeded the configured limit", 0),
        ("unauthorized", "UNAUTHORIZED", "Authentication failed", 0),
        (
            "timeout",
            "TIMEOUT",
            "The timeout has been reached. The message was last received 60 seconds ago.",
            0,
        ),
        ("unsupported_protocol", "UNSUPPORTED_PROTOCOL", "Unsupported protocol version", 0),
        ("invalid_message", "INVALID_MESSAGE", "Max frame length of 65536 has been exceeded", 0),
    ],
)
async def test_a_known_error_comes_where_it_has_been_seen(
    simulator: Simulator, preset: str, kind: str, text: str, channel: int
) -> None:
    async with feed_client(simulator) as client:
        await quotes(simulator, client)
        simulator.inject({"name": "error", "preset": preset})
        error = await client.hear("ERROR")

    assert error == {"type": "ERROR", "channel": channel, "error": kind, "message": text}


async def test_an_error_can_take_the_place_of_what_was_asked() -> None:
    fault = {"name": "error", "preset": "rate", "on_step": "FEED_SUBSCRIPTION", "instead": True}
    async with Simulator(faults=[fault]) as simulator, feed_client(simulator) as client:
        await (await client.enter(simulator)).want("Quote", "SPY")
        await client.hear("ERROR")
        refused = simulator.subscriptions()
        await client.say("FEED_SUBSCRIPTION", 1, add=[{"type": "Quote", "symbol": "SPY"}])
        await client.hear("FEED_DATA")
        taken = simulator.subscriptions()

    assert (refused, taken) == (set(), {("Quote", "SPY")})


async def test_an_error_for_a_message_comes_on_its_channel() -> None:
    fault = {"name": "error", "preset": "size", "on_step": "FEED_SUBSCRIPTION", "nth": 2}
    async with Simulator(faults=[fault]) as simulator, feed_client(simulator) as client:
        await (await client.enter(simulator)).want("Quote", "SPY")
        await client.want("Quote", "AAPL", channel=3)
        error = await client.hear("ERROR")

    assert error["channel"] == 3


@pytest.mark.parametrize("afterwards", ["resumes", "silent", "channels_lost"])
async def test_an_expired_token_is_dead_and_a_new_one_does_what_the_switch_says(afterwards: str) -> None:
    options = msgspec.convert({"reauthentication": afterwards, "keepalive_timeout": 3}, ServerOptions)
    async with Simulator(rate=1000, dxlink_options=options) as simulator, feed_client(simulator) as client:
        await quotes(simulator, client)
        old = simulator.accounts.quote_tokens.issue()
        simulator.inject({"name": "expire"})
        expired = await client.hear("ERROR")
        await client.say("AUTH", token=old)
        refused = await client.hear("ERROR")
        await client.say("AUTH", token=simulator.accounts.quote_tokens.issue())
        await client.hear("AUTHORIZED")
        await client.say("FEED_SETUP", 1, acceptAggregationPeriod=0)
        at = len(client.heard)
        await client.hear("KEEPALIVE" if afterwards == "silent" else "FEED_DATA", "ERROR")

    assert expired["message"].startswith("Your authentication token has expired")
    assert refused["message"] == "Authentication failed"
    expected = {"resumes": "FEED_DATA", "silent": "KEEPALIVE", "channels_lost": "ERROR"}
    assert client.kinds[-1] == expected[afterwards]
    assert ("FEED_DATA" in client.kinds[at:]) is (afterwards == "resumes")


@pytest.mark.parametrize("refusal", ["error", "close"])
async def test_one_session_more_than_allowed_is_refused(refusal: str) -> None:
    options = msgspec.convert({"session_limit": 1, "session_refusal": refusal}, ServerOptions)
    async with Simulator(dxlink_options=options) as simulator, feed_client(simulator) as first:
        await first.enter(simulator)
        async with feed_client(simulator) as second:
            with pytest.raises(ConnectionClosed) as caught:
                await second.enter(simulator)

    assert caught.value.rcvd is not None
    assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (1000, "Bye")
    assert (second.kinds[-1] == "ERROR") is (refusal == "error")


@pytest.mark.parametrize("which", [{}, {"channel": 1}, {"event_type": "Quote"}])
async def test_a_channel_is_closed_unasked(simulator: Simulator, which: dict[str, Any]) -> None:
    async with feed_client(simulator) as client:
        await quotes(simulator, client)
        simulator.inject({"name": "close_channel", "event_type": "Trade"})
        simulator.inject({"name": "close_channel", **which})
        closed = await client.hear("CHANNEL_CLOSED")

    assert closed["channel"] == 1
    assert client.kinds.count("CHANNEL_CLOSED") == 1
    assert simulator.subscriptions() == set()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"text": '{"type":"AUTH_STATE","channel":0,"state":"AUTHORIZED"}'}, None),
        ({"sample": "malformed"}, '{"type":"KEEPALIVE","channel":0'),
        ({"sample": "array"}, '[{"type":"KEEPALIVE","channel":0}]'),
        ({"sample": "number"}, "42"),
        ({"sample": "empty"}, ""),
        ({"sample": "deep"}, "[" * 10_000 + "]" * 10_000),
        ({"sample": "duplicate_keys"}, '{"type":"KEEPALIVE","channel":0,"type":"KEEPALIVE","channel":0}'),
        ({"sample": "unknown_type"}, '{"type":"WEATHER","channel":0,"sky":"clear"}'),
        ({"sample": "unknown_channel"}, '{"type":"FEED_DATA","channel":99999,"data":["Quote",["X",1.0]]}'),
        ({"text": "in pieces", "fragments": 5}, "in pieces"),
        ({"text": "abc", "fragments": 1000}, "abc"),
        ({"hex": "ff00", "frame": "binary"}, b"\xff\x00"),
        ({"hex": "810161", "frame": "octets"}, "a"),
    ],
)
async def test_anything_can_be_said(simulator: Simulator, fault: dict[str, Any], expected: Any) -> None:
    async with feed_client(simulator) as client:
        await client.enter(simulator)
        simulator.inject({"name": "say", **fault})
        said = await client.door.recv()
        await client.say("AUTH", token="bad")
        await client.hear("ERROR")

    assert said == (fault["text"] if expected is None else expected)


async def test_a_message_is_as_long_as_is_asked(simulator: Simulator) -> None:
    async with feed_client(simulator) as client:
        await client.enter(simulator)
        simulator.inject({"name": "say", "sample": "long", "size_bytes": 20_000_000})
        said = await client.door.recv()

    assert len(said) == 20_000_000
    assert msgspec.json.decode(said)["type"] == "KEEPALIVE"


async def test_a_fragment_that_is_never_finished_is_the_last_thing_said() -> None:
    options = ServerOptions(keepalive_timeout=3)
    async with Simulator(dxlink_options=options) as simulator, feed_client(simulator) as client:
        await client.enter(simulator)
        simulator.inject({"name": "say", "text": "half", "fragments": 2, "unfinished": True})
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5):  # a KEEPALIVE would come after one second
                await client.hear("KEEPALIVE")


@pytest.mark.parametrize(
    ("fault", "values"),
    [
        ({"how": "short"}, ["SPY", 1, "gone"]),
        ({"how": "long"}, ["SPY", 1, 1, 1]),
        ({"how": "no_values"}, []),
        ({"how": "value", "column": "askPrice", "value": "many"}, ["SPY", 1, "many"]),
        ({"how": "nan"}, ["SPY", "NaN", "NaN"]),
    ],
)
async def test_data_are_spoiled_once(fault: dict[str, Any], values: list[Any]) -> None:
    faults = [{"name": "spoil", **fault}]
    async with Simulator(faults=faults, rate=1000) as simulator, feed_client(simulator) as client:
        first = await quotes(simulator, client)
        second = await client.hear("FEED_DATA")

    kind, spoiled = first["data"]
    expected = [value for value in values if value != "gone"]
    shown = [value if isinstance(value, str) else 1 for value in spoiled]
    assert (kind, shown) == ("Quote", expected)
    assert len(second["data"][1]) % len(COLUMNS) == 0


async def test_times_go_backwards(simulator: Simulator) -> None:
    async with feed_client(simulator) as client:
        simulator.inject({"name": "spoil", "how": "backwards", "seconds": 60, "event_type": "Trade"})
        await (await client.enter(simulator)).want("Trade", "SPY")
        first = await client.hear("FEED_DATA")
        await client.say("FEED_SUBSCRIPTION", 1, remove=[{"type": "Trade", "symbol": "SPY"}])
        await client.say("FEED_SUBSCRIPTION", 1, add=[{"type": "Trade", "symbol": "SPY"}])
        second = await client.hear("FEED_DATA")

    columns = next(one["eventFields"]["Trade"] for one in client.heard if "eventFields" in one)
    place = columns.index("time")
    assert first["data"][1][place] <= second["data"][1][place] - 60_000 + 1_000


async def test_columns_change_in_mid_stream_and_are_announced_before_their_data() -> None:
    async with Simulator(rate=1000) as simulator, feed_client(simulator) as client:
        await quotes(simulator, client)
        announced = []
        for change in (
            {"column_order": "reversed"},
            {"dropped_columns": ["bidPrice"]},
            {"extra_columns": ["mood"]},
        ):
            simulator.inject({"name": "switch", "dxlink": change})
            config = await client.hear("FEED_CONFIG")
            data = await client.hear("FEED_DATA")
            announced.append(config["eventFields"]["Quote"])
            symbols = data["data"][1][announced[-1].index("eventSymbol") :: len(announced[-1])]
            assert set(symbols) == {"SPY"}

    reverse = ["askPrice", "bidPrice", "eventSymbol"]
    assert announced == [reverse, ["askPrice", "eventSymbol"], ["mood", "askPrice", "eventSymbol"]]


async def test_the_format_turns_and_turns_back_when_asked(simulator: Simulator) -> None:
    async with feed_client(simulator) as client:
        await quotes(simulator, client)
        simulator.inject({"name": "format", "data_format": "FULL"})
        config = await client.hear("FEED_CONFIG")
        await client.say("FEED_SUBSCRIPTION", 1, add=[{"type": "Quote", "symbol": "AAPL"}])
        data = await client.hear("FEED_DATA")

    assert config["dataFormat"] == "FULL"
    assert data["data"][0]["eventType"] == "Quote"


async def test_a_config_is_repeated_with_columns_and_without(simulator: Simulator) -> None:
    async with feed_client(simulator) as client:
        await quotes(simulator, client)
        simulator.inject({"name": "config", "repeats": 2})
        configs = [await client.hear("FEED_CONFIG") for _ in range(2)]
        simulator.inject({"name": "config", "fields": False})
        configs.append(await client.hear("FEED_CONFIG"))

    assert ["eventFields" in config for config in configs] == [True, True, False]


async def test_data_come_before_their_config() -> None:
    fault = {"name": "late", "message": "FEED_CONFIG", "on_step": "FEED_SUBSCRIPTION"}
    async with Simulator(faults=[fault]) as simulator, feed_client(simulator) as client:
        await quotes(simulator, client)
        config = await client.hear("FEED_CONFIG")

    assert "eventFields" in config


async def snapshot(simulator: Simulator, client: FeedClient, **fault: Any) -> list[dict[str, Any]]:
    """The rows of a candle history that begins anew as a fault wants it."""
    now_ms = simulator.market.start_ms
    simulator.advance(30, market=True)  # so that this minute has its candle
    await client.enter(simulator)
    await client.want("Candle", "SPY{=m}", contract="HISTORY", fromTime=now_ms - SINCE_MS)
    for _ in range(2):
        await client.hear("FEED_DATA")
    at = len(client.heard)
    simulator.inject({"name": "resnapshot", **fault})
    simulator.inject({"name": "error", "preset": "timeout"})
    await client.hear("ERROR")
    columns = next(one["eventFields"]["Candle"] for one in client.heard if "eventFields" in one)
    values = [value for one in client.heard[at:] for value in (one["data"][1] if "data" in one else [])]
    width = len(columns)
    return [
        dict(zip(columns, values[row : row + width], strict=True)) for row in range(0, len(values), width)
    ]


@pytest.mark.parametrize(
    ("fault", "flags"),
    [
        ({}, [4, 0, 0, 0, 0, 0, 10]),
        ({"event_type": "Candle", "pending": True}, [5, 1, 1, 1, 1, 1, 10]),
        ({"symbol": "SPY{=m}", "pending": True, "sentinel": True}, [5, 1, 1, 1, 1, 1, 11, 2]),
        ({"limit": 2}, [4, 16]),
        ({"early_row": True}, [0, 4, 0, 0, 0, 0, 0, 10]),
        ({"empty": True}, [14]),
        ({"unfinished": True}, [4, 0, 0]),
        ({"symbol": "AAPL{=m}"}, []),
    ],
)
async def test_a_history_begins_anew_in_every_form(
    simulator: Simulator, fault: dict[str, Any], flags: list[int]
) -> None:
    async with feed_client(simulator) as client:
        rows = await snapshot(simulator, client, **fault)

    assert [row["eventFlags"] for row in rows] == flags
    if fault.get("sentinel"):
        assert rows[-1]["index"] == 2**63 - 1
        assert rows[-1]["eventFlags"] == EventFlags.REMOVE_EVENT
