from tests.speed import plans
from tests.speed.arms import ARMS, EVENTS, FLOOR, SCRIPT, TABLES
from tests.speed.goals import GOALS, Figure, Goal, Outcome, Ratio, Value, least, most, outcomes
from tests.speed.plans import LATENCY, MEMORY, QUICK, SLOW, THROUGHPUT
from tests.speed.rounds import Sample, Spread

PLANS = {plan.name: plan for plan in (*THROUGHPUT, *LATENCY, *MEMORY, *SLOW)}
X100 = plans.quotes(100).name


def outcome_of(text: str, samples: list[Sample], single: dict[str, float]) -> Outcome:
    (found,) = [one for one in outcomes(samples, single) if one.goal.text == text]
    return found


def test_a_goal_over_websockets_is_as_much_wider_as_that_transport_costs() -> None:
    ratio = Ratio("one", "other", (X100,))
    wide, far = most("P3", "", ratio, 2.0), least("P4", "", ratio, 14.0)

    assert (wide.websockets, far.websockets) == (2.8, 10.0)


def test_a_goal_is_judged_by_the_median_for_each_transport() -> None:
    goal = Goal("P2", "", Ratio("one", "other", (X100,)), bare=2.6, websockets=3.6)
    outcome = Outcome(goal, Spread(3.0, 1.0, 9.0))

    assert (outcome.verdict(goal.websockets), outcome.verdict(goal.bare)) == ("met", "missed")
    assert Outcome(goal, None).verdict(goal.bare) == "not measured"


def test_a_ratio_of_a_run_becomes_an_outcome() -> None:
    samples = [Sample(X100, EVENTS, 0, {"cpu_us": 1.5}), Sample(X100, FLOOR, 0, {"cpu_us": 0.5})]

    assert outcome_of("Quote x100, events / F", samples, {}).measured == Spread(3.0, 3.0, 3.0)


def test_over_several_plans_the_worst_counts_and_is_named() -> None:
    first, second = (plan.name for plan in plans.TYPES[:2])
    samples = [
        Sample(plan, cell, 0, {"cpu_us": cost})
        for plan, cell, cost in (
            (first, EVENTS, 1.0),
            (first, SCRIPT, 3.0),
            (second, EVENTS, 1.0),
            (second, SCRIPT, 2.0),
        )
    ]
    outcome = outcome_of("other types and mixed, JavaScript / events", samples, {})

    assert (outcome.measured, outcome.where) == (Spread(2.0, 2.0, 2.0), second)


def test_a_single_figure_becomes_an_outcome() -> None:
    assert outcome_of("installed without polars", [], {"installed_mb": 9.5}).measured == Spread(9.5, 9.5, 9.5)


def test_every_goal_names_what_is_measured() -> None:
    cells = {name: {cell.label for cell in plan.cells} for name, plan in PLANS.items()}
    missing = []
    for goal in GOALS:
        match goal.measure:
            case Ratio(cell, base, names):
                missing += [goal.text for name in names if not {cell} <= cells[name]]
                missing += [] if any(base in cells[name] for name in names) else [goal.text]
            case Value(cell, plan):
                missing += [] if cell in cells[plan] else [goal.text]
            case Figure():
                pass

    assert missing == []


def test_every_goal_of_the_list_is_judged() -> None:
    assert {goal.number for goal in GOALS} == {f"P{number}" for number in range(1, 13)}


def test_plans_have_different_names_and_cells_of_different_labels() -> None:
    every = (*THROUGHPUT, *LATENCY, *MEMORY, *SLOW)

    assert len(PLANS) == len(every)
    assert all(len({cell.label for cell in plan.cells}) == len(plan.cells) for plan in (*every, *QUICK))


def test_an_arm_is_only_given_what_it_takes() -> None:
    every = (*THROUGHPUT, *LATENCY, *MEMORY, *SLOW, *QUICK)

    assert all(ARMS[cell.arm].takes(cell.scenario) for plan in every for cell in plan.cells)


def test_a_faster_arm_is_given_more_events_in_whole_frames() -> None:
    fast, slow = ARMS[FLOOR].events_in(0.5, 100), ARMS[TABLES].events_in(0.5, 100)

    assert fast > slow > 0
    assert fast % 100 == slow % 100 == 0
