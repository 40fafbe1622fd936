"""One connection after the other: states, tokens, pauses and gaps."""

from __future__ import annotations

import socket
import time

from msgspec.structs import replace

from tastytrade.dxfeed import Quote
from tastytrade.dxfeed.gap import GapReason, GapScope
from tastytrade.dxlink.messages import Contract, Entry
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import (
    ConnectFailed,
    CredentialsRejected,
    FeedUnauthorized,
    ServiceUnavailable,
    TooManySessions,
)
from tastytrade.saved.cool_down import cool_down, remember_cool_down
from tastytrade.source import State
from tests.integration.catalogue.feed_server import FeedServer, Link
from tests.integration.waiting import until
from tests.unit.feed_rig import QUICK, LineRig, Tokens, end_of

A, PRINTS = Entry("Quote", "A"), Entry("TimeAndSale", "A")


def nobodys_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


async def test_it_goes_from_connecting_to_live() -> None:
    async with FeedServer() as server:
        rig = LineRig(server.url)
        rig.add(A)
        async with rig.running():
            await until(rig.is_in(State.LIVE))

    assert rig.seen == [State.CONNECTING, State.AUTHENTICATING, State.RESTORING, State.LIVE]
    assert rig.line.was_ready


async def test_the_first_connection_is_tried_once() -> None:
    rig = LineRig(f"ws://127.0.0.1:{nobodys_port()}")
    async with rig.running() as task:
        failure = await end_of(task)

    assert isinstance(failure, ConnectFailed)
    assert (failure.step, State.BACKOFF in rig.seen) == ("tcp", False)


async def test_a_further_connection_is_tried_until_it_is_let_in() -> None:
    rig = LineRig(f"ws://127.0.0.1:{nobodys_port()}", number=2)
    async with rig.running() as task:
        await until(lambda: rig.line.state.attempt >= 3)

        assert not task.done()
    assert rig.seen[:3] == [State.CONNECTING, State.BACKOFF, State.CONNECTING]


async def test_a_loss_is_a_gap_from_the_last_event_to_the_restoration() -> None:
    async with FeedServer() as server:
        rig = LineRig(server.url)
        reader = rig.add(A)
        async with rig.running():
            first = await (await server.link()).wants("A")
            await until(rig.is_in(State.LIVE))
            await first.give(Quote("A", bidPrice=1.0))
            await until(lambda: reader.waiting_bytes > 0)
            received_ns = next(reader._backlog.frames()).received_ns
            first.abort()
            await until(rig.is_in(State.BACKOFF))
            waiting = rig.line.state
            (opened,) = reader.gaps
            await until(rig.is_in(State.LIVE))
    (ended,) = reader.gaps

    assert (opened.reason, opened.scope, opened.is_open) == (
        GapReason.DISCONNECT,
        GapScope.CONNECTION,
        True,
    )
    assert opened.from_ns == received_ns - 100_000_000  # what was gathered for one delivery
    assert (waiting.attempt, waiting.retry_at_ns is not None) == (1, True)
    assert (ended.number, ended.epoch_before, ended.epoch_after) == (opened.number, 1, 2)


async def test_before_anything_was_restored_nothing_can_be_lost() -> None:
    async with FeedServer(ServerOptions(refusal="auth_state")) as server:
        rig = LineRig(server.url)
        reader = rig.add(A)
        async with rig.running():
            (await server.link()).abort()
            await server.link(2)
            await until(rig.is_in(State.LIVE))

    assert reader.gaps == []


async def test_a_refused_token_is_renewed_once() -> None:
    tokens = Tokens("")

    async def refuses_the_first(link: Link, number: int) -> bool:
        link.protocol._check_token = lambda token: "me" if token == "sim_1" else None
        return True

    async with FeedServer(conduct=refuses_the_first) as server:
        tokens.url = server.url
        rig = LineRig(tokens=tokens)
        async with rig.running():
            await until(rig.is_in(State.LIVE))

    assert tokens.renewals == [False, True]


