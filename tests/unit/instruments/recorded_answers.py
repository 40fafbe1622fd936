"""The answers recorded from the service that have a model, each with what reads it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from tastytrade import instruments as ask
from tastytrade.rest import Call, Steps
from tests.unit.rest.recorded import SAMPLES

Read = Callable[[], Call[Any] | Steps[Any]]

READERS: dict[str, Read] = {
    "/instruments/cryptocurrencies": ask.get_cryptocurrencies.call,
    "/instruments/equities": ask.get_equities.call,
    "/instruments/futures": ask.get_futures.call,
    "/instruments/future-products": ask.get_future_products.call,
    "/instruments/search": lambda: ask.search_instruments.call("x"),
    "/instruments/quantity-decimal-precisions": ask.get_quantity_decimal_precisions.call,
    "/market-time/equities/sessions/current": ask.get_equity_session.call,
    "/option-chains/SPY/nested": lambda: ask.get_nested_option_chain.call("SPY"),
    "/option-chains/AAPL": lambda: ask.get_option_chain.call("AAPL"),
    "/option-chains/AAPL/nested": lambda: ask.get_nested_option_chain.call("AAPL"),
    "/option-chains/AAPL/compact": lambda: ask.get_compact_option_chain.call("AAPL"),
    "/market-data/by-type": lambda: ask.get_market_data.call(equities=["AAPL"]),
    "/market-metrics": lambda: ask.get_market_metrics.call(["AAPL"]),
    "/futures-option-chains/ES": lambda: ask.get_future_option_chain.call("ES"),
    "/futures-option-chains/ES/nested": lambda: ask.get_nested_future_option_chain.call("ES"),
}

RECORDED: dict[str, tuple[Read, Any]] = {
    f"{number} {sample['path']}": (
        READERS[sample["path"].partition("?")[0]],
        sample["body"].get("data", sample["body"]),
    )
    for number, sample in enumerate(SAMPLES)
    if sample["status"] == 200 and sample["path"].partition("?")[0] in READERS
}
"""By a name: what reads it, and the ``data`` of the answer (not to be changed)."""


def data_of(name: str) -> Any:
    """A copy of an answer's ``data``."""
    return deepcopy(RECORDED[name][1])
