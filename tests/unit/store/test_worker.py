from __future__ import annotations

import asyncio
import threading

import pytest

from tastytrade.store.worker import Worker


async def test_it_gives_what_the_work_gives_or_raises() -> None:
    worker = Worker("test")
    given = await worker.do(lambda: threading.current_thread().name)
    with pytest.raises(ZeroDivisionError):
        await worker.do(divmod, 1, 0)
    worker.close()

    assert given.startswith("test")


async def test_what_was_begun_is_done_to_its_end_when_nobody_waits_any_more() -> None:
    worker, may_go_on, done = Worker("test"), threading.Event(), list[str]()

    def work() -> None:
        may_go_on.wait(5)
        done.append("work")

    waiting = asyncio.create_task(worker.do(work))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    worker.begin(lambda: done.append("after it"))
    worker.close()
    may_go_on.set()
    await asyncio.to_thread(worker.finish)

    assert waiting.cancelled()
    assert done == ["work", "after it"]
