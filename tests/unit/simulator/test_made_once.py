import asyncio

import pytest

from tastytrade.simulator.made_once import MadeOnce


async def test_what_many_ask_for_at_once_is_made_once() -> None:
    made: list[str] = []

    def make() -> bytes:
        made.append("a")
        return b"a"

    once: MadeOnce[str] = MadeOnce()
    bodies = await asyncio.gather(*(once.get("a", make) for _ in range(20)), once.get("b", lambda: b"b"))

    assert bodies == [b"a"] * 20 + [b"b"]
    assert made == ["a"]


async def test_what_could_not_be_made_is_tried_again() -> None:
    def fail() -> bytes:
        raise ValueError("not now")

    once: MadeOnce[int] = MadeOnce()
    with pytest.raises(ValueError, match="not now"):
        await once.get(1, fail)

    assert await once.get(1, lambda: b"now") == b"now"
