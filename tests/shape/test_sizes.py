"""A file or function beyond these sizes holds two subjects: split it by subject, don't raise the limit."""

import ast

from tests.shape.source import sources

FILE_LINES = 400
FUNCTION_LINES = 60


def test_no_file_is_too_long() -> None:
    lengths = {source.name: source.text.count("\n") for source in sources()}

    assert {name: length for name, length in lengths.items() if length > FILE_LINES} == {}


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{source.name}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES} == {}
