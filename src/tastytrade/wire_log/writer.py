"""WireLog: keeps every message of a feed as it came. Taken in the loop, written by a thread of the caller."""

from __future__ import annotations

import uuid
from errno import EDQUOT, ENOSPC
from importlib.metadata import version
from pathlib import Path
from threading import Lock

from msgspec import Struct

from tastytrade.errors import StoreError
from tastytrade.store.disk import disk_error, sync_folder
from tastytrade.transport.wire import Arrival
from tastytrade.wire_log.block import pack
from tastytrade.wire_log.file import DAY_NS, LogFile
from tastytrade.wire_log.known import Known
from tastytrade.wire_log.line import (
    FORMAT,
    Line,
    beginning_of,
    hidden_as,
    hidden_line,
    is_data,
    line_of,
    message_line,
)
from tastytrade.wire_log.waiting import Lost, Waiting, time_of

ROTATE_BYTES = LIMIT_BYTES = 64 << 20
BLOCK_BYTES = 1 << 20
"""So much text makes one block at most; a reader holds one at a time."""


class _Lines(Struct, frozen=True):
    """Lines that are ready to be written; ``before`` goes first where a file begins with them."""

    text: bytes
    before: bytes
    said: int
    first_ns: int
    last_ns: int
    messages: int
    size_bytes: int


class WireLog:
    """A folder of compressed files of lines; each program that writes there begins a new file.

    ``take()`` is for ``Streamer.watch_wire()`` and only remembers; ``flush()`` and ``close()`` write, and
    are called by any one thread. More than ``limit_bytes`` of messages never wait: the newest are then left
    out, and the log says how many. A new file begins after ``rotate_bytes`` and with each UTC day.
    ``epoch_base`` is added to every epoch. Raises StoreError where there is no such folder and none can be.
    """

    def __init__(
        self,
        folder: str | Path,
        *,
        rotate_bytes: int = ROTATE_BYTES,
        limit_bytes: int = LIMIT_BYTES,
        epoch_base: int = 0,
    ) -> None:
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk_error(self.folder, "making the folder of a wire log", error) from None
        self.written_bytes = 0
        """Size of what was written, as it is on disk."""
        self._rotate_bytes = rotate_bytes
        self._epoch_base = epoch_base
        self._id = uuid.uuid4().hex
        self._waiting = Waiting(limit_bytes)
        self._writing = Lock()
        self._known = Known()
        self._said = 0
        self._ready: _Lines | None = None
        self._file: LogFile | None = None
        self._files = 0
        self._unsynced: Lost | None = None
        self._doubt: Lost | None = None
        self._is_closed = False

    def take(self, connection: int, epoch: int, arrival: Arrival) -> None:
        """Take what arrived. Never waits and never writes; is called from one thread."""
        self._waiting.put((connection, epoch, arrival))

    @property
    def waiting_bytes(self) -> int:
        """Size of what was taken and is not written."""
        return self._waiting.size_bytes

    @property
    def left_out(self) -> int:
        """Messages that were not taken for want of room."""
        return self._waiting.left_out

    def flush(self, *, sync: bool = False) -> None:
        """Write everything that was taken before: it then outlives this process, with ``sync`` this machine.

        Raises StoreFull or StoreError: what could not be written waits, and is tried again next time.
        """
        with self._writing:
            if self._is_closed:
                raise StoreError(f"the wire log in {self.folder} is closed: open another one there")
            try:
                self._flush(sync=sync)
            except OSError as error:
                if self._file is not None and error.errno not in {ENOSPC, EDQUOT}:
                    self._file.close()  # whatever is wrong with it, another may be good
                    self._file = None
                raise disk_error(self.folder, "writing a wire log", error) from None

    def close(self) -> None:
        """Write what waits, and that nothing follows; all of it reaches the disk itself.

        Raises as ``flush()`` does; may be called twice.
        """
        if self._is_closed:
            return
        try:
            self.flush()
            with self._writing:
                self._end("log", said=self._said)
        except OSError as error:
            raise disk_error(self.folder, "closing a wire log", error) from None
        finally:
            self._is_closed = True
            if self._file is not None:
                self._file.close()
                self._file = None

    def _flush(self, *, sync: bool) -> None:
        while True:
            if self._ready is None:
                self._ready = self._next()
            if self._ready is None:
                break
            self._write(self._ready)
            self._waiting.done(self._ready.size_bytes)
            self._ready = None
        if sync and self._file is not None:
            self._sync(self._file)

    def _next(self) -> _Lines | None:
        """The lines of what waits first."""
        items = self._waiting.next(BLOCK_BYTES)
        if not items:
            return None
        before, said = self._known.lines(), self._said
        lines: list[bytes] = []
        size_bytes = messages = 0
        for one in items:
            if isinstance(one, Lost):
                lines.append(_lost_line(one))
                continue
            self._add(lines, *one)
            size_bytes += one[2].size_bytes
            messages += len(one[2].texts)
        first, last = time_of(items[0]), time_of(items[-1])
        return _Lines(b"".join(lines), before, said, first, last, messages, size_bytes)

    def _add(self, lines: list[bytes], connection: int, epoch: int, arrival: Arrival) -> None:
        received_ns = arrival.received_ns
        epoch += self._epoch_base
        beginning = beginning_of(received_ns, connection, epoch)
        for text in arrival.texts:
            if not is_data(text):
                hidden = hidden_as(text)
                if hidden is not None:
                    lines.append(hidden_line(beginning, *hidden))
                    continue
                self._said += 1
                self._known.take(connection, epoch, text, received_ns)
            lines.append(message_line(beginning, text))

    def _write(self, lines: _Lines) -> None:
        file = self._file
        if file is not None and (
            file.day != lines.first_ns // DAY_NS or file.size_bytes >= self._rotate_bytes
        ):
            self._end("file", said=lines.said)
            file = None
        if file is None:
            file = self._file = LogFile(self.folder, lines.first_ns)
            sync_folder(self.folder)
        if file.size_bytes:
            self._append(file, lines.text, said=lines.said)
        else:
            number = self._files + 1
            text = self._first_lines(number) + lines.before + lines.text
            self._append(file, text, said=lines.said)
            self._files, self._doubt = number, None
        unsynced = self._unsynced or Lost(0, lines.first_ns, 0)
        self._unsynced = unsynced.with_more(lines.messages, lines.last_ns)

    def _append(self, file: LogFile, text: bytes, *, said: int) -> None:
        before = file.size_bytes
        file.append(pack(text, said=said))
        self.written_bytes += file.size_bytes - before

    def _first_lines(self, number: int) -> bytes:
        package = version("tastytrade-marketdata")
        first = line_of(Line(wire_log=FORMAT, log=self._id, file=number, package=package))
        return first if self._doubt is None else first + _lost_line(self._doubt)

    def _end(self, end: str, *, said: int) -> None:
        """End the file, so that it can be told from one whose writer was killed."""
        file = self._file
        if file is not None:
            self._append(file, line_of(Line(end=end)), said=said)
            self._sync(file)
            file.close()
            self._file = None

    def _sync(self, file: LogFile) -> None:
        """Let a file reach the disk. Where that fails, what is in it may be gone, whatever a second try says:
        another file says so, and goes on."""
        try:
            file.sync()
        except OSError:
            self._doubt, self._file = self._unsynced, None
            file.close()
            raise
        finally:
            self._unsynced = None


def _lost_line(lost: Lost) -> bytes:
    return line_of(Line(lost=lost.messages, from_ns=lost.from_ns, to_ns=lost.to_ns))
