from __future__ import annotations

from tastytrade.oneshot.progress import Counter, Progress, shares_of


def test_a_counter_tells_from_the_beginning() -> None:
    told: list[Progress] = []
    counter = Counter(3, told.append)
    counter.say(rows=5)
    counter.say(rows=1, done=2)

    assert told == [Progress(0, 3, 0), Progress(0, 3, 5), Progress(2, 3, 6)]


def test_the_shares_of_a_question_are_told_as_one() -> None:
    told: list[Progress] = []
    first, second = shares_of(told.append, 2)
    assert first is not None
    assert second is not None
    first(Progress(0, 3, 0))
    second(Progress(1, 3, 4))
    first(Progress(3, 3, 3))

    assert told == [Progress(0, 3, 0), Progress(1, 6, 4), Progress(4, 6, 7)]


def test_where_nobody_listens_nobody_is_told() -> None:
    assert shares_of(None, 2) == [None, None]
