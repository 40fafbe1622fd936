import pytest

from tastytrade.errors import TooManyRequests
from tastytrade.rest.call import Answer, Call
from tastytrade.rest.patience import LONGEST_PAUSE, PAUSE, Patience, asked_pause

ASK = Call(method="GET", path="/x", parse=dict)
DATE = "Wed, 08 Jan 2025 14:30:00 GMT"


def refused(**headers: str) -> Answer:
    return Answer(429, {name.replace("_", "-"): value for name, value in headers.items()}, b"")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry_after": "0"}, 0.0),
        ({"retry_after": " 30 "}, 30.0),
        ({"retry_after": "9" * 5000}, 999_999_999.0),
        ({"retry_after": "-1"}, None),
        ({"retry_after": "1.5"}, None),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "\u0663"}, None),
        ({"retry_after": "Wed, 08 Jan 2025 14:30:20 GMT", "date": DATE}, 20.0),
        ({"retry_after": "Wed, 08 Jan 2025 14:29:00 GMT", "date": DATE}, 0.0),
        ({"retry_after": "Wed, 08 Jan 2025 14:30:20", "date": DATE}, None),
        ({"retry_after": "Wed, 08 Jan 2025 14:30:20 GMT"}, None),
        ({"retry_after": "Wed, 99 Jan 2025 14:30:20 GMT", "date": DATE}, None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_pause(refused(**headers)) == seconds


@pytest.mark.parametrize(("attempt", "least"), [(1, 0.5), (2, 1.0), (3, 2.0)])
def test_without_retry_after_pauses_double_and_spread(attempt: int, least: float) -> None:
    shortest = Patience().refused(refused(), attempt, now=0.0, chance=0.0)
    longest = Patience().refused(refused(), attempt, now=0.0, chance=1.0)

    assert (shortest, longest) == (least * PAUSE, 3 * least * PAUSE)


def test_everybody_waits_for_the_longest_pause_asked_for() -> None:
    patience = Patience()
    before = patience.left(ASK, now=100.0)
    patience.refused(refused(retry_after="30"), 1, now=100.0, chance=0.5)
    patience.refused(refused(retry_after="5"), 1, now=101.0, chance=0.5)

    assert [before, patience.left(ASK, now=110.0), patience.left(ASK, now=131.0)] == [0.0, 20.0, 0.0]


def test_a_pause_too_long_to_wait_for_is_said() -> None:
    patience = Patience()
    pause = patience.refused(refused(retry_after="3600"), 1, now=0.0, chance=0.5)

    assert pause > LONGEST_PAUSE
    with pytest.raises(TooManyRequests, match=r"GET /x was not sent: .* of which 3500 s are left"):
        patience.left(ASK, now=100.0)
    assert patience.left(ASK, now=3550.0) == 50.0
