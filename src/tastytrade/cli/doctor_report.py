"""What the doctor has found, for people and for programs."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from textwrap import wrap
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tastytrade.checkup import Answers, Finding, Outcome, Subject, exit_code
from tastytrade.checkup.symbols import EVENT_TYPES
from tastytrade.rest.refusal import printable

MARKS = {Outcome.OK: "✓", Outcome.WARNING: "!", Outcome.FAILED: "✗", Outcome.SKIPPED: "-"}
PLAIN_MARKS = {Outcome.OK: "+", Outcome.WARNING: "!", Outcome.FAILED: "X", Outcome.SKIPPED: "-"}
STYLES = {Outcome.OK: "green", Outcome.WARNING: "yellow", Outcome.FAILED: "bold red", Outcome.SKIPPED: "dim"}
LONGEST = 600
INDENT = " " * 15


async def print_table(findings: AsyncIterator[Finding], subject: Subject) -> None:
    """A line for each finding as it comes, with what to do about it below; then who has answered, and a
    summary."""
    console = Console(highlight=False, soft_wrap=True)
    has_letters = (console.encoding or "").startswith("utf")
    marks = MARKS if has_letters else PLAIN_MARKS
    seen: list[Finding] = []
    async for one in findings:
        seen.append(one)
        _print_one(console, one, marks[one.outcome])
        if one.check == "events" and subject.answers:
            console.print()
            Console(highlight=False).print(matrix(subject.answers))
            console.print()
    bad = [one for one in seen if one.outcome is Outcome.FAILED]
    doubtful = [one for one in seen if one.outcome is Outcome.WARNING]
    console.print()
    if not bad and not doubtful:
        console.print("Everything is as it should be.", style="green")
    else:
        console.print(f"{len(bad)} failed, {len(doubtful)} warnings: do what stands behind the arrows.")


def _print_one(console: Console, one: Finding, mark: str) -> None:
    style = STYLES[one.outcome]
    line = Text.assemble((f"{mark} ", style), (f"{one.check:12} ", "bold"), _folded(console, one.found))
    if one.outcome is Outcome.SKIPPED:
        line.stylize("dim")
    console.print(line)
    if one.diagnosis is not None:
        console.print(Text(f"{INDENT}{_folded(console, one.diagnosis.cause)}", style=style))
        # In one line however long it is, so that a command can be taken over as it stands.
        console.print(Text.assemble(f"{INDENT}-> ", (_clean(one.diagnosis.fix), "bold")))


def _folded(console: Console, text: str) -> str:
    """Text in lines of a terminal's width, as all of it stands behind the indent; else in one."""
    if not console.is_terminal:
        return _clean(text)
    width = max(40, console.width - len(INDENT))
    return f"\n{INDENT}".join(wrap(_clean(text), width, break_on_hyphens=False))


def matrix(answers: list[Answers]) -> Table:
    """Event types down, symbols across: after how many milliseconds the first event came."""
    table = Table(box=None, pad_edge=False, title="First answer of each event type", title_justify="left")
    table.add_column("")
    for one in answers:
        table.add_column(Text(_clean(one.symbol)), justify="right", overflow="fold")
    for name in EVENT_TYPES:
        table.add_row(name, *(_cell(one, name) for one in answers))
    return table


def _cell(one: Answers, name: str) -> Text:
    said = answer_of(one, name)
    if isinstance(said, float):
        return Text(f"{said:,.0f} ms", style="green")
    must = name in one.expected
    return Text(said, style="bold red" if must or said == "refused" else "dim")


def answer_of(one: Answers, name: str) -> float | str:
    """Milliseconds, "refused" or "silent"."""
    took = one.answered.get(name)
    return took if took is not None else "refused" if name in one.refused else "silent"


async def print_json(findings: AsyncIterator[Finding], subject: Subject) -> None:
    """One JSON object with all of it."""
    seen = [one async for one in findings]
    content: dict[str, Any] = {
        "exit_code": exit_code(seen),
        "checks": [_as_data(one) for one in seen],
        "events": [
            {
                "symbol": one.symbol,
                "kind": one.kind,
                "expected": sorted(one.expected),
                "answers_ms": {name: answer_of(one, name) for name in EVENT_TYPES},
            }
            for one in subject.answers
        ],
    }
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
    sys.stdout.buffer.flush()


def _as_data(one: Finding) -> dict[str, Any]:
    data: dict[str, Any] = {"check": one.check, "outcome": one.outcome.value, "found": one.found}
    if one.diagnosis is not None:
        data |= {"code": one.diagnosis.code, "cause": one.diagnosis.cause, "fix": one.diagnosis.fix}
    return data


def _clean(text: str) -> str:
    """One line without control characters: servers have a say in it."""
    return printable(text, limit=LONGEST)
