"""Which Python and which packages there are, against what the package itself says that it needs."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, requires, version

from msgspec import Struct

from tastytrade.checkup.finding import Diagnosis, Finding, failed, fine, warned

NAME = "tastytrade-marketdata"
OLDEST_PYTHON = (3, 11)

_REQUIREMENT = re.compile(r"([\w.-]+)\s*(?:>=\s*([\d.]+))?")
_EXTRA = re.compile(r"extra == ['\"]([\w-]+)['\"]")
_FOR = {"capture": "captures and stores", "fast": "a faster event loop", "analytics": "implied volatility"}


class Requirement(Struct, frozen=True):
    """A package that is needed, from which version on, and by which extra; "" by the package itself."""

    package: str
    least: str
    extra: str


def requirements() -> list[Requirement]:
    """What the package says that it needs here; nothing where it was never installed."""
    try:
        lines = requires(NAME) or []
    except PackageNotFoundError:
        return []
    return [one for line in lines if (one := parse_requirement(line, platform=sys.platform)) is not None]


def parse_requirement(line: str, *, platform: str) -> Requirement | None:
    """One line of a package's metadata; None where it is not meant for this platform."""
    found = _REQUIREMENT.match(line)
    is_elsewhere = platform == "win32" and "sys_platform != 'win32'" in line.replace('"', "'")
    if found is None or is_elsewhere:
        return None
    extra = _EXTRA.search(line)
    return Requirement(found[1], found[2] or "", extra[1] if extra else "")


def installed_version(package: str) -> str | None:
    """The version of a package that is installed, None where it is not."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def python_finding(found: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Whether this Python is new enough."""
    named = f"Python {'.'.join(map(str, found))} on {platform.system()} {platform.machine()}"
    if found >= OLDEST_PYTHON:
        return fine("python", named)
    least = ".".join(map(str, OLDEST_PYTHON))
    cause = f"this package needs Python {least} or later"
    return failed("python", named, Diagnosis("old_python", cause, f"install Python {least} or later"))


def packages_finding(needed: Iterable[Requirement], installed: Callable[[str], str | None]) -> Finding:
    """Whether everything that is needed at all is installed, and new enough."""
    own = [one for one in needed if not one.extra]
    wrong = [said for one in own if (said := _wrong(one, installed(one.package)))]
    named = f"{NAME} {installed(NAME) or '(not installed: a source tree)'}, {len(own)} packages"
    if not wrong:
        return fine("packages", named)
    cause = f"what this package is built on is missing or too old: {', '.join(wrong)}"
    fix = f"python -m pip install --upgrade {NAME}"
    return failed("packages", named, Diagnosis("packages_missing", cause, fix))


def extras_finding(needed: Iterable[Requirement], installed: Callable[[str], str | None]) -> Finding:
    """Which extras are installed. That one is missing is a warning: only some commands need it."""
    extras: dict[str, list[str]] = {}
    for one in needed:
        if one.extra:
            said = _wrong(one, installed(one.package))
            extras.setdefault(one.extra, []).extend([said] if said else [])
    there = [name for name, wrong in extras.items() if not wrong]
    missing = {name: wrong for name, wrong in extras.items() if wrong}
    found = f"installed: {', '.join(there) or 'none'}"
    if not missing:
        return fine("extras", found)
    parts = [
        f"{name} ({', '.join(wrong)}){f', for {_FOR[name]}' if name in _FOR else ''}"
        for name, wrong in missing.items()
    ]
    fix = f'python -m pip install "{NAME}[{",".join(missing)}]"'
    return warned("extras", found, Diagnosis("extras_missing", f"not installed: {'; '.join(parts)}", fix))


def _wrong(one: Requirement, found: str | None) -> str:
    """What is wrong with a package, "" for nothing."""
    if found is None:
        return f"{one.package} is not installed"
    if one.least and _numbers(found) < _numbers(one.least):
        return f"{one.package} is {found}, and {one.least} is needed"
    return ""


def _numbers(text: str) -> tuple[int, ...]:
    """A version as numbers that can be compared: what begins with a letter does not count, nor zeros at
    the end."""
    numbers = [int(part) for part in re.findall(r"\d+", re.split(r"[^\d.]", text, maxsplit=1)[0])]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)
