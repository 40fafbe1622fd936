"""What is listed at tastytrade, over REST: option chains, equities, cryptocurrencies. No network."""

from tastytrade.instruments.chain import Expiration, OptionChain
from tastytrade.instruments.listing import (
    get_compact_option_chain,
    get_cryptocurrencies,
    get_equities,
    get_nested_option_chain,
    get_option_chain,
)
from tastytrade.instruments.models import Cryptocurrency, Deliverable, Equity, Option, OptionType, TickSize
from tastytrade.instruments.nested import CompactOptionChain, NestedOptionChain

__all__ = [
    "CompactOptionChain",
    "Cryptocurrency",
    "Deliverable",
    "Equity",
    "Expiration",
    "NestedOptionChain",
    "Option",
    "OptionChain",
    "OptionType",
    "TickSize",
    "get_compact_option_chain",
    "get_cryptocurrencies",
    "get_equities",
    "get_nested_option_chain",
    "get_option_chain",
]
