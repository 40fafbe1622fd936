from __future__ import annotations

from datetime import date

import pytest

from tastytrade.dashboard.panel_args import (
    PANELS,
    SYMBOLS,
    CandleArgs,
    ChainArgs,
    HealthArgs,
    QuoteArgs,
    as_json,
    parse_args,
)
from tastytrade.errors import ConfigurationError


def test_what_is_left_out_is_what_is_usual() -> None:
    assert parse_args("chain", b'{"underlying":"SPX"}') == ChainArgs(underlying="SPX", around=20)
    assert parse_args("candles", b'{"symbol":"/ESZ26:XCME"}') == CandleArgs(symbol="/ESZ26:XCME", period="1m")
    assert parse_args("health", b"{}") == HealthArgs()


def test_equal_arguments_are_one_view() -> None:
    args = [parse_args("quotes", text) for text in (b'{"symbols":["A","B"]}', b' {"symbols": ["A", "B"] } ')]

    assert args[0] == args[1] == QuoteArgs(symbols=("A", "B"))
    assert len(set(args)) == 1


def test_a_page_is_told_what_it_asked() -> None:
    args = parse_args("chain", b'{"underlying":"SPX","expiration":"2026-12-18"}')

    assert isinstance(args, ChainArgs)
    assert args.expiration == date(2026, 12, 18)
    assert parse_args("chain", as_json(args)) == args


@pytest.mark.parametrize(
    ("panel", "text"),
    [
        ("sql", b"{}"),
        ("chain", b"{}"),
        ("chain", b'{"underlying":""}'),
        ("chain", b'{"underlying":" SPX"}'),
        ("chain", b'{"underlying":"SPX{=m}"}'),
        ("chain", b'{"underlying":"SPX","around":0}'),
        ("chain", b'{"underlying":"SPX","around":100000}'),
        ("chain", b'{"underlying":"SPX","dte":-1}'),
        ("chain", b'{"underlying":"SPX","file":"/etc/passwd"}'),
        ("candles", b'{"symbol":"SPX","period":"1m}"}'),
        ("candles", b'{"symbol":"SPX","period":"0m"}'),
        ("exposure", b'{"underlying":"SPX","what":"theta"}'),
        ("quotes", b'{"symbols":[]}'),
        ("quotes", b'{"symbols":"SPX"}'),
        ("quotes", '{"symbols":["\u202eXPS"]}'.encode()),
        ("quotes", ('{"symbols":[' + ",".join(f'"S{n}"' for n in range(SYMBOLS + 1)) + "]}").encode()),
        ("health", b"[]"),
        ("health", b"["),
        ("health", b"\xff"),
    ],
)
def test_what_cannot_be_shown_is_refused(panel: str, text: bytes) -> None:
    with pytest.raises(ConfigurationError):
        parse_args(panel, text)


def test_every_panel_can_be_asked_for() -> None:
    assert sorted(PANELS) == ["candles", "chain", "exposure", "health", "prints", "quotes", "smile", "term"]
