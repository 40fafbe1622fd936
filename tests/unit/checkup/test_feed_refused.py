from __future__ import annotations

import pytest

from tastytrade.checkup.feed_refused import feed_diagnosis
from tastytrade.errors import (
    ConnectFailed,
    ConnectionLost,
    FeedStalled,
    FeedUnauthorized,
    NotPermitted,
    ProtocolError,
    TastytradeError,
    TooManySessions,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (FeedUnauthorized(""), "feed_unauthorized"),
        (TooManySessions(""), "too_many_sessions"),
        (ConnectFailed("", step="proxy"), "proxy_down"),
        (ConnectFailed("", step="tls"), "certificate_bad"),
        (ConnectFailed("", step="tcp"), "feed_refused"),
        (ConnectFailed("", step="upgrade", status=403), "feed_forbidden"),
        (ConnectFailed("", step="upgrade", status=503), "feed_down"),
        (ConnectFailed("", step="upgrade", status=404), "no_websocket"),
        (ConnectFailed("", step="open"), "feed_silent"),
        (ConnectFailed("", step="SETUP"), "feed_silent"),
        (FeedStalled(""), "feed_silent"),
        (ConnectionLost("", code=1006), "feed_hangs_up"),
        (ProtocolError(""), "no_dxlink"),
        (NotPermitted("", code="quote_streamer.customer_not_found_error"), "no_customer"),
    ],
)
def test_each_error_has_one_diagnosis(error: TastytradeError, code: str) -> None:
    found = feed_diagnosis(error, has_session=True)

    assert found.code == code
    assert found.fix


def test_a_bare_address_is_told_of_the_variable_that_has_its_token() -> None:
    found = feed_diagnosis(FeedUnauthorized(""), has_session=False)

    assert "DXLINK_TOKEN" in found.fix
    assert found.is_login
