from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tastytrade.loop_watch import QUIET, LoopWatch, _Watcher, _watchers, is_pause
from tastytrade.meter import LoopStats

pytestmark = pytest.mark.alone

BLOCK = 0.35
THIS_FILE = "unit/test_loop_watch.py:"
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows neither forks nor stops a process like this")


@pytest.fixture
async def watch() -> Any:
    """A watch that warns of everything and whose first heartbeat has been."""
    started = LoopWatch(warn=0.05)
    started.start()
    await heartbeat()
    yield started
    started.stop()


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    """Culprits of one test are told of again in the next."""
    yield
    for watcher in _watchers.values():
        watcher._told.clear()


async def heartbeat() -> None:
    """Lets a heartbeat come that is due: timers run after what was ready before."""
    for _ in range(3):
        await asyncio.sleep(0)


def dawdle() -> None:
    time.sleep(BLOCK)


async def dawdling(function: Callable[[], object] = dawdle) -> None:
    function()


async def run_as(name: str, function: Callable[[], object] = dawdle) -> None:
    await asyncio.create_task(dawdling(function), name=name)
    await heartbeat()


def in_module(name: str, source: str) -> Any:
    """The function ``made`` of a module of this name."""
    names: dict[str, Any] = {"__name__": name}
    exec(compile(source, f"/somewhere/{name.replace('.', '/')}.py", "exec"), names)
    return names["made"]


def run_script(script: str) -> list[str]:
    """The words that a program prints which has a loop, a watch, and this to do."""
    program = f"""
import asyncio, os, signal, subprocess, sys, threading, time
from tastytrade.loop_watch import LoopWatch, _watchers
{script}
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True, timeout=9
    )
    return done.stdout.split()


async def test_who_blocked_the_loop_is_named(watch: LoopWatch, caplog: pytest.LogCaptureFixture) -> None:
    await run_as("slow-reader")
    stats = watch.stats()

    assert stats.last_culprit.startswith("task slow-reader in dawdle (" + THIS_FILE)
    assert stats.blocked_count == 1
    assert BLOCK - 0.15 <= stats.longest_s < BLOCK + 1
    assert stats.p99_s == stats.longest_s
    assert f"by {stats.last_culprit}: nothing was read meanwhile; do slow work in a thread" in caplog.text


async def test_a_callback_that_is_in_no_task_is_named(watch: LoopWatch) -> None:
    asyncio.get_running_loop().call_soon(dawdle)
    await heartbeat()

    assert watch.stats().last_culprit.startswith("a callback in dawdle (" + THIS_FILE)


async def test_our_own_functions_are_passed_over_for_those_who_called_them(watch: LoopWatch) -> None:
    ours = in_module("tastytrade.slow", f"import time\ndef made(): time.sleep({BLOCK})")

    def calls_us() -> None:
        ours()

    await run_as("reader", calls_us)

    assert ".calls_us (" in watch.stats().last_culprit


async def test_our_own_function_is_named_when_it_is_all_there_is(watch: LoopWatch) -> None:
    ours = in_module("tastytrade.slow", f"import time\ndef made(): time.sleep({BLOCK})")
    asyncio.get_running_loop().call_soon(ours)
    await heartbeat()

    assert watch.stats().last_culprit == "a callback in made (tastytrade/slow.py:2)"


async def test_functions_of_asyncio_are_nobodys(watch: LoopWatch) -> None:
    theirs = in_module("asyncio.slow", f"import time\ndef made(): time.sleep({BLOCK})")
    asyncio.get_running_loop().call_soon(theirs)
    await heartbeat()

    assert watch.stats().last_culprit == "unknown"
    assert watch.stats().blocked_count == 1


async def test_a_loop_that_does_its_work_in_time_is_not_blocked(
    watch: LoopWatch, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(30):
        await dawdling(lambda: time.sleep(0.01))
        await asyncio.sleep(0)

    assert watch.stats().last_culprit == ""
    assert watch.stats().p99_s is not None
    assert caplog.text == ""


async def test_a_short_block_is_counted_and_not_told_of(caplog: pytest.LogCaptureFixture) -> None:
    patient = LoopWatch(warn=60.0)
    patient.start()
    await heartbeat()
    await run_as("reader")
    patient.stop()

    assert patient.stats().blocked_count == 1
    assert caplog.text == ""


async def test_one_culprit_is_told_of_once_in_a_while_with_a_count(
    watch: LoopWatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("one", "two", "three"):
        await run_as(name)
    before = caplog.text
    for told in _watchers[os.getpid()]._told.values():
        told.at -= QUIET
    await run_as("four")

    assert watch.stats().blocked_count == 4
    assert before.count("the event loop was blocked") == 1
    assert caplog.text.count("the event loop was blocked") == 2
    assert "(2 times more since the last warning)" in caplog.text


async def test_two_watches_of_one_loop_tell_of_a_block_once(
    watch: LoopWatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = LoopWatch(warn=0.05)
    other.start()
    await heartbeat()
    await run_as("reader")
    other.stop()

    assert (watch.stats().blocked_count, other.stats().blocked_count) == (1, 1)
    assert caplog.text.count("the event loop was blocked") == 1
    assert [told.more for told in _watchers[os.getpid()]._told.values()] == [0]


async def test_a_block_that_does_not_end_is_told_of_meanwhile(
    watch: LoopWatch, caplog: pytest.LogCaptureFixture
) -> None:
    watch.due -= 60  # as if it had begun a minute ago
    await run_as("stuck")

    assert caplog.text.count("the event loop has been blocked for 60 s, and still is, by task stuck in") == 1
    assert "was blocked" not in caplog.text
    assert watch.stats().blocked_count == 1


def test_a_loop_that_does_not_run_is_not_blocked() -> None:
    loop = asyncio.new_event_loop()
    watch = LoopWatch()

    async def begin() -> None:
        watch.start()
        await heartbeat()

    loop.run_until_complete(begin())
    time.sleep(BLOCK)
    loop.run_until_complete(heartbeat())
    watch.stop()
    loop.close()

    assert watch.stats().blocked_count == 0


def test_a_loop_that_was_closed_is_let_go() -> None:
    loop = asyncio.new_event_loop()
    watch = LoopWatch()

    async def begin() -> None:
        watch.start()

    loop.run_until_complete(begin())
    loop.close()
    watcher = _watchers[os.getpid()]
    watcher._look(watch)

    assert watch not in watcher._watches
    watch.stop()


async def test_all_watches_have_one_thread(watch: LoopWatch) -> None:
    other = LoopWatch()
    other.start()
    names = [thread.name for thread in threading.enumerate()]
    other.stop()

    assert names.count("tastytrade-loop-watch") == 1
    assert watch in _watchers[os.getpid()]._watches


async def test_it_can_be_stopped_twice_and_started_again() -> None:
    watch = LoopWatch()
    watch.stop()
    watch.start()
    watch.start()
    watch.stop()
    watch.stop()
    await heartbeat()
    stopped = watch.stats()
    watch.start()
    await heartbeat()
    watch.stop()

    assert stopped == LoopStats()
    assert watch.stats().p99_s is not None


@pytest.mark.parametrize(
    ("seconds", "cpu", "stood_still"),
    [
        (0.05, 0.0, False),
        (0.06, 0.0, False),
        (1.05, 0.0, True),
        (1.05, 0.05, True),  # it was busy until it was stopped
        (1.05, 1.0, False),  # who computes all the time lets no other thread run
        (0.2, 0.15, False),
        (30.0, 0.3, True),
    ],
)
def test_a_process_stood_still_when_its_thread_was_late_and_used_no_time(
    seconds: float, cpu: float, stood_still: bool
) -> None:
    assert is_pause(seconds, cpu) is stood_still


def test_only_the_part_of_a_pause_that_was_asked_about_counts() -> None:
    watcher = _Watcher()
    now = time.monotonic()
    watcher._looked = (now, time.process_time(), ((now - 100, now - 90), (now - 50, now - 20)))

    assert watcher.stood_still(now - 95, now - 30) == pytest.approx(5 + 20)
    assert watcher.stood_still(now - 10, now) == 0.0


async def test_a_wall_clock_that_jumps_ahead_is_a_machine_that_slept() -> None:
    told: list[float] = []
    watch = LoopWatch(on_suspend=told.append)
    watch.start()
    watch._wall_ahead -= 3600
    await heartbeat()
    watch.stop()

    assert told == [pytest.approx(3600, abs=1)]
    assert watch.stats().suspended_s == told[0]
    assert watch.stats().blocked_count == 0


@pytest.mark.parametrize("jump", [4.0, -3600.0])
async def test_a_clock_that_is_put_right_is_no_machine_that_slept(jump: float) -> None:
    told: list[float] = []
    watch = LoopWatch(on_suspend=told.append)
    watch.start()
    watch._wall_ahead -= jump
    await heartbeat()
    watch.stop()

    assert told == []


@POSIX
def test_a_process_that_was_stopped_was_suspended_and_not_blocked() -> None:
    blocked, suspended = run_script("""
