"""SPX's whole chain, some 20,000 options, in each form it is asked for: what it costs both ends.

    .venv/bin/python -m tests.speed.big_chain --rounds 5

The first time the simulator makes the answer, later it has it. The client's time is that of the public call:
request, answer, and values made of it. Server and client have a core each.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from resource import RUSAGE_SELF, getrusage
from statistics import median

from msgspec import Struct
from rich.console import Console
from rich.table import Table

from tastytrade import Session, get_option_chain
from tastytrade.instruments import get_compact_option_chain, get_nested_option_chain
from tests.speed.server_process import CLIENT_CORE, ServerProcess, pin, serving

SYMBOL = "SPX"


class Cost(Struct, frozen=True):
    """Seconds that one question took: on the clock, of the client's processor and of the server's."""

    wall: float
    client: float
    server: float


async def detailed(session: Session) -> int:
    return len((await get_option_chain(session, SYMBOL)).options)


async def nested(session: Session) -> int:
    chains = await get_nested_option_chain(session, SYMBOL)
    return 2 * sum(len(one.strikes) for chain in chains for one in chain.expirations)


async def compact(session: Session) -> int:
    return sum(len(one.symbols) for one in await get_compact_option_chain(session, SYMBOL))


FORMS: dict[str, Callable[[Session], Awaitable[int]]] = {
    "detailed": detailed,
    "nested": nested,
    "compact": compact,
}


async def ask(
    session: Session, server: ServerProcess, form: Callable[[Session], Awaitable[int]]
) -> tuple[int, Cost]:
    cpu, mine, began = server.cpu_seconds(), time.process_time(), time.perf_counter()
    count = await form(session)
    wall, mine = time.perf_counter() - began, time.process_time() - mine
    return count, Cost(wall, mine, server.cpu_seconds() - cpu)


async def measure(server: ServerProcess, rounds: int) -> Table:
    table = Table(
        "form", "options", "first s", "its server CPU", "then s", "client CPU", "server CPU", "peak MB",
        title=f"{SYMBOL}'s chain, medians of {rounds}",
    )  # fmt: skip
    first: dict[str, Cost] = {}
    later: dict[str, list[Cost]] = {name: [] for name in FORMS}
    counts, peaks = {}, {}
    async with Session.from_environment(variables=server.variables) as session:
        await session.quote_token()  # logged in before anything is measured
        for name, form in FORMS.items():
            counts[name], first[name] = await ask(session, server, form)
            peaks[name] = getrusage(RUSAGE_SELF).ru_maxrss / 1024
        for _ in range(rounds):
            for name, form in FORMS.items():
                later[name].append((await ask(session, server, form))[1])
    for name, costs in later.items():
        then = [median(getattr(cost, part) for cost in costs) for part in Cost.__struct_fields__]
        table.add_row(
            *(name, f"{counts[name]:,}", f"{first[name].wall:.2f}", f"{first[name].server:.2f}"),
            *(f"{seconds:.2f}" for seconds in then),
            f"{peaks[name]:.0f}",
        )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    pin(0, CLIENT_CORE)
    with serving() as server:
        Console(width=120).print(asyncio.run(measure(server, asked.rounds)))


if __name__ == "__main__":
    main()
