from __future__ import annotations

import asyncio

from tastytrade.oneshot.room import Room


async def test_there_are_so_many_places_and_no_more() -> None:
    room = Room(2)

    async def enter() -> None:
        async with room.place():
            pass

    async with room.place():
        async with room.place():
            third = asyncio.create_task(enter())
            await asyncio.sleep(0)
            is_waiting = not third.done()
        await third

    assert is_waiting


async def test_only_what_arrives_for_those_before_counts() -> None:
    room = Room()
    async with room.place() as first, room.place() as second:
        second.arrived(5)
        assert (first.rows_before, second.rows_before) == (0, 0)
        first.arrived(3)

        assert (first.rows_before, second.rows_before) == (0, 3)
