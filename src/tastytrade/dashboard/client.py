"""Client: one page, over its WebSocket. What it asks is done in turn; what it is told is always the newest.

There is no queue to a page. Of each panel is known which version it has, and when it can take something it
gets what has changed since. A page that takes nothing keeps one message waiting, and after a while is let go.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from starlette.types import Scope
from starlette.websockets import WebSocket, WebSocketDisconnect

from tastytrade.dashboard.finding import find
from tastytrade.dashboard.hub import Hub, Shown
from tastytrade.dashboard.messages import (
    Asked,
    Hide,
    Pause,
    Resume,
    Search,
    Seek,
    Show,
    Speed,
    format_note,
    format_said,
    parse_asked,
)
from tastytrade.dashboard.panel_args import parse_args
from tastytrade.dashboard.view import EVERY
from tastytrade.errors import ConfigurationError, TastytradeError

log = logging.getLogger(__name__)

POSITION_EVERY = 0.25
NOTES = 20
"""Of more notes than so many that wait, the oldest go."""


class Panel:
    """What a page shows under one name, and which version of it the page has."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self.sent = 0
        self.told_failure: str | None = None


class Client:
    """``run()`` until the page goes, or is let go."""

    def __init__(
        self,
        websocket: WebSocket,
        hub: Hub,
        *,
        hello: dict[str, Any],
        patience: float,
        hang_up: Callable[[Scope], None],
    ) -> None:
        self._websocket = websocket
        self._hub = hub
        self._hello = hello
        self._patience = patience
        self._hang_up = hang_up
        self._changed = asyncio.Event()
        self._panels: dict[str, Panel] = {}
        self._notes: list[str] = []
        self._position: str | None = None
        self._wanted: Search | None = None
        self._searching = asyncio.Event()
        self._conflated = 0

    @property
    def conflated(self) -> int:
        """Versions of panels that this page does not get, because newer ones came before it took them."""
        waiting = [
            panel.shown.view.version - panel.sent - 1
            for name, panel in self._panels.items()
            if panel.sent and name != "prints"
        ]
        return self._conflated + sum(max(0, one) for one in waiting)

    async def run(self) -> None:
        """Raises nothing that the page can be to blame for."""
        tasks = [self._hear(), self._say(), self._search()]
        if self._hub.player is not None:
            tasks.append(self._watch_position())
        running = [asyncio.ensure_future(task) for task in tasks]
        try:
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in running:
                task.cancel()
            await asyncio.wait(running)
            self._conflated = self.conflated
            panels, self._panels = self._panels, {}
            for panel in panels.values():
                await self._hub.leave(panel.shown, self._changed)
        for task in running:
            error = None if task.cancelled() else task.exception()
            if error is not None and not isinstance(error, WebSocketDisconnect):
                raise error

    # What it asks.

    async def _hear(self) -> None:
        while True:
            try:
                await self._do(parse_asked(await self._websocket.receive_text()))
            except KeyError:  # a message of bytes
                self._note("a page speaks in texts")
            except TastytradeError as error:
                self._note(str(error))

    async def _do(self, asked: Asked) -> None:
        match asked:
            case Show():
                try:
                    await self._show(asked)
                except TastytradeError as error:
                    self._note(str(error), panel=asked.panel)
            case Hide():
                await self._hide(asked.panel)
            case Search():
                self._wanted = asked
                self._searching.set()
            case _:
                await self._play(asked)

    async def _show(self, asked: Show) -> None:
        args = parse_args(asked.panel, bytes(asked.args))
        shown = self._hub.show(asked.panel, args, self._changed)
        before = self._panels.get(asked.panel)
        self._panels[asked.panel] = Panel(shown)
        if before is not None:
            await self._hub.leave(before.shown, self._changed)

    async def _hide(self, name: str) -> None:
        panel = self._panels.pop(name, None)
        if panel is not None:
            await self._hub.leave(panel.shown, self._changed)

    async def _play(self, asked: Pause | Resume | Speed | Seek) -> None:
        hub, player = self._hub, self._hub.player
        if player is None:
            raise ConfigurationError("only a replay can be paused, sought, or played at another speed")
        match asked:
            case Pause():
                player.pause()
            case Speed():
                player.change_speed(asked.speed)
            case Resume() if not player.is_over:
                player.resume()
            case Resume():
                async with hub.elsewhere():
                    await player.begin_again()
            case Seek():
                async with hub.elsewhere():
                    await player.seek(asked.to_ms * 1_000_000)

    async def _search(self) -> None:
        """The newest search, one at a time: who types quickly asks for the last text."""
        while True:
            await self._searching.wait()
            self._searching.clear()
            asked, self._wanted = self._wanted, None
            if asked is None:
                continue
            try:
                found = await find(self._hub.supply, asked.text)
            except TastytradeError as error:
                self._note(str(error))
                found = []
            self._notes.append(format_said("found", id=asked.id, symbols=found))
            del self._notes[:-NOTES]
            self._changed.set()

    # What it is told.

    async def _say(self) -> None:
        await self._send(format_said("hello", **self._hello))
        while True:
            await self._changed.wait()
            self._changed.clear()
            notes, self._notes = self._notes, []
            for text in notes:
                await self._send(text)
            if self._position is not None:
                position, self._position = self._position, None
                await self._send(position)
            for name, panel in tuple(self._panels.items()):
                await self._say_panel(name, panel)
            await asyncio.sleep(EVERY)

    async def _say_panel(self, name: str, panel: Panel) -> None:
        shown = panel.shown
        if shown.failure != panel.told_failure:
            panel.told_failure = shown.failure
            if shown.failure is not None:
                await self._send(format_note(shown.failure, panel=name))
        version = shown.view.version
        is_new = version > panel.sent and shown.view.has_something
        if is_new and self._panels.get(name) is panel:
            said = shown.view.said(panel.sent)
            if panel.sent and name != "prints":  # of these none is left out
                self._conflated += version - panel.sent - 1
            panel.sent = version
            for text in said:
                await self._send(text)

    async def _watch_position(self) -> None:
        player = self._hub.player
        while player is not None:
            self._position = format_said("position", **player.position())
            self._changed.set()
            await asyncio.sleep(POSITION_EVERY)

    async def _send(self, text: str) -> None:
        """Raises WebSocketDisconnect when the page is gone, or has taken nothing for long."""
        try:
            async with asyncio.timeout(self._patience):
                await self._websocket.send_text(text)
        except TimeoutError:
            log.info("a page took nothing for %.0f s and is let go", self._patience)
            self._hang_up(self._websocket.scope)
            raise WebSocketDisconnect(1006) from None

    def _note(self, text: str, *, panel: str | None = None) -> None:
        self._notes.append(format_note(text, panel=panel))
        del self._notes[:-NOTES]
        self._changed.set()
