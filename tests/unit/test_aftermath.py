"""What follows from the end of a connection: one row of the table each."""

from __future__ import annotations

import pytest

from tastytrade.aftermath import Aftermath, Verdict, gap_reason
from tastytrade.dxfeed.gap import GapReason
from tastytrade.dxlink.messages import ErrorKind
from tastytrade.errors import (
    ConfigurationError,
    ConnectFailed,
    ConnectionLost,
    CredentialsRejected,
    DelayedFeed,
    FeedError,
    FeedStalled,
    FeedUnauthorized,
    NotPermitted,
    ProtocolError,
    ServiceUnavailable,
    StreamClosed,
    TastytradeError,
    TooManyRequests,
    TooManySessions,
    UnexpectedAnswer,
)
from tastytrade.timeouts import Timeouts

LIMITS = Timeouts(backoff_base=1.0, backoff_cap=60.0, busy=30.0, session_cool_down=900.0)


def aftermath(*, can_renew: bool = True) -> Aftermath:
    return Aftermath(LIMITS, can_renew=can_renew)


def judge(failure: TastytradeError, *, was_ready: bool = True, can_renew: bool = True) -> Verdict:
    return aftermath(can_renew=can_renew).judge(failure, was_ready=was_ready)


def lost(code: int) -> ConnectionLost:
    return ConnectionLost("closed", code=code)


def refused(status: int | None, *, is_lasting: bool = False) -> ConnectFailed:
    return ConnectFailed("no", step="upgrade", status=status, is_lasting=is_lasting)


def tries_soon(verdict: Verdict) -> bool:
    return not verdict.is_final and not verdict.renew and verdict.pause <= LIMITS.backoff_base


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1007, 1011, 1012, 4000, 4999])
def test_a_connection_that_was_closed_is_opened_again_within_a_second(code: int) -> None:
    assert tries_soon(judge(lost(code)))


@pytest.mark.parametrize("failure", [lost(1013), refused(429), TooManyRequests("slower", status=429)])
def test_a_busy_server_is_left_alone_for_half_a_minute(failure: TastytradeError) -> None:
    verdict = judge(failure)

    assert (verdict.is_final, verdict.renew, verdict.cool_down) == (False, False, False)
    assert 30.0 <= verdict.pause <= 60.0


def test_a_message_that_was_too_large_makes_the_next_ones_smaller() -> None:
    verdict = judge(lost(1009))

    assert verdict.halve
    assert not verdict.is_final


@pytest.mark.parametrize(
    "failure", [lost(1008), refused(401), refused(403), FeedUnauthorized("the token is refused")]
)
def test_a_refusal_is_answered_by_another_token_and_then_it_is_final(failure: TastytradeError) -> None:
    judges = aftermath()
    first = judges.judge(failure, was_ready=False)
    judges.renewed()
    second = judges.judge(failure, was_ready=False)

    assert (first.renew, first.is_final, first.pause <= 1.0) == (True, False, True)
    assert second == Verdict(is_final=True)


@pytest.mark.parametrize("failure", [lost(1008), refused(401), refused(403), FeedUnauthorized("no")])
def test_where_there_is_no_other_token_a_refusal_is_final(failure: TastytradeError) -> None:
    assert judge(failure, can_renew=False) == Verdict(is_final=True)


def test_only_a_connection_that_lasts_makes_another_token_worth_asking_for() -> None:
    judges = aftermath()
    judges.judge(lost(1008), was_ready=True)
    judges.renewed()
    judges.healthy()

    assert judges.judge(lost(1008), was_ready=True).renew


@pytest.mark.parametrize("failure", [refused(401), refused(403), FeedUnauthorized("it has expired")])
def test_a_new_token_that_let_us_in_may_expire_like_the_one_before(failure: TastytradeError) -> None:
    judges = aftermath()
    for _ in range(5):
        again = judges.judge(failure, was_ready=False)
        judges.renewed()
        judges.judge(lost(1006), was_ready=True)

        assert (again.renew, again.is_final) == (True, False)
    assert again.pause > 0.0
    judges.judge(failure, was_ready=False)
    judges.renewed()
    assert judges.judge(failure, was_ready=False).is_final


def test_bye_before_we_are_let_in_is_a_token_or_a_session_too_many() -> None:
    judges = aftermath()
    first = judges.judge(lost(1000), was_ready=False)
    judges.renewed()
    second = judges.judge(lost(1000), was_ready=False)

    assert first.renew
    assert second == Verdict(cool_down=True, pause=900.0)


def test_too_many_sessions_are_waited_for_and_another_token_is_no_help() -> None:
    assert judge(TooManySessions("too many")) == Verdict(cool_down=True, pause=900.0)


@pytest.mark.parametrize("status", [500, 502, 503, 504, None])
def test_a_service_that_is_down_is_tried_again(status: int | None) -> None:
    assert tries_soon(judge(refused(status)))
    assert tries_soon(judge(ServiceUnavailable("down", status=status)))


