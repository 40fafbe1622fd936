"""Where a command's data goes, and in which format: a terminal, a pipe, or a file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tastytrade.errors import ConfigurationError, TastytradeError

NO_DATA = 4
"""Exit code when there was no answer, or only a part of one."""


class Format(StrEnum):
    """How data is put out; by default a table in a terminal and NDJSON in a pipe."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"
    PARQUET = "parquet"


_BY_SUFFIX = {
    ".json": Format.JSON,
    ".ndjson": Format.NDJSON,
    ".jsonl": Format.NDJSON,
    ".csv": Format.CSV,
    ".parquet": Format.PARQUET,
    ".txt": Format.TABLE,
}
SUFFIXES = tuple(_BY_SUFFIX)
"""What the name of a file may end in, and with that its format."""


@dataclass(frozen=True)
class Target:
    """A format, and the file that data goes to; None is stdout."""

    format: Format
    path: Path | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks at it."""
        return self.format is Format.TABLE and self.path is None and sys.stdout.isatty()


def target_of(
    format: Format | None,  # noqa: A002
    output: Path | None,
    *,
    force: bool = False,
    is_stream: bool = False,
) -> Target:
    """What is meant by ``--format``, ``-o`` and ``--force``. A stream's table is one that changes.

    Raises ConfigurationError for a file that cannot be written or must not be replaced, and for bytes in a
    terminal.
    """
    if output is None:
        chosen = format or (Format.TABLE if sys.stdout.isatty() else Format.NDJSON)
        if chosen is Format.PARQUET and sys.stdout.isatty():
            raise ConfigurationError("Parquet is not text: name a file by -o FILE.parquet, or use a pipe")
        return Target(chosen)
    if format is None:
        check_output(output, force=force, suffixes=SUFFIXES[:-1] if is_stream else SUFFIXES)
        return Target(_BY_SUFFIX[output.suffix], output)
    check_output(output, force=force)
    if is_stream and format is Format.TABLE:
        raise ConfigurationError(f"-o {output}: this table is for a terminal; choose another format")
    return Target(format, output)


def check_output(path: Path, *, force: bool, suffixes: tuple[str, ...] | None = None) -> None:
    """Raise ConfigurationError for a file that cannot be written, or must not be replaced."""
    if suffixes is not None and path.suffix not in suffixes:
        raise ConfigurationError(
            f"-o {path}: the name must end in {', '.join(suffixes[:-1])} or {suffixes[-1]}"
        )
    if path.is_dir() or not path.parent.is_dir():
        what = "is a folder" if path.is_dir() else "is in a folder that is not there"
        raise ConfigurationError(f"-o {path} {what}: name a file")
    if path.exists() and not force:
        raise ConfigurationError(f"-o {path} is there already: choose another name, or replace it by --force")


@contextmanager
def set_aside(path: Path) -> Iterator[Path]:
    """Where to write meanwhile: that gets the file's name at the end, and goes when something fails.

    An interruption is no failure: what has come by then is kept. Raises TastytradeError when the disk does
    not take it.
    """
    from asyncio import CancelledError

    part = path.with_name(f"{path.name}.part")
    try:
        try:
            yield part
        except (CancelledError, KeyboardInterrupt):
            if part.exists():
                part.replace(path)
            raise
        part.replace(path)
    except OSError as error:
        raise TastytradeError(
            f"{path} cannot be written ({error.strerror}): see that there is room, and leave to write"
        ) from None
    finally:
        part.unlink(missing_ok=True)
