"""Keyrings in memory: one that works or is locked, one that raises, one of low priority."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked


class MemoryKeyring(KeyringBackend):
    """Keeps entries up to ``limit`` characters; ``is_locked`` shuts it."""

    priority = 5.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring has no types there
        self.entries: dict[tuple[str, str], str] = {}
        self.is_locked = False
        self.limit = 10_000

    def get_password(self, service: str, username: str) -> str | None:
        self._open()
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._open()
        if len(password) > self.limit:
            raise ValueError("too long")
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._open()
        del self.entries[service, username]

    def _open(self) -> None:
        if self.is_locked:
            raise KeyringLocked("locked")


class BrokenKeyring(KeyringBackend):
    """One that raises whatever it is asked, and in odd words."""

    priority = 5.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # as above

    @property
    def name(self) -> str:
        raise OSError("no name")

    def get_password(self, service: str, username: str) -> str | None:
        raise OSError("the bus\n\x1b[2J is gone")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"cannot store {password}")

    def delete_password(self, service: str, username: str) -> None:
        raise OSError("no")


class PlainKeyring(MemoryKeyring):
    """One that, by its priority, is no better than a file."""

    priority = 0.5


@contextmanager
def in_use(backend: KeyringBackend) -> Iterator[KeyringBackend]:
    """Make it this process's keyring for a while."""
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    try:
        yield backend
    finally:
        keyring.set_keyring(before)
