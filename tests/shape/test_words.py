"""Names that say nothing, calls that lose cancellations, and wire words with two homes are kept out."""

import ast
import re
from collections import Counter
from pathlib import PurePosixPath

from tastytrade.dxlink.messages import AnyMessage
from tests.shape.source import Source, sources

EMPTY_NAMES = {"utils", "helpers", "common", "base", "core", "types", "manager", "handlers"}
EMPTY_CLASSES = re.compile(r"_?(Base|Abstract)[A-Z]\w*|\w+(Manager|Handler|Processor|Helper)")


def is_kept_name(source: Source) -> bool:
    """Whether users of earlier packages know it under that name."""
    return source.name.startswith(("sessions/", "markets/"))


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = [
        source.name
        for source in sources()
        if not is_kept_name(source) and EMPTY_NAMES & set(PurePosixPath(source.name).with_suffix("").parts)
    ]

    assert empty == []


def test_no_class_has_a_name_that_says_nothing() -> None:
    empty = [
        f"{source.name}:{node.lineno} {node.name}"
        for source in sources()
        if not is_kept_name(source)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and EMPTY_CLASSES.fullmatch(node.name)
    ]

    assert empty == []


def test_nothing_waits_in_a_way_that_loses_cancellations() -> None:
    # On Python 3.11 asyncio.wait_for can swallow a cancellation; asyncio.timeout() does not.
    found = [
        f"{source.name}:{node.lineno}"
        for source in sources()
        for node in ast.walk(source.tree)
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "wait_for"
            and ast.unparse(node.value) == "asyncio"
        )
        or (isinstance(node, ast.ImportFrom) and any(alias.name == "wait_for" for alias in node.names))
    ]

    assert found == []


def test_a_wire_word_stands_once() -> None:
    # Words of one part (ERROR, AUTH, SETUP) have other meanings too, in logging for one.
    words = {
        tag for tag in (str(message.__struct_config__.tag) for message in AnyMessage.__args__) if "_" in tag
    }
    homes = Counter(
        node.value
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and node.value in words
    )

    assert {word: homes[word] for word in words if homes[word] != 1} == {}
