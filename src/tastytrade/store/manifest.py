"""Manifest: what a store is, and what was written to it when: ``store.json``, for people and programs."""

from __future__ import annotations

import time
import uuid
from importlib.metadata import version
from pathlib import Path

import msgspec
from msgspec import Struct

from tastytrade.errors import StoreError
from tastytrade.store.disk import replace_through

FORMAT = 1
FILE = "store.json"
UNKNOWN = "unknown"


class SessionRecord(Struct, frozen=True, kw_only=True):
    """One time that somebody wrote to a store. Times are Unix nanoseconds.

    ended_ns, last_n   None, until it ended as it should
    source             where the events came from: "live", or "replay of" another store
    """

    number: int
    started_ns: int
    ended_ns: int | None = None
    package: str
    source: str
    event_types: tuple[str, ...]
    symbols: tuple[str, ...]
    first_n: int
    last_n: int | None = None

    @property
    def is_clean(self) -> bool:
        """Whether it ended as it should, with everything written."""
        return self.ended_ns is not None


class Manifest(Struct, frozen=True, kw_only=True):
    """``feed_level`` is what all its events are: "api" (real time), "demo" (delayed), "simulated", or
    "unknown". What was simulated can never pass for real."""

    format: int
    id: str
    created_ns: int
    package: str
    feed_level: str
    sessions: tuple[SessionRecord, ...] = ()

    @property
    def is_simulated(self) -> bool:
        return self.feed_level == "simulated"


def new_manifest(feed_level: str | None) -> Manifest:
    """The manifest of a store that begins now."""
    return Manifest(
        format=FORMAT,
        id=uuid.uuid4().hex,
        created_ns=time.time_ns(),
        package=package_version(),
        feed_level=feed_level or UNKNOWN,
    )


def package_version() -> str:
    """This package's version."""
    return version("tastytrade-marketdata")


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a store; None where there is none.

    Raises StoreError for one that cannot be read, or that a later version of this package has written.
    """
    path = folder / FILE
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreError(f"cannot read {path} ({error.strerror}): make it readable") from None
    try:
        found = msgspec.json.decode(content, type=_Format).format
        if found <= FORMAT:
            return msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise StoreError(f"{path} is not the manifest of a store, or is damaged ({error})") from None
    raise StoreError(
        f"{folder} was written in format {found}, and this version of tastytrade-marketdata reads formats up "
        f"to {FORMAT}: install a newer one"
    )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest. Raises OSError."""
    replace_through(folder / FILE, msgspec.json.format(msgspec.json.encode(manifest), indent=1))


class _Format(Struct):
    format: int
