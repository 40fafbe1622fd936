import pytest

from tastytrade.errors import UnexpectedAnswer
from tastytrade.rest.customer import customer_call, get_customer
from tests.unit.rest.recorded import recorded
from tests.unit.rest.runner import Blocking


def test_the_customer_comes_as_the_service_sends_it() -> None:
    body = recorded("/customers/me")
    session = Blocking({"data": body, "context": "/customers/me"})

    assert get_customer(session) == body
    assert session.targets == [customer_call().target] == ["/customers/me"]


def test_what_is_no_customer_is_refused() -> None:
    with pytest.raises(UnexpectedAnswer, match="a customer is no list"):
        get_customer(Blocking({"data": []}))
