"""Every fault on its own, and the one diagnosis that it must get: no other, and none beside it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tastytrade import Session, Simulator, Streamer
from tastytrade.checkup import Asked, Finding, Outcome, Patience, Subject, check_up, exit_code
from tastytrade.dxfeed import Candle, Profile, Quote, Summary, Trade
from tastytrade.dxlink.messages import Contract, Entry
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import CredentialsRejected
from tastytrade.rest import OAuthCredentials, Secret
from tastytrade.rest.environment import Environment, Variables
from tastytrade.saved.cool_down import remember_cool_down
from tastytrade.saved.credentials import save_credentials
from tastytrade.saved.folder import config_folder
from tastytrade.saved.refusals import remember_refusal
from tastytrade.saved.safe import file_name
from tastytrade.simulator import Failure, RestOptions, User
from tastytrade.timeouts import Timeouts
from tests.canary import CANARY
from tests.integration.catalogue.certificates import NOW, OPENSSL, YESTERDAY, Authority, TlsEnd
from tests.integration.catalogue.doors import free_port
from tests.integration.catalogue.feed_server import FeedServer, Link

PATIENCE = Patience(connect=1, answer=0.5, ping=0.5, events=2, rest=0.05)
TIMEOUTS = Timeouts(open=1, step=0.3, confirm=0.5, close=0.1, backoff_base=0.01, backoff_cap=0.02)
USER = User(password=f"pass-{CANARY}", client_secret=f"sim_s_{CANARY}", refresh_token=f"sim_r_{CANARY}")
AT_LOGIN = ("TT_API_URL", "TT_USER", "TT_PASS")

REFUSED = {"name": "error", "preset": "unauthorized", "on_step": "AUTH", "instead": True, "times": None}

Case = Callable[[], AbstractAsyncContextManager[Asked]]


def asked(variables: dict[str, str], **options: Any) -> Asked:
    usual: dict[str, Any] = {"patience": PATIENCE, "timeouts": TIMEOUTS, "installed": lambda _: "9999"}
    return Asked(variables=Variables(variables), **{**usual, **options})


def simulated(
    rest: RestOptions | None = None,
    dxlink: ServerOptions | None = None,
    *,
    faults: tuple[dict[str, Any], ...] = (),
    variables: tuple[str, ...] = (),
    wrong: dict[str, str] | None = None,
    **options: Any,
) -> Case:
    """A simulator that behaves so, and who asks it: by some of its ``variables`` only, some of them wrong."""

    @asynccontextmanager
    async def case() -> AsyncIterator[Asked]:
        async with Simulator(
            seed=7, user=USER, rest_options=rest, dxlink_options=dxlink, faults=faults
        ) as simulator:
            own = simulator.variables
            given = {name: own[name] for name in (variables or own)}
            yield asked({**given, **(wrong or {})}, **options)

    return case


def feed_at(url: str) -> Case:
    return simulated(RestOptions(dxlink_url=url))


@asynccontextmanager
async def nobody_there() -> AsyncIterator[Asked]:
    yield asked(
        {"TT_API_URL": f"http://127.0.0.1:{free_port()}", "TT_SECRET": "sim_a", "TT_REFRESH": "sim_b"}
    )


@asynccontextmanager
async def no_such_name() -> AsyncIterator[Asked]:
    yield asked({"TT_API_URL": "https://service.invalid", "TT_SECRET": "a", "TT_REFRESH": "b"})


@asynccontextmanager
async def too_many_sessions() -> AsyncIterator[Asked]:
    options = ServerOptions(session_limit=1)
    async with (
        Simulator(seed=7, user=USER, dxlink_options=options) as simulator,
        Session.from_environment(variables=simulator.variables) as session,
        Streamer(session),
    ):
        yield asked(simulator.variables)


@asynccontextmanager
async def sessions_cool_down() -> AsyncIterator[Asked]:
    async with Simulator(seed=7, user=USER) as simulator:
        remember_cool_down(simulator.dxlink_url, time.time() + 600, "there were too many sessions")
        yield asked(simulator.variables)


@asynccontextmanager
async def credentials_cool_down() -> AsyncIterator[Asked]:
    async with Simulator(seed=7, user=USER) as simulator:
        environment = Environment("simulator", simulator.api_url)
        error = CredentialsRejected("it was wrong", status=400, code="invalid_grant")
        remember_refusal(environment, _oauth(), error, now=time.time())
        yield asked(simulator.variables)
        assert simulator.requests["POST /oauth/token"] == 0


def kept(spoil: Callable[[Path], object]) -> Case:
    """Credentials that are kept on this machine, in a file that something happens to."""

    @asynccontextmanager
    async def case() -> AsyncIterator[Asked]:
        async with Simulator(seed=7, user=USER) as simulator:
            environment = Environment("simulator", simulator.api_url)
            save_credentials(environment, _oauth())
            spoil(config_folder() / f"{file_name(environment)}.credentials.json")
            yield asked({"TT_API_URL": simulator.api_url})

    return case


def _oauth() -> OAuthCredentials:
    return OAuthCredentials(Secret(USER.client_secret), Secret(USER.refresh_token))


async def _all_but_greeks(link: Link, _contract: Contract, added: list[Entry]) -> None:
    """What a feed answers of which one event type is not permitted."""
    classes = {one.__name__: one for one in (Quote, Trade, Summary, Profile, Candle)}
    for entry in added:
        if entry.type in classes:
            await link.give(classes[entry.type](eventSymbol=entry.symbol))


@asynccontextmanager
async def silent_type() -> AsyncIterator[Asked]:
    async with FeedServer(answer=_all_but_greeks) as server, feed_at(server.url)() as one:
        yield replace(one, patience=replace(PATIENCE, events=1))


@asynccontextmanager
async def nothing_comes() -> AsyncIterator[Asked]:
    async with FeedServer() as server, feed_at(server.url)() as one:
        yield replace(one, patience=replace(PATIENCE, events=0.3))


MATRIX: dict[str, tuple[Case, str, str, int]] = {
    # what is wrong: how to make it, the diagnosis, the check that finds it, the exit code
    "nothing": (simulated(), "", "", 0),
    "wrong password": (
        simulated(variables=AT_LOGIN, wrong={"TT_PASS": "no"}), "wrong_password", "login", 3,
    ),
    "one-time code missing": (
        simulated(RestOptions(second_factor="123456"), variables=AT_LOGIN), "wrong_password", "login", 3,
    ),
    "device challenge": (
        simulated(RestOptions(device_challenge="otp"), variables=AT_LOGIN), "device_challenge", "login", 3,
    ),
    "unconfirmed user": (
        simulated(RestOptions(unconfirmed_user=True), variables=AT_LOGIN), "unconfirmed_user", "login", 3,
    ),
    "passwords not taken": (
        simulated(RestOptions(decommissioned="missing_request_token"), variables=AT_LOGIN),
        "no_password_logins", "login", 3,
    ),
    "wrong client secret": (
        simulated(wrong={"TT_SECRET": "sim_no"}), "wrong_client_secret", "login", 3,
    ),
    "revoked refresh token": (
        simulated(wrong={"TT_REFRESH": "sim_no"}), "refresh_token_revoked", "login", 3,
    ),
    "login down": (
        simulated(RestOptions(failures=(Failure(status=503, path="/oauth", times=None),))),
        "service_down", "login", 1,
    ),
    "half of a pair": (
        simulated(variables=("TT_API_URL", "TT_SECRET")), "half_credentials", "credentials", 1,
    ),
    "no credentials": (simulated(variables=("TT_API_URL",)), "no_credentials", "credentials", 1),
    "credentials open to all": (kept(lambda path: path.chmod(0o644)), "credentials_open", "credentials", 1),
    "credentials damaged": (
        kept(lambda path: path.write_text('{"kept_in":"file","record":{"oauth":1}}')),
        "credentials_damaged", "credentials", 1,
    ),
    "folder open to all": (kept(lambda path: path.parent.chmod(0o755)), "folder_open", "folders", 1),
    "credentials refused lately": (credentials_cool_down, "credentials_cool_down", "login", 3),
    "no account": (simulated(RestOptions(customer=False)), "no_customer", "permission", 1),
    "delayed": (simulated(RestOptions(quote_token_level="demo")), "delayed_feed", "level", 0),
    "name unknown": (no_such_name, "unknown_name", "service", 1),
    "REST refuses": (nobody_there, "refused_connection", "service", 1),
    "REST down": (
        simulated(RestOptions(failures=(Failure(status=503, times=None),))), "service_down", "answers", 1,
    ),
    "REST stalls": (
        simulated(RestOptions(failures=(Failure(status=None, times=None),))), "service_stalls", "answers", 1,
    ),
    "clock an hour off": (simulated(clock=lambda: time.time() + 3600), "clock_wrong", "clock", 1),
    "clock some seconds off": (simulated(clock=lambda: time.time() - 10), "clock_off", "clock", 0),
    "feed refuses": (feed_at(f"ws://127.0.0.1:{free_port()}/"), "refused_connection", "feed", 1),
    "feed never opens": (
        simulated(faults=({"name": "upgrade", "never": True, "times": None},)),
        "feed_silent", "round trip", 1,
    ),
    "feed says nothing": (
        simulated(
            faults=tuple(
                {"name": "withhold", "message": one, "times": None} for one in ("SETUP", "UNAUTHORIZED")
            )
        ),
        "feed_silent", "handshake", 1,
    ),
    "feed is no feed": (
        simulated(faults=({"name": "upgrade", "status": 404, "times": None},)),
        "no_websocket", "round trip", 1,
    ),
    "token refused": (
        simulated(faults=(REFUSED,)),
        "feed_unauthorized", "handshake", 3,
    ),
    "too many sessions": (too_many_sessions, "too_many_sessions", "handshake", 1),
    "too many sessions lately": (sessions_cool_down, "sessions_cool_down", "feed", 1),
    "event type silent": (silent_type, "event_type_silent", "events", 0),
    "nothing comes": (nothing_comes, "feed_empty", "events", 1),
    "symbol unknown": (simulated(symbols=("SPY", "NOSUCH")), "symbol_silent", "events", 0),
    "extra not installed": (
        simulated(installed=lambda name: None if name == "deltalake" else "9999"),
        "extras_missing", "extras", 0,
    ),
}  # fmt: skip


async def findings_of(case: Case) -> tuple[list[Finding], Subject]:
    async with case() as one, Subject(one) as subject:
        return [found async for found in check_up(subject)], subject


@pytest.mark.parametrize(("case", "code", "check", "status"), MATRIX.values(), ids=MATRIX)
async def test_each_fault_has_one_diagnosis_and_a_fix(case: Case, code: str, check: str, status: int) -> None:
    findings, _ = await findings_of(case)
    told = [one for one in findings if one.diagnosis is not None and one.check != "disk"]

    assert [one.diagnosis.code for one in told if one.diagnosis] == ([code] if code else [])
    assert [one.check for one in told] == ([check] if check else [])
    assert all(one.diagnosis.cause and one.diagnosis.fix for one in told if one.diagnosis)
    assert exit_code(findings) == status
    assert CANARY not in repr(findings)


async def test_what_depends_on_a_fault_is_skipped_and_all_else_is_looked_at() -> None:
    findings, _ = await findings_of(simulated(wrong={"TT_SECRET": "sim_no"}))
    by_outcome = {one.check: one.outcome for one in findings}

    assert by_outcome["clock"] is Outcome.OK
    assert by_outcome["login"] is Outcome.FAILED
    assert [name for name, outcome in by_outcome.items() if outcome is Outcome.SKIPPED] == [
        "permission", "tokens", "level", "feed", "round trip", "handshake", "events",
    ]  # fmt: skip


async def test_credentials_that_were_refused_are_not_sent_again() -> None:
    async with Simulator(seed=7, user=USER) as simulator:
        wrong = asked({**simulator.variables, "TT_REFRESH": "sim_no"})
        codes = []
        for _ in range(2):
            async with Subject(wrong) as subject:
                found = [one async for one in check_up(subject)]
            codes += [one.diagnosis.code for one in found if one.diagnosis is not None]
        sent = simulator.requests["POST /oauth/token"]

    assert codes == ["refresh_token_revoked", "credentials_cool_down"]
    assert sent == 1


async def test_the_answers_are_those_of_each_kind_of_instrument() -> None:
    _, subject = await findings_of(simulated())
    answered = {one.kind: set(one.answered) for one in subject.answers}

    kinds = ["stock or index", "stock or index", "option", "future", "cryptocurrency"]
    assert [one.kind for one in subject.answers] == kinds
    assert {"Quote", "Summary", "Greeks"} <= answered["option"]
    assert "Greeks" not in answered["future"]
    assert all(took >= 0 for one in subject.answers for took in one.answered.values())


async def test_a_bare_address_is_looked_at_without_rest() -> None:
    async with Simulator(seed=7, user=USER) as simulator:
        async with Session.from_environment(variables=simulator.variables) as session:
            token = (await session.quote_token()).token
        bare = asked({}, url=simulator.dxlink_url, token=token, symbols=("SPY",))
        async with Subject(bare) as subject:
            findings = [one async for one in check_up(subject)]

    assert "login" not in {one.check for one in findings}
    assert findings[-1].check == "events"
    assert findings[-1].outcome is Outcome.OK


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if OPENSSL is None:
        pytest.skip("openssl, which makes the certificates, is not installed")
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.parametrize(
    ("shown", "code"),
    [
        (("IP:127.0.0.1", NOW, False), "certificate_unknown"),
        (("IP:127.0.0.1", YESTERDAY, True), "certificate_expired"),
        (("DNS:elsewhere.example", NOW, True), "certificate_name"),
    ],
    ids=["unknown authority", "of 2020", "of another host"],
)
@pytest.mark.parametrize("where", ["service", "feed"])
async def test_a_certificate_that_cannot_be_trusted_has_one_diagnosis(
    where: str,
    shown: tuple[str, tuple[str, ...], bool],
    code: str,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, life, is_trusted = shown
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file if is_trusted else Path(__file__)))
    end = TlsEnd(free_port())
    async with end.showing(authority.certificate(name=name, life=life)):
        case = (
            feed_at(f"wss://127.0.0.1:{end.port}/")
            if where == "feed"
            else simulated(wrong={"TT_API_URL": f"https://127.0.0.1:{end.port}"})
        )
        findings, _ = await findings_of(case)
    told = [(one.check, one.diagnosis.code) for one in findings if one.diagnosis and one.check != "disk"]

    assert told == [(where, code)]
    assert end.opened == 0


async def test_a_proxy_variable_that_points_nowhere_has_one_diagnosis(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port = free_port()
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{CANARY}@127.0.0.1:{port}")
    monkeypatch.delenv("https_proxy", raising=False)
    findings, _ = await findings_of(no_such_name)
    (told,) = [one for one in findings if one.diagnosis is not None and one.check != "disk"]

    assert told.diagnosis is not None
    assert (told.check, told.diagnosis.code) == ("service", "proxy_down")
    assert "HTTPS_PROXY" in told.diagnosis.fix
    assert f"127.0.0.1:{port}" in told.diagnosis.cause
    assert CANARY not in repr(findings)
