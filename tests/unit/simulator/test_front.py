import asyncio
from typing import Any

import httpx2
import msgspec
import pytest
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from tastytrade.errors import ConfigurationError
from tastytrade.simulator.front import REQUEST_LIMIT, Front
from tastytrade.simulator.rest_options import Failure, RestOptions
from tests.unit.rest.recorded import SAMPLES

EQUITY = "/instruments/equities/SPX"


def options(*failures: Failure, **switches: Any) -> RestOptions:
    return RestOptions(failures=failures, **switches)


async def test_requests_are_counted_by_method_and_path_without_their_queries(
    stranger: httpx2.AsyncClient, front: Front
) -> None:
    await stranger.post("/sessions", json={})
    await stranger.get("/instruments/cryptocurrencies/BTC%2FUSD?token=canary")
    await stranger.get("/instruments/cryptocurrencies/BTC%2FUSD")
    await stranger.get("/no/such/path")

    assert front.requests == {
        "POST /sessions": 1,
        "GET /instruments/cryptocurrencies/BTC%2FUSD": 2,
        "GET /no/such/path": 1,
    }


async def test_what_is_counted_is_bounded(stranger: httpx2.AsyncClient, front: Front) -> None:
    front.requests.update({f"GET /{number}": 1 for number in range(REQUEST_LIMIT)})
    await stranger.get("/one-more")
    await stranger.get("/0")
    await stranger.get("/" + "x" * 5_000)

    assert (front.requests["others"], front.requests["GET /0"]) == (2, 2)
    assert max(map(len, front.requests)) < 300


@pytest.mark.parametrize(
    ("status", "content_type", "code"),
    [
        (401, "text/html", None),
        (403, "application/json", "not_permitted"),
        (404, "application/json", "not_found"),
        (406, "application/json", 406),
        (418, "application/json", "i'm_a_teapot"),
        (422, "application/json", "preflight_check_failure"),
        (429, "application/json", "too_many_requests"),
        (500, "application/json", "internal_server_error"),
        (502, "text/html", None),
        (599, "application/json", "error"),
    ],
)
async def test_a_request_fails_on_order_once_and_is_answered_then(
    client: httpx2.AsyncClient, front: Front, status: int, content_type: str, code: object
) -> None:
    front.options = options(Failure(status=status))
    failed, answered = await client.get(EQUITY), await client.get(EQUITY)

    assert (failed.status_code, answered.status_code) == (status, 200)
    assert failed.headers["content-type"].startswith(content_type)
    assert "retry-after" not in failed.headers
    if code is not None:
        assert failed.json()["error"]["code"] == code


@pytest.mark.parametrize("status", [403, 406, 422])
async def test_a_failure_has_the_recorded_body(client: httpx2.AsyncClient, front: Front, status: int) -> None:
    front.options = options(Failure(status=status))
    response = await client.get(EQUITY)

    bodies = [one["body"] for one in SAMPLES if one["status"] == status]
    assert response.json() in bodies


async def test_a_failure_can_say_when_to_come_back(client: httpx2.AsyncClient, front: Front) -> None:
    front.options = options(Failure(status=429, retry_after=3))
    response = await client.get(EQUITY)

    assert (response.status_code, response.headers["retry-after"]) == (429, "3")


async def test_a_failure_is_for_its_method_and_path_alone(client: httpx2.AsyncClient, front: Front) -> None:
    front.options = options(
        Failure(status=500, path="/option-chains", times=None),
        Failure(status=502, path="/sessions", method="POST", times=2),
    )

    assert (await client.get(EQUITY)).status_code == 200
    assert [(await client.get("/option-chains/SPLG")).status_code for _ in range(3)] == [500, 500, 500]
    assert (await client.delete("/sessions")).status_code == 204
    assert [(await client.post("/sessions")).status_code for _ in range(3)] == [502, 502, 400]


async def test_failures_come_in_their_order_and_are_counted_anew_when_replaced(
    client: httpx2.AsyncClient, front: Front
) -> None:
    front.options = options(Failure(status=500), Failure(status=502))
    first = [(await client.get(EQUITY)).status_code for _ in range(3)]
    front.options = msgspec.structs.replace(front.options, customer=False)
    kept = (await client.get(EQUITY)).status_code
    front.options = options(Failure(status=500))

    assert (first, kept) == ([500, 502, 200], 200)
    assert (await client.get(EQUITY)).status_code == 500


