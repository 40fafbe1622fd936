"""Who is logged in: ``/customers/me``, as the service sends it."""

from __future__ import annotations

from typing import Any

from tastytrade.rest.call import Call, path
from tastytrade.rest.resource import resource


@resource
def get_customer() -> Call[dict[str, Any]]:
    """The customer's own record, as it came: kebab-case names, personal data such as name and address.

    Source: an answer recorded from the service; ``permitted-account-types`` has snake_case names inside.
    """

    def parse(data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise TypeError(f"a customer is no {type(data).__name__}")
        return data

    return Call(method="GET", path=path("customers", "me"), parse=parse)


customer_call = get_customer.call
"""``GET /customers/me``."""