async def main():
    told = asyncio.get_running_loop().create_future()
    watch = LoopWatch(on_suspend=told.set_result)
    watch.start()
    await asyncio.sleep(0.1)
    subprocess.Popen(["sh", "-c", f"kill -STOP {os.getpid()}; sleep 1.5; kill -CONT {os.getpid()}"])
    seconds = await told
    print(watch.stats().blocked_count, seconds)
asyncio.run(main())
""")

    assert int(blocked) == 0
    assert 1.3 < float(suspended) < 5


@POSIX
def test_a_forked_child_is_not_watched_unless_it_asks_for_it() -> None:
    words = run_script("""
async def parent(watch):
    watch.start()
    await asyncio.sleep(0.05)
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    time.sleep(0.3)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    watch.stop()
    asyncio.run(again(watch, LoopWatch()))
    os._exit(0)
async def again(old, new):
    new.start()
    await asyncio.sleep(0)
    time.sleep(0.4)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    print(old.stats().blocked_count, new.stats().blocked_count, new.stats().last_culprit, flush=True)
print("status", asyncio.run(parent(LoopWatch())))
""")

    assert words[:3] == ["0", "1", "task"]
    assert words[-5:-3] == ["in", "again"]
    assert words[-2:] == ["status", "0"]


def test_it_keeps_no_interpreter_alive() -> None:
    assert run_script("""
loop = asyncio.new_event_loop()
watch = LoopWatch()
async def main():
    watch.start()
    await asyncio.sleep(0)
loop.run_until_complete(main())
threading.Thread(target=loop.run_forever, daemon=True).start()
print("ended")
""") == ["ended"]
