from __future__ import annotations

from typing import Any

import pytest

from tastytrade.admission import Entrance, Requirement
from tastytrade.errors import ConfigurationError, DelayedFeed
from tastytrade.rest.auth import QuoteToken
from tastytrade.rest.secret import Secret

URL = "ws://127.0.0.1:1/"


class Admits:
    """Gives quote tokens, a new one when asked."""

    def __init__(self, level: str = "api") -> None:
        self.level = level
        self.given = 0
        self.renewals: list[bool] = []

    async def quote_token(self, *, renew: bool = False) -> QuoteToken:
        self.renewals.append(renew)
        self.given += renew or not self.given
        return QuoteToken(Secret(f"token-{self.given}"), URL, self.level)


def entrance(
    session: Any = None, *, url: str | None = None, token: str | None = None, require: Any = None
) -> Entrance:
    return Entrance(session, url=url, token=token, require=require)


@pytest.mark.parametrize(("session", "url"), [(None, None), (Admits(), URL)])
def test_there_is_a_session_or_an_address_and_not_both(session: Any, url: str | None) -> None:
    with pytest.raises(ConfigurationError, match="one of the two"):
        entrance(session, url=url)


def test_what_can_be_required_is_said() -> None:
    with pytest.raises(ConfigurationError, match='"realtime" or left out'):
        entrance(url=URL, require="quick")


@pytest.mark.parametrize("token", [None, "good"])
async def test_an_address_has_the_token_it_was_given(token: str | None) -> None:
    way = entrance(url=URL, token=token)

    assert await way.address() == await way.address(renew=True) == (URL, token)
    assert (way.can_renew, way.level) == (False, None)


def test_a_token_is_not_shown() -> None:
    way = entrance(url=URL, token="very-secret")

    assert "very-secret" not in repr(vars(way))


async def test_a_session_is_asked_each_time_and_for_another_token_when_it_is_to_be_renewed() -> None:
    session = Admits()
    way = entrance(session)
    tokens = [(await way.address(renew))[1] for renew in (False, False, True)]

    assert tokens == ["token-1", "token-1", "token-2"]
    assert session.renewals == [False, False, True]
    assert (way.can_renew, way.level) == (True, "api")


@pytest.mark.parametrize("level", ["api", "simulated"])
@pytest.mark.parametrize("require", [None, "realtime"])
async def test_what_is_not_delayed_is_good_for_whoever_wants_real_time(
    level: str, require: Requirement | None
) -> None:
    way = entrance(Admits(level), require=require)
    await way.address()

    assert way.level == level


async def test_a_delayed_feed_is_refused_where_real_time_is_required() -> None:
    way = entrance(Admits("demo"), require="realtime")

    with pytest.raises(DelayedFeed, match=r"level 'demo'.*fund the account"):
        await way.address()
    assert way.level == "demo"


async def test_a_delayed_feed_is_taken_where_nothing_is_required() -> None:
    assert await entrance(Admits("demo")).address() == (URL, "token-1")
