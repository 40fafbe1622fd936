"""Safe: where one record with secrets is kept, in the operating system's keyring or in a file with mode 0600.

A file says which of the two it is, so that a keyring is opened only where something was put into it.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Raw, Struct

from tastytrade.errors import ConfigurationError
from tastytrade.rest.environment import Environment
from tastytrade.rest.refusal import printable
from tastytrade.rest.secret import Secret
from tastytrade.saved.folder import (
    LIMIT_BYTES,
    NAME,
    own_folder,
    read_private,
    remove,
    write_private,
)

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

log = logging.getLogger(__name__)

T = TypeVar("T", bound=Struct)


class _Kept(Struct):
    """The file: where the record is, and the record itself if it is here."""

    kept_in: Literal["keyring", "file"]
    record: Raw = Raw(b"null")


class Safe(Generic[T]):
    """One record of an environment; ``what`` is its name for people: "credentials", "token"."""

    def __init__(self, folder: Path, environment: Environment, what: str, kind: type[T]) -> None:
        address = environment.api_url.rstrip("/")
        self.path = folder / f"{file_name(environment)}.{what}.json"
        self._aside = self.path.with_suffix(".damaged")
        self._kind = kind
        self._what = f"the saved {what} for {address}"
        # Another folder is another collection: its entries do not replace the usual ones.
        own = own_folder()
        self._service = " ".join([NAME, address, what, *([] if own is None else [f"({own})"])])

    def put(self, record: T) -> None:
        """Keep a record instead of the one before. Raises ConfigurationError when it cannot be written."""
        secret = _encoded(record)
        self._set_damaged_aside()
        backend = _keyring()
        if backend is not None and _entered(backend, self._service, secret):
            self._write(_Kept("keyring"))
            return
        self._write(_Kept("file", Raw(secret.reveal().encode())))
        if backend is not None:
            _taken_out(backend, self._service)

    def record(self) -> T | None:
        """The record, None when there is none.

        Raises ConfigurationError when its file is damaged or open to others, or the keyring stays shut.
        Nothing is changed then.
        """
        if not self._is_there():
            return None
        kept = self._kept()
        text = self._from_keyring() if kept is not None and kept.kept_in == "keyring" else _text(kept)
        if text is None:
            return None
        found = _decoded(text, self._kind)
        if found is None:
            raise ConfigurationError(
                f"{self._what} cannot be read: {self.path} or its entry in the keyring is damaged; it was "
                "left as it is: move the file away, then run `tastytrade login`"
            )
        return found

    def empty(self) -> None:
        """Forget the record wherever it is, damaged ones too. Raises ConfigurationError when it stays."""
        if self._is_there():
            kept = _file_of(self.path)
            backend = _keyring() if kept is None or kept.kept_in == "keyring" else None
            if backend is not None:
                _taken_out(backend, self._service)
        remove(self.path)
        remove(self._aside)

    def where(self) -> str:
        """Where a record is, or would be: for people."""
        kept = _file_of(self.path) if self._is_there() else None
        if kept is not None:
            return str(self.path) if kept.kept_in == "file" else f"the keyring (marked by {self.path})"
        backend = _keyring()
        return str(self.path) if backend is None else f"the keyring ({_name(backend)})"

    def _is_there(self) -> bool:
        try:
            return self.path.exists()
        except OSError:  # a folder that may not be entered; reading says so
            return True

    def _kept(self) -> _Kept | None:
        content = read_private(self.path)
        return None if content is None else _decoded(Secret(content.decode("utf-8", "replace")), _Kept)

    def _write(self, kept: _Kept) -> None:
        write_private(self.path, _encoded(kept))

    def _set_damaged_aside(self) -> None:
        if self._is_there() and _file_of(self.path) is None:
            with suppress(OSError):  # what cannot be moved cannot be replaced either, and writing says so
                self.path.replace(self._aside)
                log.warning("%s was damaged and is kept aside as %s", self.path, self._aside.name)
                self._aside.chmod(0o600)

    def _from_keyring(self) -> Secret | None:
        backend = _keyring()
        if backend is None:
            raise ConfigurationError(
                f"the keyring that holds {self._what} is not available here (in a desktop session it is): "
                "use it from there, or set the variables instead"
            )
        try:
            found = backend.get_password(self._service, NAME)
        except Exception as error:  # noqa: BLE001 - backends are plug-ins, and raise what they like
            reason = printable(" ".join(f"{type(error).__name__}: {error}".split()), limit=200)
        else:
            return None if found is None else Secret(found)
        raise ConfigurationError(
            f"the keyring that holds {self._what} does not open ({_name(backend)}: {reason}): unlock it, or "
            "set the variables instead"
        )


def file_name(environment: Environment) -> str:
    """What a file about an environment is called: its address, as one name on every file system."""
    address = environment.api_url.rstrip("/").removeprefix("https://").replace("http://", "http-")
    return quote(address, safe="")


def _keyring() -> KeyringBackend | None:
    """The operating system's keyring; None where there is none, or one that keeps plain text."""
    import keyring
    from keyring.core import recommended

    try:
        backend = keyring.get_keyring()
        return backend if recommended(backend) else None
    except Exception as error:  # noqa: BLE001 - backends are plug-ins, and raise what they like
        log.debug("the keyring cannot be used: %s: %s", type(error).__name__, error)
        return None


def _name(backend: KeyringBackend) -> str:
    try:
        return " ".join(str(backend.name).split())
    except Exception:  # noqa: BLE001 - likewise
        return type(backend).__name__


def _entered(backend: KeyringBackend, service: str, secret: Secret) -> bool:
    try:
        backend.set_password(service, NAME, secret.reveal())
    except Exception as error:  # noqa: BLE001 - likewise; Windows refuses what is longer than 1280 characters
        log.debug("the keyring %s does not take %s: %s", _name(backend), service, type(error).__name__)
        return False
    return True


def _taken_out(backend: KeyringBackend, service: str) -> None:
    try:
        if backend.get_password(service, NAME) is not None:
            backend.delete_password(service, NAME)
    except Exception as error:  # noqa: BLE001 - likewise
        log.warning("%s may still be in the keyring %s: %s", service, _name(backend), type(error).__name__)


# No frame of these functions is part of an error's traceback: they hold what is secret.


def _file_of(path: Path) -> _Kept | None:
    """What the file says, without asking who may read it; None when it is damaged."""
    try:
        with path.open("rb") as file:
            return _decoded(Secret(file.read(LIMIT_BYTES).decode("utf-8", "replace")), _Kept)
    except OSError:
        return None


def _text(kept: _Kept | None) -> Secret:
    return Secret("" if kept is None else bytes(kept.record).decode("utf-8", "replace"))


def _encoded(record: Struct) -> Secret:
    return Secret(msgspec.json.encode(record, enc_hook=_reveal).decode())


K = TypeVar("K", bound=Struct)


def _decoded(text: Secret, kind: type[K]) -> K | None:
    try:
        return msgspec.json.decode(text.reveal(), type=kind, dec_hook=_hide)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _reveal(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise NotImplementedError(f"a record cannot hold a {type(value).__name__}")


def _hide(kind: type[Any], value: Any) -> Secret:
    if kind is not Secret or not isinstance(value, str):
        raise ValueError(f"expected text, not {type(value).__name__}")
    return Secret(value)
