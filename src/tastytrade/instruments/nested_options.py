"""From a nested option chain to its options: a chain as it was kept, without asking for it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

from tastytrade.dxfeed.symbols import OptionType
from tastytrade.errors import UnexpectedAnswer
from tastytrade.instruments.chain import OptionChain
from tastytrade.instruments.items import decode_items
from tastytrade.instruments.models import Option
from tastytrade.instruments.nested import NestedOptionChain, complete_nested_chain
from tastytrade.rest.answer import items_of


def parse_nested_chain(underlying: str, answer: dict[str, Any]) -> OptionChain:
    """The chain in an answer of ``GET /option-chains/{underlying}/nested``, as ``Store.chain`` has it.

    Its options lack what that form does not say: ``exercise_style``, ``expires_at``, ``stops_trading_at``
    and the like are None. The answer stays as it is. Raises UnexpectedAnswer for something else.
    """
    try:
        found = deepcopy(items_of(answer["data"]))
        items = decode_items(found, NestedOptionChain, complete=complete_nested_chain) if found else []
    except (LookupError, TypeError, ValueError) as error:
        raise UnexpectedAnswer(
            f"the nested option chain of {underlying} cannot be read ({type(error).__name__}: {error}); was"
            " it kept from another request?"
        ) from None
    return OptionChain(underlying, options_of_nested(items))


def options_of_nested(chains: Iterable[NestedOptionChain]) -> Iterator[Option]:
    """Every call and put of some nested chains, in their order."""
    for chain in chains:
        for expiration in chain.expirations:
            for strike in expiration.strikes:
                sides = (
                    (OptionType.CALL, strike.call, strike.call_streamer_symbol),
                    (OptionType.PUT, strike.put, strike.put_streamer_symbol),
                )
                for option_type, symbol, streamer_symbol in sides:
                    yield Option(
                        symbol=symbol,
                        root_symbol=chain.root_symbol,
                        expiration_date=expiration.expiration_date,
                        strike_price=strike.strike_price,
                        option_type=option_type,
                        underlying_symbol=chain.underlying_symbol,
                        streamer_symbol=streamer_symbol or "",
                        days_to_expiration=expiration.days_to_expiration,
                        expiration_type=expiration.expiration_type,
                        settlement_type=expiration.settlement_type,
                        option_chain_type=chain.option_chain_type,
                        shares_per_contract=chain.shares_per_contract,
                    )
