from typing import Any

import httpx2
import pytest

from tastytrade.simulator.accounts import Accounts
from tastytrade.simulator.front import Front
from tastytrade.simulator.rest_options import RestOptions
from tests.unit.rest.recorded import SAMPLES

LOGIN = {"login": "username", "password": "password"}
GRANT = {"grant_type": "refresh_token", "client_secret": "sim_secret", "refresh_token": "sim_refresh"}
CHALLENGE = "X-Tastyworks-Challenge-Token"
CODE = "X-Tastyworks-OTP"


def recorded_refusal(code: str) -> Any:
    return next(
        one["body"]
        for one in SAMPLES
        if one["path"] == "/sessions" and one["body"].get("error", {}).get("code") == code
    )


async def test_a_second_factor_is_wanted_with_the_password(
    stranger: httpx2.AsyncClient, front: Front
) -> None:
    front.options = RestOptions(second_factor="654321")
    without = await stranger.post("/sessions", json=LOGIN)
    wrong = await stranger.post("/sessions", json=LOGIN, headers={CODE: "123456"})
    right = await stranger.post("/sessions", json=LOGIN, headers={CODE: "654321"})

    assert [one.status_code for one in (without, wrong, right)] == [401, 401, 201]
    assert without.json()["error"]["code"] == "invalid_credentials"


async def test_a_remember_token_is_not_used_up_by_a_login_that_is_refused(
    stranger: httpx2.AsyncClient, front: Front, accounts: Accounts
) -> None:
    front.options = RestOptions(second_factor="654321")
    login = {"login": "username", "remember-token": accounts.remember_tokens.issue()}
    refused = await stranger.post("/sessions", json=login)
    accepted = await stranger.post("/sessions", json=login, headers={CODE: "654321"})

    assert (refused.status_code, accepted.status_code) == (401, 201)


async def test_a_device_challenge_is_announced_as_recorded(
    stranger: httpx2.AsyncClient, front: Front
) -> None:
    front.options = RestOptions(device_challenge="otp")
    response = await stranger.post("/sessions", json=LOGIN)
    wrong_login = await stranger.post("/sessions", json=LOGIN | {"password": "x"})

    assert response.status_code == 403
    assert response.json() == recorded_refusal("device_challenge_required")
    assert response.headers[CHALLENGE].startswith("sim_challenge_")
    assert wrong_login.status_code == 401


@pytest.mark.parametrize("in_body", [False, True])
async def test_a_device_challenge_is_passed_with_the_code_and_once(
    stranger: httpx2.AsyncClient, front: Front, in_body: bool
) -> None:
    front.options = RestOptions(device_challenge="otp")
    token = (await stranger.post("/sessions", json=LOGIN)).headers[CHALLENGE]
    both = {CHALLENGE: token, CODE: "123456"}
    early = await stranger.post("/sessions", json=LOGIN, headers=both)
    step = await (
        stranger.post("/device-challenge", json={"challenge-token": token})
        if in_body
        else stranger.post("/device-challenge", headers={CHALLENGE: token})
    )
    wrong = await stranger.post("/sessions", json=LOGIN, headers={CHALLENGE: token, CODE: "1"})
    passed = await stranger.post("/sessions", json=LOGIN, headers=both)
    again = await stranger.post("/sessions", json=LOGIN, headers=both)

    assert step.json() == {"data": {"step": "otp_verification"}, "context": "/device-challenge"}
    assert [one.status_code for one in (early, wrong, passed, again)] == [403, 401, 201, 403]


async def test_a_device_challenge_may_ask_a_question_first(
    stranger: httpx2.AsyncClient, front: Front
) -> None:
    front.options = RestOptions(
        device_challenge="security question", security_answer="blue", second_factor="654321"
    )
    token = (await stranger.post("/sessions", json=LOGIN)).headers[CHALLENGE]

    async def step(**fields: str) -> httpx2.Response:
        return await stranger.post("/device-challenge", json={"challenge-token": token, **fields})

    asked, wrong, right = await step(), await step(answer="red"), await step(answer="blue")
    passed = await stranger.post("/sessions", json=LOGIN, headers={CHALLENGE: token, CODE: "654321"})

    assert list(asked.json()["data"]) == ["step", "question"]
    assert asked.json()["data"]["step"] == "security_question"
    assert wrong.status_code == 401
    assert right.json()["data"] == {"step": "otp_verification"}
    assert passed.status_code == 201


@pytest.mark.parametrize("content", [b"", b"{}", b'{"challenge-token": "sim_challenge_x"}', b"["])
async def test_a_challenge_nobody_was_given_cannot_be_passed(
    stranger: httpx2.AsyncClient, front: Front, content: bytes
) -> None:
    front.options = RestOptions(device_challenge="otp")
    response = await stranger.post("/device-challenge", content=content)

    assert response.status_code in {400, 401}


async def test_sessions_can_be_a_thing_of_the_past(stranger: httpx2.AsyncClient, front: Front) -> None:
    front.options = RestOptions(decommissioned="missing_request_token")
    response = await stranger.post("/sessions", json=LOGIN)

    assert response.status_code == 400
    assert response.json() == recorded_refusal("missing_request_token")


async def test_a_user_who_is_not_confirmed_is_told_so(stranger: httpx2.AsyncClient, front: Front) -> None:
    front.options = RestOptions(unconfirmed_user=True)
    response = await stranger.post("/sessions", json=LOGIN)
    stranger_to_it = await stranger.post("/sessions", json=LOGIN | {"password": "x"})

    assert response.json()["error"]["code"] == "unconfirmed_user"
    assert stranger_to_it.json()["error"]["code"] == "invalid_credentials"


async def test_a_refresh_token_can_be_replaced_with_each_use(
    stranger: httpx2.AsyncClient, front: Front, accounts: Accounts
) -> None:
    front.options = RestOptions(rotate_refresh_token=True)
    first = (await stranger.post("/oauth/token", json=GRANT)).json()
    old = await stranger.post("/oauth/token", json=GRANT)
    new = await stranger.post("/oauth/token", json=GRANT | {"refresh_token": first["refresh_token"]})

    assert list(first) == ["access_token", "token_type", "expires_in", "refresh_token"]
    assert (old.status_code, old.json()["error_code"]) == (400, "invalid_grant")
    assert new.status_code == 200
    assert accounts.user.refresh_token == new.json()["refresh_token"]


@pytest.mark.parametrize(("lifetime", "shown"), [(5.0, "5"), (0.5, "0.5"), (30, "30")])
async def test_an_access_token_says_how_long_it_lives(
    stranger: httpx2.AsyncClient, accounts: Accounts, lifetime: float, shown: str
) -> None:
    accounts.set_lifetimes(RestOptions(access_lifetime=lifetime))
    response = await stranger.post("/oauth/token", json=GRANT)

    assert f'"expires_in":{shown}' in response.text
