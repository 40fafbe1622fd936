"""Hub: the views that somebody looks at, each once whoever looks, and what they take from.

A view lives as long as a client shows it. It is computed once for all of them, and knows none of them:
clients look when they can take something, so none of them can make it, the feed, or another client wait.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tastytrade.dashboard.candle_view import CandleView
from tastytrade.dashboard.chain_view import ChainView
from tastytrade.dashboard.chains import Chains
from tastytrade.dashboard.curve_view import CurveView
from tastytrade.dashboard.health_view import HealthView
from tastytrade.dashboard.panel_args import (
    Args,
    CandleArgs,
    ChainArgs,
    ExposureArgs,
    PrintArgs,
    QuoteArgs,
    SmileArgs,
    TermArgs,
)
from tastytrade.dashboard.player import Player
from tastytrade.dashboard.print_view import PrintView
from tastytrade.dashboard.quote_view import QuoteView
from tastytrade.dashboard.supply import Supply
from tastytrade.dashboard.view import Tell, View
from tastytrade.errors import ConfigurationError, TastytradeError
from tastytrade.rest.call import AsyncRunner
from tastytrade.source import EventSource

log = logging.getLogger(__name__)

VIEWS = 64
"""Different views at a time; each may have subscriptions of its own."""

Place = tuple[str, Args]


class Shown:
    """One view that somebody looks at. ``failure`` says why there is nothing to look at."""

    def __init__(self, panel: str, make: Callable[[Tell], View]) -> None:
        self.panel = panel
        self.view = make(self._tell)
        self.failure: str | None = None
        self.running: asyncio.Task[None] | None = None
        self.watchers: dict[asyncio.Event, int] = {}
        """Events to be set when something is new, and how many look by each."""

    def begin(self, supply: Supply) -> None:
        """Keep the view up to date from now on."""
        self.failure = None
        name = f"tastytrade-dashboard-{self.panel}"
        self.running = asyncio.get_running_loop().create_task(self._run(supply), name=name)

    async def end(self) -> None:
        """Let it be."""
        running, self.running = self.running, None
        if running is not None:
            running.cancel()
            await asyncio.wait([running])

    async def _run(self, supply: Supply) -> None:
        try:
            await self.view.run(supply)
        except TastytradeError as error:
            self._fail(str(error))
        except Exception as error:
            # The top of a task: the others go on, and whoever looks is told.
            log.exception("the panel %s has failed", self.panel)
            self._fail(f"this panel has failed ({type(error).__name__}); the program's log says where")

    def _fail(self, why: str) -> None:
        self.failure = why
        self._tell()

    def _tell(self) -> None:
        for watcher in self.watchers:
            watcher.set()


class Hub:
    """Between ``open()`` and ``aclose()`` clients ``show`` and ``leave``."""

    def __init__(
        self,
        source: EventSource,
        *,
        player: Player | None,
        runner: AsyncRunner | None,
        page: Callable[[], dict[str, int]],
    ) -> None:
        self.player = player
        self._runner = runner
        self._page = page
        self._chains = Chains(runner, None if player is None else player.store)
        self._shown: dict[Place, Shown] = {}
        self._changing = asyncio.Lock()
        self.supply = self._supplied(source)
        self._reading: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to read."""
        self._read()

    async def aclose(self) -> None:
        """End every view, and whatever they had of the source."""
        async with self._changing:
            for shown in self._shown.values():
                await shown.end()
            self._shown.clear()
            await self._read_no_more()
        if self.player is not None:
            await self.player.aclose()

    def show(self, panel: str, args: Args, watcher: asyncio.Event) -> Shown:
        """Look at a view from now on; ``watcher`` is set when something is new.

        Raises ConfigurationError when there are too many others.
        """
        shown = self._shown.get((panel, args))
        if shown is None:
            if len(self._shown) >= VIEWS:
                raise ConfigurationError(f"{VIEWS} different views are open; close some of them")
            shown = self._shown[panel, args] = Shown(panel, lambda tell: self._make(panel, args, tell))
            shown.begin(self.supply)
        elif shown.failure is not None and shown.running is not None and shown.running.done():
            shown.begin(self.supply)
        shown.watchers[watcher] = shown.watchers.get(watcher, 0) + 1
        watcher.set()
        return shown

    async def leave(self, shown: Shown, watcher: asyncio.Event) -> None:
        """Look no more; a view that nobody looks at goes."""
        shown.watchers[watcher] -= 1
        if not shown.watchers[watcher]:
            del shown.watchers[watcher]
        if not shown.watchers:
            self._shown = {place: one for place, one in self._shown.items() if one is not shown}
            await shown.end()

    @asynccontextmanager
    async def elsewhere(self) -> AsyncIterator[None]:
        """While a replay is sent elsewhere nobody reads; then every view begins anew."""
        async with self._changing:
            stopped = list(self._shown.values())
            for shown in stopped:
                await shown.end()
            await self._read_no_more()
            try:
                yield
            finally:
                self.supply = self._supplied(
                    self.supply.source if self.player is None else self.player.replay
                )
                self._read()
                for shown in self._shown.values():
                    if shown.running is not None:  # somebody began to look meanwhile, at what was before
                        await shown.end()
                    shown.begin(self.supply)

    def _supplied(self, source: EventSource) -> Supply:
        return Supply(source, player=self.player, runner=self._runner, chains=self._chains)

    def _read(self) -> None:
        reading = self._reading_values(self.supply)
        self._reading = asyncio.get_running_loop().create_task(reading, name="tastytrade-dashboard-values")

    async def _read_no_more(self) -> None:
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            await asyncio.wait([reading])

    async def _reading_values(self, supply: Supply) -> None:
        try:
            await supply.values.run()
        except TastytradeError as error:
            # The feed is over: the health panel says so, and what was known stays on the screen.
            log.warning("the last values of the dashboard end: %s", error)

    def _make(self, panel: str, args: Args, tell: Tell) -> View:
        match args:
            case ChainArgs():
                return ChainView(args, tell)
            case CandleArgs():
                return CandleView(args, tell)
            case SmileArgs() | TermArgs() | ExposureArgs():
                return CurveView(panel, args, tell)
            case PrintArgs():
                return PrintView(args, tell)
            case QuoteArgs():
                return QuoteView(args, tell)
            case _:
                return HealthView(self._page, tell)
