from __future__ import annotations

from typing import Any

import pytest

from tastytrade.dxlink.messages import AuthState, FeedConfig, Keepalive, Setup, encode
from tastytrade.dxlink.server import Outgoing
from tastytrade.simulator.fault_book import Waiting
from tastytrade.simulator.fault_kinds import Mute
from tastytrade.simulator.fault_rewrites import Tampering, names_of
from tastytrade.simulator.faults import parse_fault

SETUP = Outgoing(encode(Setup(0, "x")))
STATE = Outgoing(encode(AuthState(0, "AUTHORIZED")))
CONFIG = Outgoing(encode(FeedConfig(1, 0.1)))
ALIVE = Outgoing(encode(Keepalive(0)))
DATA = Outgoing(b'{"type":"FEED_DATA","channel":1,"data":["Quote",["A"]]}', 1, 1)
NAMES = {"SETUP": SETUP, "AUTH_STATE": STATE, "FEED_CONFIG": CONFIG, "KEEPALIVE": ALIVE, "FEED_DATA": DATA}


def played(*frames: Outgoing, faults: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    """What becomes of frames: name, and whether it is written, in order."""
    tampering = Tampering(1, lambda _number: None)
    pending = [Waiting(1, parse_fault(fault), lambda _waiting, _connections: None) for fault in faults]
    told = []
    for frame in frames:
        left = [one for one in pending if not one.is_over]
        for passage in tampering.passages(frame, left, 0.0):
            name = next(name for name, one in NAMES.items() if one is passage.frame)
            told.append((name, passage.is_written))
    return told


def test_a_frame_is_known_by_its_type_and_by_the_state_it_tells_of() -> None:
    assert names_of(STATE) == {"AUTH_STATE", "AUTHORIZED"}
    assert names_of(DATA) == {"FEED_DATA"}
    assert names_of(Outgoing(b"[[[")) == frozenset()


def test_a_withheld_message_is_told_of_and_the_next_one_passes() -> None:
    assert played(STATE, STATE, faults=[{"name": "withhold", "message": "AUTHORIZED"}]) == [
        ("AUTH_STATE", False),
        ("AUTH_STATE", True),
    ]


@pytest.mark.parametrize(
    ("by", "order"),
    [(1, ["AUTH_STATE", "SETUP", "FEED_CONFIG"]), (2, ["AUTH_STATE", "FEED_CONFIG", "SETUP"])],
)
def test_a_late_message_comes_after_so_many_others(by: int, order: list[str]) -> None:
    told = played(SETUP, STATE, CONFIG, faults=[{"name": "late", "message": "SETUP", "by": by}])

    assert [name for name, _ in told] == order


def test_a_message_is_repeated() -> None:
    told = played(CONFIG, CONFIG, faults=[{"name": "repeat", "message": "FEED_CONFIG", "count": 2}])

    assert told == [("FEED_CONFIG", True)] * 4


def test_a_delay_is_waited_for_once_even_if_the_message_is_repeated() -> None:
    tampering = Tampering(1, lambda _number: None)
    faults = ({"name": "delay", "message": "SETUP"}, {"name": "repeat", "message": "SETUP"})
    pending = [Waiting(1, parse_fault(fault), lambda _waiting, _connections: None) for fault in faults]

    assert [one.pause for one in tampering.passages(SETUP, pending, 0.0)] == [1.0, 0.0]


def test_who_is_mute_for_a_time_loses_what_it_would_have_said_until_then() -> None:
    tampering = Tampering(1, lambda _number: None)
    tampering.mute(Mute(seconds=5), now=10.0)
    written = [tampering.passages(ALIVE, [], now)[0].is_written for now in (10.0, 14.9, 15.0)]

    assert written == [False, False, True]
    assert tampering.is_idle


def test_without_data_all_else_is_said() -> None:
    tampering = Tampering(1, lambda _number: None)
    tampering.mute(Mute(data_only=True), now=0.0)

    assert [tampering.passages(one, [], 1e9)[0].is_written for one in (ALIVE, DATA)] == [True, False]
    assert not tampering.is_silenced(1e9)
