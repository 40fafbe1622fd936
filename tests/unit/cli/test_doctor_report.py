from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from tastytrade.checkup import Answers, Asked, Diagnosis, Finding, Outcome, Subject
from tastytrade.cli.doctor_report import answer_of, print_json, print_table

WRONG = Diagnosis("wrong", "it is \x1b[2J wrong", "mend it")
ANSWERS = Answers("SPY", "stock or index", {"Quote": 5.0}, frozenset({"Candle"}), frozenset({"Trade"}))


async def findings() -> AsyncIterator[Finding]:
    yield Finding("one", Outcome.OK, "fine")
    yield Finding("events", Outcome.FAILED, "bad", WRONG)
    yield Finding("three", Outcome.SKIPPED, "needs events")


def subject() -> Subject:
    one = Subject(Asked())
    one.answers.append(ANSWERS)
    return one


async def test_each_finding_is_a_line_with_what_to_do_below(capsys: pytest.CaptureFixture[str]) -> None:
    await print_table(findings(), subject())
    shown = capsys.readouterr().out.splitlines()

    assert [line[2:15].split()[0] for line in shown[:2]] == ["one", "events"]
    assert shown[2].strip() == "it is \\x1b[2J wrong"
    assert shown[3].strip() == "-> mend it"
    assert shown[-1].startswith("1 failed, 0 warnings")


async def test_programs_get_one_object(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    await print_json(findings(), subject())
    told = json.loads(capfdbinary.readouterr().out)

    assert told["exit_code"] == 1
    assert told["checks"][0] == {"check": "one", "outcome": "ok", "found": "fine"}
    assert told["checks"][1]["code"] == "wrong"
    assert told["events"][0]["answers_ms"]["Quote"] == 5.0


@pytest.mark.parametrize(("name", "said"), [("Quote", 5.0), ("Trade", "silent"), ("Candle", "refused")])
def test_an_answer_is_a_time_or_a_word(name: str, said: object) -> None:
    assert answer_of(ANSWERS, name) == said
