from __future__ import annotations

import pytest

from tastytrade.cli.wire_words import summary
from tastytrade.dxlink.messages import (
    Auth,
    AuthState,
    ChannelOpened,
    ChannelRequest,
    Entry,
    Error,
    FeedConfig,
    FeedSetup,
    FeedSubscription,
    Keepalive,
    Message,
    Setup,
)

MANY = [Entry("Quote", f"S{number}") for number in range(1_010)]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (Setup(0, "1.0", 60, None), "version 1.0, keepalive 60 s, of the other not said"),
        (Auth(0, "canary"), ""),
        (AuthState(0, "AUTHORIZED", "U-7"), "AUTHORIZED"),
        (Keepalive(0), ""),
        (Error(0, "TIMEOUT", "too late"), "TIMEOUT: too late"),
        (ChannelRequest(1, "FEED", {"contract": "AUTO"}), "FEED contract AUTO"),
        (ChannelOpened(1, "FEED"), "FEED"),
        (FeedSetup(1, 0.5, "COMPACT", {"Quote": ["a", "b"]}), "every 0.5 s, COMPACT, Quote 2 columns"),
        (FeedConfig(1, None, "FULL"), "FULL"),
        (FeedSubscription(1, reset=True), "reset"),
        (
            FeedSubscription(
                1, add=[Entry("Order", "A", source="NTV")], remove=[Entry("Candle", "A", None, 5)]
            ),
            "-Candle:A@5 +Order:A#NTV",
        ),
        (FeedSubscription(1, add=MANY), " ".join(f"+Quote:S{n}" for n in range(8)) + " +1,002 more"),
    ],
)
def test_a_message_is_said_in_short(message: Message, said: str) -> None:
    assert summary(message) == said
