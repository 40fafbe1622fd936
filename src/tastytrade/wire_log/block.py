"""Block: lines that were written together, as one member of a gzip file.

Each member has a checksum of its own, so that what is whole can be told from what is not, and one that is
damaged costs no other. Its header says how long it is, in gzip's own field for such things: zcat and every
other reader of gzip read a file of many members as one text.
Source: RFC 1952.
"""

from __future__ import annotations

import zlib
from collections.abc import Generator
from pathlib import Path
from struct import Struct as Fields
from typing import BinaryIO

from msgspec import Struct

from tastytrade.errors import StoreDamaged

LEVEL = 1
"""Of compression; 6 would make files a fifth smaller, at five times the work."""

# Magic, deflate, "has an extra field", no time, no hints; the extra field is ours, of two bytes and 12.
_BEGINNING = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x10\0TW\x0c\0"
_NUMBERS = Fields("<II")
_TRAILER = Fields("<II")
_CHECK = Fields("<I")
HEADER_BYTES = len(_BEGINNING) + _NUMBERS.size + _CHECK.size
_MOST_BYTES = 1 << 30


class Block(Struct, frozen=True):
    """``said`` counts the messages before these, of one writer, that may change how data are read."""

    lines: bytes
    said: int


class Torn(Struct, frozen=True):
    """What a file ends with that is not a whole block: its writer was killed, or is about to go on."""

    at: int
    size_bytes: int


class Skipped(Struct, frozen=True):
    """A part of a file that is not what was written."""

    at: int
    until: int


def pack(lines: bytes, *, said: int) -> bytes:
    """The bytes of a block."""
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = compressor.compress(lines) + compressor.flush()
    numbers = _NUMBERS.pack(HEADER_BYTES + len(body) + _TRAILER.size, said)
    return b"".join(
        (
            _BEGINNING,
            numbers,
            _CHECK.pack(zlib.crc32(numbers)),
            body,
            _TRAILER.pack(zlib.crc32(lines), len(lines) & 0xFFFFFFFF),
        )
    )


def read_blocks(path: Path, *, skip_damaged: bool) -> Generator[Block | Torn | Skipped, int | None, None]:
    """The blocks of a file, in order; what it ends with where that is none.

    After damage it goes on with the next block that is whole, if told to; otherwise it raises StoreDamaged.
    Raises OSError where the file cannot be read.
    """
    with path.open("rb") as file:
        at, end = 0, path.stat().st_size
        while at < end:
            found = _block_at(file, at, end)
            if isinstance(found, Torn):
                yield found
                return
            if found is None:
                if not skip_damaged:
                    raise StoreDamaged(
                        f"{path} is not what was written, from byte {at:,} on: what is before it is good; "
                        "read with skip_damaged=True to have what is whole after it too"
                    )
                until = _next_whole(file, at + 1, end)
                yield Skipped(at, until)
                at = until
                continue
            block, size = found
            yield block
            at += size


def _block_at(file: BinaryIO, at: int, end: int) -> tuple[Block, int] | Torn | None:
    """The block that begins there, and its size; None where what is there is damaged."""
    file.seek(at)
    header = file.read(HEADER_BYTES)
    size = size_in(header)
    if len(header) < HEADER_BYTES or (size is not None and at + size > end):
        return Torn(at, end - at)
    if size is None:
        # Where power was lost, a file may have grown before its bytes came.
        return Torn(at, end - at) if not any(header) and _is_empty(file) else None
    block = unpack(header + file.read(size - HEADER_BYTES))
    return None if block is None else (block, size)


def size_in(header: bytes) -> int | None:
    """How long a block is, by its header; None where that is none."""
    if len(header) < HEADER_BYTES or not header.startswith(_BEGINNING):
        return None
    numbers = header[len(_BEGINNING) : len(_BEGINNING) + _NUMBERS.size]
    (check,) = _CHECK.unpack_from(header, HEADER_BYTES - _CHECK.size)
    size: int = _NUMBERS.unpack(numbers)[0]
    is_whole = zlib.crc32(numbers) == check and HEADER_BYTES + _TRAILER.size < size <= _MOST_BYTES
    return size if is_whole else None


def unpack(data: bytes) -> Block | None:
    """The block in some bytes; None where they are not what was packed."""
    expander = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        lines = expander.decompress(data[HEADER_BYTES : -_TRAILER.size])
    except zlib.error:
        return None
    wanted = zlib.crc32(lines), len(lines) & 0xFFFFFFFF
    if not expander.eof or expander.unused_data or _TRAILER.unpack(data[-_TRAILER.size :]) != wanted:
        return None
    said: int = _NUMBERS.unpack_from(data, len(_BEGINNING))[1]
    return Block(lines, said)


def _is_empty(file: BinaryIO) -> bool:
    while piece := file.read(1 << 20):
        if any(piece):
            return False
    return True


def _next_whole(file: BinaryIO, at: int, end: int) -> int:
    """Where the next block begins that is whole, or the end of the file."""
    file.seek(at)
    rest = file.read()
    place = rest.find(_BEGINNING)
    while place >= 0:
        size = size_in(rest[place : place + HEADER_BYTES])
        if size is not None and unpack(rest[place : place + size]) is not None:
            return at + place
        place = rest.find(_BEGINNING, place + 1)
    return end
