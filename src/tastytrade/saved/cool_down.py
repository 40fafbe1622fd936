"""What is left alone for a while, by all of this user's processes and also after a restart.

A service that says "too many" or "later" means all programs of a user, and a program that is restarted
whenever it fails would not know. Kept are an address, a time and a reason, in one file an address:
processes that write at the same moment cannot undo each other's.
"""

from __future__ import annotations

import logging
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from tastytrade.errors import ConfigurationError
from tastytrade.rest.secret import Secret
from tastytrade.saved.folder import read_private, remove, state_folder, write_private

log = logging.getLogger(__name__)

LONGEST = 86_400.0
"""Seconds. What would last longer is of a clock that was wrong, and does not count."""


class CoolDown(Struct, frozen=True):
    """Until when something is left alone (seconds since 1970), and why."""

    until: float
    reason: str


class _Kept(Struct, frozen=True):
    what: str
    until: float
    reason: str


# The process's own, as the folder is the user's: they stand in for it where it cannot be used.
_alone: dict[str, CoolDown] = {}
_said: set[str] = set()


def remember_cool_down(what: str, until: float, reason: str) -> None:
    """Leave ``what`` alone until then (seconds since 1970). ``what`` and ``reason`` hold no secret.

    One that is known and ends later stays. Where no file can be written, this process alone knows.
    """
    if any(until <= one.until <= until + LONGEST for one in _known(what)):
        return
    try:
        content = msgspec.json.encode(_Kept(what, until, reason)).decode()
        write_private(_path(what), Secret(content))
    except ConfigurationError as error:
        _warn_once(f"cool-downs are known to this process alone: {error}")
        _alone[what] = CoolDown(until, reason)
    else:
        _alone.pop(what, None)


def cool_down(what: str, *, now: float) -> CoolDown | None:
    """Until when and why ``what`` is left alone, None when it is not. ``now`` is in seconds since 1970."""
    live = [one for one in _known(what) if now < one.until <= now + LONGEST]
    return max(live, key=lambda one: one.until, default=None)


def forget_cool_down(what: str) -> None:
    """Leave it alone no longer: it worked, or a person asks."""
    _alone.pop(what, None)
    try:
        remove(_path(what))
    except ConfigurationError as error:
        _warn_once(f"a cool-down could not be ended early: {error}")


def _path(what: str) -> Path:
    return state_folder() / f"cool-down-{sha256(what.encode(errors='replace')).hexdigest()[:16]}.json"


def _known(what: str) -> list[CoolDown]:
    """What the file says and what this process knows."""
    return [one for one in (_read(what), _alone.get(what)) if one is not None]


def _read(what: str) -> CoolDown | None:
    """What the file says, if it is about this."""
    try:
        path = _path(what)
        content = read_private(path)
    except ConfigurationError as error:
        _warn_once(f"cool-downs of other processes are not known: {error}")
        return None
    if content is None:
        return None
    try:
        kept = msgspec.json.decode(content, type=_Kept)
    except msgspec.DecodeError:
        _warn_once(f"{path} is damaged: what it says does not count")
        return None
    return CoolDown(kept.until, kept.reason) if kept.what == what else None


def _warn_once(text: str) -> None:
    """A reader that connects again and again would say it each time."""
    if text not in _said:
        _said.add(text)
        log.warning("%s", text)
