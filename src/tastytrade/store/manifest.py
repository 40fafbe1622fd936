"""Manifest: what a store is, and what was written to it when: ``store.json``, for people and programs."""

from __future__ import annotations

import time
import uuid
from importlib.metadata import version
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tastytrade.errors import StoreDamaged, StoreError
from tastytrade.store.disk import digest_of, replace_through

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
    "unknown". What was simulated can never pass for real. ``digest`` is that of all the rest."""

    format: int
    id: str
    created_ns: int
    package: str
    feed_level: str
    sessions: tuple[SessionRecord, ...] = ()
    digest: str = ""

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

    Raises StoreError for one that cannot be read, or that a later version of this package has written, and
    StoreDamaged for one that was not written by any.
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
        if found > FORMAT:
            raise StoreError(
                f"{folder} was written in format {found}, and this version of tastytrade-marketdata reads "
                f"formats up to {FORMAT}: install a newer one"
            )
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise StoreDamaged(f"{path} is not the manifest of a store, or is damaged ({error})") from None
    if _sealed(manifest) != manifest:
        raise StoreDamaged(f"{path} does not hold what was written to it")
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest. Raises OSError."""
    content = msgspec.json.encode(_sealed(manifest))
    replace_through(folder / FILE, msgspec.json.format(content, indent=1))


def _sealed(manifest: Manifest) -> Manifest:
    unsealed = replace(manifest, digest="")
    return replace(unsealed, digest=digest_of(msgspec.json.encode(unsealed)))


class _Format(Struct):
    format: int
