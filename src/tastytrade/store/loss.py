"""Loss: what a disk that was full for too long has cost, as a gap in the store itself."""

from __future__ import annotations

import time
from typing import Any

from msgspec.structs import replace

from tastytrade.dxfeed import EventBatch
from tastytrade.dxfeed.gap import Gap, GapReason, GapScope
from tastytrade.store.writer import StoreWriter


class StorageLoss:
    """``events`` is how many were let go in all."""

    def __init__(self) -> None:
        self.events = 0
        self._gap: Gap | None = None

    def add(self, writer: StoreWriter, batch: EventBatch[Any]) -> None:
        """Let a batch go."""
        if self._gap is None:
            self._gap = Gap(
                number=-writer.new_gap_number(),
                reason=GapReason.STORAGE,
                scope=GapScope.READER,
                event_types=writer.session.event_types,
                from_ns=writer.received_ns or batch.received_ns,
                detected_ns=time.time_ns(),
                epoch_before=writer.epoch,
                lost_count=0,
            )
            writer.append(self._gap)
        self.events += len(batch)
        lost_count = (self._gap.lost_count or 0) + len(batch)
        self._gap = replace(self._gap, lost_count=lost_count, to_ns=batch.received_ns)

    def end(self, writer: StoreWriter) -> int:
        """There is room again: say until when, and how much was lost; gives how many gaps have ended."""
        gap, self._gap = self._gap, None
        if gap is None:
            return 0
        writer.append(replace(gap, epoch_after=writer.epoch))
        return 1
