"""Decoding alone: the texts of a scenario from memory, again and again, without a socket or a loop."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import cycle
from typing import Any

from tests.speed.frames import texts
from tests.speed.scenario import parse_path
from tests.speed.stopwatch import Order, Stopwatch, read_order

Decode = Callable[[bytes], int]
"""Takes a text in and gives the number of its events."""


def floor(order: Order) -> Decode:
    loads = import_module("orjson").loads
    ((_, columns),) = order.columns.items()
    width = len(columns)

    def decode(text: bytes) -> int:
        return len(loads(text)["data"][1]) // width

    return decode


def tastyware(order: Order) -> Decode:
    # By name, because a type checker would find our package here.
    dxfeed = import_module("tastytrade.dxfeed")
    ((event_type, _),) = order.columns.items()
    event_class = getattr(dxfeed, event_type)

    def decode(text: bytes) -> int:
        return len(event_class.from_stream(json.loads(text)["data"][1]))

    return decode


def batches(order: Order) -> Decode:
    from tastytrade.dxlink.frame import Frame

    layout = {name: tuple(columns) for name, columns in order.columns.items()}

    def decode(text: bytes) -> int:
        frame = Frame([text], layout, channel=1, epoch=1, received_ns=0)
        return sum(map(len, frame.decode().batches))

    return decode


def events(order: Order) -> Decode:
    from tastytrade.dxlink.frame import Frame

    layout = {name: tuple(columns) for name, columns in order.columns.items()}

    def decode(text: bytes) -> int:
        count = 0
        for batch in Frame([text], layout, channel=1, epoch=1, received_ns=0).decode().batches:
            for _ in batch:
                count += 1
        return count

    return decode


WAYS: dict[str, Callable[[Order], Decode]] = {
    "floor": floor,
    "tastyware": tastyware,
    "batches": batches,
    "events": events,
}


def columns_taken(order: Order) -> dict[str, list[str]]:
    """The columns of the texts: tastyware asks for its own, in an order of its own."""
    if order.arm != "tastyware":
        return order.columns
    dxfeed = import_module("tastytrade.dxfeed")
    return {
        name: list(getattr(dxfeed, name).model_json_schema()["properties"]) for name in order.subscriptions
    }


def main() -> None:
    order = read_order()
    watch, decode = Stopwatch(order), WAYS[order.arm](order)
    scenario = parse_path(order.url)
    made = texts(scenario, columns_taken(order), dict.fromkeys(scenario.types, 1))
    again: Iterator[Any] = cycle(made)
    count = 0
    for text in made[:20]:
        decode(text)
    watch.start()
    while count < order.events:
        count += decode(next(again))
    watch.stop(count)


if __name__ == "__main__":
    main()
