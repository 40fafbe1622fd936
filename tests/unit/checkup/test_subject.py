from __future__ import annotations

from tastytrade.checkup.subject import Asked, Subject
from tastytrade.rest.environment import Variables
from tastytrade.rest.secret import Secret
from tests.canary import CANARY
from tests.unit.checkup.asking import subject_of


def test_what_is_asked_shows_no_secret() -> None:
    asked = Asked(variables=Variables(TT_PASS=CANARY), token=Secret(CANARY))

    assert CANARY not in repr(asked)


def test_the_feed_is_where_it_was_said_to_be() -> None:
    assert subject_of(url="ws://127.0.0.1:9/").feed_url == "ws://127.0.0.1:9/"
    assert Subject(Asked()).feed_url == ""
