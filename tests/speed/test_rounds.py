import pytest

from tests.speed.rounds import Sample, Spread, disturbed, figure, figures, ratio, spread


def samples(**costs: list[float]) -> list[Sample]:
    return [
        Sample("plan", cell, number, {"cpu_us": cost})
        for cell, of_cell in costs.items()
        for number, cost in enumerate(of_cell)
    ]


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    # The medians are 3 and 2: dividing these would give 1.5.
    found = ratio(samples(mine=[2, 3, 9], floor=[1, 2, 3]), "plan", "mine", "floor")

    assert found == Spread(2.0, 1.5, 3.0)


def test_a_round_that_one_of_two_failed_in_does_not_count() -> None:
    measured = [*samples(mine=[2.0, 4.0], floor=[1.0]), Sample("plan", "floor", 1, error="it ended")]

    assert ratio(measured, "plan", "mine", "floor") == Spread(2.0, 2.0, 2.0)


def test_without_a_common_round_there_is_no_ratio() -> None:
    assert ratio(samples(mine=[2.0]), "plan", "mine", "floor") is None
    assert spread([]) is None


def test_figures_are_of_one_plan_and_cell() -> None:
    measured = [*samples(mine=[2.0]), Sample("other plan", "mine", 0, {"cpu_us": 5.0})]

    assert figures(measured, "plan", "mine") == {0: 2.0}


def test_a_round_with_a_slow_floor_was_disturbed() -> None:
    assert disturbed({0: 1.0, 1: 1.1, 2: 1.7, 3: 1.0}) == {2}
    assert disturbed({0: 1.0, 1: 1.1, 2: 1.6, 3: 1.0}) == set()
    assert disturbed({}) == set()


@pytest.mark.parametrize(("value", "text"), [(0.123, "0.12"), (12.34, "12.3"), (1234.5, "1,234"), (0, "0")])
def test_a_figure_has_the_digits_that_say_something(value: float, text: str) -> None:
    assert figure(value) == text
