"""LoopWatch: notices when the event loop was blocked, by whom, and when the whole process stood still.

A feed is read by one event loop. Who keeps that busy, with slow work or a call that waits, delays every
reader, and after some time the server takes the connection for dead. A heartbeat in the loop is late then,
and a thread that looks meanwhile sees in which function.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from types import FrameType

from msgspec import Struct

from tastytrade.meter import Histogram, LoopStats

log = logging.getLogger(__name__)

BEAT = 0.1
"""Seconds between two heartbeats in the loop: waking it up costs 0.2 % of a core."""
LOOK = 0.05
"""Seconds between two looks of the watching thread: 0.1 % of a core."""
LIMIT = 0.05
WARN = 0.25
SUSPENDED = 1.0
"""Seconds of standing still from which it is told: a machine that is merely busy stops us for less."""
CLOCK_JUMP = 5.0
"""Seconds by which the wall clock must run ahead of the monotonic one, which on Linux and macOS stops while
a machine sleeps. Setting the clock forward by as much looks the same, and is told too."""
STILL_BLOCKED = 5.0
"""Seconds after which a block is told of while it lasts: it may never end."""
QUIET = 10.0
"""Seconds in which one culprit is told of once."""
MAX_SAMPLES = 20
MAX_PLACES = 100
UNKNOWN = "unknown"

_OURS = __name__.partition(".")[0]
# Functions that run a loop: asyncio's own, and what is below one that is not written in Python.
_LOOP = {("asyncio.base_events", "_run_once"), ("asyncio.runners", "run")}


class LoopWatch:
    """Watches the event loop that it is started in, from ``start()`` to ``stop()``.

    limit        a block counts when a heartbeat was later than this, in seconds
    warn         a block of so many seconds is warned of, at most once in 10 s for one culprit
    on_suspend   called in the loop with the seconds for which the process stood still, from 1 s on

    A block is found for its length less at most one heartbeat (0.1 s). The culprit is the innermost
    function that is neither asyncio's nor ours, or else ours; "unknown" where none was seen, as when the
    loop merely has much to do. When the thread that looks was late too and next to no CPU time went by,
    nobody blocked: the process was stopped, or the machine slept or was overloaded. (Foreign code that waits
    while it holds the interpreter's lock looks the same.) In a forked child it does nothing.
    """

    def __init__(
        self,
        *,
        limit: float = LIMIT,
        warn: float = WARN,
        on_suspend: Callable[[float], object] | None = None,
    ) -> None:
        self.limit = limit
        self._warn = warn
        self._on_suspend = on_suspend
        self._watcher: _Watcher | None = None
        self._handle: asyncio.Handle | None = None
        self._wall_ahead = 0.0
        """By how much the wall clock was ahead of the monotonic one at the last heartbeat."""
        self._delays = Histogram()
        self._blocked_count = 0
        self._longest = 0.0
        self._last_culprit = ""
        self._suspended = 0.0
        # The loop writes this, the watching thread reads it.
        self.loop: asyncio.AbstractEventLoop | None = None
        self.due = 0.0
        """When the next heartbeat should come; it stands for that heartbeat below."""
        self.thread = 0
        """The thread that the loop runs in."""
        # The watching thread writes this, the loop reads it.
        self.samples: deque[tuple[float, _Culprit]] = deque(maxlen=MAX_SAMPLES)
        self.not_running = 0.0
        """The heartbeat that is late because the loop was seen not to run at all."""
        self.told = 0.0
        """The heartbeat whose delay has been told of."""

    def start(self) -> None:
        """Begin to watch the loop that this runs in; nothing changes when it has begun already.

        Where no thread can be started it is said, and nothing is watched.
        """
        if self._watcher is not None:
            return
        self.loop = asyncio.get_running_loop()
        self.thread, self.due = threading.get_ident(), time.monotonic()
        self._wall_ahead = time.time() - self.due
        watcher = _watcher_of_this_process()
        try:
            watcher.add(self)
        except RuntimeError as error:  # too many threads, or the interpreter ends
            log.warning("the event loop is not watched for who blocks it: %s", error)
            return
        self._watcher = watcher
        self._handle = self.loop.call_soon(self._beat)

    def stop(self) -> None:
        """Watch no longer; ``stats`` stay. Called in the loop, or after its end; twice is fine."""
        watcher, self._watcher = self._watcher, None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if watcher is not None and watcher.process == os.getpid():
            watcher.remove(self)

    def stats(self) -> LoopStats:
        """What was found since this was made."""
        return LoopStats(
            blocked_count=self._blocked_count,
            longest_s=self._longest,
            last_culprit=self._last_culprit,
            p99_s=self._delays.quantile(0.99),
            suspended_s=self._suspended,
        )

    def _beat(self) -> None:
        watcher, loop = self._watcher, self.loop
        if watcher is None or loop is None or watcher.process != os.getpid():
            return
        now = time.monotonic()
        late, stopped = now - self.due, 0.0
        if late > self.limit:
            stopped = watcher.stood_still(self.due, now)
            late = 0.0 if self.not_running == self.due else late - stopped
            if late > self.limit:
                self._blocked(late, watcher)
        self._delays.add(late)
        wall_ahead = time.time() - now
        jump, self._wall_ahead = wall_ahead - self._wall_ahead, wall_ahead
        stopped += jump if jump > CLOCK_JUMP else 0.0
        if stopped >= SUSPENDED:
            self._suspended += stopped
            if self._on_suspend is not None:
                loop.call_soon(self._on_suspend, stopped)
        self.thread, self.due = threading.get_ident(), now + BEAT
        self.samples.clear()
        self._handle = loop.call_later(BEAT, self._beat)

    def _blocked(self, late: float, watcher: _Watcher) -> None:
        seen = Counter(one for due, one in tuple(self.samples) if due == self.due)
        culprit = seen.most_common(1)[0][0] if seen else None
        self._blocked_count += 1
        self._longest = max(self._longest, late)
        self._last_culprit = str(culprit or UNKNOWN)
        if late >= self._warn and self.told != self.due:
            self.told = self.due
            watcher.tell(culprit, f"was blocked for {late:.2f} s", since=self.due)


class _Culprit(Struct, frozen=True):
    """A task or callback, a function with its file, and the line; a place is one culprit for warnings."""

    who: str
    place: str
    line: int

    def __str__(self) -> str:
        return f"{self.who} in {self.place}:{self.line})"


class _Told(Struct):
    """When a culprit was told of last, and how often it blocked since."""

    at: float
    more: int = 0


class _Watcher:
    """The thread that looks at all loops of one process; there is one while any is watched.

    It is a daemon, asks nobody's leave and keeps no frame, so it keeps neither the interpreter nor a value.
    """

    def __init__(self) -> None:
        self.process = os.getpid()
        self._lock = threading.Lock()
        self._watches: tuple[LoopWatch, ...] = ()
        self._is_running = False
        # When it looked last, the process's CPU time then, and the pauses (from, to) in which the process
        # did not run. They change together, and the loops read them.
        self._looked: tuple[float, float, tuple[tuple[float, float], ...]] = (0.0, 0.0, ())
        self._told: dict[str, _Told] = {}

    def add(self, watch: LoopWatch) -> None:
        with self._lock:
            if not self._is_running:
                self._looked = (time.monotonic(), time.process_time(), ())
                threading.Thread(target=self._run, name="tastytrade-loop-watch", daemon=True).start()
                self._is_running = True
            self._watches = (*self._watches, watch)

    def remove(self, watch: LoopWatch) -> None:
        with self._lock:
            self._watches = tuple(one for one in self._watches if one is not watch)

    def stood_still(self, since: float, now: float) -> float:
        """For how much of the time between these two the process did not run at all."""
        looked_at, cpu, pauses = self._looked
        if is_pause(now - looked_at, time.process_time() - cpu):
            pauses = (*pauses, (looked_at, now))
        return sum(max(min(end, now) - max(begin, since), 0.0) for begin, end in pauses)

    def tell(self, culprit: _Culprit | None, text: str, *, since: float) -> None:
        """Warn of a block, unless this culprit was told of a moment ago: then it is counted."""
        now, place = time.monotonic(), UNKNOWN if culprit is None else culprit.place
        with self._lock:
            told = self._told.get(place)
            if told is not None and now - told.at < QUIET:
                told.more += since > told.at  # or else it is the same block, seen by another watch
                return
            self._told[place] = _Told(now)
            if len(self._told) > MAX_PLACES:
                del self._told[next(iter(self._told))]
        log.warning(
            "the event loop %s by %s: nothing was read meanwhile; do slow work in a thread "
            "(asyncio.to_thread) or another process%s",
            text,
            culprit or "something that was not seen (foreign code, or very much small work)",
            f" ({told.more} times more since the last warning)" if told and told.more else "",
        )

    def _run(self) -> None:
        while True:
            time.sleep(LOOK)
            now, cpu = time.monotonic(), time.process_time()
            looked_at, cpu_before, pauses = self._looked
            if is_pause(now - looked_at, cpu - cpu_before):
                pauses = (*pauses[-9:], (looked_at, now))
            self._looked = (now, cpu, pauses)
            with self._lock:
                self._is_running = bool(self._watches)
                if not self._is_running:
                    return
            for watch in self._watches:
                self._look(watch)

    def _look(self, watch: LoopWatch) -> None:
        loop, due, now = watch.loop, watch.due, time.monotonic()
        if loop is None or loop.is_closed():
            self.remove(watch)
        elif not loop.is_running():
            watch.not_running = due
        elif now - due > watch.limit:
            late = now - due - self.stood_still(due, now)
            if late <= watch.limit:
                return
            culprit = None
            if len(watch.samples) < MAX_SAMPLES or late >= STILL_BLOCKED:
                culprit = _find_culprit(watch.thread, loop)
            # When the heartbeat has come meanwhile, it is another one that is waited for.
            if culprit is not None and len(watch.samples) < MAX_SAMPLES and watch.due == due:
                watch.samples.append((due, culprit))
            if late >= STILL_BLOCKED and watch.told != due:
                watch.told = due
                # A log may make it wait, for the very loop that is blocked: that is no pause.
                self._looked = (math.inf, 0.0, self._looked[2])
                self.tell(culprit, f"has been blocked for {late:.0f} s, and still is,", since=due)


# One thread a process is enough. A forked child has none, and locks that nobody will open: it gets its own.
_watchers: dict[int, _Watcher] = {}


def _watcher_of_this_process() -> _Watcher:
    return _watchers.setdefault(os.getpid(), _Watcher())


def is_pause(seconds: float, cpu_s: float) -> bool:
    """Whether a process stood still that should have looked after 0.05 s, and did after ``seconds``.

    ``cpu_s`` is the CPU time it used meanwhile. Up to the pause it may have worked, in it it did not; who
    computes and lets no other thread run uses all of it.
    """
    late = seconds - LOOK
    return late > LOOK / 2 and cpu_s < LOOK + 0.1 * late


def _find_culprit(thread: int, loop: asyncio.AbstractEventLoop) -> _Culprit | None:
    """What a thread does on top of its loop: where a frame is innermost, neither asyncio's nor ours."""
    ours = None
    frame = sys._current_frames().get(thread)
    while frame is not None:
        name = str(frame.f_globals.get("__name__"))
        if name == __name__:
            return None  # the heartbeat is being dealt with
        if (name, frame.f_code.co_name) in _LOOP:
            break  # those who run the loop are below
        package = name.partition(".")[0]
        if package == _OURS:
            ours = ours or frame
        elif package not in {"asyncio", "selectors"}:
            return _culprit(frame, loop)
        frame = frame.f_back
    return None if ours is None else _culprit(ours, loop)


def _culprit(frame: FrameType, loop: asyncio.AbstractEventLoop) -> _Culprit:
    task = asyncio.current_task(loop)
    file = "/".join(frame.f_code.co_filename.replace("\\", "/").split("/")[-2:])
    return _Culprit(
        "a callback" if task is None else f"task {task.get_name()}",
        f"{frame.f_code.co_qualname} ({file}",
        frame.f_lineno or 0,
    )