@pytest.mark.parametrize("status", [301, 302, 307, 404, 426, None])
def test_what_the_next_attempt_would_meet_too_is_final(status: int | None) -> None:
    assert judge(refused(status, is_lasting=True)) == Verdict(is_final=True)


@pytest.mark.parametrize(
    "failure",
    [
        CredentialsRejected("wrong", status=401),
        NotPermitted("not for this", status=403),
        ConfigurationError("no such address"),
        StreamClosed("closed"),
        DelayedFeed("delayed"),
        ProtocolError("another version", kind=ErrorKind.UNSUPPORTED_PROTOCOL),
    ],
)
def test_what_no_attempt_can_mend_is_final(failure: TastytradeError) -> None:
    assert judge(failure) == Verdict(is_final=True)


@pytest.mark.parametrize(
    "failure",
    [
        FeedStalled("nothing came"),
        ProtocolError("timeout", kind=ErrorKind.TIMEOUT),
        ProtocolError("whatever", kind=ErrorKind.UNKNOWN),
        ProtocolError("a step of an unknown kind", kind="SOMETHING_NEW"),
        ProtocolError("too much that is not readable"),
        UnexpectedAnswer("not JSON", status=200),
        FeedError("anything else"),
    ],
)
def test_everything_else_is_tried_again(failure: TastytradeError) -> None:
    assert tries_soon(judge(failure))


def test_a_server_that_cannot_read_us_is_told_in_smaller_messages_and_only_once_more() -> None:
    judges = aftermath()
    failure = ProtocolError("what?", kind=ErrorKind.INVALID_MESSAGE)
    first = judges.judge(failure, was_ready=True)
    second = judges.judge(failure, was_ready=True)
    judges.healthy()
    third = judges.judge(failure, was_ready=True)

    assert [(one.is_final, one.halve) for one in (first, second, third)] == [
        (False, True),
        (True, True),
        (False, True),
    ]


# Pauses.


def pauses(attempts: int, *, rounds: int = 300) -> list[float]:
    """Of the attempt so many failures in a row lead to."""
    found = []
    for _ in range(rounds):
        judges = aftermath()
        judges.attempt = attempts - 1
        found.append(judges.judge(lost(1006), was_ready=True).pause)
    return found


@pytest.mark.parametrize(
    ("attempt", "longest"), [(1, 1.0), (2, 2.0), (3, 4.0), (6, 32.0), (7, 60.0), (1000, 60.0), (10**6, 60.0)]
)
def test_pauses_are_random_parts_of_a_time_that_doubles_up_to_a_cap(attempt: int, longest: float) -> None:
    found = pauses(attempt)

    assert 0.9 * longest < max(found) <= longest
    assert 0.0 <= min(found) < 0.1 * longest


def test_attempts_are_counted_until_a_connection_has_proven_healthy() -> None:
    judges = aftermath()
    for _ in range(5):
        judges.judge(lost(1006), was_ready=True)
    judges.renewed()
    before = judges.attempt
    judges.healthy()

    assert (before, judges.attempt) == (5, 0)


def test_a_hundred_clients_that_lost_a_server_together_do_not_come_back_together() -> None:
    attempts: list[float] = []
    for _ in range(100):
        judges, at = aftermath(), 0.0
        while at < 300.0:
            at += judges.judge(lost(1006), was_ready=False).pause
            attempts.append(at)
    late = [at for at in attempts if 120.0 <= at < 300.0]
    mean = len(late) / 180
    busiest = max(sum(second <= at < second + 1 for at in late) for second in range(120, 300))

    assert mean < 5.0
    assert busiest <= 5 * mean + 5  # a second has some three attempts: chance alone makes it a dozen


def test_a_server_that_lets_us_in_and_refuses_at_once_is_not_asked_without_a_pause() -> None:
    judges = aftermath()
    verdicts = []
    for _ in range(10):
        verdict = judges.judge(lost(1008), was_ready=True)
        verdicts.append(verdict)
        if verdict.renew:
            judges.renewed()

    assert verdicts[-1].is_final


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (FeedStalled("nothing came"), GapReason.STALL),
        (FeedStalled("we slept", after_sleep=True), GapReason.CLOCK_SUSPEND),
        (FeedUnauthorized("refused"), GapReason.AUTH),
        (TooManySessions("too many"), GapReason.AUTH),
        (ServiceUnavailable("down"), GapReason.AUTH),
        (lost(1006), GapReason.DISCONNECT),
        (refused(502), GapReason.DISCONNECT),
        (ProtocolError("what?"), GapReason.PROTOCOL_ERROR),
        (StreamClosed("closed"), GapReason.PROTOCOL_ERROR),
        (ConfigurationError("no"), GapReason.DISCONNECT),
    ],
)
def test_the_gap_that_is_left_says_why(failure: TastytradeError, reason: GapReason) -> None:
    assert gap_reason(failure) is reason
