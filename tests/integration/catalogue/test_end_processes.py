"""How a program with a feed ends: X1, X2, X7 and X9 of the fault catalogue."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from tastytrade import Quote
from tastytrade.errors import TastytradeError
from tests.integration.catalogue.feed_server import TOKEN, FeedServer, Link
from tests.integration.catalogue.reading import events_until, feed
from tests.integration.commands import TASTYTRADE, environment, program

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}
MOMENTS = ["connecting", "subscribed", "burst", "pause"]


async def stream_of(server: FeedServer) -> Process:
    """The command that shows events, at a server."""
    return await asyncio.create_subprocess_exec(
        *TASTYTRADE, "stream", "SPY", "--events", "Quote", "--url", server.url,
        stdout=PIPE, stderr=PIPE, env=environment({"DXLINK_TOKEN": TOKEN}),
    )  # fmt: skip


async def burst(link: Link) -> None:
    """Events with numbers, until the client is gone."""
    number = 0
    while not link.connection.transport.is_closing():
        await link.give(Quote("SPY", bidSize=float(number)))
        number += 1
        if number % 20 == 0:
            await asyncio.sleep(0.001)


def conduct(moment: str) -> FeedServer:
    """A server whose client is in the middle of something, for long."""

    async def come(link: Link, number: int) -> bool:
        is_deaf = moment == "connecting" or (moment == "pause" and number > 1)
        if is_deaf:
            await link.connection.wait_closed()
        return not is_deaf

    return FeedServer(conduct=come)


async def ended(moment: str, number: signal.Signals, delay: float) -> tuple[int, float, bytes, bytes]:
    """Exit code, seconds, and what a command says that gets a signal at a moment."""
    async with conduct(moment) as server:
        process = await stream_of(server)
        sending: asyncio.Task[None] | None = None
        await until_slowly(lambda: bool(server.links))
        if moment != "connecting":
            link = await (await server.link()).wants("SPY")
            await link.give(Quote("SPY", bidSize=-1.0))
            if moment == "burst":
                sending = asyncio.create_task(burst(link))
            elif moment == "pause":
                link.abort()
        await asyncio.sleep(delay)
        began = time.monotonic()
        process.send_signal(number)
        out, err = await asyncio.wait_for(process.communicate(), 6)  # noqa: TID251 - of a process, not of ours
        took = time.monotonic() - began
        if sending is not None:
            sending.cancel()
            await asyncio.wait([sending])
        assert process.returncode is not None
        return process.returncode, took, out, err


async def until_slowly(is_so: object) -> None:
    """A program takes its time to start."""
    async with asyncio.timeout(8):
        while not is_so():  # type: ignore[operator]  # noqa: ASYNC110 - another process brings it about
            await asyncio.sleep(0.01)


@pytest.mark.timeout(40)
@pytest.mark.parametrize("number", CODES, ids=["ctrl-c", "sigterm"])
async def test_x1_a_signal_at_any_moment_ends_a_command_in_order(number: signal.Signals) -> None:
    chosen = random.Random(int(number))
    cases = [(moment, number, chosen.uniform(0.0, 0.4)) for moment in MOMENTS for _ in range(2)]
    results = await asyncio.gather(*(ended(*case) for case in cases))

    for (moment, _, _), (code, took, out, err) in zip(cases, results, strict=True):
        assert code == CODES[number], (moment, err)
        assert out[-1:] in (b"", b"\n"), (moment, err, len(out), out[-200:])
        shown = [json.loads(line)["bidSize"] for line in out.splitlines()]
        assert took < 5.0
        assert b"Traceback" not in err
        assert b"never retrieved" not in err
        assert TOKEN.encode() not in err
        # What has come is put out, each event once and none left out.
        assert shown == ([] if moment == "connecting" else [float(n) for n in range(-1, len(shown) - 1)])


@pytest.mark.timeout(20)
@pytest.mark.parametrize("number", CODES, ids=["ctrl-c", "sigterm"])
async def test_x2_a_second_signal_ends_it_at_once(number: signal.Signals) -> None:
    async with FeedServer() as server:
        process = await stream_of(server)
        await until_slowly(lambda: bool(server.links))
        link = await (await server.link()).wants("SPY")
        await asyncio.sleep(0.2)
        link.connection.transport.pause_reading()  # closing takes a second, then
        process.send_signal(number)
        await asyncio.sleep(0.1)
        is_closing = process.returncode is None
        began = time.monotonic()
        process.send_signal(number)
        await process.communicate()
        took = time.monotonic() - began

    assert is_closing
    assert took < 0.6
    assert process.returncode in {CODES[number], -number, 1}


# X7: without a close.

ASYNCIO_RUN = """
import asyncio, sys
from tastytrade import Quote, Streamer

async def main():
    streamer = Streamer(url=sys.argv[1], token=sys.argv[2])
    await streamer.open()
    quotes = streamer.subscribe(Quote, ["SPY"])
    async for quote in quotes:
        print("got", flush=True)
        return

asyncio.run(main())
print("after", flush=True)
"""
BARE_LOOP = """
import asyncio, sys
from tastytrade import Quote, Streamer

loop = asyncio.new_event_loop()
streamer = Streamer(url=sys.argv[1], token=sys.argv[2])
loop.run_until_complete(streamer.open())

async def one():
    return await anext(streamer.subscribe(Quote, ["SPY"]).events())

loop.run_until_complete(one())
print("got", flush=True)
print("after", flush=True)
"""


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", [ASYNCIO_RUN, BARE_LOOP], ids=["asyncio.run", "a bare loop"])
async def test_x7_a_program_that_ends_without_closing_ends(text: str, tmp_path: Path) -> None:
    async with FeedServer() as server:
        process = await asyncio.create_subprocess_exec(
            sys.executable, program(tmp_path, text), server.url, TOKEN,
            stdout=PIPE, stderr=PIPE, env=environment(),
        )  # fmt: skip
        await until_slowly(lambda: bool(server.links))
        await (await (await server.link()).wants("SPY")).give(Quote("SPY"))
        began = time.monotonic()
        out, err = await process.communicate()
        took = time.monotonic() - began

    assert (process.returncode, out.split()) == (0, [b"got", b"after"])
    assert took < 3.0
    assert b"Fatal" not in err
    assert TOKEN.encode() not in err


# X9: forks.


def said_by_child(work: object) -> str:
    """What a forked child has to say of something."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work()  # type: ignore[operator]
            os.write(writing, b"no word")
        except TastytradeError as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read().decode()


async def test_x9_a_forked_child_is_refused_and_the_parent_goes_on() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        said = said_by_child(lambda: streamer.subscribe(Quote, ["QQQ"]))
        await link.give(Quote("SPY"))
        await events_until(quotes, 1)

    assert (quotes.gaps, link.subscribed) == ([], {("Quote", "SPY")})
    assert "forked process" in said


async def test_x9_a_child_that_was_forked_ends_without_harm_to_the_parents_feed() -> None:
    async with FeedServer() as server, feed(server) as streamer:
        quotes = streamer.subscribe(Quote, ["SPY"])
        link = await (await server.link()).wants("SPY")
        said = said_by_child(lambda: streamer.state)
        await link.give(Quote("SPY"))
        await events_until(quotes, 1)

    assert said == "no word"
    assert (quotes.gaps, len(server.links)) == ([], 1)
