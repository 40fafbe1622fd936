"""What is asked in tests of single checks."""

from __future__ import annotations

from typing import Any

from tastytrade import Simulator
from tastytrade.checkup.finding import Finding
from tastytrade.checkup.subject import Asked, Patience, Subject
from tastytrade.rest.environment import Variables
from tastytrade.timeouts import Timeouts

QUICK = Patience(connect=1, answer=1, ping=0.5, events=2, rest=0.05)


def subject_of(simulator: Simulator | None = None, **options: Any) -> Subject:
    """A subject with a simulator's variables, or with those given."""
    own = simulator.variables if simulator is not None else {}
    variables = Variables({**own, **options.pop("variables", {})})
    return Subject(Asked(variables=variables, patience=QUICK, timeouts=Timeouts(step=0.5), **options))


def code_of(finding: Finding) -> str:
    """The word for what is wrong, "" for nothing."""
    return finding.diagnosis.code if finding.diagnosis is not None else ""
