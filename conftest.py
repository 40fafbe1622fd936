"""The code of README.md and docs/ runs as a test, block after block, as the cells of a notebook do.

``await`` may stand anywhere. A simulator in another process is where an account would be: its address and
credentials are in the environment.
"""

from __future__ import annotations

import ast
import asyncio
import builtins
import inspect
from types import FunctionType
from typing import Any

import pytest
from sybil import Example, Sybil
from sybil.evaluators.python import pad
from sybil.integration.pytest import SybilItem
from sybil.parsers.markdown import CodeBlockParser

RUNNER = "__runner__"
OTHERS = ("TT_ENVIRONMENT", "TT_EVENTS_URL", "DXLINK_TOKEN")
"""Variables that a developer may have set, and that would lead elsewhere."""


def open_page(names: dict[str, Any]) -> None:
    names[RUNNER] = asyncio.Runner()
    names["__builtins__"] = builtins  # as any module has them: extensions import by these


def close_page(names: dict[str, Any]) -> None:
    names[RUNNER].close()


def evaluate(example: Example) -> None:
    """Run a block; one loop for all blocks of a page that wait for something."""
    __tracebackhide__ = True
    source = pad(example.parsed, example.line + example.parsed.line_offset)
    code = compile(source, example.path, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    result = FunctionType(code, example.namespace)()
    if inspect.iscoroutine(result):
        example.namespace[RUNNER].run(result)


@pytest.fixture
def account(tastytrade_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The simulator's address and credentials in the environment, and nobody's keyring."""
    for name in OTHERS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return tastytrade_environment


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Page after page, each from top to bottom, whatever the order of all other tests is."""
    blocks = [item for item in items if isinstance(item, SybilItem)]
    blocks.sort(key=lambda block: (block.path, block.example.line))
    items[:] = [*(item for item in items if not isinstance(item, SybilItem)), *blocks]


pytest_collect_file = Sybil(
    parsers=[CodeBlockParser("python", evaluate)],
    patterns=["README.md", "docs/*.md"],
    fixtures=["account"],
    setup=open_page,
    teardown=close_page,
).pytest()
