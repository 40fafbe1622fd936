from __future__ import annotations

from tastytrade.dxlink.messages import decode
from tastytrade.wire_log.known import MOST, Known
from tastytrade.wire_log.line import parse_message
from tests.unit.wire_log.said import CLOSED, NOON, OPENED, SETUP, config


def told(known: Known) -> list[tuple[int, int, int, bytes, bool] | None]:
    return [parse_message(line) for line in known.lines().splitlines()]


def test_nothing_is_in_force_before_anything_was_said() -> None:
    assert Known().lines() == b""


def test_the_channels_of_a_connection_and_their_columns_are_in_force() -> None:
    known = Known()
    for text in (SETUP, OPENED, config("bidPrice")):
        known.take(4, 2, text, NOON)

    opened, columns = (found for found in told(known) if found is not None)
    assert opened == (NOON, 4, 2, OPENED, True)
    assert decode(columns[3]) == decode(config("bidPrice"))


def test_the_newest_columns_count() -> None:
    known = Known()
    for text in (OPENED, config("bidPrice"), config("askPrice")):
        known.take(1, 1, text, NOON)

    assert b"askPrice" in known.lines()
    assert b"bidPrice" not in known.lines()


def test_a_channel_that_was_closed_is_not_in_force() -> None:
    known = Known()
    for text in (OPENED, config("bidPrice"), CLOSED):
        known.take(1, 1, text, NOON)

    assert known.lines() == b""


def test_the_connections_heard_last_are_remembered() -> None:
    known = Known()
    for connection in (1, *range(2, MOST + 10)):
        known.take(connection, connection, OPENED, NOON)
        known.take(1, 1, SETUP, NOON)

    connections = [found[1] for found in told(known) if found is not None]
    assert len(connections) == MOST
    assert 1 in connections
    assert 2 not in connections
