from __future__ import annotations

import csv
import io

import pytest

from tastytrade.dashboard.export import format_csv
from tastytrade.dashboard.view import Exported


def test_numbers_are_as_they_are_and_what_is_not_there_is_empty() -> None:
    text = format_csv(
        Exported(["symbol", "bid", "change"], [("SPX", 5910.25, -1.5), ("X", None, float("nan"))])
    )

    assert list(csv.reader(io.StringIO(text))) == [
        ["symbol", "bid", "change"],
        ["SPX", "5910.25", "-1.5"],
        ["X", "", ""],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "  =1",
        "=cmd|' /C calc'!A0",
        "%0a",
        "|x",
        '="a"&"b"',
    ],
)
def test_a_text_that_a_spreadsheet_would_run_is_a_text(text: str) -> None:
    [_, [cell]] = list(csv.reader(io.StringIO(format_csv(Exported(["x"], [(text,)])), newline="")))

    assert cell == f"'{text}"


def test_commas_quotes_and_lines_stay_in_their_cell() -> None:
    hostile = 'a,b"c\nd'
    text = format_csv(Exported(["x"], [(hostile,)]))

    assert list(csv.reader(io.StringIO(text, newline="")))[1] == [hostile]
