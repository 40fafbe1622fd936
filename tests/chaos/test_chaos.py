"""Storms against the real client, in short: fixed seeds, one at random, and a mutant.

``make chaos`` does the same for minutes, carries out what is kept too, and writes a report.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from tests.chaos.course import run
from tests.chaos.mutants import MUTANTS, is_found, unlisted
from tests.chaos.report import Run, cells, findings_of
from tests.chaos.run import SEEDS, keep_failures
from tests.chaos.schedule import DURATIONS, Schedule, load, make, save

SECONDS = 32.0
AT_ONCE = 6
RANDOM_SEED = random.SystemRandom().randrange(1000, 1_000_000)
NAMES = [*(f"seed-{seed}" for seed in SEEDS), "seed-random"]


def schedules() -> dict[str, Schedule]:
    made = {f"seed-{seed}": make(seed, SECONDS) for seed in SEEDS}
    made["seed-random"] = make(RANDOM_SEED, SECONDS)
    return made


async def carried_out(folder: Path) -> dict[str, Run]:
    """All of them, some at a time: they wait most of it."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(name: str, schedule: Schedule) -> Run:
        async with turns:
            return Run(name, str(folder / name), schedule, await run(schedule, folder / name))

    async with asyncio.TaskGroup() as tasks:
        runs = [tasks.create_task(one(name, schedule)) for name, schedule in schedules().items()]
    return {task.result().name: task.result() for task in runs}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    done = asyncio.run(carried_out(tmp_path_factory.mktemp("chaos")))
    keep_failures([done["seed-random"]])  # the others can be had again without
    return done


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", NAMES)
def test_a_storm_leaves_nothing_unaccounted_for(name: str, runs: dict[str, Run]) -> None:
    storm = runs[name]

    assert findings_of(storm) == [], (
        f"seed {storm.schedule.seed}: {cells(storm)}; artefacts in {storm.folder}"
    )


def test_the_storms_are_of_sixty_faults_and_twelve_kinds_at_least() -> None:
    made = [*(make(seed, SECONDS) for seed in SEEDS), make(RANDOM_SEED, SECONDS)]

    assert sum(len(schedule.faults) for schedule in made) >= 60
    assert len(set.union(*(schedule.kinds for schedule in made))) >= 12


@pytest.mark.timeout(60)
async def test_a_client_whose_gaps_begin_when_they_are_noticed_is_found(tmp_path: Path) -> None:
    mutant = next(one for one in MUTANTS if one.bug == "gap_from_detection")

    found, broken = await is_found(mutant, tmp_path)

    assert found, broken


def test_every_bug_there_is_is_planted() -> None:
    assert unlisted() == set()


def test_a_seed_makes_the_same_schedule_every_time() -> None:
    assert make(5, 60.0) == make(5, 60.0)
    assert make(5, 60.0) != make(6, 60.0)


def test_a_long_schedule_has_every_kind() -> None:
    assert make(5, 120.0).kinds == set(DURATIONS)


def test_a_schedule_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = make(5, 60.0)
    save(made, tmp_path / "kept.json")

    assert load(tmp_path / "kept.json") == made
