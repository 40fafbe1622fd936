"""Bench: carries plans out, round by round, and repeats the rounds that were disturbed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from tests.speed.arms import ARMS
from tests.speed.clients import ClientFailed, Extra, columns_of, measure
from tests.speed.environments import OURS, Unavailable
from tests.speed.frames import expected
from tests.speed.plans import Cell, Plan
from tests.speed.rounds import Sample, disturbed, figures
from tests.speed.scenario import Scenario

CPU_SECONDS = 0.8
"""What a run of an arm should take about, of CPU time."""
MOST_REPEATS = 2
CHECKED_EVENTS = 45_000

Tell = Callable[[str], None]


class Bench:
    """Runs plans against one server.

    rounds  repetitions of each plan
    events  events of every run, where that is not for the plan or the arm to say
    only    the names of the arms that run; None: all
    failed  sentences about runs that failed, and arms that cannot run here
    """

    def __init__(
        self,
        url: str,
        *,
        rounds: int,
        events: int | None = None,
        only: Iterable[str] | None = None,
        tell: Tell,
    ) -> None:
        self._url = url
        self._rounds = rounds
        self._events = events
        self._only = None if only is None else set(only)
        self._tell = tell
        self._unavailable: dict[str, str] = {}
        self.failed: list[str] = []

    def run(self, plan: Plan) -> list[Sample]:
        """The samples of a plan: of each cell one a round, or one that says what went wrong."""
        kept: list[Sample] = []
        due = list(range(1 if plan.is_once else self._rounds))
        for _ in range(MOST_REPEATS + 1):
            for number in due:
                kept = [sample for sample in kept if sample.round != number]
                kept += self._round(plan, number)
            due = sorted(disturbed(figures(kept, plan.name, plan.floor))) if plan.floor else []
            if not due:
                return kept
            self._tell(f"{plan.name}: {len(due)} disturbed rounds")
        self.failed.append(f"{plan.name}: rounds {due} were disturbed each time and do not count")
        return [sample for sample in kept if sample.round not in due]

    def check(self, scenario: Scenario) -> bool:
        """Whether ours delivers every value of a scenario as json.loads reads it; events and batches."""
        given = replace(scenario, events=CHECKED_EVENTS)
        sums = expected(given, columns_of(given))
        for mode in ("check_events", "check_batches"):
            try:
                found = measure(ARMS["ours, events"], given, self._url, Extra(mode))
            except ClientFailed as error:
                self.failed.append(f"{scenario.name}, {mode}: {error}")
                return False
            if found["sums"] != sums:
                self.failed.append(f"{scenario.name}, {mode}: values differ from those that were sent")
                return False
        return True

    def _round(self, plan: Plan, number: int) -> list[Sample]:
        return [
            self._sample(plan, cell, number)
            for cell in plan.cells
            if self._only is None or cell.arm in self._only or cell.arm == plan.floor
        ]

    def _sample(self, plan: Plan, cell: Cell, number: int) -> Sample:
        arm = ARMS[cell.arm]
        if arm.environment in self._unavailable:
            return Sample(plan.name, cell.label, number, error=self._unavailable[arm.environment])
        scenario = cell.scenario
        if not scenario.events:
            events = self._events or arm.events_in(CPU_SECONDS, scenario.frame)
            scenario = replace(scenario, events=max(1, events // scenario.frame) * scenario.frame)
        self._tell(f"{plan.name}: {cell.label}")
        try:
            found = measure(arm, scenario, self._url, cell.extra)
        except Unavailable as error:
            self._unavailable[arm.environment] = str(error)
            self.failed.append(f"left out: {arm.environment} ({error})")
            return Sample(plan.name, cell.label, number, error=str(error))
        except ClientFailed as error:
            self.failed.append(f"{plan.name}, round {number + 1}, {cell.label}: {error}")
            return Sample(plan.name, cell.label, number, error=str(error))
        values = {name: float(value) for name, value in found.items()}
        values["growth_mb"] = values["peak_mb"] - values["imported_mb"]
        values["events_per_s"] = (values["events"] - 1) / values["wall_s"] if values["wall_s"] else 0.0
        return Sample(plan.name, cell.label, number, values)


def environments_of(plans: Iterable[Plan]) -> list[str]:
    """The environments that plans need, beside our own."""
    found = {ARMS[cell.arm].environment for plan in plans for cell in plan.cells}
    return sorted(found - {OURS})
