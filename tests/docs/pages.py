"""The pages that users read, and the tables in them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]

_RULE = re.compile(r"\|(-+\|)+")
_CODE = re.compile(r"`([^`]+)`")


def tables(page: Path) -> list[list[list[str]]]:
    """Every table of a page: its rows, the heading first, as lists of cells."""
    found: list[list[list[str]]] = [[]]
    for line in page.read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            found.append([])
        elif not _RULE.fullmatch(line):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
    return [table for table in found if table]


def table(page: Path, *heading: str, place: int = 0) -> list[list[str]]:
    """The rows of the table with this heading, or of a later one with the same."""
    return [rows[1:] for rows in tables(page) if rows[0] == list(heading)][place]


def code(cell: str) -> list[str]:
    """What stands in a cell as code."""
    return _CODE.findall(cell)
