from __future__ import annotations

import time

from tastytrade import Simulator
from tastytrade.checkup import credentials, login
from tastytrade.checkup.finding import Outcome
from tastytrade.checkup.subject import Subject
from tastytrade.errors import CredentialsRejected
from tastytrade.saved.refusals import remember_refusal
from tastytrade.simulator import RestOptions
from tests.unit.checkup.asking import code_of, subject_of


async def ready(subject: Subject) -> Subject:
    await credentials.environment(subject)
    await credentials.credentials(subject)
    return subject


async def test_a_login_opens_what_the_checks_after_it_use(simulator: Simulator) -> None:
    async with await ready(subject_of(simulator)) as subject:
        findings = [await one(subject) for one in (login.log_in, login.permission, login.tokens, login.level)]
        session = subject.session

    assert [one.outcome for one in findings] == [Outcome.OK] * 4
    assert "access token: 15 min left" in findings[2].found
    assert "quote token: lives 24 h, asked for anew by what opens a feed after 12 h" in findings[2].found
    assert findings[3].found == "simulated"
    assert session is not None
    assert not session.is_open


async def test_credentials_in_their_cool_down_are_not_sent(simulator: Simulator) -> None:
    async with await ready(subject_of(simulator)) as subject:
        assert subject.environment is not None
        assert subject.credentials is not None
        refused = CredentialsRejected("", code="invalid_client")
        remember_refusal(subject.environment, subject.credentials, refused, now=time.time())
        found = await login.log_in(subject)

    assert code_of(found) == "credentials_cool_down"
    assert found.diagnosis is not None
    assert "the client secret is wrong" in found.diagnosis.cause
    assert simulator.requests["POST /oauth/token"] == 0


async def test_a_delayed_feed_is_a_warning(simulator: Simulator) -> None:
    simulator.rest_options = RestOptions(quote_token_level="demo")
    async with await ready(subject_of(simulator)) as subject:
        await login.log_in(subject)
        await login.permission(subject)
        found = await login.level(subject)

    assert (found.outcome, code_of(found)) == (Outcome.WARNING, "delayed_feed")