async def test_a_token_that_is_refused_after_its_renewal_is_the_end() -> None:
    tokens = Tokens("")

    async def refuses(link: Link, number: int) -> bool:
        link.protocol._check_token = lambda token: None
        return True

    async with FeedServer(conduct=refuses) as server:
        tokens.url = server.url
        rig = LineRig(tokens=tokens)
        async with rig.running() as task:
            failure = await end_of(task)

    assert isinstance(failure, FeedUnauthorized)
    assert tokens.renewals == [False, True]


async def test_a_service_that_gives_no_token_for_a_while_is_asked_again() -> None:
    down = ServiceUnavailable("down", status=503)
    async with FeedServer() as server:
        tokens = Tokens(server.url)
        rig = LineRig(tokens=tokens)
        async with rig.running():
            await until(rig.is_in(State.LIVE))
            tokens.failures = [down, down]
            (await server.link()).abort()
            await server.link(2)

    assert tokens.renewals == [False] * 4


async def test_credentials_that_are_refused_end_it_after_one_request() -> None:
    async with FeedServer() as server:
        tokens = Tokens(server.url)
        rig = LineRig(tokens=tokens)
        async with rig.running() as task:
            await until(rig.is_in(State.LIVE))
            tokens.failures = [CredentialsRejected("wrong", status=401)] * 9
            (await server.link()).abort()

            assert isinstance(await end_of(task), CredentialsRejected)
    assert len(tokens.renewals) == 2


async def test_a_token_is_renewed_on_the_live_connection_when_it_grows_old() -> None:
    async with FeedServer() as server:
        tokens = Tokens(server.url)
        rig = LineRig(tokens=tokens, timeouts=replace(QUICK, token=0.05))
        reader = rig.add(A)
        async with rig.running():
            link = await server.link()
            await until(lambda: len(link.said("AUTH")) >= 2)
            await until(rig.is_in(State.LIVE))

    assert (len(server.links), reader.gaps) == (1, [])


async def test_while_a_token_cannot_be_renewed_the_old_one_serves_and_that_is_said() -> None:
    async with FeedServer() as server:
        tokens = Tokens(server.url, None, ServiceUnavailable("down", status=503))
        rig = LineRig(tokens=tokens, timeouts=replace(QUICK, token=0.05))
        async with rig.running():
            await until(rig.is_in(State.DEGRADED))

    assert "the token could not be renewed (down); the old one still serves" in rig.line.state.reason


async def test_a_token_that_expired_is_renewed_without_a_new_connection_and_the_gap_says_why() -> None:
    async with FeedServer() as server:
        tokens = Tokens(server.url)
        rig = LineRig(tokens=tokens)
        reader = rig.add(PRINTS)
        async with rig.running():
            link = await (await server.link()).wants("A")
            await until(rig.is_in(State.LIVE))
            link.protocol.expire_token()
            await link.flush()
            await until(lambda: bool(reader.gaps) and not reader.gaps[0].is_open)
    (gap,) = reader.gaps

    assert (gap.reason, len(server.links), tokens.renewals) == (GapReason.AUTH, 1, [False, True])


async def test_where_nobody_can_renew_it_an_expired_token_is_the_end() -> None:
    async with FeedServer() as server:
        rig = LineRig(server.url)
        async with rig.running() as task:
            await until(rig.is_in(State.LIVE))
            link = await server.link()
            link.protocol.expire_token()
            await link.flush()
            failure = await end_of(task)

    assert isinstance(failure, FeedUnauthorized)
    assert "nobody to ask" in str(failure)


