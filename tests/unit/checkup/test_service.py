from __future__ import annotations

import time

from tastytrade import Simulator
from tastytrade.checkup import credentials, service
from tastytrade.checkup.finding import Diagnosis, Outcome
from tastytrade.checkup.reach import Reached
from tastytrade.simulator import Failure, RestOptions
from tests.unit.checkup.asking import code_of, subject_of


async def test_a_service_that_answers_tells_its_time(simulator: Simulator) -> None:
    subject = subject_of(simulator)
    await credentials.environment(subject)
    found = await service.answers(subject)

    assert (found.outcome, found.found[:8]) == (Outcome.OK, "HTTP 404")
    assert subject.server_lead is not None
    assert (await service.clock(subject)).outcome is Outcome.OK


async def test_the_clock_is_compared_by_this_machines_own(simulator: Simulator) -> None:
    subject = subject_of(simulator, clock=lambda: time.time() - 100)
    await credentials.environment(subject)
    await service.answers(subject)

    assert code_of(await service.clock(subject)) == "clock_wrong"


async def test_a_service_with_a_fault_of_its_own_is_told_from_one_that_stalls(simulator: Simulator) -> None:
    subject = subject_of(simulator)
    await credentials.environment(subject)
    simulator.rest_options = RestOptions(failures=(Failure(status=502),))
    down = await service.answers(subject)
    simulator.rest_options = RestOptions(failures=(Failure(status=None),))
    stalls = await service.answers(subject)

    assert (code_of(down), code_of(stalls)) == ("service_down", "service_stalls")


def test_a_way_is_judged_by_its_certificate_too() -> None:
    certificate = {"notAfter": "Jan  1 12:00:00 2026 GMT", "issuer": ()}
    reached = Reached({"name": 1.0}, "1.2.3.4:443", certificate, "TLSv1.3")
    new_year = 1_767_268_800.0
    early = service.judged_way("service", "https://a.example", reached, now=new_year - 90 * 86_400)
    late = service.judged_way("service", "https://a.example", reached, now=new_year - 86_400)
    never = service.judged_way("service", "https://a.example", Diagnosis("x", "y", "z"), now=new_year)

    assert [code_of(one) for one in (early, late, never)] == ["", "certificate_expires_soon", "x"]
    assert late.outcome is Outcome.WARNING
