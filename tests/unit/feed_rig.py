"""One line, or several, of a feed against a server on a real socket, without a Streamer around them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from tastytrade.admission import Entrance
from tastytrade.books import Books
from tastytrade.dxlink.client import ClientProtocol, Received
from tastytrade.dxlink.messages import Entry
from tastytrade.errors import TastytradeError
from tastytrade.interest import Interest
from tastytrade.line import Line
from tastytrade.rest.auth import QuoteToken
from tastytrade.rest.secret import Secret
from tastytrade.source import State, StateChange
from tastytrade.subscription import Subscription
from tastytrade.timeouts import Timeouts

QUICK = Timeouts(
    open=1.0, step=1.0, confirm=0.5, close=0.1, backoff_base=0.05, backoff_cap=0.1, proven_healthy=60.0
)


class Tokens:
    """Gives an address and tokens that are numbered; what is in ``failures`` is raised instead, in turn."""

    def __init__(self, url: str, *failures: TastytradeError | None) -> None:
        self.url = url
        self.failures = list(failures)
        self.renewals: list[bool] = []

    async def quote_token(self, *, renew: bool = False) -> QuoteToken:
        self.renewals.append(renew)
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        return QuoteToken(Secret(f"sim_{sum(self.renewals)}"), self.url, "simulated")


class LineRig:
    """``states`` has every state the line was in."""

    def __init__(
        self, url: str = "", *, tokens: Tokens | None = None, number: int = 1, timeouts: Timeouts = QUICK
    ) -> None:
        self.protocol = ClientProtocol(step_timeout=timeouts.step, quiet_grace=timeouts.quiet_grace)
        self.books = Books()
        self.states: list[StateChange] = []
        self.messages: list[Received] = []
        self.interest = Interest([self.protocol], grow=ClientProtocol, most=1, next_gap=count(1).__next__)
        self.line = Line(
            number,
            self.protocol,
            self.interest,
            entrance=Entrance(
                tokens, url=None if tokens else url, token=None if tokens else "sim_0", require=None
            ),
            books=self.books,
            received=self.messages.append,
            changed=lambda: self.states.append(self.line.state),
            progressed=lambda: None,
            timeouts=timeouts,
        )

    def add(self, *entries: Entry, **options: Any) -> Subscription[Any]:
        subscription: Subscription[Any] = Subscription(
            entries, decode=self.books.decode, release=self.interest.leave, **options
        )
        self.interest.add(subscription, entries)
        self.line.wake.set()
        return subscription

    @property
    def seen(self) -> list[State]:
        """The states, without repetitions."""
        states = [one.state for one in self.states]
        return [state for at, state in enumerate(states) if not at or states[at - 1] is not state]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[TastytradeError]]:
        task = asyncio.create_task(self.line.run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.wait([task])

    def is_in(self, state: State) -> Callable[[], bool]:
        return lambda: self.line.state.state is state


async def end_of(task: asyncio.Task[TastytradeError]) -> TastytradeError:
    async with asyncio.timeout(3):
        return await asyncio.shield(task)
