"""Disk: writing so that it stays written, and errors of the operating system in our words."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EDQUOT, ENOSPC
from pathlib import Path

from tastytrade.errors import StoreError, StoreFull

if sys.platform == "darwin":
    import fcntl

LEAST_FREE = 1 << 20
"""With less room than this, whatever fails on a disk fails because it is full."""
DIGEST_BYTES = 16


def digest_of(*parts: bytes | memoryview) -> str:
    """What tells whether bytes are those that were written."""
    digest = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def write_through(path: Path, content: bytes | memoryview) -> None:
    """Write a new file, to the disk itself. Raises OSError; then there is none."""
    try:
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            _sync(file.fileno())
    except OSError:
        with suppress(OSError):  # a part of it would take the room that is missing
            path.unlink()
        raise


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, names and all, on the disk itself. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def replace_through(path: Path, content: bytes) -> None:
    """Replace a file: whatever happens meanwhile, the old or the new one is there. Raises OSError."""
    aside = path.with_name(f".{path.name}.new")
    write_through(aside, content)
    aside.replace(path)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Let what others wrote to a file reach the disk. Raises OSError."""
    with path.open("rb") as file:
        _sync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Let the names of new files reach the disk; Windows does so by itself. Raises OSError."""
    if os.name == "nt":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        _sync(number)
    finally:
        os.close(number)


def _sync(number: int) -> None:
    if sys.platform == "darwin":  # where a sync stops at the drive's own memory
        fcntl.fcntl(number, fcntl.F_FULLFSYNC)
    else:
        os.fsync(number)


def is_full(folder: Path) -> bool:
    """Whether there is next to no room on the disk of a folder."""
    try:
        return shutil.disk_usage(folder).free < LEAST_FREE
    except OSError:
        return False


@contextmanager
def told(folder: Path, doing: str) -> Iterator[None]:
    """Turn an OSError into StoreFull or StoreError, which say what was being done and where."""
    try:
        yield
    except OSError as error:
        raise disk_error(folder, doing, error) from None


def disk_error(folder: Path, doing: str, error: Exception) -> StoreError:
    """What went wrong on a disk, in our words."""
    number = getattr(error, "errno", None)
    if number in {ENOSPC, EDQUOT} or is_full(folder):
        return StoreFull(f"the disk is full while {doing} in {folder}: make room; what is there stays intact")
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return StoreError(f"{doing} in {folder} failed ({reason}): see that the folder is there and writable")


def free_bytes(folder: Path) -> int:
    """Room on the disk of a folder; 0 when the folder is not there."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def size_of(folder: Path) -> int:
    """How much the files in a folder take; some may come and go meanwhile."""
    size = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            size += path.stat().st_size if path.is_file() else 0
    return size
