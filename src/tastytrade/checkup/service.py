"""The REST service: the way to it, whether it answers, and what time it has."""

from __future__ import annotations

from urllib.parse import urlsplit

from tastytrade.checkup.certificate import expires_soon, last_day
from tastytrade.checkup.clock import clock_finding, lead_of
from tastytrade.checkup.finding import Diagnosis, Finding, failed, fine, warned
from tastytrade.checkup.proxies import FOR_REST, proxy_finding
from tastytrade.checkup.reach import Reached, reach
from tastytrade.checkup.refused import diagnosis_of, stalled
from tastytrade.checkup.subject import Subject
from tastytrade.errors import RequestError
from tastytrade.rest.address import shown
from tastytrade.rest.call import Call
from tastytrade.transport.http import NO_CONNECTION, HttpDoor


def _address(subject: Subject) -> str:
    assert subject.environment is not None  # noqa: S101 - these checks need that one
    return subject.environment.api_url


async def proxy(subject: Subject) -> Finding:
    """Whether a proxy stands between."""
    return proxy_finding(_address(subject), FOR_REST)


async def way(subject: Subject) -> Finding:
    """Name, TCP, TLS and certificate."""
    url = _address(subject)
    found = await reach(url, limit=subject.asked.patience.connect, schemes=FOR_REST)
    return judged_way("service", url, found, now=subject.asked.clock())


def judged_way(check: str, url: str, found: Reached | Diagnosis, *, now: float) -> Finding:
    """What a way there says."""
    if isinstance(found, Diagnosis):
        return failed(check, f"{shown(url)} cannot be reached", found)
    until = last_day(found.certificate)
    said = f"{found}{f'; {until}' if until else ''}"
    soon = expires_soon(found.certificate, urlsplit(url).hostname or "", now=now)
    return fine(check, said) if soon is None else warned(check, said, soon)


async def answers(subject: Subject) -> Finding:
    """Whether it answers a question that needs no login; also asks what time it is there."""
    limit, clock = subject.asked.patience.answer, subject.asked.clock
    call: Call[object] = Call(method="GET", path="/", parse=lambda data: data, authorized=False)
    async with HttpDoor(_address(subject), timeout=limit) as door:
        sent_at = clock()
        try:
            answer = await door.send(call)
        except RequestError as error:
            is_late = error.code != NO_CONNECTION and error.status is None
            diagnosis = stalled("a request", limit) if is_late else diagnosis_of(error)
            return failed("answers", "none", diagnosis)
        heard_at = clock()
    subject.server_lead = lead_of(answer.headers.get("date", ""), sent_at=sent_at, heard_at=heard_at)
    found = f"HTTP {answer.status} after {(heard_at - sent_at) * 1e3:,.0f} ms"
    if answer.status < 500:  # there is nothing at that path, which it says
        return fine("answers", found)
    cause = f"the service has a fault of its own, or is being maintained (HTTP {answer.status})"
    fix = "nothing is wrong here: try again in minutes"
    return failed("answers", found, Diagnosis("service_down", cause, fix))


async def clock(subject: Subject) -> Finding:
    """Whether this machine's clock is right."""
    return clock_finding(subject.server_lead)
