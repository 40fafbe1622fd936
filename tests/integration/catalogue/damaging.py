"""Copies of a store with a damaged file each, and what reading them gives: the truth, or an error."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from tastytrade import Quote, TimeAndSale
from tastytrade.errors import StoreError
from tastytrade.store import Pace, Store
from tests.unit.store.made import DAY_NS, NOON_NS, gap, prints, quotes, values, writer

BLOCK = 512
MIDDLE_NS = NOON_NS + DAY_NS // 2
NOT_READ = ("writer.",)
"""Files that hold nothing of what was captured."""


class Stores(Struct, frozen=True):
    """The same contents, as a writer leaves them that ends, and as one does that is killed; ``truth`` is what
    reading them gives."""

    closed: Path
    killed: Path
    truth: dict[str, Any]


class Hurt(Struct, frozen=True):
    """What was done to a copy, in words; ``file`` is which."""

    file: str
    what: str

    @property
    def kind(self) -> str:
        """What sort of file it is."""
        return kind_of(self.file)

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"


def make_stores(folder: Path, *, commits: int) -> Stores:
    """Two days with gaps and a chain: in tables, and the last of it in the journal. Beyond fifty commits the
    tables have checkpoints."""
    closed, killed = folder / "closed", folder / "killed"
    store = writer(closed, pace=Pace(move_rows=10))
    for number in range(commits):
        at_ns = NOON_NS + number * DAY_NS // commits
        store.append(quotes(20 * number, at_ns=at_ns))
        store.append(prints(20 * number + 10, at_ns=at_ns))
        if number % 10 == 3:
            store.append(gap(number, at_ns=at_ns))
        store.commit()
        if number < commits - 4:
            store.move()
    store.keep_chain("A", {"data": {"items": [{"strike": "123.5"}]}})
    shutil.copytree(closed, killed)
    store.close()
    return Stores(closed, killed, answers(closed))


def answers(path: Path) -> dict[str, Any]:
    """Everything that there is to ask a store for."""
    store = Store(path)
    manifest = store.manifest
    return {
        "level": manifest.feed_level,
        "sessions": [(one.number, one.first_n, one.symbols, one.event_types) for one in manifest.sessions],
        "records": values(store),
        "scans": [store.scan(one).sort("n").collect().rows() for one in (Quote, TimeAndSale)],
        "halves": [
            store.scan(one, start=start, end=end).sort("n").collect().rows()
            for one in (Quote, TimeAndSale)
            for start, end in ((None, MIDDLE_NS), (MIDDLE_NS, None))
        ],
        "latest": [store.latest(one).rows() for one in (Quote, TimeAndSale)],
        "gaps": store.gaps().rows(),
        "chain": store.chain("A"),
        "hash": store.content_hash(),
    }


def hurt_copies(
    stores: Stores, folder: Path, count: int, chosen: random.Random
) -> Iterator[tuple[Path, Hurt]]:
    """Copies of the two, in turn, each with a byte changed, a tail cut off, or a block of zeros."""
    for number in range(count):
        path = folder / "hurt"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(stores.killed if number % 2 else stores.closed, path)
        file = _chosen_file(path, chosen)
        content = bytearray(file.read_bytes())
        what = _hurt(content, chosen)
        file.write_bytes(content)
        yield path, Hurt(f"{(number % 2 and 'killed') or 'closed'}/{file.relative_to(path)}", what)


def kind_of(file: str) -> str:
    """What sort of file it is."""
    name = file.rpartition("/")[2]
    return f"log {name.rpartition('.')[2]}" if "_delta_log" in file else name.rpartition(".")[2]


def _chosen_file(path: Path, chosen: random.Random) -> Path:
    """One of each sort as often as one of any other."""
    files: dict[str, list[Path]] = {}
    for one in sorted(path.rglob("*")):
        if one.is_file() and one.stat().st_size and not one.name.startswith(NOT_READ):
            files.setdefault(kind_of(str(one)), []).append(one)
    return chosen.choice(files[chosen.choice(sorted(files))])


def _hurt(content: bytearray, chosen: random.Random) -> str:
    at = chosen.randrange(len(content))
    match chosen.choice(["flip", "flip", "cut", "zeros"]):
        case "flip":
            content[at] ^= chosen.randrange(1, 256)
            return f"byte {at} changed"
        case "cut":
            del content[at:]
            return f"cut off at {at}"
        case _:
            start = at // BLOCK * BLOCK
            content[start : start + BLOCK] = bytes(len(content[start : start + BLOCK]))
            return f"zeros from {start} on"


def wrong_with(path: Path, truth: dict[str, Any]) -> list[str]:
    """What is wrong with how a damaged store is read: nothing, when it says so or gives the truth."""
    try:
        found = answers(path)
    except StoreError as error:
        return [*_unnamed(path, str(error)), *_wrong_rest(path, truth)]
    return [f"silently others: {name}" for name in truth if found[name] != truth[name]]


def _unnamed(path: Path, said: str) -> list[str]:
    """``verify`` must find it as well; a manifest that is damaged, nobody gets beyond."""
    try:
        report = Store(path).verify()
    except StoreError as error:
        return [] if "store.json" in str(error) else [f"verify says only {error}"]
    return [f"verify finds nothing, and reading says {said}"] if report.is_whole else []


def _wrong_rest(path: Path, truth: dict[str, Any]) -> list[str]:
    """What can still be read is part of the truth, and a part of one kind at least: one file is damaged."""
    try:
        store = Store(path, skip_damaged=True)
    except StoreError as error:
        return [] if "store.json" in str(error) else [f"nothing can be read: {error}"]
    rest, whole = values(store), truth["records"]
    wrong = [] if set(rest) <= set(whole) and len(set(rest)) == len(rest) else ["the rest is not the truth"]
    scanned = sum(store.scan(one).collect().height for one in (Quote, TimeAndSale))
    if scanned != len(rest):
        wrong.append(f"a scan finds {scanned} rows, and records() {len(rest)}")
    return wrong if len(rest) >= len(whole) // 3 else [*wrong, f"only {len(rest)} of {len(whole)} are left"]
