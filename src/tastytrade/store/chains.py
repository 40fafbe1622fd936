"""Chains: option chains as the service gave them, kept with what was captured."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import msgspec
from msgspec import Struct

from tastytrade.errors import StoreDamaged
from tastytrade.store.disk import digest_of, make_folder, replace_through, told

CHAINS = "chains"
_SMALL = re.compile(r"[a-z]")
"""Small letters are capitals to some file systems."""
_DEVICE = re.compile(r"(CON|PRN|AUX|NUL|COM\d|LPT\d)(\.|$)")
"""Files of these names cannot be made on Windows."""


class _Kept(Struct, frozen=True):
    """The whole answer, and the digest of its text."""

    digest: str
    answer: msgspec.Raw


def keep_chain(store: Path, underlying: str, answer: dict[str, Any]) -> None:
    """Keep the answer of an underlying, in place of an earlier one. Raises StoreFull or StoreError."""
    folder = store / CHAINS
    path = _path(store, underlying)
    content = msgspec.json.encode(answer)
    with told(folder, "keeping a chain"):
        make_folder(folder)
        replace_through(path, msgspec.json.encode(_Kept(digest_of(content), msgspec.Raw(content))))


def kept_chain(store: Path, underlying: str) -> dict[str, Any] | None:
    """What was kept; None where nothing was. Raises StoreDamaged when it is something else."""
    path = _path(store, underlying)
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
        if digest_of(kept.answer) != kept.digest:
            raise StoreDamaged(f"{path} does not hold what was written to it")
        answer: dict[str, Any] = msgspec.json.decode(kept.answer)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeError, msgspec.DecodeError) as error:
        raise StoreDamaged(f"{path} cannot be read ({error})") from None
    return answer


def kept_chains(store: Path) -> list[str]:
    """The underlyings of which one was kept, sorted."""
    return sorted(unquote(path.stem) for path in (store / CHAINS).glob("*.json"))


def _path(store: Path, underlying: str) -> Path:
    """A name that any file system has, and that no other underlying has there."""
    name = _SMALL.sub(lambda found: f"%{ord(found[0]):02X}", quote(underlying, safe=""))
    if _DEVICE.match(name):
        name = f"%{ord(name[0]):02X}{name[1:]}"
    return store / CHAINS / f"{name}.json"
