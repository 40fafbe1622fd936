"""The page about the live feed says what the code says: states, policies, gaps, pauses, time limits."""

from __future__ import annotations

import ast
import re

import msgspec
import pytest
from websockets.datastructures import Headers
from websockets.exceptions import InvalidStatus
from websockets.http11 import Response

from tastytrade.aftermath import Aftermath, Verdict
from tastytrade.dxfeed import EVENT_CLASSES
from tastytrade.dxfeed.gap import Gap, GapReason
from tastytrade.dxlink.client import ClientProtocol
from tastytrade.dxlink.messages import Entry
from tastytrade.dxlink.subscriber import BUDGET, PACE
from tastytrade.errors import (
    ConnectFailed,
    ConnectionLost,
    CredentialsRejected,
    FeedError,
    FeedStalled,
    TastytradeError,
    TooManyRequests,
    TooManySessions,
)
from tastytrade.loop_watch import WARN
from tastytrade.reading.overflow import Overflow, overflow_for
from tastytrade.source import State
from tastytrade.subscription import DEFAULT_LIMIT_BYTES
from tastytrade.timeouts import Timeouts
from tastytrade.transport.websocket import _failed
from tests.docs.pages import DOCS, ROOT, code, table
from tests.shape.source import sources

PAGE = DOCS / "feed.md"
TEXT = PAGE.read_text(encoding="utf-8")
ENDS = table(PAGE, "what ends a connection", "what follows")

SETUP = '{"type":"SETUP","channel":0,"version":"0.1","keepaliveTimeout":60,"acceptKeepaliveTimeout":60}'
UNAUTHORIZED = '{"type":"AUTH_STATE","channel":0,"state":"UNAUTHORIZED"}'
# What a row says in words instead of a code.
IN_WORDS: dict[str, TastytradeError] = {
    "silence": FeedStalled("nothing came"),
    "a step that does not come": ConnectFailed("no SETUP", step="SETUP"),
    "of the token": TooManyRequests("later", status=429),
    "too many user sessions": TooManySessions("too many"),
    "a certificate": ConnectFailed("not accepted", step="tls", is_lasting=True),
    "credentials that are refused": CredentialsRejected("no", status=401),
}


def test_every_policy_is_explained() -> None:
    rows = table(PAGE, "`Overflow`", "unless told, of", "past a limit")

    assert {code(name)[0] for name, _, _ in rows} == {policy.name for policy in Overflow}
    assert all(effect for _, _, effect in rows)


def test_what_is_conflated_unless_told_is_listed() -> None:
    [sentence] = re.findall(r"^Last values are events of .*?\. ", TEXT, re.MULTILINE | re.DOTALL)
    policies = {name: overflow_for([Entry(name, "X")], None) for name in EVENT_CLASSES}

    assert code(sentence) == [
        *(name for name, policy in policies.items() if policy is Overflow.CONFLATE),
        "from_time",
    ]
    assert set(policies.values()) == {Overflow.CONFLATE, Overflow.FAIL}


def test_numbers_in_sentences_are_those_of_the_code() -> None:
    said = [
        f"`limit_bytes` ({DEFAULT_LIMIT_BYTES >> 20} MiB",
        {0.25: "for a quarter of a second"}[WARN],
        f"{BUDGET:,} subscriptions, symbols",
        f"is told {500 / PACE:,.0f} of them a second",
    ]

    assert [words for words in said if words not in TEXT] == []


def test_every_field_of_a_gap_is_explained() -> None:
    rows = table(PAGE, "field", "means")

    assert sorted(name for names, _ in rows for name in code(names)) == sorted(Gap.__struct_fields__)


def test_every_reason_that_a_feed_gives_is_explained() -> None:
    given = {
        GapReason[node.attr].value
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "GapReason"
    }
    rows = table(PAGE, "`reason`", "what happened")

    assert {code(name)[0] for name, _ in rows} == given
    assert all(meaning for _, meaning in rows)


