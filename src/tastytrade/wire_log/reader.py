"""Reading a wire log: what was written, in order, and what is missing between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from tastytrade.dxfeed.gap import GapReason
from tastytrade.errors import StoreDamaged, StoreError
from tastytrade.wire_log.block import Block, Skipped, Torn, read_blocks
from tastytrade.wire_log.file import files_of
from tastytrade.wire_log.line import FORMAT, Line, is_data, parse_line, parse_message, text_in
from tastytrade.wire_log.records import Hidden, Missing, WireMessage, WireRecord


def wire_messages(path: str | Path, *, skip_damaged: bool = False) -> Iterator[WireMessage]:
    """The messages of a wire log, a folder or one file of it, in the order they came.

    What its writer could not finish before it was killed ends a file quietly; ``wire_records()`` says so
    where it matters. Raises StoreDamaged where a file is not what was written, unless that is to be skipped,
    and StoreError where there is no wire log.
    """
    for record in wire_records(path, skip_damaged=skip_damaged):
        if isinstance(record, WireMessage) and not record.is_repeated:
            yield record


def wire_records(path: str | Path, *, skip_damaged: bool = False) -> Iterator[WireRecord]:
    """As ``wire_messages()``, with what is hidden and what is missing in its place, and with what was in
    force where a file begins."""
    folder = Path(path)
    reading = _Reading(skip_damaged=skip_damaged)
    try:
        files = files_of(folder) if folder.is_dir() else [folder]
        for file in files:
            yield from reading.file(file)
    except OSError as error:
        raise StoreError(
            f"{error.filename or folder} cannot be read ({error.strerror}): name a wire log's folder or file"
        ) from None
    if not files:
        raise StoreError(f"there is no wire log in {folder}: name the folder that one was written to")
    yield from reading.rest()


class _Begun(Struct, frozen=True):
    """Which log a file is of, and which of its files."""

    log: str
    number: int


class _Reading:
    """Goes from file to file. ``missing`` is why something may be missing before what comes next."""

    def __init__(self, *, skip_damaged: bool) -> None:
        self._skip_damaged = skip_damaged
        self._path = Path()
        self._begun = _Begun("", 0)
        self._is_new = True
        """Whether the first line of a file is still to come."""
        self._end: str | None = None
        self._said = 0
        self._last_ns = self._epoch = 0
        self._is_torn = False
        self._missing: GapReason | None = None

    def file(self, path: Path) -> Iterator[WireRecord]:
        """The records of one file."""
        self._path, self._is_new, self._is_torn = path, True, False
        is_damaged = False
        for one in read_blocks(path, skip_damaged=self._skip_damaged):
            if isinstance(one, Torn):
                self._is_torn = True
            elif isinstance(one, Skipped):
                is_damaged = True
                self._missing = GapReason.STORAGE
            elif not is_damaged or self._can_go_on(one):
                is_damaged = False
                yield from self._block(one)

    def rest(self) -> Iterator[WireRecord]:
        """What is missing at the end."""
        if self._is_torn and self._missing is None:
            self._missing = GapReason.RESTART_CRASH
        if self._missing is not None:
            yield Missing(self._missing, self._last_ns, None, None, self._epoch, 0)

    def _can_go_on(self, block: Block) -> bool:
        """Whether nothing that changes how data are read was in what was skipped."""
        return not self._is_new and block.said == self._said

    def _block(self, block: Block) -> Iterator[WireRecord]:
        self._said = block.said
        for line in block.lines.splitlines():
            plain = parse_message(line)
            if plain is None:
                yield from self._other(line)
                continue
            received_ns, connection, epoch, text, is_repeated = plain
            if not is_repeated:
                yield from self._reached(received_ns, epoch)
                self._said += not is_data(text)
            yield WireMessage(received_ns, connection, epoch, text, self._begun.log, is_repeated)

    def _other(self, line: bytes) -> Iterator[WireRecord]:
        try:
            told = parse_line(line)
        except ValueError:
            raise StoreDamaged(f"{self._path} has a line that is no wire log's: {line[:80]!r}") from None
        if told.wire_log is not None:
            self._begin(told)
        elif told.end is not None:
            self._end = told.end
        elif told.lost is not None and told.from_ns is not None and told.to_ns is not None:
            self._last_ns = max(self._last_ns, told.from_ns)
            yield Missing(GapReason.STORAGE, told.from_ns, told.to_ns, told.lost, self._epoch, self._epoch)
        elif told.ns is not None:
            yield from self._reached(told.ns, told.epoch)
            text = text_in(told)
            log = self._begun.log
            if text is not None:
                self._said += not is_data(text)
                yield WireMessage(told.ns, told.connection, told.epoch, text, log)
            elif told.hidden is not None:
                yield Hidden(told.ns, told.connection, told.epoch, told.hidden, told.channel, log)

    def _begin(self, first: Line) -> None:
        """A file has begun: is it the one that comes next?"""
        if first.wire_log != FORMAT:
            raise StoreError(
                f"{self._path} was written by version {first.package} of this package, in format "
                f"{first.wire_log}; this one reads {FORMAT}: install that version or a later one"
            )
        before, self._begun = self._begun, _Begun(first.log or "", first.file or 0)
        self._is_new = False
        end, self._end = self._end, None
        if not before.log:
            return
        if before.log != self._begun.log:
            self._missing = GapReason.RESTART_CLEAN if end == "log" else GapReason.RESTART_CRASH
        elif self._begun.number != before.number + 1 or end is None:
            self._missing = GapReason.STORAGE

    def _reached(self, received_ns: int, epoch: int) -> Iterator[Missing]:
        """Something has come: what is missing before it ends there."""
        if self._missing is not None:
            yield Missing(self._missing, self._last_ns or received_ns, received_ns, None, self._epoch, epoch)
            self._missing = None
        self._last_ns, self._epoch = received_ns, epoch
