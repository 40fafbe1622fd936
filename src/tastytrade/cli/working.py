"""Working: what a command does now, in one line of the terminal that goes when it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape


@contextmanager
def working() -> Iterator[Callable[[str], None]]:
    """What tells it; where there is no terminal, nothing is shown."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("") as status:
        yield lambda text: status.update(escape(text))
