from __future__ import annotations

import asyncio
import time
from typing import Any

import msgspec
import pytest

from tastytrade.errors import CredentialsRejected, RequestError, ServiceUnavailable
from tastytrade.rest.auth import Credentials, LoginCredentials, OAuthCredentials, Token
from tastytrade.rest.call import Call
from tastytrade.rest.environment import Environment
from tastytrade.rest.secret import Secret
from tastytrade.saved import save_credentials, saved_credentials
from tastytrade.saved.renewal import GRACE, RENEWAL_DELAY, Renewal

PRODUCTION = Environment("production", "https://api.tastyworks.com")
OAUTH = OAuthCredentials(Secret("s"), Secret("r"))
REMEMBERED = LoginCredentials("me", remember_token=Secret("r0"), remember_me=True)


class Service:
    """Gives tokens a1, a2, ... or raises what it was told to; its clock is both clocks."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.sent: list[dict[str, Any]] = []
        self.errors: list[RequestError] = []
        self.asked = asyncio.Event()

    def clock(self) -> float:
        return self.now

    async def ask(self, call: Call[Token]) -> Token:
        self.sent.append(msgspec.json.decode(call.body_bytes() or b""))
        self.asked.set()
        await asyncio.sleep(0)
        if self.errors:
            raise self.errors.pop(0)
        number = len(self.sent)
        next_one = Secret(f"r{number}") if "remember-token" in self.sent[-1] else None
        return Token(Secret(f"a{number}"), 900.0, remember_token=next_one, user={"username": "me"})

    def renewal(self, credentials: Credentials, *, is_saved: bool = False) -> Renewal:
        return Renewal(
            PRODUCTION, credentials, self.ask, monotonic=self.clock, clock=self.clock, is_saved=is_saved
        )


@pytest.fixture
def service() -> Service:
    return Service()


def values(tokens: list[Token]) -> set[str]:
    return {token.value.reveal() for token in tokens}


async def test_those_who_wait_share_one_token(service: Service) -> None:
    renewal = service.renewal(OAUTH)
    tokens = await asyncio.gather(*(renewal.token() for _ in range(10)))

    assert values(tokens) == {"a1"}
    assert (renewal.life, renewal.user) == (900.0, {"username": "me"})


async def test_a_refused_token_is_replaced_once_for_all_who_held_it(service: Service) -> None:
    renewal = service.renewal(OAUTH)
    first = await renewal.token()
    tokens = await asyncio.gather(*(renewal.token(refused=first) for _ in range(10)))

    assert values(tokens) == {"a2"}


async def test_a_token_that_lives_serves_while_none_can_be_had(service: Service) -> None:
    renewal = service.renewal(OAUTH)
    await renewal.token()
    service.errors = [ServiceUnavailable("down") for _ in range(3)]
    service.now += 720
    during = [await renewal.token(), await renewal.token()]
    service.now += RENEWAL_DELAY
    during.append(await renewal.token())
    service.now += 180
    with pytest.raises(ServiceUnavailable, match="down"):
        await renewal.token()

    assert values(during) == {"a1"}
    assert len(service.sent) == 4
    assert renewal.life == 0.0


async def test_a_definite_refusal_is_raised_to_everybody_and_asked_for_once(service: Service) -> None:
    service.errors = [CredentialsRejected("wrong", status=401)]
    renewal = service.renewal(OAUTH)
    results = await asyncio.gather(*(renewal.token() for _ in range(5)), return_exceptions=True)

    assert [(type(result), str(result)) for result in results] == [(CredentialsRejected, "wrong")] * 5
    assert len(service.sent) == 1


async def test_another_session_takes_the_token_that_saved_credentials_gave(service: Service) -> None:
    save_credentials(PRODUCTION, OAUTH)
    sessions = [service.renewal(OAUTH, is_saved=True) for _ in range(5)]
    tokens = await asyncio.gather(*(renewal.token() for renewal in sessions))
    service.now += 100

    assert values(tokens) == {"a1"}
    assert [renewal.life for renewal in sessions] == [800.0] * 5
    assert [renewal.user for renewal in sessions] == [{"username": "me"}] * 5


async def test_a_shared_token_that_was_refused_is_not_taken_again(service: Service) -> None:
    save_credentials(PRODUCTION, OAUTH)
    renewal = service.renewal(OAUTH, is_saved=True)
    renewal.distrust(await renewal.token())

    assert (await renewal.token()).value == Secret("a2")


async def test_each_remember_token_is_sent_once_whoever_sends_it(service: Service) -> None:
    save_credentials(PRODUCTION, REMEMBERED)
    sessions = [service.renewal(REMEMBERED, is_saved=True) for _ in range(3)]
    for _ in range(3):
        service.now += 900
        await asyncio.gather(*(renewal.token() for renewal in sessions))

    assert [body["remember-token"] for body in service.sent] == ["r0", "r1", "r2"]
    assert saved_credentials(PRODUCTION) == LoginCredentials(
        "me", remember_token=Secret("r3"), remember_me=True
    )


async def test_saving_leaves_the_token_to_others(service: Service) -> None:
    first = service.renewal(OAUTH)
    await first.token()
    service.now += 300
    await first.save()
    second = service.renewal(OAUTH, is_saved=True)

    assert (await second.token()).value == Secret("a1")
    assert second.life == 600.0


async def test_a_token_given_away_is_not_used_again(service: Service) -> None:
    save_credentials(PRODUCTION, OAUTH)
    renewal = service.renewal(OAUTH, is_saved=True)
    token = await renewal.token()

    assert await renewal.drop() == token
    assert await renewal.drop() is None
    assert (renewal.current, renewal.life) == (None, None)
    assert (await renewal.token()).value == Secret("a2")


async def test_secrets_just_replaced_are_still_known_as_secrets(service: Service) -> None:
    renewal = service.renewal(REMEMBERED)
    await renewal.token()
    service.now += 900
    await renewal.token()

    assert {secret.reveal() for secret in renewal.secrets()} >= {"a1", "a2", "r1", "r2"}


async def test_a_caller_who_gives_up_does_not_use_up_what_serves_once(service: Service) -> None:
    save_credentials(PRODUCTION, REMEMBERED)
    renewal = service.renewal(REMEMBERED, is_saved=True)
    asking = asyncio.create_task(renewal.token())
    await service.asked.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    assert values([await renewal.token()]) == {"a1"}
    assert saved_credentials(PRODUCTION) == msgspec.structs.replace(REMEMBERED, remember_token=Secret("r1"))


async def test_a_caller_who_gives_up_is_not_held_for_ever() -> None:
    asked = asyncio.Event()

    async def never(call: Call[Token]) -> Token:
        asked.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody waits as long")

    renewal = Renewal(PRODUCTION, OAUTH, never, monotonic=time.monotonic, clock=time.time, is_saved=False)
    asking = asyncio.create_task(renewal.token())
    await asked.wait()
    began = time.monotonic()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    assert time.monotonic() - began < GRACE + 1
    assert [task.get_name() for task in asyncio.all_tasks() if "renewal" in task.get_name()] == []
