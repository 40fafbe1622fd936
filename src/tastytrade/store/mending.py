"""Mending: what somebody who was killed, or a disk, has left, and the next writer puts right."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from tastytrade.dxfeed.gap import Gap, GapReason, GapScope
from tastytrade.store.journal import Journal
from tastytrade.store.journal_file import part_of
from tastytrade.store.kinds import GAP, kind_of
from tastytrade.store.manifest import Manifest
from tastytrade.store.rows import GapRows
from tastytrade.store.view import names_of, table_of

log = logging.getLogger(__name__)


def finish_forgetting(
    path: Path, manifest: Manifest, journal: Journal, *, progress: Callable[[str], None] = lambda _: None
) -> None:
    """Remove from the tables what is being forgotten. Raises StoreFull or StoreError."""
    head = journal.head
    if not head.forgetting:
        return
    for name in names_of(path, head):
        table = table_of(path, name, manifest)
        gone = [piece for piece in table.contents().pieces if piece.day < head.forgetting]
        if gone:
            progress(f"{name}: {len(gone)} files")
            table.commit([], gone)
    journal.commit([], replace(head, forgetting=""))


def declare_lost_end(path: Path, manifest: Manifest, journal: Journal) -> None:
    """Have a gap say what was acknowledged and is not there: a machine that lost its power loses it, unless
    durability was "full". The numbers are not given again. Raises StoreFull or StoreError."""
    head, last_n = journal.head, journal.acknowledged
    if last_n <= head.n:
        return
    now_ns = time.time_ns()
    last = manifest.sessions[-1] if manifest.sessions else None
    from_ns = head.received_ns or (last.started_ns if last else 0)
    gap = Gap(
        number=head.gap + 1,
        reason=GapReason.STORAGE,
        scope=GapScope.READER,
        event_types=last.event_types if last else (),
        from_ns=min(from_ns, now_ns),
        to_ns=now_ns,
        detected_ns=now_ns,
        epoch_before=head.epoch,
        epoch_after=head.epoch,
    )
    log.warning("%s has lost what was numbered %d to %d; a gap says so", path, head.n + 1, last_n)
    rows = GapRows(kind_of(GAP))
    rows.append(gap, n=last_n + 1, received_ns=head.received_ns or now_ns)
    seq = head.seqs.get(GAP, 0) + 1
    mended = replace(
        head,
        n=last_n + 1,
        gap=gap.number,
        forgotten=head.forgotten + last_n - head.n,
        seqs={**head.seqs, GAP: seq},
        rows={**head.rows, GAP: head.rows.get(GAP, 0) + 1},
    )
    journal.commit([part_of(GAP, seq, rows.table())], mended)
