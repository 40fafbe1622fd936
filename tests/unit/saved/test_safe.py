import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from tastytrade.errors import ConfigurationError
from tastytrade.rest.environment import Environment
from tastytrade.rest.secret import Secret
from tastytrade.saved.folder import state_folder
from tastytrade.saved.safe import Safe, file_name
from tests.canary import CANARY, shown_by
from tests.unit.saved.keyrings import BrokenKeyring, MemoryKeyring, PlainKeyring, in_use

PRODUCTION = Environment("production", "https://api.tastyworks.com")


class Record(Struct):
    number: int
    secret: Secret


RECORD = Record(1, Secret("canary-7Zq"))


@pytest.fixture
def safe() -> Safe[Record]:
    return Safe(state_folder(), PRODUCTION, "record", Record)


@pytest.fixture
def keyring() -> Iterator[MemoryKeyring]:
    backend = MemoryKeyring()
    with in_use(backend):
        yield backend


def files() -> list[str]:
    return sorted(path.name for path in state_folder().iterdir())


def test_an_address_is_one_name_on_every_file_system() -> None:
    assert file_name(PRODUCTION) == "api.tastyworks.com"
    assert file_name(Environment("simulator", "http://[::1]:8080")) == "http-%5B%3A%3A1%5D%3A8080"
    assert file_name(Environment("simulator", "https://[::1]:8080/")) == "%5B%3A%3A1%5D%3A8080"


def test_nothing_is_there_before_anything_was_put(safe: Safe[Record]) -> None:
    safe.empty()

    assert safe.record() is None
    assert not state_folder().exists()


def test_without_a_keyring_a_record_is_in_a_file_for_this_user_alone(safe: Safe[Record]) -> None:
    safe.put(RECORD)

    assert safe.record() == RECORD
    assert safe.where() == str(safe.path)
    assert safe.path.read_bytes() == b'{"kept_in":"file","record":{"number":1,"secret":"canary-7Zq"}}'
    assert os.name == "nt" or safe.path.stat().st_mode & 0o777 == 0o600


def test_with_a_keyring_no_file_holds_the_secret(safe: Safe[Record], keyring: MemoryKeyring) -> None:
    before = safe.where()
    safe.put(RECORD)

    assert safe.record() == RECORD
    assert safe.path.read_bytes() == b'{"kept_in":"keyring","record":null}'
    assert ["canary-7Zq" in text for text in keyring.entries.values()] == [True]
    assert before.startswith("the keyring (")
    assert safe.where() == f"the keyring (marked by {safe.path})"


