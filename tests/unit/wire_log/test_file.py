from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tastytrade.wire_log.file import LogFile, files_of
from tests.unit.wire_log.said import DAY, NOON

POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no limits of that kind")


@contextmanager
def no_file_above(size_bytes: int) -> Iterator[None]:
    """The system lets no file grow further, as if the disk were full."""
    import resource
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_names_sort_as_they_were_begun_whatever_the_clock_does(tmp_path: Path) -> None:
    files = [LogFile(tmp_path, at) for at in (NOON, NOON, DAY - 1)]
    for one in files:
        one.append(b"x")
        one.close()

    assert [one.name for one in files_of(tmp_path)] == [
        "000001-20261122T120000.jsonl.gz",
        "000002-20261122T120000.jsonl.gz",
        "000003-20261121T235959.jsonl.gz",
    ]


def test_other_files_are_none_of_the_log(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "20261122.jsonl.gz").write_text("somebody's")

    assert files_of(tmp_path) == []


@POSIX
def test_what_cannot_be_written_wholly_is_taken_back(tmp_path: Path) -> None:
    file = LogFile(tmp_path, NOON)
    file.append(b"whole")
    with no_file_above(9), pytest.raises(OSError, match="too large") as caught:
        file.append(b"too much")
    file.append(b", and more")
    file.close()

    assert caught.value.errno == errno.EFBIG
    assert file.path.read_bytes() == b"whole, and more"
    assert file.size_bytes == 15


def test_a_file_with_nothing_in_it_goes(tmp_path: Path) -> None:
    file = LogFile(tmp_path, NOON)
    file.close()
    file.close()

    assert list(tmp_path.iterdir()) == []
