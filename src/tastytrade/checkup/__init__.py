"""A check-up: what may be wrong between a program and the events it waits for, and what to do about it."""

from tastytrade.checkup.course import check_up
from tastytrade.checkup.finding import Diagnosis, Finding, Outcome, exit_code
from tastytrade.checkup.subject import Answers, Asked, Patience, Subject

__all__ = [
    "Answers",
    "Asked",
    "Diagnosis",
    "Finding",
    "Outcome",
    "Patience",
    "Subject",
    "check_up",
    "exit_code",
]