def test_another_folder_is_another_collection_in_the_keyring(
    safe: Safe[Record], keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    safe.put(RECORD)
    monkeypatch.setenv("TASTYTRADE_HOME", str(tmp_path))
    other = Safe(state_folder(), PRODUCTION, "record", Record)
    other.put(Record(2, Secret("b")))

    assert safe.record() == RECORD
    assert len(keyring.entries) == 2


def test_a_keyring_that_keeps_plain_text_is_not_used(safe: Safe[Record]) -> None:
    with in_use(PlainKeyring()):
        safe.put(RECORD)

        assert safe.where() == str(safe.path)
        assert safe.record() == RECORD


def test_what_a_keyring_does_not_take_goes_into_the_file_and_leaves_nothing_old_in_it(
    safe: Safe[Record], keyring: MemoryKeyring
) -> None:
    safe.put(Record(0, Secret("old")))
    keyring.limit = 10
    safe.put(RECORD)

    assert keyring.entries == {}
    assert safe.record() == RECORD
    assert safe.where() == str(safe.path)


def test_a_keyring_that_stays_shut_is_said_and_nothing_is_lost(
    safe: Safe[Record], keyring: MemoryKeyring
) -> None:
    safe.put(RECORD)
    keyring.is_locked = True
    with pytest.raises(ConfigurationError, match=r"does not open .*locked.*unlock it"):
        safe.record()
    keyring.is_locked = False

    assert safe.record() == RECORD


def test_a_keyring_that_raises_whatever_is_asked_of_it_is_done_without(
    safe: Safe[Record], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with in_use(BrokenKeyring()):
        assert safe.where() == "the keyring (BrokenKeyring)"
        safe.put(RECORD)
        found, where = safe.record(), safe.where()
        safe.empty()

    assert (found, where) == (RECORD, str(safe.path))
    assert files() == []
    assert CANARY not in caplog.text


def test_what_a_keyring_says_is_one_line_that_can_be_printed(
    safe: Safe[Record], keyring: MemoryKeyring
) -> None:
    safe.put(RECORD)
    with in_use(BrokenKeyring()), pytest.raises(ConfigurationError, match="does not open") as caught:
        safe.record()

    assert str(caught.value).isprintable()


def test_a_keyring_that_is_gone_is_said(safe: Safe[Record]) -> None:
    with in_use(MemoryKeyring()):
        safe.put(RECORD)

    with pytest.raises(ConfigurationError, match=r"saved record for https://api\.tastyworks\.com is not"):
        safe.record()


def test_an_entry_that_somebody_took_out_of_the_keyring_is_none(
    safe: Safe[Record], keyring: MemoryKeyring
) -> None:
    safe.put(RECORD)
    keyring.entries.clear()

    assert safe.record() is None
    safe.empty()
    assert files() == []


@pytest.mark.parametrize("with_keyring", [False, True])
def test_emptying_leaves_nothing(safe: Safe[Record], with_keyring: bool) -> None:
    backend = MemoryKeyring() if with_keyring else PlainKeyring()
    with in_use(backend):
        safe.put(RECORD)
        safe.empty()

        assert safe.record() is None
        assert backend.entries == {}
        assert files() == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"canary-7Zq",
        b'{"kept_in":"file","record":{"number":1,"secret":"canary-7Z',
        b'{"kept_in":"file","record":{"number":"canary-7Zq","secret":1}}',
        b'{"kept_in":"file","record":"canary-7Zq"}',
        b'{"kept_in":"pocket","record":"canary-7Zq"}',
        b"\xff\xfe canary-7Zq",
    ],
)
def test_a_damaged_file_is_said_and_left_as_it_is(safe: Safe[Record], content: bytes) -> None:
    safe.put(RECORD)
    safe.path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="damaged; it was left as it is") as caught:
        safe.record()

    assert CANARY not in shown_by(caught.value)
    assert safe.path.read_bytes() == content


def test_a_damaged_file_is_kept_aside_when_something_new_is_put(
    safe: Safe[Record], caplog: pytest.LogCaptureFixture
) -> None:
    safe.put(RECORD)
    safe.path.write_bytes(b"canary-7Zq")
    with caplog.at_level(logging.WARNING):
        safe.put(RECORD)

    assert safe.record() == RECORD
    assert files() == ["api.tastyworks.com.record.damaged", "api.tastyworks.com.record.json"]
    assert (state_folder() / files()[0]).read_bytes() == b"canary-7Zq"
    assert "kept aside" in caplog.text
    assert "canary" not in caplog.text
    safe.empty()
    assert files() == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_what_is_kept_aside_is_for_this_user_alone(safe: Safe[Record]) -> None:
    safe.put(RECORD)
    safe.path.write_bytes(b"canary-7Zq")
    safe.path.chmod(0o644)
    safe.put(RECORD)

    assert [path.stat().st_mode & 0o777 for path in state_folder().iterdir()] == [0o600, 0o600]


def test_nothing_that_a_save_could_not_write_is_shown(
    safe: Safe[Record], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("TASTYTRADE_HOME", str(tmp_path / "file"))
    with pytest.raises(ConfigurationError, match="cannot write") as caught:
        Safe(state_folder(), PRODUCTION, "record", Record).put(RECORD)

    assert CANARY not in shown_by(caught.value)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_file_open_to_others_is_not_used_but_may_be_emptied(safe: Safe[Record]) -> None:
    safe.put(RECORD)
    safe.path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        safe.record()
    safe.empty()

    assert files() == []
