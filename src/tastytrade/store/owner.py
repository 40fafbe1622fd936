"""Owner: the one program that writes to a store."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout
from msgspec import Struct

from tastytrade.errors import StoreError, StoreOwned
from tastytrade.store.disk import disk_error, told

LOCK = "writer.lock"
OWNER = "writer.json"


class Owner(Struct, frozen=True):
    """Who writes to a store, and since when (Unix nanoseconds)."""

    pid: int
    host: str
    since_ns: int


class Ownership:
    """Held from the beginning until ``release()``. It ends with the process, however that ends.

    Raises StoreOwned when another program holds it, and says which.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FileLock(folder / LOCK, timeout=0, thread_local=False)
        try:
            self._lock.acquire()
        except Timeout:
            raise StoreOwned(
                f"{owner_of(folder) or 'another program'} writes to {folder}: end that, or choose another "
                "folder"
            ) from None
        except OSError as error:
            raise disk_error(folder, "locking a store", error) from None
        except NotImplementedError as error:
            raise StoreError(
                f"{folder} cannot be locked ({error}): choose a folder on a disk of this machine"
            ) from None
        mine = Owner(os.getpid(), socket.gethostname(), time.time_ns())
        try:
            with told(folder, "saying who writes to it"):
                (folder / OWNER).write_bytes(msgspec.json.encode(mine))
        except StoreError:
            self.release()
            raise

    def release(self) -> None:
        """Let others write. May be called twice."""
        if self._lock.is_locked:
            with suppress(OSError):  # the lock is what counts
                (self._folder / OWNER).unlink()
            self._lock.release()


def owner_of(folder: Path) -> str:
    """Who writes to a store, or was the last that did and was killed; "" for nobody."""
    try:
        owner = msgspec.json.decode((folder / OWNER).read_bytes(), type=Owner)
    except (OSError, msgspec.DecodeError):
        return ""
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(owner.since_ns / 1e9))
    return f"process {owner.pid} on {owner.host} (since {since})"
