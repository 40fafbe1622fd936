from __future__ import annotations

import os
from pathlib import Path

import pytest

from tastytrade.errors import StoreError, StoreOwned
from tastytrade.store.owner import OWNER, Ownership, owner_of


def test_whoever_owns_a_store_is_named_until_it_lets_go(tmp_path: Path) -> None:
    ownership = Ownership(tmp_path)
    named = owner_of(tmp_path)
    with pytest.raises(StoreOwned, match=f"process {os.getpid()} on"):
        Ownership(tmp_path)
    for _ in range(2):
        ownership.release()
    Ownership(tmp_path).release()

    assert named.startswith(f"process {os.getpid()} on ")
    assert owner_of(tmp_path) == ""


def test_an_owner_that_cannot_be_read_is_nobody(tmp_path: Path) -> None:
    (tmp_path / OWNER).write_text("{")

    assert owner_of(tmp_path) == ""


def test_what_keeps_it_from_saying_who_it_is_lets_go_of_the_lock(tmp_path: Path) -> None:
    (tmp_path / OWNER).mkdir()
    with pytest.raises(StoreError, match=r"saying who writes to it .* failed \(Is a directory\)"):
        Ownership(tmp_path)
    (tmp_path / OWNER).rmdir()
    ownership = Ownership(tmp_path)
    ownership.release()

    assert owner_of(tmp_path) == ""
