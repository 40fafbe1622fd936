"""The live feed: the way to it, how fast it answers, and the handshake step by step."""

from __future__ import annotations

import asyncio
import time
from statistics import median
from time import perf_counter

from tastytrade.checkup.feed_refused import feed_diagnosis
from tastytrade.checkup.finding import Diagnosis, Finding, failed, fine
from tastytrade.checkup.handshake import Handshake
from tastytrade.checkup.proxies import FOR_FEED
from tastytrade.checkup.reach import reach
from tastytrade.checkup.service import judged_way
from tastytrade.checkup.subject import Subject
from tastytrade.errors import ConnectionLost, TastytradeError
from tastytrade.saved.cool_down import cool_down
from tastytrade.streamer import Streamer
from tastytrade.transport.http import user_agent
from tastytrade.transport.websocket import WebSocketDoor, open_websocket

PINGS = 7


async def way(subject: Subject) -> Finding:
    """Name, TCP, TLS and certificate; not where the feed asked to be left alone."""
    url, clock = subject.feed_url, subject.asked.clock
    known = cool_down(url, now=clock())
    if known is not None:
        at = time.strftime("%H:%M:%S", time.localtime(known.until))
        cause = f"the feed is left alone until {at}, by all programs of this user. {known.reason}"
        fix = (
            f"close other programs of this account, then wait until {at}: each attempt before makes it worse"
        )
        return failed("feed", "not tried", Diagnosis("sessions_cool_down", cause, fix))
    found = await reach(url, limit=subject.asked.patience.connect, schemes=FOR_FEED)
    return judged_way("feed", url, found, now=clock())


async def round_trip(subject: Subject) -> Finding:
    """How long a ping takes there and back, on a connection that asks for nothing."""
    patience = subject.asked.patience
    try:
        async with open_websocket(
            subject.feed_url, user_agent=user_agent(), open_timeout=patience.connect
        ) as door:
            return await _pinged(door, patience.ping)
    except TastytradeError as error:
        diagnosis = feed_diagnosis(error, has_session=subject.session is not None)
        return failed("round trip", "no WebSocket", diagnosis)


async def _pinged(door: WebSocketDoor, limit: float) -> Finding:
    took = []
    try:
        for _ in range(PINGS):
            began = perf_counter()
            async with asyncio.timeout(limit):
                await door.ping()
            took.append((perf_counter() - began) * 1e3)
    except (TimeoutError, ConnectionLost):
        if not took:  # a server may leave pings unanswered, or hang up on who says nothing
            return fine("round trip", "not known: this server answers no pings")
    return fine("round trip", f"p50 {median(took):.2f} ms, slowest {max(took):.2f} ms of {len(took)} pings")


async def handshake(subject: Subject) -> Finding:
    """Connect as every program does; what was said, and when."""
    asked = subject.asked
    heard = Handshake()
    token = asked.token.reveal() if asked.token is not None else None
    streamer = Streamer(
        subject.session,
        url=asked.url,
        token=None if asked.url is None else token,
        connections=1,
        timeouts=asked.timeouts,
        on_message=heard.take,
    )
    streamer.watch_wire(heard.received, sent=heard.sent)
    try:
        await streamer.open()
    except TastytradeError as error:
        diagnosis = feed_diagnosis(error, has_session=subject.session is not None)
        return failed("handshake", str(heard) or "nothing was heard", diagnosis)
    subject.streamer, subject.heard = streamer, heard
    subject.opened.push_async_callback(streamer.aclose)
    return fine("handshake", str(heard))
