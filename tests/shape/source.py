"""The package's own source, read once, for the tests of its shape."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "tastytrade"


@dataclass(frozen=True)
class Source:
    """One Python file of the package; ``name`` is its path below it, like ``dxfeed/flags.py``."""

    name: str
    text: str
    tree: ast.Module

    @property
    def imports(self) -> Iterator[str]:
        """The absolute name of every module it imports, anywhere in it."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file of the package, in order of name."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Source(path.relative_to(PACKAGE).as_posix(), text, ast.parse(text)))
    return tuple(found)
