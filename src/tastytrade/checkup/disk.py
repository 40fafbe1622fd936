"""Room on the disk, and the health of a store there."""

from __future__ import annotations

import shutil
from pathlib import Path

from tastytrade.checkup.finding import Diagnosis, Finding, failed, fine, warned
from tastytrade.errors import StoreError, TastytradeError
from tastytrade.store import Store

LITTLE_BYTES = 2 << 30
"""A busy trading day takes a part of this."""
LEAST_BYTES = 100 << 20

SHOWN = 3
"""Damaged places that are named."""


def room_finding(path: Path) -> Finding:
    """How much can be written where ``path`` is, or would be."""
    try:
        there = next(one for one in (path.absolute(), *path.absolute().parents) if one.exists())
        usage = shutil.disk_usage(there)
    except OSError as error:
        cause = f"the disk of {path} cannot be looked at ({error.strerror})"
        return failed("disk", str(path), Diagnosis("no_disk", cause, "mount it, or name another folder"))
    return judged_room(there, free=usage.free, total=usage.total)


def judged_room(place: Path, *, free: int, total: int) -> Finding:
    """Whether so many free bytes are enough."""
    found = f"{free / 2**30:,.1f} of {total / 2**30:,.0f} GiB free at {place}"
    fix = "delete what is not needed, or capture to another disk"
    if free < LEAST_BYTES:
        return failed("disk", found, Diagnosis("disk_full", "a capture would stop within minutes", fix))
    if free < LITTLE_BYTES:
        return warned("disk", found, Diagnosis("disk_little", "a busy day of capturing may not fit", fix))
    return fine("disk", found)


def store_finding(path: Path) -> Finding:
    """Whether everything that was written to a store is there. Reads all of it, so it may take a while."""
    try:
        report = Store(path).verify()
    except ImportError:
        cause = "looking at a store needs the extra capture, which is not installed"
        fix = 'python -m pip install "tastytrade-marketdata[capture]"'
        return failed("store", str(path), Diagnosis("extras_missing", cause, fix))
    except (StoreError, OSError) as error:
        said = str(error) if isinstance(error, TastytradeError) else f"{path}: {error.strerror}"
        return failed(
            "store", str(path), Diagnosis("no_store", said, "name the folder that has a store.json")
        )
    found = f"{report.rows:,} rows in {report.files:,} files and {report.parts:,} parts of the journal"
    if report.damage:
        shown = "; ".join(f"{one.place}: {one.what}" for one in report.damage[:SHOWN])
        more = f"; and {len(report.damage) - SHOWN} more" if len(report.damage) > SHOWN else ""
        cause = f"{len(report.damage)} places are not what was written: {shown}{more}"
        fix = "take these files from a backup; Store(path, skip_damaged=True) reads what is left"
        return failed("store", found, Diagnosis("store_damaged", cause, fix))
    return fine("store", f"{found}, all of it as it was written")
