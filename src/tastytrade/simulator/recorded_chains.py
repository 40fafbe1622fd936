"""Option chains that a recording kept, in the three forms of the service, as far as the kept one says them.

Kept is the nested form, and that is given as it was. The compact one says nothing else. The detailed one has
more keys than were kept (``exercise-style``, ``expires-at``, ...): those are left out, never guessed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tastytrade.simulator.made_once import MadeOnce
from tastytrade.simulator.replies import Endpoint, item_list, json_bytes, not_found

Chains = Callable[[str], dict[str, Any] | None]
"""The answer of ``GET /option-chains/{underlying}/nested`` that was kept; None where none was."""

_OF_ROOT = ("underlying-symbol", "root-symbol", "option-chain-type", "shares-per-contract")
_OF_EXPIRATION = ("expiration-date", "days-to-expiration", "expiration-type", "settlement-type")
_SIDES = (("call", "C"), ("put", "P"))


def recorded_chain_routes(chains: Chains) -> list[tuple[str, Endpoint]]:
    """Paths and endpoints, all for GET; what was not kept is not found."""
    made: MadeOnce[tuple[str, str]] = MadeOnce()

    def endpoint(form: str, make: Callable[[str, dict[str, Any]], bytes]) -> Endpoint:
        async def answer(request: Request) -> Response:
            symbol = request.path_params["symbol"]
            kept = await asyncio.to_thread(chains, symbol)
            if kept is None:
                return not_found(symbol)
            return json_bytes(await made.get((symbol, form), lambda: make(symbol, kept)))

        return answer

    return [
        ("/option-chains/{symbol}", endpoint("", _detailed)),
        (
            "/option-chains/{symbol}/nested",
            endpoint("nested", lambda _symbol, kept: msgspec.json.encode(kept)),
        ),
        ("/option-chains/{symbol}/compact", endpoint("compact", _compact)),
    ]


def _detailed(symbol: str, kept: dict[str, Any]) -> bytes:
    items = []
    for root, expiration, strike in _strikes(kept):
        shared = (
            _chosen(root, _OF_ROOT) | _chosen(expiration, _OF_EXPIRATION) | _chosen(strike, ("strike-price",))
        )
        for side, option_type in _SIDES:
            if side in strike:
                names = {"symbol": strike[side], "option-type": option_type}
                if f"{side}-streamer-symbol" in strike:
                    names["streamer-symbol"] = strike[f"{side}-streamer-symbol"]
                items.append(shared | names)
    return item_list(items, f"/option-chains/{symbol}")


def _compact(symbol: str, kept: dict[str, Any]) -> bytes:
    items: dict[tuple[Any, ...], dict[str, Any]] = {}
    for root, expiration, strike in _strikes(kept):
        of_expiration = _chosen(expiration, ("settlement-type", "expiration-type"))
        key = (root.get("root-symbol"), *of_expiration.values())
        item = items.get(key)
        if item is None:
            shared = _chosen(root, (*_OF_ROOT, "deliverables")) | of_expiration
            item = items[key] = {**shared, "symbols": []}
        item["symbols"] += [strike[side] for side, _ in _SIDES if side in strike]
    return item_list(list(items.values()), f"/option-chains/{symbol}/compact")


def _strikes(kept: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """Each strike with its root and expiration, date by date as in the other forms."""
    expirations = [
        (root, expiration)
        for root in kept.get("data", {}).get("items", ())
        for expiration in root.get("expirations", ())
    ]
    for root, expiration in sorted(expirations, key=lambda pair: pair[1].get("expiration-date", "")):
        for strike in expiration.get("strikes", ()):
            yield root, expiration, strike


def _chosen(item: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: item[key] for key in keys if key in item}
