from __future__ import annotations

from typing import Any

import pytest
from msgspec import Struct

from tastytrade.errors import ServiceUnavailable, UnexpectedAnswer
from tastytrade.instruments import get_future_products
from tastytrade.rest import Call, items_of
from tastytrade.rest.paging import EMPTY_PAGES, PAGES, QUERY_BYTES, chunks, gathered, in_order, symbol_of
from tests.unit.rest.runner import Blocking, items, page


class Named(Struct, frozen=True):
    symbol: str


class Other(Named, frozen=True):
    pass


def call_for(where: str = "/x") -> Call[list[Named]]:
    def parse(data: Any) -> list[Named]:
        found = [Named(item) for item in items_of(data) if isinstance(item, str)]
        if items_of(data) and not found:
            raise ValueError("none can be read")
        return found

    return Call(method="GET", path=where, parse=parse, query=(("a", "b"),))


def read(*bodies: Any, per_page: int | None = 2) -> tuple[str, list[str]]:
    """The symbols that were found, and the targets that were asked."""
    session = Blocking(*bodies)
    found = session.run(gathered([call_for()], per_page=per_page))
    return "".join(item.symbol for item in found), session.targets


def test_pages_are_counted_from_0_until_the_last() -> None:
    found, targets = read(page(0, 3, "A", "B"), page(1, 3, "C", "D"), page(2, 3, "E"))

    assert found == "ABCDE"
    assert targets == [f"/x?a=b&per-page=2&page-offset={number}" for number in range(3)]


def test_an_empty_page_is_not_the_end() -> None:
    assert read(page(0, 3, "A"), page(1, 3), page(2, 3, "B"))[0] == "AB"


def test_an_item_that_moves_to_the_next_page_comes_once() -> None:
    assert read(page(0, 2, "A", "B"), page(1, 2, "B", "C"))[0] == "ABC"


def test_a_list_that_grows_while_it_is_read_is_read_to_its_new_end() -> None:
    assert read(page(0, 1, "A", "B"))[0] == "AB"
    assert read(page(0, 2, "A", "B"), page(1, 3, "C", "D"), page(2, 3, "E"))[0] == "ABCDE"


@pytest.mark.parametrize(
    "pagination", [None, "absent", 5, [], {}, {"total-pages": None}, {"total-pages": -1}]
)
def test_without_a_number_of_pages_a_page_that_is_not_full_is_the_last(pagination: Any) -> None:
    full, rest = items("A", "B", pagination=pagination), items("C", pagination=pagination)
    if pagination == "absent":
        del full["pagination"], rest["pagination"]

    assert read(full, rest)[0] == "ABC"
    assert len(read(rest)[1]) == 1


def test_a_service_that_knows_no_pages_is_not_asked_for_ever() -> None:
    found, targets = read(items("A", "B"))

    assert found == "AB"
    assert len(targets) == 2


@pytest.mark.parametrize("last", [page(1, 10**9), page(1, 10**9, "A")])
def test_pages_without_end_and_without_anything_new_are_the_end(last: Any) -> None:
    found, targets = read(page(0, 10**9, "A"), last)

    assert found == "A"
    assert len(targets) == 1 + EMPTY_PAGES


def test_pages_without_end_are_an_error() -> None:
    class Endless(Blocking):
        def _answer(self, call: Call[Any]) -> Any:
            self._bodies = [page(0, 10**9, call.target)]
            return super()._answer(call)

    session = Endless()
    with pytest.raises(UnexpectedAnswer, match=f"GET /x has no end: {PAGES} pages were read"):
        session.run(gathered([call_for()], per_page=2))
    assert len(session.targets) == PAGES


def test_the_number_of_pages_may_be_a_text() -> None:
    assert read(items("A", pagination={"total-pages": "2"}), page(1, 2, "B"))[0] == "AB"


def test_a_page_that_cannot_be_read_is_left_out_unless_it_is_all_there_is(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert read(page(0, 3, "A"), page(1, 3, 7, 8), page(2, 3, "B"))[0] == "AB"
    assert caplog.messages == ["GET /x: none of 2 items can be read; they are left out"]
    with pytest.raises(UnexpectedAnswer, match="GET /x: none of 1 items can be read"):
        read(page(0, 2, 7), page(1, 2, 8))


def test_an_answer_that_is_no_list_is_an_error() -> None:
    with pytest.raises(UnexpectedAnswer):
        read(page(0, 2, "A"), {"data": {"items": {}}})
    with pytest.raises(ServiceUnavailable):
        read(page(0, 2, "A"), 502)


def test_a_list_without_pages_is_asked_as_it_is() -> None:
    found, targets = read(items("A", "B", pagination={"total-pages": 5}), per_page=None)

    assert found == "AB"
    assert targets == ["/x?a=b"]


def test_several_calls_give_one_list_of_each_item_once() -> None:
    session = Blocking(items("A", "B"), items("B", "C"))
    found = session.run(gathered([call_for("/x"), call_for("/y")]))

    assert [item.symbol for item in found] == ["A", "B", "C"]
    assert session.targets == ["/x?a=b", "/y?a=b"]


def test_a_query_is_cut_where_a_request_would_become_too_long() -> None:
    query = [("symbol[]", f"./ESZ6 E1A{n:04} 260706P6260") for n in range(500)]
    parts = list(chunks(query))

    assert [pair for part in parts for pair in part] == query
    lines = [Call(method="GET", path="/instruments/futures", parse=str, query=part).target for part in parts]
    assert all(QUERY_BYTES * 0.9 < len(line) < 6_000 for line in lines[:-1])
    assert len(lines[-1]) < 6_000


def test_a_query_is_cut_at_so_many_names() -> None:
    parts = list(chunks((("equity", str(n)) for n in range(250)), limit=100))

    assert [len(part) for part in parts] == [100, 100, 50]


def test_one_name_that_is_too_long_by_itself_goes_alone() -> None:
    query = [("symbol[]", "A"), ("symbol[]", "B" * 10_000), ("symbol[]", "C")]

    assert [len(part) for part in chunks(query)] == [1, 1, 1]
    assert list(chunks([])) == []


def test_what_was_asked_for_is_in_the_order_asked_and_what_was_not_comes_last() -> None:
    found = [Named("X"), Named("B"), Named("A")]

    assert [item.symbol for item in in_order(found, ["A", "C", "B"])] == ["A", "B", "X"]


def test_an_item_without_symbol_is_told_by_all_of_it() -> None:
    assert symbol_of(Named("A")) == "A"
    assert symbol_of(Named("")) == symbol_of(Named("")) != symbol_of(Other(""))
    assert symbol_of(("A", 1)) != symbol_of(("A", 2))


def test_an_item_that_cannot_be_hashed_is_an_item_like_any_other() -> None:
    (product,) = Blocking(items({"code": "ES", "tick-size": "sNaN"})).run(get_future_products.call())

    assert product.code == "ES"
