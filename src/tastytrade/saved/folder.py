"""This user's folders, and files in them that nobody else reads: each is written whole or not at all.

Folders have mode 0700 and files 0600, and both are this user's, or they are not used. Windows has no such
modes; there the user's profile keeps others out.
"""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from errno import ENOTDIR
from pathlib import Path

from tastytrade.errors import ConfigurationError
from tastytrade.rest.secret import Secret

VARIABLE = "TASTYTRADE_HOME"
"""One folder for everything that is kept, instead of the two that the operating system has for it."""
NAME = "tastytrade-marketdata"
LIMIT_BYTES = 1024 * 1024
"""What is written has some hundred bytes; more of a file than this is not read."""

_BEING_WRITTEN = ".new"
_ABANDONED = 60.0
"""Seconds after which a file that is being written is what a process left that was killed meanwhile."""


def config_folder() -> Path:
    """Where credentials are kept. It need not exist."""
    own = own_folder()
    if own is not None:
        return own
    import platformdirs

    return platformdirs.user_config_path(NAME, appauthor=False)


def state_folder() -> Path:
    """Where tokens, locks and refusals are kept: what can be lost at the cost of one request."""
    own = own_folder()
    if own is not None:
        return own
    import platformdirs

    return platformdirs.user_state_path(NAME, appauthor=False)


def own_folder() -> Path | None:
    """The folder that TASTYTRADE_HOME names."""
    given = os.environ.get(VARIABLE, "").strip()
    try:
        return Path(given).expanduser().absolute() if given else None
    except (RuntimeError, OSError) as error:  # ~ of nobody; a working directory that is gone
        reason = str(error).rstrip(".")
    raise ConfigurationError(f"{VARIABLE} is {given!r}, which is no folder ({reason}): set it to a full path")


def read_private(path: Path) -> bytes | None:
    """A file's content, up to LIMIT_BYTES of it; None when there is no such file.

    Raises ConfigurationError when it cannot be read, or when it or its folder is another user's or open
    to others.
    """
    try:
        with path.open("rb") as file:
            _check(path.parent, path.parent.stat(), wanted=0o700)
            _check(path, os.fstat(file.fileno()), wanted=0o600)
            return file.read(LIMIT_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        reason = error.strerror
    raise ConfigurationError(
        f"cannot read {path} ({reason}): make it readable, or set {VARIABLE} to another folder"
    )


def write_private(path: Path, content: Secret) -> None:
    """Replace a file, or make it and its folder. Whatever happens meanwhile, the old or the new one is there.

    Raises ConfigurationError when it cannot be written, or the folder is another user's or open to others.
    """
    try:
        make_private(path.parent)
        _remove_leftovers(path, older_than=_ABANDONED)
        number, name = tempfile.mkstemp(
            prefix=f".{path.name}.", suffix=_BEING_WRITTEN, dir=path.parent
        )  # has mode 0600
        try:
            with os.fdopen(number, "wb") as file:
                file.write(content.reveal().encode())
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink()
            raise
    except OSError as error:
        raise _unwritable(path, error) from None


def make_private(folder: Path) -> None:
    """Make a folder, and those it is in, where they are missing. Raises OSError or ConfigurationError."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)
    if not folder.is_dir():
        raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR), str(folder))
    _check(folder, folder.stat(), wanted=0o700)


def remove(path: Path) -> None:
    """Remove a file, and what processes left that were killed while they wrote it.

    Raises ConfigurationError when it stays.
    """
    try:
        _remove_leftovers(path)
        path.unlink(missing_ok=True)
    except NotADirectoryError:
        return
    except OSError as error:
        raise _unwritable(path, error) from None


def _remove_leftovers(path: Path, *, older_than: float = 0.0) -> None:
    if not path.parent.is_dir():
        return
    for one in path.parent.iterdir():
        if one.name.startswith(f".{path.name}.") and one.name.endswith(_BEING_WRITTEN):
            with suppress(FileNotFoundError):  # its process was not dead after all, and is done
                if time.time() - one.stat().st_mtime >= older_than:
                    one.unlink()


def _unwritable(path: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"cannot write {path} ({error.strerror}): make its folder writable, or set {VARIABLE} to another"
    )


def _check(path: Path, found: os.stat_result, *, wanted: int) -> None:
    if os.name == "nt":
        return
    if found.st_uid != os.getuid():
        raise ConfigurationError(
            f"{path} belongs to another user (number {found.st_uid}) and is not used: take it over "
            f"(chown), move it away, or set {VARIABLE} to a folder of your own"
        )
    mode = found.st_mode & 0o777
    if mode & 0o077:
        raise ConfigurationError(
            f"{path} is open to other users (mode {mode:o}) and is not used: run chmod {wanted:o} {path}; "
            "if others were on this machine, take what it holds for known to them"
        )
