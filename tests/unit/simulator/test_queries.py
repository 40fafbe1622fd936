from datetime import date

import pytest
from starlette.datastructures import QueryParams

from tastytrade.simulator.queries import count_in, date_in, listed_values


@pytest.mark.parametrize(
    "query", ["a=X,Y&b=Z", "a=X&a=Y&b=Z", "a[]=X&a[]=Y&b[]=Z", "a=X&a[]=Y,X&b=Z,,Y", "a= X , Y &b=Z"]
)
def test_values_are_listed_once_in_every_spelling(query: str) -> None:
    assert listed_values(QueryParams(query), "a", "b") == ["X", "Y", "Z"]


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("", None), ("-1", None), ("1234567", None), ("²", None), ("1.5", None)]
)
def test_a_count_is_a_small_number_or_nothing(text: str, number: int | None) -> None:
    assert count_in(QueryParams({"n": text}), "n", 5) == number
    assert count_in(QueryParams(), "n", 5) == 5


def test_a_date_is_one_or_nothing() -> None:
    query = QueryParams("from=2025-01-09&to=tomorrow")

    assert [date_in(query, name) for name in ("from", "to", "at")] == [date(2025, 1, 9), None, None]
