"""LiveChain: the options around where the underlying is, as it moves.

One subscription has the underlying and the options of the window. One task reads it, moves the window when
the rule says so, and notes for everybody who looks what has become new.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from datetime import date
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from tastytrade.dxfeed import EventBatch, Quote, Trade
from tastytrade.dxfeed.gap import Gap
from tastytrade.errors import ConfigurationError, RequestError, StreamClosed
from tastytrade.instruments.chain import OptionChain
from tastytrade.instruments.expiration import Expiration
from tastytrade.instruments.models import Option
from tastytrade.live_chain.change import ChainState, Change, Standing
from tastytrade.live_chain.choice import chain_of, expiration_after, expiration_of
from tastytrade.live_chain.followed import TYPES, Followed
from tastytrade.live_chain.ladder import Ladder, Manner
from tastytrade.live_chain.lookout import Lookout
from tastytrade.live_chain.market_clock import MarketClock
from tastytrade.live_chain.spot import Spot
from tastytrade.live_chain.window import Window
from tastytrade.subscription import Subscription

if TYPE_CHECKING:
    from tastytrade.tables import Table

log = logging.getLogger(__name__)

PAUSE = 0.25
"""Seconds between two moves of a window: each costs a live feed two messages."""
PER_SECOND = 10.0
"""Changes that one who looks is given."""
LOOK = 1.0
"""Seconds between two looks at whether the options are over, when nothing comes."""


class LiveChain:
    """The strikes of one expiration around the underlying's price. ``async with streamer.live_chain(...)``.

    The price is the underlying's last trade, else the middle of its quote. The window moves when the price
    has left its central band (see ``WindowRule``); what comes in is subscribed then, and what goes out is
    given up: never more than the window's options are wanted, and the underlying.

    chain       a symbol, whose chain the source is asked for; a chain; or options of one underlying
    expiration, dte, root   which of its expirations: by date, or days to expiration; else the nearest
    around      strikes of the window
    band        the central part of it in which the price moves nothing, as a share
    roll        when the options are over, go on with the next expiration; else it is EXPIRED
    pause       seconds between two moves of the window; unless told 0.25 for a live source, 0 for others
    """

    def __init__(
        self,
        source: Followed,
        chain: str | OptionChain | Iterable[Option],
        *,
        expiration: date | None = None,
        dte: int | None = None,
        root: str | None = None,
        around: int = 20,
        band: float = 0.25,
        roll: bool = False,
        pause: float | None = None,
    ) -> None:
        self._is_live = source.origin == "live"
        if pause is None:
            pause = PAUSE if self._is_live else 0.0
        self._source = source
        self._asked = chain if isinstance(chain, str) else chain_of(chain)
        self._day, self._dte, self._root = expiration, dte, root
        self._manner = Manner(around, band, pause)
        self._roll = roll
        self._state, self._reason = ChainState.CLOSED, "not opened yet"
        self._failure: Exception | None = None
        self._subscription: Subscription[Any] | None = None
        self._task: asyncio.Task[None] | None = None
        self._lookout = Lookout(self._standing)
        self._is_centred = asyncio.Event()
        self._spot = Spot()
        self._clock = MarketClock(is_simulated=source.feed_level == "simulated")
        self._heard_ns = 0
        self._recentred = 0

    # Its life.

    async def open(self) -> None:
        """Ask for the chain, and begin to follow. Raises ConfigurationError where there is no such part."""
        if self._task is not None:
            raise ConfigurationError("this live chain is open already, or was: begin another")
        chain = await self._listed()
        found = expiration_of(chain, day=self._day, dte=self._dte, root=self._root)
        self._ladder = Ladder(found, self._manner)
        subscribe, name = self._source.subscribe, f"live chain of {self.underlying}"
        if self._source.has_everything:
            self._subscription = subscribe(TYPES, [self.underlying, *found.symbols], name=name)
        else:
            self._subscription = subscribe([Trade, Quote], [self.underlying], name=name)
        self._state, self._reason = ChainState.WAITING, f"no price of {self.underlying} yet"
        following = self._follow(self._subscription)
        self._task = asyncio.get_running_loop().create_task(following, name="tastytrade-live-chain")
        self._chain = chain

    async def aclose(self) -> None:
        """Follow no more, and give up what was subscribed. The last table stays. May be called twice."""
        try:
            if self._task is not None:
                self._task.cancel()
                await asyncio.wait([self._task])
        finally:
            self._finish(ChainState.CLOSED, "closed by us")

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    # What a user asks.

    @property
    def underlying(self) -> str:
        """The symbol of the underlying."""
        return self._asked if isinstance(self._asked, str) else self._asked.underlying

    @property
    def state(self) -> ChainState:
        """Where it stands."""
        return self._state

    @property
    def reason(self) -> str:
        """Why, in words."""
        return self._reason

    @property
    def spot(self) -> float | None:
        """Where the underlying is; None before its first price."""
        return self._spot.price

    @property
    def expiration(self) -> Expiration:
        """All options of the expiration it is of now. Raises StreamClosed before it is open."""
        self._check_opened()
        return self._ladder.expiration

    @property
    def window(self) -> Window | None:
        """The strikes around the price; None before its first."""
        return self._ladder.window if self._task is not None else None

    @property
    def options(self) -> list[Option]:
        """The options of the window, by strike, call before put."""
        return self._ladder.options if self._task is not None else []

    @property
    def recentred(self) -> int:
        """How often the window has moved to other strikes of an expiration."""
        return self._recentred

    @property
    def gaps(self) -> list[Gap]:
        """From when to when something may be missing, as for any subscription."""
        return [] if self._subscription is None else self._subscription.gaps

    @property
    def table(self) -> Table:
        """The window as ``chain_table`` has it: one row a strike, with the age of each part of it.

        A strike that comes back has what was known of it, and says how old that is, until the feed has
        said it anew. Of a replay, ages are those at the time when it was received.
        """
        self._check_opened()
        return self._ladder.table(at_ns=self._now_ns())

    async def centred(self, *, timeout: float | None = None) -> bool:  # noqa: ASYNC109 - as ``restored``
        """Wait for the first window; False when ``timeout`` seconds are over. Raises what ended the chain."""
        self._check_opened()
        try:
            async with asyncio.timeout(timeout):
                await self._is_centred.wait()
        except TimeoutError:
            return False
        if self.window is None:
            raise self._failure or StreamClosed(f"this live chain has ended ({self._reason})")
        return True

    async def changes(self, *, per_second: float = PER_SECOND) -> AsyncGenerator[Change, None]:
        """What becomes new, at most so many times a second, for as long as it is followed.

        The first says what there is. Whoever is slow gets less of them, each of which says more: nothing
        waits. Ends with a last one that says why; then raises what ended the source, where that failed.
        """
        self._check_opened()
        ladder = self._ladder
        async with aclosing(
            self._lookout.changes(ladder.values.symbols, self.gaps, per_second=per_second)
        ) as changes:
            async for change in changes:
                yield change

    def __repr__(self) -> str:
        window = self.window
        where = "" if window is None else f", {window.lowest} to {window.highest}"
        return f"<LiveChain of {self.underlying}{where}: {self._reason}>"

    # Following.

    async def _follow(self, subscription: Subscription[Any]) -> None:
        try:
            while not self._state.is_final:
                is_over = subscription.is_closed  # then what is left is read, or why is raised
                is_read = await self._read(subscription, None if is_over else self._turn())
                if is_over and is_read:
                    self._finish(ChainState.CLOSED, "the source is over")
                await self._look()
        except Exception as error:  # noqa: BLE001 - the top of a task: whoever looks is told, none hangs
            self._finish(ChainState.FAILED, str(error), error)

    async def _read(self, subscription: Subscription[Any], duration: float | None) -> bool:
        """Take what comes for so many seconds; False where something else is to be looked at before."""
        async with aclosing(subscription.records(duration=duration)) as records:
            async for record in records:
                was_due = self._ladder.due
                if isinstance(record, Gap):
                    self._lookout.note(gap=record)
                else:
                    self._take(record)
                if self._ladder.due != was_due or self._is_passed():
                    return False
        return True

    def _turn(self) -> float:
        """For how long to read before there is something else to do."""
        due = self._ladder.due
        return LOOK if due is None else max(0.0, min(LOOK, due - asyncio.get_running_loop().time()))

    def _take(self, batch: EventBatch[Any]) -> None:
        self._heard_ns = max(self._heard_ns, batch.received_ns)
        self._clock.hear(batch)
        self._ladder.values.take(batch)
        self._lookout.note(symbols=batch.symbols)
        if batch.event_class in {Trade, Quote} and self.underlying in batch.symbols:
            for event in batch.of_symbols({self.underlying}):
                self._price(event, batch.received_ns)
            self._recentre()

    def _price(self, event: Trade | Quote, received_ns: int) -> None:
        if isinstance(event, Trade):
            self._spot.trade(event, at_ns=self._clock.happened(event.time, received_ns=received_ns))
        else:
            self._spot.quote(event, at_ns=received_ns)

    def _recentre(self) -> None:
        """Let the window follow the price, and be subscribed to what is in it."""
        price = self._spot.price
        ladder = self._ladder
        moves = ladder.moves
        move = None if price is None else ladder.follow(price, now=asyncio.get_running_loop().time())
        if move is None or ladder.window is None:
            return
        if not self._source.has_everything:
            self._want(came=move.came, went=move.went)
        self._recentred += ladder.moves - moves
        self._state, self._reason = ChainState.FOLLOWING, f"around {ladder.window.centre}"
        self._is_centred.set()
        self._lookout.note()

    def _want(self, *, came: list[str], went: list[str]) -> None:
        assert self._subscription is not None  # noqa: S101 - there is one before the task begins
        if went:
            self._source.reduce(self._subscription, TYPES, went)
        if came:
            self._source.extend(self._subscription, TYPES, came)

    # Expirations.

    async def _look(self) -> None:
        """Do what is due: move the window; end, or go on with the next expiration, when this one is over."""
        if self._ladder.due is not None:
            self._recentre()
        while not self._state.is_final and self._is_passed():
            if self._roll:
                await self._next()
            else:
                over = f"{self._ladder} has expired; with roll=True it goes on with the next"
                self._finish(ChainState.EXPIRED, over)

    def _is_passed(self) -> bool:
        moment = self._clock.moment(self._now_ns())
        return moment is not None and moment >= self._ladder.ends_ns

    async def _next(self) -> None:
        """Go on with the next expiration, of the chain as it is now."""
        try:
            self._chain = await self._listed()
        except RequestError as error:
            log.warning("the chain of %s as it was is used on: %s", self.underlying, error)
        over = self._ladder
        found = expiration_after(self._chain, over.expiration, root=self._root)
        if found is None:
            self._finish(ChainState.EXPIRED, f"{over} has expired and was the last there is")
            return
        self._ladder = Ladder(found, self._manner)
        log.info("%s has expired: on with %s", over, self._ladder)
        if self._source.has_everything:
            self._want(came=found.symbols, went=over.expiration.symbols)
        else:
            self._want(came=[], went=[option.streamer_symbol for option in over.options])
        self._recentre()
        self._lookout.note()

    async def _listed(self) -> OptionChain:
        if isinstance(self._asked, OptionChain):
            return self._asked
        return chain_of(await self._source.option_chain(self._asked))

    # Small things.

    def _finish(self, state: ChainState, reason: str, failure: Exception | None = None) -> None:
        """Be over, for this reason, unless it is over already."""
        if self._subscription is not None:
            self._subscription.close()
        if self._state.is_final or self._task is None:
            return
        self._state, self._reason, self._failure = state, reason, failure
        self._is_centred.set()
        self._lookout.end(failure)

    def _standing(self) -> Standing:
        return Standing(
            state=self._state,
            reason=self._reason,
            at_ns=self._now_ns(),
            expiration=self._ladder.expiration.date,
            spot=self.spot,
            window=self.window,
            options=tuple(self.options),
            recentred=self._recentred,
        )

    def _now_ns(self) -> int:
        return time.time_ns() if self._is_live else self._heard_ns

    def _check_opened(self) -> None:
        if self._task is None:
            raise StreamClosed("this live chain is not open; use it in `async with`")
