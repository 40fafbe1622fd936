"""Which event types answer for which instrument, and how soon: each is asked for, and listened for."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from tastytrade.checkup.finding import Diagnosis, Finding, failed, fine, skipped, warned
from tastytrade.checkup.subject import Answers, Patience, Subject
from tastytrade.checkup.symbols import EVENT_TYPES, Sample, samples
from tastytrade.errors import TastytradeError
from tastytrade.streamer import Streamer
from tastytrade.subscription import Subscription

CANDLE = "Candle"
PERIOD = "{=d}"
DAYS = 10
"""How far back candles are asked for: over any holidays."""


async def answers(subject: Subject) -> Finding:
    """Ask for every event type of every symbol, and judge what is silent or refused."""
    streamer = subject.streamer
    assert streamer is not None  # noqa: S101 - this check needs the handshake
    try:
        found, left_out = await samples(subject.session, subject.asked.symbols)
        if not found:
            return skipped("events", f"no symbol to ask for: {'; '.join(left_out)}")
        heard = await _Asking(streamer, found).heard(subject.asked.patience)
    except TastytradeError as error:
        fix = "see what the other checks say; correct the symbols, if they are meant"
        return failed("events", "broken off", Diagnosis("feed_broke_off", str(error), fix))
    said = subject.heard
    channels = said.channels if said is not None else {}
    refused_on = said.refused if said is not None else set()
    no = {name for name in EVENT_TYPES if channels.get(name, set()) & refused_on}
    subject.answers = [
        Answers(
            one.symbol,
            one.kind,
            heard[one.symbol],
            frozenset(no - heard[one.symbol].keys()),
            one.expected,
        )
        for one in found
    ]
    return judged(subject.answers, left_out)


def judged(answers: list[Answers], left_out: list[str] | None = None) -> Finding:
    """What is wrong with what has answered: at most one thing, the one that explains most.

    A type that has no value at all times may be silent; one that all instruments must have and none has is
    wrong, and so is an instrument of which nothing comes.
    """
    times = [took for one in answers for took in one.answered.values()]
    asked = len(answers) * len(EVENT_TYPES)
    found = f"{len(times)} of {asked} answered"
    if times:
        found += f", the first after {min(times):,.0f} ms"
    if left_out:
        found += f"; left out: {'; '.join(left_out)}"
    refused = sorted({name for one in answers for name in one.refused & one.expected})
    if refused:
        cause = f"the feed refuses {', '.join(refused)}"
        fix = "ask for fewer symbols or types; close other programs that stream, and run this again"
        return failed("events", found, Diagnosis("events_refused", cause, fix))
    if not times:
        cause = "the feed takes subscriptions, and nothing comes of them"
        fix = "run `tastytrade wire SPY --for 10s` to see what is said; if it goes on, ask the service"
        return failed("events", found, Diagnosis("feed_empty", cause, fix))
    silent = [one.symbol for one in answers if not one.answered]
    missing = _missing([one for one in answers if one.answered])
    if missing:
        named = ", ".join(f"{name} (of {', '.join(symbols)})" for name, symbols in missing.items())
        cause = f"no {named} comes, though other events of the same symbols do"
        fix = (
            "some event types need a permission of the account (my.tastytrade.com: Manage, Market Data); "
            "if it has it, try again in minutes"
        )
        return warned("events", found, Diagnosis("event_type_silent", cause, fix))
    if silent:
        cause = f"nothing comes of {', '.join(silent)}"
        fix = "check the spelling, which is the streamer's (like .SPXW261218C6000); an option may be expired"
        return warned("events", found, Diagnosis("symbol_silent", cause, fix))
    return fine("events", found)


def _missing(answers: list[Answers]) -> dict[str, list[str]]:
    """Event types that instruments must have and none of them has, with these instruments."""
    having: dict[str, list[Answers]] = {}
    for one in answers:
        for name in one.expected:
            having.setdefault(name, []).append(one)
    return {
        name: [one.symbol for one in having[name]]
        for name in EVENT_TYPES
        if name in having and not any(name in one.answered for one in having[name])
    }


class _Asking:
    """One subscription for each event type, so that one of them cannot hold up another."""

    def __init__(self, streamer: Streamer, samples: list[Sample]) -> None:
        self._streamer = streamer
        self._heard: dict[str, dict[str, float]] = {one.symbol: {} for one in samples}
        self._wanted = {(one.symbol, name) for one in samples for name in one.expected}
        self._is_enough = asyncio.Event()

    async def heard(self, patience: Patience) -> dict[str, dict[str, float]]:
        """By symbol and event type, the milliseconds until the first event came."""
        symbols = list(self._heard)
        since = datetime.now(UTC) - timedelta(days=DAYS)
        asked_ns = time.time_ns()
        open_ones: list[Subscription[Any]] = [
            self._streamer.subscribe(name, symbols) for name in EVENT_TYPES if name != CANDLE
        ]
        open_ones.append(
            self._streamer.subscribe(CANDLE, [f"{one}{PERIOD}" for one in symbols], from_time=since)
        )
        async with asyncio.TaskGroup() as tasks:
            for subscription in open_ones:
                tasks.create_task(self._listen(subscription, asked_ns))
            try:
                async with asyncio.timeout(patience.events):
                    await self._is_enough.wait()
                    await asyncio.sleep(patience.rest)
            except TimeoutError:
                pass
            for subscription in open_ones:
                subscription.close()
        return self._heard

    async def _listen(self, subscription: Subscription[Any], asked_ns: int) -> None:
        async for batch in subscription.batches():
            name = batch.event_class.__name__
            for symbol in set(batch.columns["eventSymbol"]):
                base = symbol.partition("{")[0]
                if base in self._heard and name not in self._heard[base]:
                    self._heard[base][name] = max(0.0, (batch.received_ns - asked_ns) / 1e6)
                    self._wanted.discard((base, name))
            if not self._wanted:
                self._is_enough.set()
