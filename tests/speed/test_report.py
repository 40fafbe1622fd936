from xml.etree import ElementTree as ET

from tests.speed import plans
from tests.speed.arms import EVENTS, FLOOR, TASTYWARE
from tests.speed.goals import outcomes
from tests.speed.machine import Machine
from tests.speed.picture import picture_of
from tests.speed.plans import THROUGHPUT
from tests.speed.report import Result, goals_grid, grid_of, page
from tests.speed.rounds import Sample

PLAN = THROUGHPUT[0]
MACHINE = Machine(
    "2026-11-22 10:00 UTC", "abc1234", "3.11", "Linux", "a processor", 2, {"floor": ["orjson==1"]}
)


def measured(*costs: tuple[str, float]) -> Result:
    samples = [
        Sample(
            PLAN.name,
            cell,
            number,
            {"cpu_us": cost * (1 + number / 10), "events_per_s": 1e6, "peak_mb": 50.0},
        )
        for cell, cost in costs
        for number in range(2)
    ]
    return Result(MACHINE, 2, samples, {}, ["A note."], [])


def test_a_grid_has_a_row_for_every_client_that_ran() -> None:
    grid = grid_of(PLAN, measured((FLOOR, 0.5), (EVENTS, 1.0), (TASTYWARE, 30.0)).samples)

    assert grid is not None
    assert [row[0] for row in grid.rows] == [FLOOR, EVENTS, TASTYWARE]
    assert [row[1:5] for row in grid.rows if row[0] == EVENTS] == [["1.05", "2.00", "2.00-2.00", "30.0"]]


def test_what_was_not_measured_has_no_grid() -> None:
    assert grid_of(THROUGHPUT[1], measured((FLOOR, 0.5)).samples) is None


def test_goals_say_for_each_transport_whether_they_are_met() -> None:
    result = measured((FLOOR, 0.5), (EVENTS, 1.5))
    (row,) = [
        row for row in goals_grid(outcomes(result.samples, {})).rows if row[1] == "Quote x100, events / F"
    ]

    assert row == ["P2", "Quote x100, events / F", "3.00 x", "<= 3.60 met", "<= 2.60 missed"]


def test_a_page_tells_where_it_was_measured_and_what_was_noted() -> None:
    result = measured((FLOOR, 0.5))
    text = page(result, [PLAN], outcomes(result.samples, {}))

    assert f"## {plans.quotes(100).name}" in text
    assert "commit abc1234" in text
    assert "- A note." in text


def test_a_picture_has_a_bar_for_every_client_that_was_measured_the_cheapest_first() -> None:
    root = ET.fromstring(picture_of(measured((TASTYWARE, 30.0), (FLOOR, 0.5), (EVENTS, 1.0)), PLAN))
    bars = [element for element in root if element.tag.endswith("rect")]
    widths = [float(bar.attrib["width"]) for bar in bars]

    assert [bar.attrib["class"] for bar in bars] == ["bare", "ours", "peer"]
    assert widths == sorted(widths)
