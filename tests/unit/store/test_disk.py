from __future__ import annotations

from errno import EIO, ENOSPC
from pathlib import Path

import pytest

from tastytrade.errors import StoreError, StoreFull
from tastytrade.store.disk import (
    digest_of,
    disk_error,
    free_bytes,
    make_folder,
    replace_through,
    size_of,
    told,
    write_through,
)


def test_a_digest_is_of_all_the_parts_in_their_order() -> None:
    assert digest_of(b"ab", b"c") == digest_of(b"abc") != digest_of(b"c", b"ab")


def test_a_file_that_cannot_be_written_whole_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        write_through(tmp_path / "none" / "file", b"x")

    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    for content in (b"old", b"new"):
        replace_through(tmp_path / "file", content)

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"new")]


def test_folders_are_made_with_those_above_them_and_may_be_there(tmp_path: Path) -> None:
    for _ in range(2):
        make_folder(tmp_path / "a" / "b")

    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize(("number", "kind"), [(ENOSPC, StoreFull), (EIO, StoreError)])
def test_an_error_of_the_system_says_what_where_and_what_to_do(
    number: int, kind: type[StoreError], tmp_path: Path
) -> None:
    with pytest.raises(StoreError) as raised, told(tmp_path, "trying"):
        raise OSError(number, "it did not work")

    assert type(raised.value) is kind
    assert f"trying in {tmp_path}" in str(raised.value)
    assert ":" in str(raised.value)


def test_an_error_without_words_is_named(tmp_path: Path) -> None:
    assert "ValueError" in str(disk_error(tmp_path, "trying", ValueError()))


def test_a_folder_that_is_not_there_has_no_room_and_takes_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(10))

    assert (free_bytes(tmp_path / "none"), size_of(tmp_path / "none")) == (0, 0)
    assert size_of(tmp_path) == 10
    assert free_bytes(tmp_path) > 0
