"""What it costs to have the package: CPU time of its import, the modules that come with it, its size on disk.

python -m tests.speed.imports ours|tastyware|size     prints one line of JSON
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

PACKAGE = "tastytrade-marketdata"
HEAVY = ("polars", "numpy", "pandas", "pydantic")
LEFT_OUT = {"polars", "polars-runtime-32"}


def timed(who: str) -> dict[str, Any]:
    """The CPU time until a streamer could be made, and the modules that were loaded."""
    before = set(sys.modules)
    started = time.process_time()
    found = import_module("tastytrade")
    if who == "ours":
        _ = found.Streamer, found.Quote
    else:
        _ = found.DXLinkStreamer, found.Session, import_module("tastytrade.dxfeed").Quote
    cpu = time.process_time() - started
    names = set(sys.modules) - before
    return {"cpu_ms": cpu * 1e3, "modules": len(names), "heavy": [name for name in HEAVY if name in names]}


def size() -> dict[str, Any]:
    """The bytes of the package and of everything it needs, as installed here, by package; without polars."""
    from packaging.requirements import Requirement

    found: dict[str, int] = {}
    due = [PACKAGE]
    while due:
        name = due.pop()
        if name in found or name in LEFT_OUT:
            continue
        try:
            installed = distribution(name)
        except PackageNotFoundError:
            continue
        files = (Path(str(installed.locate_file(file))) for file in installed.files or ())
        found[name] = sum(file.stat().st_size for file in files if file.exists() and file.suffix != ".pyc")
        for text in installed.requires or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                due.append(requirement.name)
    return {"bytes": found}


if __name__ == "__main__":
    what = sys.argv[1]
    sys.stdout.write(json.dumps(size() if what == "size" else timed(what)) + "\n")
