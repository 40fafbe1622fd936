from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tastytrade.reading.newest import Newest

batches = st.lists(
    st.tuples(
        st.sampled_from(["TimeAndSale", "Candle"]),
        st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 9)), max_size=6),
    ),
    max_size=8,
)


@given(batches)
def test_it_is_the_greatest_index_whatever_order_they_come_in(
    batches: list[tuple[str, list[tuple[str, int]]]],
) -> None:
    newest, expected = Newest(), dict[tuple[str, str], int]()
    for name, rows in batches:
        newest.note(name, [symbol for symbol, _ in rows], [index for _, index in rows])
        for symbol, index in rows:
            expected[name, symbol] = max(expected.get((name, symbol), -1), index)

    assert newest.all() == expected
    for name in ("TimeAndSale", "Candle"):
        of_type = [index for (of, _), index in expected.items() if of == name]
        assert newest.of_type(name) == max(of_type, default=None)


def test_of_what_has_not_come_there_is_none() -> None:
    newest = Newest()

    assert newest.get(("TimeAndSale", "A")) is None
    assert newest.of_type("TimeAndSale") is None