def test_every_state_is_explained() -> None:
    rows = table(PAGE, "`State`", "means", "what follows")
    names = [code(name)[0] for name, _, _ in rows]

    assert names == [state.name for state in State]
    assert all(meaning for _, meaning, _ in rows)
    assert {word for _, _, then in rows for word in code(then) if word.isupper()} <= set(names)


def test_every_time_limit_is_explained_with_its_default() -> None:
    rows = table(PAGE, "name", "default", "meaning")
    written = {code(name)[0]: msgspec.json.decode(code(default)[0]) for name, default, _ in rows}

    assert written == msgspec.structs.asdict(Timeouts())
    assert list(written) == list(Timeouts.__struct_fields__)
    assert all(meaning for _, _, meaning in rows)


def refused(status: int) -> TastytradeError:
    """What an upgrade raises that is answered with this."""
    error = InvalidStatus(Response(status, "", Headers()))
    return _failed("wss://feed.example", error, 10.0)


def complained(kind: str) -> TastytradeError:
    """What an ERROR on the connection raises in the handshake."""
    error = {"type": "ERROR", "channel": 0, "error": kind, "message": "in no known words"}
    protocol = ClientProtocol()
    protocol.start(token="x", now=0.0)
    for text in (SETUP, UNAUTHORIZED):
        protocol.receive(text.encode(), now=0.0)
    with pytest.raises(FeedError) as raised:
        protocol.receive(msgspec.json.encode(error), now=0.0)
    return raised.value


def failures_in(cell: str) -> list[TastytradeError]:
    """The ends of a connection that a row speaks of."""
    found = [failure for words, failure in IN_WORDS.items() if words in cell]
    for part in cell.split(";"):
        word, codes = part.split()[0], code(part)
        if word == "close":
            found += [ConnectionLost("closed", code=int(one)) for one in codes]
        elif word == "HTTP":
            found += [refused(int(one)) for one in codes]
        elif word == "ERROR":
            found += [complained(one) for one in codes]
    return found


def in_words(verdict: Verdict) -> str:
    """What the page says of a verdict."""
    if verdict.is_final:
        return "`FAILED`"
    if verdict.cool_down:
        return f"{verdict.pause / 60:.0f} minutes"
    if verdict.renew:
        return "at once with a new token"
    if verdict.halve:
        return "a pause, then smaller messages"
    return "a pause of at least 30 seconds" if verdict.pause >= Timeouts().busy else "a pause"


def followed(failure: TastytradeError) -> list[str]:
    """What follows from a failure, and from the same once more; one thing where that is the same."""
    # A part of a second, so that what is no shorter than 30 seconds is that on purpose.
    aftermath = Aftermath(Timeouts(backoff_base=0.1), can_renew=True)
    first = aftermath.judge(failure, was_ready=False)
    if first.renew:
        aftermath.renewed()
    second = aftermath.judge(failure, was_ready=False)
    return list(dict.fromkeys([in_words(first), in_words(second)]))


@pytest.mark.parametrize(("ends", "follows"), ENDS, ids=[ends[:40] for ends, _ in ENDS])
def test_what_follows_from_an_end_is_what_is_done(ends: str, follows: str) -> None:
    failures = failures_in(ends)
    expected = [followed(failure) for failure in failures]

    assert failures
    assert [steps for steps in expected if steps != expected[0]] == []
    assert follows.startswith(expected[0][0])
    assert follows.endswith(expected[0][-1])
    assert len(expected[0]) > 1 or follows == expected[0][0]


def test_every_code_and_word_of_an_end_is_read() -> None:
    words = " ".join(ends for ends, _ in ENDS)
    found = {words for words in IN_WORDS if any(words in ends for ends, _ in ENDS)}

    assert found == set(IN_WORDS)
    assert sum(len(failures_in(ends)) for ends, _ in ENDS) == len(code(words)) + len(IN_WORDS)


def test_what_can_be_measured_by_hand_is_listed() -> None:
    shown = set(re.findall(r"-m tests\.endurance\.(\w+)", TEXT))
    programs = {
        path.stem
        for path in (ROOT / "tests" / "endurance").glob("*.py")
        if "__main__" in path.read_text(encoding="utf-8")
    }

    assert shown == programs
