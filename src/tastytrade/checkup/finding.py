"""What a check gives: how it went, what was found, and for what is wrong one diagnosis with its fix."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Outcome(StrEnum):
    """How a check went."""

    OK = "ok"
    WARNING = "warning"
    """It works, but not as it should."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """Another check failed on which this one depends, or there was nothing to look at."""


class Diagnosis(Struct, frozen=True):
    """What is wrong, and what to do about it.

    code      one word for programs, such as ``wrong_password``
    cause     a sentence
    fix       a command, or a sentence that says what to do
    is_login  whether the service, or its feed, does not let us in
    """

    code: str
    cause: str
    fix: str
    is_login: bool = False


class Finding(Struct, frozen=True):
    """The result of one check; ``diagnosis`` where it is a warning or has failed."""

    check: str
    outcome: Outcome
    found: str
    diagnosis: Diagnosis | None = None


def fine(check: str, found: str) -> Finding:
    """Nothing is wrong."""
    return Finding(check, Outcome.OK, found)


def warned(check: str, found: str, diagnosis: Diagnosis) -> Finding:
    """It works, but not as it should."""
    return Finding(check, Outcome.WARNING, found, diagnosis)


def failed(check: str, found: str, diagnosis: Diagnosis) -> Finding:
    """It does not work."""
    return Finding(check, Outcome.FAILED, found, diagnosis)


def skipped(check: str, why: str) -> Finding:
    """It was not looked at."""
    return Finding(check, Outcome.SKIPPED, why)


def exit_code(findings: list[Finding]) -> int:
    """0 where nothing has failed, 3 where we are not let in, else 1."""
    bad = [one for one in findings if one.outcome is Outcome.FAILED]
    if any(one.diagnosis is not None and one.diagnosis.is_login for one in bad):
        return 3
    return 1 if bad else 0
