"""Analytics of option chains: pure functions from a chain table to tables; nothing is asked or awaited.

    measured = with_greeks(chain_table, spot=5910.0, at=time.time_ns(), conventions=Conventions(rate=0.043))
    smile(measured), term_structure(measured), exposure(measured), flip_level(measured)

Every convention is in ``Conventions``, every formula in docs/analytics.md.
"""

from tastytrade.analytics.conventions import Conventions
from tastytrade.analytics.expected_move import expected_move
from tastytrade.analytics.exposure import exposure
from tastytrade.analytics.greeks import with_greeks
from tastytrade.analytics.implied import implied_volatility
from tastytrade.analytics.prices import with_prices
from tastytrade.analytics.profile import flip_level, gamma_profile
from tastytrade.analytics.ratios import put_call_ratios
from tastytrade.analytics.smile import smile
from tastytrade.analytics.term import term_structure
from tastytrade.analytics.terms import with_terms

__all__ = [
    "Conventions",
    "expected_move",
    "exposure",
    "flip_level",
    "gamma_profile",
    "implied_volatility",
    "put_call_ratios",
    "smile",
    "term_structure",
    "with_greeks",
    "with_prices",
    "with_terms",
]
