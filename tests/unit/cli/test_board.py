from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from tastytrade.cli.board import Board, shown, shown_columns, shown_time
from tastytrade.dxfeed import Candle, EventBatch, Order, Quote, Trade

BID, ASK, PRICE = ("Quote", "bidPrice"), ("Quote", "askPrice"), ("Trade", "price")
GREEN, RED = r"\x1b\[32m", r"\x1b\[31m"


def quotes(*rows: tuple[str, float, float]) -> EventBatch[Quote]:
    symbols, bids, asks = (list(column) for column in zip(*rows, strict=True))
    return EventBatch(Quote, {"eventSymbol": symbols, "bidPrice": bids, "askPrice": asks})


def drawn(board: Board, footer: str = "", *, colors: bool = False) -> str:
    """The board as a wide terminal shows it."""
    text = StringIO()
    Console(file=text, width=200, force_terminal=colors, color_system="standard" if colors else None).print(
        board.table(footer)
    )
    return text.getvalue()


def rows(board: Board) -> list[list[str]]:
    return [line.split() for line in drawn(board).splitlines()[1:]]


def test_a_row_a_symbol_with_its_newest_values() -> None:
    board = Board([BID, ASK])
    board.take(quotes(("SPX", 5829.5, 5830.25), ("NVDA", 132.46, 132.47)))
    board.take(quotes(("SPX", 5829.75, 5830.5)))

    assert rows(board) == [["SPX", "5,829.75", "5,830.50"], ["NVDA", "132.46", "132.47"]]


def test_symbols_that_are_asked_for_have_their_rows_from_the_beginning_and_in_order() -> None:
    board = Board([BID], symbols=["SPX", "NVDA", "AAPL"])
    board.take(quotes(("NVDA", 132.46, 132.47)))

    assert rows(board) == [["SPX"], ["NVDA", "132.46"], ["AAPL"]]


def test_values_of_several_types_share_a_row() -> None:
    board = Board([BID, PRICE])
    board.take(quotes(("SPX", 5829.5, 5830.25)))
    board.take(EventBatch(Trade, {"eventSymbol": ["SPX"], "price": [5830.0]}))

    assert rows(board) == [["SPX", "5,829.50", "5,830"]]


def test_a_batch_with_nothing_to_show_is_counted_and_changes_nothing() -> None:
    board = Board([PRICE], symbols=["SPX"])
    board.take(quotes(("SPX", 5829.5, 5830.25), ("NVDA", 1.0, 2.0)))

    assert board.events == 2
    assert rows(board) == [["SPX"]]


def test_a_risen_value_is_green_and_a_fallen_one_red_for_a_moment() -> None:
    board = Board([BID, ASK])
    board.take(quotes(("SPX", 10.0, 20.0)))
    before = drawn(board, colors=True)
    board.take(quotes(("SPX", 11.0, 19.0)))
    after = drawn(board, colors=True)

    assert not re.search(f"{GREEN}|{RED}", before)
    assert re.search(rf"{GREEN} *11", after)
    assert re.search(rf"{RED} *19", after)


def test_a_value_that_stays_keeps_its_color() -> None:
    board = Board([BID])
    board.take(quotes(("SPX", 10.0, 20.0)))
    board.take(quotes(("SPX", 10.0, 20.0)))

    assert not re.search(f"{GREEN}|{RED}", drawn(board, colors=True))


def test_whole_numbers_from_the_wire_flash_too() -> None:
    board = Board([BID])
    board.take(quotes(("SPX", 10, 20)))
    board.take(quotes(("SPX", 11, 20)))

    assert re.search(rf"{GREEN} *11", drawn(board, colors=True))


def test_the_footer_stands_below() -> None:
    assert (
        drawn(Board([BID], symbols=["SPX"]), "live · 5 events").splitlines()[-1].strip() == "live · 5 events"
    )


def test_the_rate_is_events_per_second_and_never_divides_by_zero() -> None:
    board = Board([BID])
    before = board.rate
    board.take(quotes(("SPX", 10.0, 20.0)))

    assert before == 0
    assert board.rate > 0


def test_columns_are_chosen_for_people_and_any_type_has_some() -> None:
    assert shown_columns([Quote, Trade])[:4] == [
        ("Quote", "bidSize"),
        ("Quote", "bidPrice"),
        ("Quote", "askPrice"),
        ("Quote", "askSize"),
    ]
    assert ("Candle", "close") in shown_columns([Candle])
    assert len(shown_columns([Order])) == 6


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (0.0, "0"),
        (5829.5, "5,829.50"),
        (5830.0, "5,830"),
        (132.4567, "132.46"),
        (0.3016427, "0.3016"),
        (1.98706893394e-05, "2.0e-05"),
        (-0.0569, "-0.0569"),
        (123456.789, "123,457"),
        (float("inf"), "inf"),
        (1661, "1,661"),
        ("ACTIVE", "ACTIVE"),
        (True, "True"),
    ],
)
def test_a_value_is_shown_as_a_person_reads_it(value: Any, text: str) -> None:
    assert shown(value) == text


def test_a_time_is_shown_as_day_and_time_and_an_unset_one_not_at_all() -> None:
    assert [shown_time(value) for value in (1_736_795_169_978, 0, None)] == ["01-13 19:06:09", "", ""]


def test_a_hostile_symbol_stays_text() -> None:
    board = Board([("Quote", "bidPrice")], symbols=["[red]SPX[/]"])

    assert "[red]SPX[/]" in drawn(board)
