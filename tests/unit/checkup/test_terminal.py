from __future__ import annotations

import pytest

from tastytrade.checkup.terminal import Terminal, terminal_finding


@pytest.mark.parametrize(
    ("terminal", "code", "words"),
    [
        (Terminal(True, 120, "utf-8"), "", "120 columns, colour, utf-8"),
        (Terminal(True, 120, "UTF-8", {"NO_COLOR": "1"}), "", "no colour"),
        (Terminal(True, 120, "utf-8", {"TERM": "dumb"}), "", "no colour"),
        (Terminal(True, 60, "utf-8"), "narrow_terminal", "60 columns"),
        (Terminal(True, 60, "latin-1"), "no_unicode", "latin-1"),
        (Terminal(True, 120, "no such encoding"), "no_unicode", "no such"),
        (Terminal(False, 0, "ascii"), "", "none: output goes to a pipe"),
    ],
)
def test_a_terminal_has_one_fault_at_most(terminal: Terminal, code: str, words: str) -> None:
    found = terminal_finding(terminal)

    assert (found.diagnosis.code if found.diagnosis else "") == code
    assert words in found.found
