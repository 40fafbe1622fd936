"""The catalogue's table is complete, and agrees with the tests there are."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.integration.catalogue.states import CASES, COUNTS, State

TESTS = Path(__file__).parents[2]
IN_NAME = re.compile(r"test_([a-z]\d+)_")
IN_DOCSTRING = re.compile(r"A\d+(, A\d+)*(?=\.)")
"""Of credentials, as in test_credentials_catalogue.py."""


@cache
def numbered() -> dict[str, set[str]]:
    """The names of the tests that say which case they are of."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, docstring in every_test():
        if numbered := IN_NAME.match(name):
            found[numbered[1].upper()].add(name)
        elif numbers := IN_DOCSTRING.match(docstring):
            for number in numbers[0].split(", "):
                found[number].add(name)
    return found


def every_test() -> Iterator[tuple[str, str]]:
    """Name and docstring of every test."""
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                yield node.name, ast.get_docstring(node) or ""


def test_every_number_of_the_catalogue_is_listed_once() -> None:
    numbers = [f"{kind}{number}" for kind, count in COUNTS.items() for number in range(1, count + 1)]

    assert len(numbers) == 163
    assert [case.number for case in CASES] == numbers


def test_every_case_that_is_tested_has_its_test() -> None:
    names = {name for name, _ in every_test()}
    without = [
        case.number
        for case in CASES
        if case.state is not State.LATER and not (case.test in names or numbered()[case.number])
    ]

    assert without == []


def test_every_test_with_a_number_is_of_a_case_that_says_it_is_tested() -> None:
    states = {case.number: case.state for case in CASES}
    unsaid = {
        number: sorted(tests)
        for number, tests in numbered().items()
        if number[0] in COUNTS and tests and states.get(number) in {None, State.LATER}
    }

    assert unsaid == {}


def test_what_is_not_tested_whole_says_why() -> None:
    unsaid = [case.number for case in CASES if (case.state is not State.TESTED) != bool(case.note)]

    assert unsaid == []
    assert max(Counter(case.name for case in CASES).values()) == 1
