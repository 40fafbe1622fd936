from __future__ import annotations

import gzip
import random
from contextlib import suppress
from pathlib import Path

import pytest

from tastytrade.errors import StoreDamaged
from tastytrade.wire_log.block import HEADER_BYTES, Block, Skipped, Torn, pack, read_blocks, size_in, unpack

DRAW = random.Random(5)
LINES = [b'{"a":%d}\n' % DRAW.getrandbits(400), b'{"b":2}\n', b'{"c":%d}\n' % DRAW.getrandbits(1600)]
PACKED = [pack(lines, said=number) for number, lines in enumerate(LINES)]
BLOCKS = [Block(lines, number) for number, lines in enumerate(LINES)]


def blocks_of(path: Path, data: bytes, *, skip_damaged: bool = False) -> list[Block | Torn | Skipped]:
    path.write_bytes(data)
    return list(read_blocks(path, skip_damaged=skip_damaged))


def test_any_reader_of_gzip_reads_blocks_as_one_text() -> None:
    assert gzip.decompress(b"".join(PACKED)) == b"".join(LINES)


def test_a_block_is_read_as_it_was_packed() -> None:
    assert [unpack(one) for one in PACKED] == BLOCKS
    assert [size_in(one[:HEADER_BYTES]) for one in PACKED] == [len(one) for one in PACKED]


def test_a_file_cut_anywhere_gives_its_whole_blocks_and_says_what_is_left(tmp_path: Path) -> None:
    data = b"".join(PACKED)
    ends = [sum(map(len, PACKED[:count])) for count in range(len(PACKED) + 1)]
    found = {size: blocks_of(tmp_path / "x", data[:size]) for size in range(len(data) + 1)}

    for size, blocks in found.items():
        whole = max(count for count, end in enumerate(ends) if end <= size)
        torn = [] if size == ends[whole] else [Torn(ends[whole], size - ends[whole])]
        assert blocks == [*BLOCKS[:whole], *torn]


def test_a_flipped_bit_is_found_or_changes_nothing(tmp_path: Path) -> None:
    data = b"".join(PACKED)
    silent = 0
    for place in range(8 * len(data)):
        spoilt = bytearray(data)
        spoilt[place // 8] ^= 1 << place % 8
        with suppress(StoreDamaged):
            assert blocks_of(tmp_path / "x", bytes(spoilt)) == BLOCKS
            silent += 1

    assert silent < 8 * len(PACKED)  # bits of each one's last byte that nothing is made of


def test_what_is_whole_after_damage_is_read_when_asked_for(tmp_path: Path) -> None:
    spoilt = bytearray(b"".join(PACKED))
    spoilt[len(PACKED[0]) + HEADER_BYTES + 3] ^= 255
    found = blocks_of(tmp_path / "x", bytes(spoilt), skip_damaged=True)

    assert found == [BLOCKS[0], Skipped(len(PACKED[0]), len(PACKED[0]) + len(PACKED[1])), BLOCKS[2]]


def test_zeros_at_the_end_are_what_a_loss_of_power_leaves(tmp_path: Path) -> None:
    assert blocks_of(tmp_path / "x", PACKED[0] + bytes(5000)) == [BLOCKS[0], Torn(len(PACKED[0]), 5000)]


def test_zeros_before_something_are_damage(tmp_path: Path) -> None:
    with pytest.raises(StoreDamaged, match="from byte 0 on"):
        blocks_of(tmp_path / "x", bytes(5000) + PACKED[0])
