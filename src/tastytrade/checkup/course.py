"""The checks in their order: each goes on from what those before it have found, or is skipped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from msgspec import Struct

from tastytrade.checkup import answers, credentials, feed, login, service
from tastytrade.checkup.disk import room_finding, store_finding
from tastytrade.checkup.finding import Diagnosis, Finding, Outcome, failed, skipped
from tastytrade.checkup.folders import folders_finding
from tastytrade.checkup.software import extras_finding, packages_finding, python_finding, requirements
from tastytrade.checkup.subject import Subject
from tastytrade.errors import ConfigurationError, TastytradeError
from tastytrade.saved.folder import state_folder


class Check(Struct, frozen=True):
    """One question. It is skipped when one that it ``needs`` has failed, or was skipped itself.

    ``is_rest``: only where there is a session, and not for a bare DXLink address.
    """

    name: str
    run: Callable[[Subject], Awaitable[Finding]]
    needs: tuple[str, ...] = ()
    is_rest: bool = False


async def check_up(subject: Subject) -> AsyncIterator[Finding]:
    """Look at everything, one after the other; gives what each check has found as soon as it has."""
    usable: set[str] = set()
    for check in checks_of(subject):
        missing = next((name for name in check.needs if name not in usable), None)
        if missing is not None:
            yield skipped(check.name, f"needs {missing}")
            continue
        try:
            found = await check.run(subject)
        except TastytradeError as error:
            fix = "if this goes on, please report it"
            found = failed(check.name, "broken off", Diagnosis("unexpected", str(error), fix))
        if found.outcome in {Outcome.OK, Outcome.WARNING}:
            usable.add(check.name)
        yield found


def checks_of(subject: Subject) -> list[Check]:
    """The checks that there are for what is asked, in their order."""
    is_bare = subject.asked.url is not None
    before = () if is_bare else ("level",)
    all_there_are = [
        Check("python", _python),
        Check("packages", _packages),
        Check("extras", _extras),
        Check("folders", _folders),
        Check("disk", _room),
        Check("store", _store),
        Check("environment", credentials.environment, is_rest=True),
        Check("credentials", credentials.credentials, ("environment", "folders"), is_rest=True),
        Check("proxy", service.proxy, ("environment",), is_rest=True),
        Check("service", service.way, ("proxy",), is_rest=True),
        Check("answers", service.answers, ("service",), is_rest=True),
        Check("clock", service.clock, ("answers",), is_rest=True),
        Check("login", login.log_in, ("answers", "credentials"), is_rest=True),
        Check("permission", login.permission, ("login",), is_rest=True),
        Check("tokens", login.tokens, ("permission",), is_rest=True),
        Check("level", login.level, ("permission",), is_rest=True),
        Check("feed", feed.way, before),
        Check("round trip", feed.round_trip, ("feed",)),
        Check("handshake", feed.handshake, ("round trip",)),
        Check("events", answers.answers, ("handshake",)),
    ]
    without = {"store"} if subject.asked.store is None else set()
    return [one for one in all_there_are if one.name not in without and not (is_bare and one.is_rest)]


async def _python(_subject: Subject) -> Finding:
    return python_finding()


async def _packages(subject: Subject) -> Finding:
    return packages_finding(requirements(), subject.asked.installed)


async def _extras(subject: Subject) -> Finding:
    return extras_finding(requirements(), subject.asked.installed)


async def _folders(_subject: Subject) -> Finding:
    return folders_finding()


async def _room(subject: Subject) -> Finding:
    try:
        return room_finding(subject.asked.store or state_folder())
    except ConfigurationError:  # which the folders say
        return skipped("disk", "needs folders")


async def _store(subject: Subject) -> Finding:
    assert subject.asked.store is not None  # noqa: S101 - it is no check without one
    return await asyncio.to_thread(store_finding, subject.asked.store)
