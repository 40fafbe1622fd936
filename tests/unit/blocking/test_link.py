from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tastytrade.blocking.link import Link
from tastytrade.errors import ConfigurationError, StreamClosed
from tastytrade.rest.auth import OAuthCredentials
from tastytrade.rest.environment import environment_named
from tastytrade.rest.secret import Secret
from tastytrade.session import Session


def make_link() -> Link:
    """A link whose session never logs in: nothing here leaves this process."""
    environment = environment_named({}, "production")
    return Link(Session(environment, OAuthCredentials(Secret("a secret"), Secret("a token"))))


@pytest.fixture
def link() -> Iterator[Link]:
    made = make_link()
    yield made
    made.close()


def threads_of_ours() -> int:
    return sum(thread.name == "tastytrade-session" for thread in threading.enumerate())


async def one() -> int:
    await asyncio.sleep(0)
    return 1


async def forever(began: threading.Event) -> None:
    began.set()
    await asyncio.Event().wait()


def test_work_is_done_on_the_thread_of_the_link(link: Link) -> None:
    async def where() -> str:
        return threading.current_thread().name

    assert link.run(where()) == "tastytrade-session"


def test_an_error_of_the_work_is_raised_as_it_is(link: Link) -> None:
    async def fails() -> None:
        raise ConfigurationError("by hand")

    with pytest.raises(ConfigurationError, match="by hand"):
        link.run(fails())


def test_a_closed_link_does_no_work_and_has_no_thread() -> None:
    before = threads_of_ours()
    link = make_link()
    link.close()
    link.close()

    assert threads_of_ours() == before
    with pytest.raises(StreamClosed, match="make a new one"):
        link.run(one())


def test_closing_ends_who_waits_for_an_answer(link: Link) -> None:
    began = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(link.run, forever(began))
        began.wait()
        link.close()

        with pytest.raises(StreamClosed, match="closed while it was asked"):
            asking.result()


async def test_closing_ends_who_waits_in_another_loop(link: Link) -> None:
    began = threading.Event()
    asking = asyncio.create_task(link.wait(forever(began)))
    await asyncio.to_thread(began.wait)
    await asyncio.to_thread(link.close)

    with pytest.raises(StreamClosed, match="closed while it was asked"):
        await asking


async def test_who_gives_up_waiting_in_another_loop_is_cancelled(link: Link) -> None:
    began = threading.Event()
    asking = asyncio.create_task(link.wait(forever(began)))
    await asyncio.to_thread(began.wait)
    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await link.wait(one()) == 1


def test_nobody_waits_for_ever_when_many_ask_while_it_is_closed() -> None:
    def ask(link: Link) -> str:
        try:
            while True:
                link.run(one())
        except StreamClosed as error:
            return str(error)

    for _ in range(10):
        link = make_link()
        with ThreadPoolExecutor(8) as pool:
            asking = [pool.submit(ask, link) for _ in range(8)]
            link.run(one())
            link.close()

            assert all("closed" in one.result(timeout=5) for one in asking)


def test_a_link_can_be_closed_from_its_own_thread(link: Link) -> None:
    before = threads_of_ours()

    async def closes() -> str:
        link.close()
        return "closed"

    assert link.run(closes()) == "closed"
    link.close()
    assert threads_of_ours() == before - 1


def test_a_link_is_not_asked_from_its_own_thread(link: Link) -> None:
    async def asks() -> int:
        return link.run(one())

    with pytest.raises(ConfigurationError, match="its own thread"):
        link.run(asks())


def test_a_link_can_be_closed_by_the_garbage_collection_of_any_thread(link: Link) -> None:
    class Closes:
        def __init__(self, link: Link) -> None:
            self.me, self.link = self, link

        def __del__(self) -> None:
            self.link.close()

    async def collects() -> None:
        gc.collect()

    owner = Closes(link)
    del owner
    link.run(collects())
    link.close()

    with pytest.raises(StreamClosed):
        link.run(one())