@pytest.mark.parametrize("status", [0, 200, 399, 600])
def test_a_failure_must_be_one(status: int) -> None:
    with pytest.raises(ConfigurationError, match="400 to 599"):
        Failure(status=status)


async def stalled(front: Front, messages: asyncio.Queue[Message]) -> list[Message]:
    """What a client of a front that never answers is sent."""

    async def app(*_: object) -> None:
        raise AssertionError("a stalled request is for nobody")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    front.options = options(Failure(status=None))
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "raw_path": b"/",
        "headers": [(b"host", b"127.0.0.1")],
    }
    await front.before(app)(scope, messages.get, send)
    return sent


async def test_a_request_without_an_answer_ends_when_the_client_hangs_up(front: Front) -> None:
    messages: asyncio.Queue[Message] = asyncio.Queue()
    messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})
    messages.put_nowait({"type": "http.disconnect"})

    assert await stalled(front, messages) == []


async def test_a_request_without_an_answer_ends_when_the_simulator_closes(front: Front) -> None:
    front.close()

    assert (await stalled(front, asyncio.Queue()))[0]["status"] == 503


@pytest.mark.parametrize("user_agent", ["my_tastytrader_sdk", "a/", "/1.0", "two words", "a/ 1"])
async def test_a_strict_proxy_wants_a_product_and_its_version(
    client: httpx2.AsyncClient, front: Front, user_agent: str
) -> None:
    headers = {"User-Agent": user_agent}
    lenient = await client.get(EQUITY, headers=headers)
    front.options = RestOptions(strict_user_agent=True)
    strict = await client.get(EQUITY, headers=headers)
    proper = await client.get(EQUITY, headers={"User-Agent": "product/1.0 (comment)"})

    assert (lenient.status_code, strict.status_code, proper.status_code) == (200, 401, 200)
    assert strict.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("version", "versions", "status"),
    [
        ("20250813", ("20250813",), 200),
        ("20251101", ("20250813",), 200),
        ("20250812", ("20250813",), 406),
        ("20250812", ("20240501", "20250813"), 200),
        ("v1", ("20250813",), 406),
        ("", ("20250813",), 406),
        ("20251101", (), 406),
        (None, (), 200),
    ],
)
async def test_a_version_is_the_newest_that_is_not_later(
    client: httpx2.AsyncClient, front: Front, version: str | None, versions: tuple[str, ...], status: int
) -> None:
    front.options = RestOptions(api_versions=versions)
    headers = {} if version is None else {"Accept-Version": version}
    response = await client.get(EQUITY, headers=headers)

    assert response.status_code == status
    if status == 406:
        assert response.json() == {
            "error": {"code": 406, "message": "The requested version is not supported."}
        }


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:3000"}, 200),
        ({"Host": "[::1]:3000"}, 200),
        ({"Origin": "http://localhost:3000"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "https://127.0.0.1.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://[::1"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": "0x7f.1"}, 403),
        ({"Host": "localhost."}, 403),
        ({"Host": "[::1"}, 403),
        ({"Host": ""}, 403),
    ],
)
async def test_a_page_of_another_site_gets_nothing_and_no_leave_to_read_it(
    client: httpx2.AsyncClient, headers: dict[str, str], status: int
) -> None:
    answers = [
        await client.get(EQUITY, headers=headers),
        await client.options(EQUITY, headers=headers),
        await client.post("/oauth/token", content=b"{}", headers={"Content-Type": "text/plain", **headers}),
    ]

    assert [answer.status_code for answer in answers] == ([200, 405, 400] if status == 200 else [403] * 3)
    assert not any(name.startswith("access-control") for answer in answers for name in answer.headers)


@pytest.mark.parametrize(
    ("host", "called", "status"),
    [("192.0.2.7", "192.0.2.7:80", 405), ("192.0.2.7", "box", 403), ("0.0.0.0", "box:80", 405)],
)
async def test_a_simulator_for_other_machines_goes_by_its_address_and_one_for_all_by_any_name(
    host: str, called: str, status: int
) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(status_code=405)(scope, receive, send)

    transport = httpx2.ASGITransport(Front(host=host).before(app))
    async with httpx2.AsyncClient(transport=transport, base_url=f"http://{called}") as client:
        answer = await client.get("/")

    assert answer.status_code == status
