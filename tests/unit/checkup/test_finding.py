from __future__ import annotations

import pytest

from tastytrade.checkup.finding import Diagnosis, Finding, exit_code, failed, fine, skipped, warned

WRONG = Diagnosis("wrong", "it is wrong", "mend it")
SHUT = Diagnosis("shut", "we are not let in", "knock", is_login=True)


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([], 0),
        ([fine("a", ""), skipped("b", "")], 0),
        ([warned("a", "", WRONG), warned("b", "", SHUT)], 0),
        ([failed("a", "", WRONG)], 1),
        ([failed("a", "", WRONG), failed("b", "", SHUT)], 3),
    ],
)
def test_the_exit_code_says_whether_anything_failed_and_whether_we_are_let_in(
    findings: list[Finding], code: int
) -> None:
    assert exit_code(findings) == code
