"""A live feed under observation: what its reader got, with gaps in their places, and every state of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from msgspec.structs import replace

from tastytrade import Quote, Session, Simulator, Streamer
from tastytrade.admission import Admission
from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import Gap, GapReason
from tastytrade.errors import TastytradeError
from tastytrade.rest.auth import QuoteToken
from tastytrade.source import State, StateChange
from tastytrade.timeouts import Timeouts
from tests.chaos.proxy import Proxy
from tests.integration.catalogue.reading import tasks_of_ours

FAST = Timeouts(
    open=0.3,
    step=0.3,
    confirm=0.3,
    close=0.2,
    quiet_grace=0.1,
    backoff_base=0.02,
    backoff_cap=0.1,
    busy=0.3,
    session_cool_down=0.5,
)
PERIOD_NS = 100_000_000
"""What the server gathers for one delivery: a gap begins so much before the last event that came."""
SLACK_NS = 250_000_000
"""For a gap's end: the server may act a little after it has answered; and machines are busy."""


class Observed:
    """``records`` as its reader got them, ``states`` as they came, ``failure`` when the feed has failed."""

    def __init__(self, streamer: Streamer, symbols: Sequence[str]) -> None:
        self.streamer = streamer
        self.subscription = streamer.subscribe(Quote, symbols)
        self.records: list[EventBatch[Any] | Gap] = []
        self.states: list[StateChange] = []
        self.failure: TastytradeError | None = None
        self._more = asyncio.Event()

    async def read(self) -> None:
        try:
            async for record in self.subscription.records():
                self.records.append(record)
                self._more.set()
        except TastytradeError as error:
            self.failure = error

    async def watch(self) -> None:
        async for change in self.streamer.states():
            self.states.append(change)
            self._more.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for what comes with an event or a state; for eight seconds at most."""
        async with asyncio.timeout(8):
            while not is_so():
                self._more.clear()
                await self._more.wait()

    async def live_again(self, epoch: int = 2) -> None:
        """Until a later connection has brought events, and everything is subscribed there."""
        await self.until(lambda: any(batch.epoch >= epoch for batch in self.batches))
        await self.until(lambda: self.is_in(State.LIVE, State.DEGRADED))

    def is_in(self, *states: State) -> bool:
        return bool(self.states) and self.states[-1].state in states

    @property
    def batches(self) -> list[EventBatch[Any]]:
        return [record for record in self.records if isinstance(record, EventBatch)]

    def symbols(self, epoch: int) -> list[str]:
        """The symbol of every event of one connection, in order."""
        return [symbol for batch in self.batches if batch.epoch == epoch for symbol in batch.symbols]

    def quotes(self, epoch: int) -> list[Any]:
        """Every event of one connection, in order."""
        return [quote for batch in self.batches if batch.epoch == epoch for quote in batch]

    @property
    def pauses(self) -> list[StateChange]:
        """Every wait before another attempt."""
        return [change for change in self.states if change.state is State.BACKOFF]

    def gap(self) -> Gap:
        """The only gap, as it is known at the end, if it stands where it belongs.

        It was told before the next event, begins with the last event that came before it, and ends when
        all was restored.
        """
        (gap,) = self.subscription.gaps
        opened = next(place for place, record in enumerate(self.records) if isinstance(record, Gap))
        before = [record for record in self.records[:opened] if isinstance(record, EventBatch)]
        after = [record for record in self.records[opened:] if isinstance(record, EventBatch)]
        lives = [change.at_ns for change in self.states if change.state in {State.LIVE, State.DEGRADED}]
        restored_ns = min(at_ns for at_ns in lives if at_ns > gap.detected_ns)
        assert {batch.epoch for batch in before} == {gap.epoch_before}
        assert min(batch.epoch for batch in after) >= gap.epoch_after > gap.epoch_before
        assert gap.from_ns == before[-1].received_ns - PERIOD_NS
        assert gap.to_ns is not None
        assert abs(gap.to_ns - restored_ns) < SLACK_NS
        return gap

    def check_gap(self, reason: GapReason) -> None:
        assert self.gap().reason is reason


@asynccontextmanager
async def observed(
    admission: Admission, symbols: Sequence[str] = ("SPX", "NVDA"), *, timeouts: Timeouts = FAST
) -> AsyncIterator[Observed]:
    """A feed that has brought its first event; at the end its books balance and nothing of it is left."""
    async with Streamer(admission, timeouts=timeouts) as streamer:
        one = Observed(streamer, symbols)
        tasks = [asyncio.create_task(work) for work in (one.read(), one.watch())]
        try:
            await one.until(lambda: bool(one.batches) and one.is_in(State.LIVE))
            yield one
            assert streamer.ledger().balance == 0
            assert one.subscription.ledger().balance == 0
        finally:
            await streamer.aclose()
            await asyncio.gather(*tasks)
    assert tasks_of_ours() == set()


@asynccontextmanager
async def simulated(**options: Any) -> AsyncIterator[tuple[Simulator, Session]]:
    """A simulator with much to say, and a session at it."""
    async with (
        Simulator(**{"seed": 7, "rate": 400, **options}) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
    ):
        yield simulator, session


class Through:
    """Admission by a session, to a feed that is reached through a port of the test's own."""

    def __init__(self, session: Session, port: int, *, host: str = "127.0.0.1") -> None:
        self._session = session
        self.port = port
        self.host = host

    async def quote_token(self, *, renew: bool = False) -> QuoteToken:
        token = await self._session.quote_token(renew=renew)
        return replace(token, dxlink_url=f"ws://{self.host}:{self.port}/realtime")


@asynccontextmanager
async def proxy_to(url: str) -> AsyncIterator[Proxy]:
    """A proxy before a server on this machine."""
    proxy = Proxy(port_of(url))
    await proxy.listen()
    try:
        yield proxy
    finally:
        await proxy.do({"do": "mode", "mode": "refuse"})


async def turn(proxy: Proxy, mode: str) -> None:
    await proxy.do({"do": "mode", "mode": mode})


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2].partition("/")[0])
