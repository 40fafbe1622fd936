"""Running a command so that Ctrl-C and SIGTERM end it in order: what has come is put out first."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from tastytrade.transport.event_loop import new_event_loop

TERMINATED = 143
"""Exit code after SIGTERM, as shells have it: 128 and the signal's number. Ctrl-C gives 130."""


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run it in a loop of its own. SIGTERM cancels it as Ctrl-C does; a second signal ends it at once."""
    was_terminated = False

    async def guarded() -> None:
        task = asyncio.ensure_future(main)

        def terminate() -> None:
            nonlocal was_terminated
            if was_terminated:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                signal.raise_signal(signal.SIGTERM)
            was_terminated = True
            task.cancel()

        on_signal(signal.SIGTERM, terminate)
        await task

    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(guarded())
    except asyncio.CancelledError:
        if not was_terminated:
            raise
        sys.exit(TERMINATED)


def on_signal(number: signal.Signals, act: Callable[[], None]) -> None:
    """Call this in the running loop when the signal comes."""
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(number, act)
    except NotImplementedError:  # Windows' default loop
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(act))
