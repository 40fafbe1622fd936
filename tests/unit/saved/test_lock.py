import asyncio
import logging
from pathlib import Path

import pytest

from tastytrade.errors import ServiceUnavailable
from tastytrade.rest.environment import Environment
from tastytrade.saved.lock import only_one

PRODUCTION = Environment("production", "https://api.tastyworks.com")
OTHER = Environment("simulator", "http://127.0.0.1:8080")


async def test_one_holds_the_lock_and_the_others_wait_for_it() -> None:
    inside: list[int] = []
    most: list[int] = []

    async def take(number: int) -> None:
        async with only_one(PRODUCTION) as alone:
            assert alone
            inside.append(number)
            most.append(len(inside))
            await asyncio.sleep(0)
            inside.remove(number)

    async with asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(take(number))

    assert most == [1] * 5


async def test_environments_do_not_wait_for_each_other() -> None:
    async with only_one(PRODUCTION), only_one(OTHER) as alone:
        assert alone


async def test_who_waits_too_long_is_told_which_file_is_held() -> None:
    async with only_one(PRODUCTION):
        with pytest.raises(ServiceUnavailable, match=r"holds .*api\.tastyworks\.com\.lock"):
            async with only_one(PRODUCTION, patience=0.01):
                pass


async def test_an_error_inside_releases_the_lock() -> None:
    with pytest.raises(ZeroDivisionError):
        async with only_one(PRODUCTION):
            raise ZeroDivisionError

    async with only_one(PRODUCTION, patience=0.0) as alone:
        assert alone


async def test_one_who_waits_can_be_cancelled() -> None:
    async with only_one(PRODUCTION):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01), only_one(PRODUCTION):
                pass

    async with only_one(PRODUCTION, patience=0.0) as alone:
        assert alone


async def test_where_nothing_can_be_written_everybody_is_on_their_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("TASTYTRADE_HOME", str(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        async with only_one(PRODUCTION) as alone:
            assert not alone

    assert "tokens are not shared" in caplog.text
