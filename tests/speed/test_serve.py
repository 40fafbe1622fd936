"""The server, and our clients against it, as processes of their own: small, and not timed."""

from tests.speed.arms import ARMS, BATCHES, EVENTS
from tests.speed.clients import Extra, columns_of, measure, open_server
from tests.speed.frames import expected
from tests.speed.scenario import MIXED, Scenario


def test_what_is_sent_arrives_as_it_is_and_exactly_once() -> None:
    scenario = Scenario(MIXED, 10, 20, 600)

    with open_server() as url:
        found = measure(ARMS[BATCHES], scenario, url, Extra("check_batches"))

    assert found == {"events": 600, "sums": expected(scenario, columns_of(scenario))}


def test_a_paced_scenario_tells_how_old_its_events_are() -> None:
    scenario = Scenario("Quote", 10, 5, 200, rate=2000)

    with open_server() as url:
        found = measure(ARMS[EVENTS], scenario, url, Extra("lag"))

    assert found["events"] == 200
    assert 0 < found["lag_min_us"] <= found["lag_p50_us"] <= found["lag_p99_us"]
