"""Stores whose writers are killed: S2, S3 and S4 of the fault catalogue."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tastytrade.store import Store
from tests.integration.catalogue.killing import (
    Findings,
    counting_simulator,
    judge,
    killed,
    shift_to_midnight,
)
from tests.integration.catalogue.stepping import ALL, Stepper, kill_before_steps
from tests.unit.store.made import prices, quotes, writer

KILLS = 5
EACH = {"write": 43, "compact": 29, "forget": 23}
"""Every so manyeth step of an operation: the others are for tests.endurance.steps_killed."""


@pytest.fixture(scope="module")
def stepper() -> Iterator[Stepper]:
    with Stepper() as one:
        yield one


@pytest.mark.timeout(60)
async def test_s2_what_was_acknowledged_survives_a_kill_at_any_moment(tmp_path: Path) -> None:
    folder, chosen = tmp_path / "store", random.Random(5)
    found: list[Findings] = []
    async with counting_simulator() as (simulator, market):
        shift_ns = shift_to_midnight()
        for _ in range(KILLS):
            ended = await killed(simulator, folder, shift_ns=shift_ns, after=chosen.uniform(0.05, 0.7))
            found.append(await asyncio.to_thread(judge, folder, market, ended))
        secrets = {simulator.user.client_secret, simulator.user.refresh_token}
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]

    assert not [secret for secret in secrets for content in files if secret.encode() in content]
    assert [one.notes for one in found if one.faults] == []
    assert found[-1].restarts == KILLS - 1
    assert found[-1].days >= 2


def test_s3_rows_that_nobody_acknowledged_are_kept_once_and_numbers_go_on_above_them(
    tmp_path: Path, stepper: Stepper
) -> None:
    told, is_whole = stepper.run("write", tmp_path / "store", 120)
    before = Store(tmp_path / "store").bounds()
    with writer(tmp_path / "store") as store:
        store.append(quotes(1000))
    after = prices(tmp_path / "store")

    assert not is_whole
    assert before is not None
    assert before.last_n >= max(told)
    assert after == [*ALL[: len(after) - 10], *map(float, range(1000, 1010))]
    assert Store(tmp_path / "store").verify().is_whole


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, stepper: Stepper) -> Path:
    folder = tmp_path_factory.mktemp("written") / "store"
    stepper.run("write", folder, 1 << 30)
    return folder


@pytest.mark.timeout(60)
@pytest.mark.parametrize("operation", EACH)
def test_s4_a_kill_before_any_step_leaves_the_old_or_the_new(
    operation: str, stepper: Stepper, written: Path, tmp_path: Path
) -> None:
    wrong, steps = kill_before_steps(stepper, operation, written, tmp_path, first=3, every=EACH[operation])

    assert wrong == []
    assert steps > 3 + EACH[operation]
