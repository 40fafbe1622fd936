"""What the doctor can find is written down, each diagnosis once."""

from __future__ import annotations

import ast

from tastytrade.checkup.course import checks_of
from tastytrade.checkup.subject import Asked, Subject
from tests.docs.pages import DOCS, code, table
from tests.shape.source import sources

PAGE = DOCS / "doctor.md"


def diagnoses() -> set[str]:
    """The codes of every diagnosis that the source has."""
    found = set()
    for source in sources():
        if not source.name.startswith("checkup/"):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Diagnosis":
                found |= {
                    inner.value
                    for inner in ast.walk(node.args[0])
                    if isinstance(inner, ast.Constant)
                    and isinstance(inner.value, str)
                    and inner.value.replace("_", "").isalpha()
                }
    return found


def test_every_check_has_a_row_in_its_order() -> None:
    rows = table(PAGE, "check", "looks at")
    asked = Asked(store=DOCS)

    assert [code(row[0])[0] for row in rows] == [*(one.name for one in checks_of(Subject(asked))), "terminal"]


def test_every_diagnosis_is_explained() -> None:
    rows = table(PAGE, "diagnosis", "what is wrong")
    named = [name for row in rows for name in code(row[0])]

    assert set(named) == diagnoses()
    assert len(named) == len(set(named))
