"""What a panel shows, as CSV: numbers as they are, texts so that no spreadsheet runs them."""

from __future__ import annotations

import csv
import io
from typing import Any

from tastytrade.dashboard.view import Exported

_FORMULA = ("=", "+", "-", "@", "|", "%")
_HIDDEN = ("\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula, or skips before one."""


def format_csv(exported: Exported) -> str:
    """Header and rows; a text that could be a formula begins with an apostrophe, as OWASP advises."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(map(_cell, exported.header))
    writer.writerows(map(_cell, row) for row in exported.rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        # Spaces before it are skipped by some.
        return f"'{value}" if value.startswith(_HIDDEN) or value.lstrip().startswith(_FORMULA) else value
    return "" if value != value else value  # noqa: PLR0124 - nan: there is no number