async def test_a_channel_that_the_server_closes_is_a_gap_of_its_readers_only() -> None:
    async with FeedServer() as server:
        rig = LineRig(server.url)
        quotes, prints = rig.add(A), rig.add(PRINTS)
        async with rig.running():
            link = await (await server.link()).wants("A")
            await until(rig.is_in(State.LIVE))
            link.protocol.close_channel(link.number(Contract.STREAM))
            await link.flush()
            await until(lambda: bool(prints.gaps) and not prints.gaps[0].is_open)

    assert quotes.gaps == []
    assert [(one.reason, one.scope) for one in prints.gaps] == [
        (GapReason.SERVER_CHANNEL_CLOSED, GapScope.CHANNEL)
    ]


async def test_a_message_that_cannot_be_read_may_have_been_data() -> None:
    async with FeedServer() as server:
        rig = LineRig(server.url)
        reader = rig.add(A)
        async with rig.running():
            link = await (await server.link()).wants("A")
            await until(rig.is_in(State.LIVE))
            await link.say("{")
            await until(lambda: bool(reader.gaps) and not reader.gaps[0].is_open)

    assert [one.reason for one in reader.gaps] == [GapReason.PROTOCOL_ERROR]
    assert rig.protocol.malformed == 1


async def test_frames_that_nobody_reads_are_counted() -> None:
    async with FeedServer() as server:
        rig = LineRig(server.url)
        reader = rig.add(A)
        async with rig.running():
            link = await (await server.link()).wants("A")
            reader.close()
            await link.give(Quote("A", bidPrice=1.0))
            await until(lambda: rig.books.ledger(rig.interest, [rig.protocol]).unclaimed == 1)

    assert rig.books.ledger(rig.interest, [rig.protocol]).balance == 0


async def test_too_many_sessions_leave_the_server_alone_for_whoever_comes_next() -> None:
    async with FeedServer(ServerOptions(session_limit=0)) as server:
        rig, next_one = LineRig(server.url), LineRig(server.url)
        async with rig.running() as task:
            failure = await end_of(task)
        async with next_one.running() as task:
            second = await end_of(task)
        known = cool_down(server.url, now=time.time())

    assert isinstance(failure, TooManySessions)
    assert isinstance(second, TooManySessions)
    assert "not tried: before" in str(second)
    assert len(server.links) == 1
    assert known is not None


async def test_a_server_that_lets_us_in_is_not_left_alone_any_more() -> None:
    async with FeedServer() as server:
        remember_cool_down(server.url, time.time() + 0.05, "too many")
        rig = LineRig(server.url, number=2)
        rig.line.was_ready = True
        async with rig.running():
            await until(rig.is_in(State.LIVE))

        assert cool_down(server.url, now=time.time()) is None


async def test_a_server_that_says_bye_while_we_restore_is_no_session_too_many() -> None:
    async def says_bye(link: Link, _contract: Contract, _added: list[Entry]) -> None:
        if link is server.links[0]:
            await link.connection.close(1000, "Bye")

    async with FeedServer(answer=says_bye) as server:
        rig = LineRig(server.url)
        rig.add(*(Entry("Quote", f"S{number}") for number in range(3000)))
        async with rig.running():
            await until(rig.is_in(State.BACKOFF))

    assert cool_down(server.url, now=time.time()) is None
    assert (rig.line.state.retry_at_ns or 0) - time.time_ns() < 5e9


async def test_after_a_message_too_large_the_next_ones_are_smaller() -> None:
    async def too_large(link: Link, _contract: Contract, _added: list[Entry]) -> None:
        if link is server.links[0]:
            await link.connection.close(1009, "too big")

    async with FeedServer(answer=too_large) as server:
        rig = LineRig(server.url)
        rig.add(*(Entry("Quote", f"A-LONGER-SYMBOL-{number}") for number in range(400)))
        async with rig.running():
            second = await server.link(2)
            await until(lambda: bool(second.said("FEED_SUBSCRIPTION")))
    adds = [len(link.said("FEED_SUBSCRIPTION")[0]["add"]) for link in server.links]

    assert adds[1] < 0.6 * adds[0]
