from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from tastytrade.errors import StoreDamaged, StoreError
from tastytrade.store.manifest import FILE, new_manifest, read_manifest, write_manifest


def test_a_manifest_comes_back_sealed(tmp_path: Path) -> None:
    manifest = new_manifest("simulated")
    write_manifest(tmp_path, manifest)
    found = read_manifest(tmp_path)

    assert found is not None
    assert replace(found, digest="") == manifest
    assert found.is_simulated


def test_a_folder_without_one_has_none(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None
    assert read_manifest(tmp_path / "none") is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": "1"}', b'{"format": 1}', b"\xff"])
def test_what_is_no_manifest_is_damaged(content: bytes, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(content)

    with pytest.raises(StoreDamaged, match=FILE):
        read_manifest(tmp_path)


def test_every_change_of_its_text_is_noticed(tmp_path: Path) -> None:
    write_manifest(tmp_path, new_manifest("api"))
    content, manifest = (tmp_path / FILE).read_bytes(), read_manifest(tmp_path)
    silent = []
    for place in range(len(content)):
        spoilt = bytearray(content)
        spoilt[place] ^= 1
        (tmp_path / FILE).write_bytes(spoilt)
        try:
            silent.append(read_manifest(tmp_path))
        except StoreError:
            continue

    assert {found == manifest for found in silent} <= {True}
