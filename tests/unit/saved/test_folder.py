import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tastytrade.errors import ConfigurationError
from tastytrade.rest.secret import Secret
from tastytrade.saved.folder import (
    LIMIT_BYTES,
    config_folder,
    read_private,
    remove,
    state_folder,
    write_private,
)
from tests.canary import CANARY, shown_by

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")


@pytest.fixture
def any_mode() -> Iterator[None]:
    """A process that would leave everything open to everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_one_variable_names_both_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TASTYTRADE_HOME", str(tmp_path))

    assert config_folder() == state_folder() == tmp_path


def test_without_the_variable_the_folders_are_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TASTYTRADE_HOME")

    assert config_folder().name == "tastytrade-marketdata"
    assert config_folder().is_absolute()
    assert state_folder().is_absolute()


@pytest.mark.usefixtures("any_mode")
def test_what_is_written_is_for_this_user_alone_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "new" / "newer" / "file"
    write_private(path, Secret("canary"))

    assert read_private(path) == b"canary"
    assert [mode(path), mode(path.parent), mode(path.parent.parent)] == [0o600, 0o700, 0o700]


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    write_private(tmp_path / "file", Secret("old"))
    write_private(tmp_path / "file", Secret("new"))

    assert read_private(tmp_path / "file") == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    assert read_private(tmp_path / "no" / "file") is None
    assert read_private(tmp_path / "file" / "below") is None


@pytest.mark.parametrize("open_mode", [0o644, 0o640, 0o660, 0o604])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, open_mode: int) -> None:
    path = tmp_path / "file"
    write_private(path, Secret("canary"))
    path.chmod(open_mode)
    with pytest.raises(ConfigurationError, match=rf"mode {open_mode:o}\).* run chmod 600 .*file") as caught:
        read_private(path)

    assert "canary" not in str(caught.value)


def test_a_folder_that_others_can_enter_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    write_private(folder / "file", Secret(""))
    folder.chmod(0o755)

    with pytest.raises(ConfigurationError, match=r"run chmod 700 .*folder"):
        read_private(folder / "file")
    with pytest.raises(ConfigurationError, match=r"run chmod 700 .*folder"):
        write_private(folder / "file", Secret(""))


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="only root can give a file away")
def test_another_users_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_private(path, Secret(""))
    os.chown(path, 12345, -1)

    with pytest.raises(ConfigurationError, match=r"belongs to another user .*12345"):
        read_private(path)


def test_what_cannot_be_read_written_or_removed_is_said_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()

    with pytest.raises(ConfigurationError, match=r"cannot write .*below.*TASTYTRADE_HOME"):
        write_private(tmp_path / "file" / "below", Secret(""))
    with pytest.raises(ConfigurationError, match=r"cannot read .*folder.*TASTYTRADE_HOME"):
        read_private(tmp_path / "folder")
    with pytest.raises(ConfigurationError, match=r"cannot write .*folder.*TASTYTRADE_HOME"):
        remove(tmp_path / "folder")


def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigurationError):
        write_private(tmp_path / "folder", Secret("new"))

    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_removing_twice_is_removing_once(tmp_path: Path) -> None:
    write_private(tmp_path / "file", Secret(""))
    remove(tmp_path / "file")
    remove(tmp_path / "file")
    remove(tmp_path / "file" / "below")

    assert not (tmp_path / "file").exists()


def test_a_write_that_fails_shows_nothing_of_what_was_to_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "file" / "below", tmp_path / "folder"):
        with pytest.raises(ConfigurationError) as caught:
            write_private(path, Secret(CANARY))

        assert CANARY not in shown_by(caught.value)


KILLED = """
import os, signal, sys
from pathlib import Path
from tastytrade.rest.secret import Secret
from tastytrade.saved.folder import write_private

os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
write_private(Path(sys.argv[1]), Secret("canary-7Zq"))
"""


def test_a_process_killed_in_the_middle_leaves_the_old_file_and_nothing_once_that_is_removed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "file"
    write_private(path, Secret("old"))
    killed = subprocess.run([sys.executable, "-c", KILLED, path], check=False)
    (left,) = (one for one in tmp_path.iterdir() if one != path)

    assert killed.returncode == -signal.SIGKILL
    assert read_private(path) == b"old"
    assert mode(left) == 0o600
    remove(path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next_write_but_for_what_is_being_written(
    tmp_path: Path,
) -> None:
    old, young, other = (tmp_path / name for name in (".file.a.new", ".file.b.new", ".filed.c.new"))
    for one in (old, young, other):
        one.write_bytes(b"")
    for one in (old, other):
        os.utime(one, (0, 0))
    write_private(tmp_path / "file", Secret("x"))

    assert {path.name for path in tmp_path.iterdir()} == {"file", young.name, other.name}


def test_of_a_huge_file_only_the_beginning_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_private(path, Secret("x"))
    os.truncate(path, 10**12)

    assert len(read_private(path) or b"") == LIMIT_BYTES


def test_the_home_of_nobody_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASTYTRADE_HOME", "~nobody-of-that-name/x")

    with pytest.raises(ConfigurationError, match=r"TASTYTRADE_HOME is '~nobody.*set it to a full path"):
        state_folder()
