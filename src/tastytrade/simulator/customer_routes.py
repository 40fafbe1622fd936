"""The simulator's customer and account, in the recorded shapes with invented, neutral values."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tastytrade.simulator.accounts import Accounts, User
from tastytrade.simulator.replies import Endpoint, enveloped, item_list, json_bytes, not_permitted

ACCOUNT_NUMBER = "5SIM00001"

_OPENED_AT = "2020-01-02T15:00:00.000+00:00"
_ADDRESS = {
    "city": "Chicago",
    "country": "USA",
    "is-domestic": True,
    "is-foreign": False,
    "postal-code": "60601",
    "state-region": "IL",
    "street-one": "1 Simulator Street",
}
_ACCOUNT = {
    "account-number": ACCOUNT_NUMBER,
    "account-type-name": "Individual",
    "created-at": _OPENED_AT,
    "day-trader-status": False,
    "investment-objective": "SPECULATION",
    "is-closed": False,
    "is-firm-error": False,
    "is-firm-proprietary": False,
    "is-foreign": False,
    "is-futures-approved": True,
    "margin-or-cash": "Margin",
    "nickname": "Individual",
    "opened-at": _OPENED_AT,
    "suitable-options-level": "No Restrictions",
}


def customer_routes(accounts: Accounts) -> list[tuple[str, Endpoint]]:
    """Paths and endpoints, all for GET."""

    async def customer(_request: Request) -> Response:
        return json_bytes(enveloped(_customer(accounts.user), "/customers/me"))

    async def account_list(_request: Request) -> Response:
        item = {"account": _ACCOUNT, "authority-level": "owner"}
        return json_bytes(item_list([item], "/customers/me/accounts"))

    async def account(request: Request) -> Response:
        number = request.path_params["number"]
        if number != ACCOUNT_NUMBER:
            return not_permitted()
        return json_bytes(enveloped(_ACCOUNT, f"/customers/me/accounts/{number}"))

    return [
        ("/customers/me", customer),
        ("/customers/me/accounts", account_list),
        ("/customers/me/accounts/{number}", account),
    ]


def _customer(user: User) -> dict[str, Any]:
    # The inner keys of permitted-account-types have underscores in the recording too.
    account_type = {
        "description": "Individual Account",
        "has_multiple_owners": False,
        "is_publicly_available": True,
        "is_tax_advantaged": False,
        "margin_types": [{"is_margin": False, "name": "Cash"}, {"is_margin": True, "name": "Reg T"}],
        "name": "Individual",
    }
    return {
        "address": _ADDRESS,
        "agreed-to-margining": True,
        "birth-date": "1980-01-01",
        "created-at": _OPENED_AT,
        "email": user.email,
        "first-name": "Simulated",
        "has-delayed-quotes": False,
        "has-industry-affiliation": False,
        "has-listed-affiliation": False,
        "has-pending-or-approved-application": True,
        "has-political-affiliation": False,
        "id": str(user.id),
        "is-foreign": False,
        "is-professional": False,
        "last-name": "Customer",
        "mailing-address": _ADDRESS,
        "mobile-phone-number": "3125550100",
        "permitted-account-types": [account_type],
        "subject-to-tax-withholding": False,
        "tax-number-type": "SSN",
        "usa-citizenship-type": "Citizen",
    }
