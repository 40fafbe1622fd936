import pytest

from tastytrade.errors import TooManyRequests
from tastytrade.rest.call import Answer, Call
from tastytrade.rest.patience import ATTEMPTS, LONGEST_KEPT, LONGEST_PAUSE, PAUSE, Patience, asked_pause

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


@pytest.mark.parametrize("headers", [{}, {"retry_after": "0"}])
def test_without_a_pause_that_is_asked_for_pauses_double_and_spread(headers: dict[str, str]) -> None:
    for chance, factor in ((0.0, 0.5), (1.0, 1.5)):
        patience, now = Patience(), 0.0
        for number in range(4):
            pause = patience.refused(refused(**headers), sent_after=number, now=now, chance=chance)
            now += pause

            assert pause == pytest.approx(factor * PAUSE * 2**number)


def test_everybody_waits_for_the_longest_pause_asked_for() -> None:
    patience = Patience()
    before = patience.left(ASK, since=0, now=100.0)
    patience.refused(refused(retry_after="30"), sent_after=0, now=100.0, chance=0.5)
    patience.refused(refused(retry_after="5"), sent_after=0, now=101.0, chance=0.5)

    assert [before, *(patience.left(ASK, since=0, now=now) for now in (110.0, 131.0))] == [0.0, 20.0, 0.0]


def test_calls_that_are_refused_together_make_one_pause() -> None:
    patience = Patience()
    pauses = [patience.refused(refused(), sent_after=0, now=0.0, chance=0.5) for _ in range(50)]

    assert pauses == [PAUSE] * 50
    assert patience.pauses == 1


def test_a_pause_has_helped_when_a_call_sent_after_it_is_answered() -> None:
    patience = Patience()
    patience.refused(refused(), sent_after=0, now=0.0, chance=0.5)
    patience.answered(sent_after=0)
    assert patience.is_tried
    patience.answered(sent_after=1)

    assert not patience.is_tried
    assert patience.refused(refused(), sent_after=1, now=9.0, chance=0.5) == PAUSE


def test_who_waited_for_four_pauses_in_vain_waits_no_more_and_who_comes_after_does() -> None:
    patience = Patience()
    for number in range(ATTEMPTS):
        patience.refused(refused(), sent_after=number, now=0.0, chance=0.5)

    assert patience.left(ASK, since=1, now=1.0) == 7.0
    with pytest.raises(TooManyRequests, match=r"GET /x was not sent: after 4 pauses .* less often"):
        patience.left(ASK, since=0, now=1.0)


def test_a_pause_too_long_to_wait_for_is_said() -> None:
    patience = Patience()
    pause = patience.refused(refused(retry_after="3600"), sent_after=0, now=0.0, chance=0.5)

    assert pause > LONGEST_PAUSE
    with pytest.raises(TooManyRequests, match=r"GET /x was not sent: .* of which 3500 s are left"):
        patience.left(ASK, since=1, now=100.0)
    assert patience.left(ASK, since=1, now=3550.0) == 50.0


def test_a_pause_of_years_is_an_hour() -> None:
    patience = Patience()

    assert patience.refused(refused(retry_after="9" * 9), sent_after=0, now=0.0, chance=0.5) == LONGEST_KEPT
