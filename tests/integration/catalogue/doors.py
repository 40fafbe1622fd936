"""Ports that let nobody in, and how a feed fails that has never been open."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tastytrade import Streamer
from tastytrade.errors import TastytradeError
from tests.integration.catalogue.observed import FAST


async def refused(url: str) -> TastytradeError:
    """How opening fails, within the time for it and a little."""
    async with asyncio.timeout(FAST.open + 0.6):
        with pytest.raises(TastytradeError) as caught:
            await Streamer(url=url, timeouts=FAST).open()
    return caught.value


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def full_port() -> Iterator[int]:
    """A port whose backlog is full: nobody accepts, and further SYNs are not answered."""
    held = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        try:
            for _ in range(8):
                one = socket.socket()
                held.append(one)
                one.settimeout(0.1)
                one.connect(listener.getsockname())
            pytest.skip("this system takes connections that nobody accepts")
        except TimeoutError:
            yield listener.getsockname()[1]
        finally:
            for one in held:
                one.close()
