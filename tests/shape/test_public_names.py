"""The public face is made on purpose: a name joins or leaves it here and in the changelog."""

import tastytrade

PUBLIC_NAMES = [
    "Candle",
    "Capture",
    "CertificationSession",
    "DataStreamer",
    "Event",
    "EventBatch",
    "EventType",
    "Gap",
    "Greeks",
    "OptionChain",
    "Overflow",
    "ProductionSession",
    "Profile",
    "Quote",
    "Session",
    "Simulator",
    "Snapshot",
    "State",
    "Status",
    "Store",
    "Streamer",
    "Subscription",
    "Summary",
    "TableBuilder",
    "TastytradeError",
    "TimeAndSale",
    "Timeouts",
    "Trade",
    "TradeETH",
    "WebService",
    "gaps_table",
    "get_option_chain",
    "instruments_table",
    "options_table",
    "replay",
]


def test_the_public_names_are_the_recorded_ones() -> None:
    assert sorted(tastytrade.__all__) == PUBLIC_NAMES


def test_every_public_name_can_be_had_and_is_listed() -> None:
    missing = [name for name in tastytrade.__all__ if not hasattr(tastytrade, name)]

    assert missing == []
    assert set(tastytrade.__all__) <= set(dir(tastytrade))
