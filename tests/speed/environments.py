"""Environments: other people's clients, each installed apart and pinned, under build/bench/environments.

An environment is made when it is first needed and again when what it pins has changed. Each list of pins is
what ``pip freeze`` said after its first package was installed; npm's is its package-lock.json.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BUILD = ROOT / "build" / "bench"
PINS = HERE / "environments"
JAVASCRIPT = "javascript"
OURS = "ours"
INSTALL_TIMEOUT = 600.0


class Unavailable(Exception):
    """An environment cannot be made here; says why."""


def program_of(environment: str) -> list[str]:
    """The command that a client of an environment is started with, up to the client itself.

    Installs what is missing. Raises Unavailable where that cannot be.
    """
    if environment == OURS:
        return [sys.executable, "-m"]
    folder = BUILD / "environments" / environment
    if environment == JAVASCRIPT:
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            raise Unavailable("node and npm are not installed")
        _make(folder, [HERE / JAVASCRIPT / name for name in ("package-lock.json", "package.json")], npm)
        # Node looks for packages above a script, so the script goes there.
        shutil.copy(HERE / JAVASCRIPT / "client.mjs", folder)
        return [node]
    _make(folder, [PINS / f"{environment}.txt"], None)
    return [str(_python(folder)), "-m"]


def packages_of(environment: str) -> list[str]:
    """The versions that an environment pins."""
    if environment == JAVASCRIPT:
        return [f"{JAVASCRIPT}/package-lock.json"]
    return (PINS / f"{environment}.txt").read_text(encoding="utf-8").split()


def _make(folder: Path, pins: list[Path], npm: str | None) -> None:
    digest = hashlib.sha256(b"".join(pin.read_bytes() for pin in pins)).hexdigest()
    ready = folder / "ready"
    if ready.exists() and ready.read_text(encoding="utf-8") == digest:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if npm is not None:
        for pin in pins:
            shutil.copy(pin, folder)
        _run([npm, "ci", "--no-audit", "--no-fund"], folder)
    else:
        _run([sys.executable, "-m", "venv", str(folder)], ROOT)
        quiet = ["--quiet", "--disable-pip-version-check"]
        _run([str(_python(folder)), "-m", "pip", "install", *quiet, "--no-deps", "-r", str(pins[0])], ROOT)
    ready.write_text(digest, encoding="utf-8")


def _python(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=INSTALL_TIMEOUT
    )
    if done.returncode:
        raise Unavailable(f"{' '.join(command[-4:])} failed: {done.stderr.strip()[-300:]}")
