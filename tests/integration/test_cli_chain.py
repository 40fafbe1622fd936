"""``tastytrade chain``: a row a strike, of a simulator and of a captured day."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.integration.commands import run


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("chain") / "day"
    chosen = ["--chain", "SPX:nearest:around=4", "--events", "Quote,Trade,Greeks,Summary"]
    done = run("capture", "SPX", *chosen, "--simulator", "-o", str(path), "--for", "3s", timeout=40)
    assert done.returncode == 0, done.stderr
    return path


@pytest.mark.timeout(60)
def test_a_chain_has_strikes_around_the_price_with_greeks(tmp_path: Path) -> None:
    path = tmp_path / "chain.parquet"
    done = run("chain", "SPX", "--around", "6", "--simulator", "-o", str(path), timeout=40)
    table = pl.read_parquet(path)

    assert done.returncode == 0, done.stderr
    assert (table.height, table["expiration_date"].n_unique()) == (6, 1)
    assert table["strike_price"].is_sorted()
    assert table["call_delta"].is_sorted(descending=True)
    assert (
        table.select("call_bidPrice", "put_bidPrice", "put_volatility").null_count().sum_horizontal()[0] == 0
    )


@pytest.mark.timeout(60)
def test_analytics_are_columns_beside(day: Path) -> None:
    done = run("chain", "SPX", "--around", "4", "--replay", str(day), "--analytics", timeout=40)
    rows = [json.loads(line) for line in done.stdout.splitlines()]

    assert done.returncode == 0, done.stderr
    assert all(row["call_bidPrice"] <= row["call_mid"] <= row["call_askPrice"] for row in rows)
    assert {row["call_greeks_source"] for row in rows} == {"feed"}


@pytest.mark.timeout(60)
def test_a_captured_chain_is_a_table_for_people(day: Path) -> None:
    done = run("chain", "SPX", "--around", "4", "--replay", str(day), "--format", "table", timeout=40)
    header, *rows = done.stdout.splitlines()

    assert done.returncode == 0, done.stderr
    assert header.split()[:6] == ["openInt", "delta", "IV", "bid", "ask", "strike"]
    assert len(rows) == 4


@pytest.mark.timeout(60)
def test_options_without_a_quote_are_counted(day: Path) -> None:
    done = run("chain", "SPX", "--around", "12", "--replay", str(day), timeout=40)

    assert (done.returncode, len(done.stdout.splitlines())) == (4, 12)
    assert done.stderr == "tastytrade: 16 of 24 options have no quote\n"


def test_two_expirations_are_one_too_many() -> None:
    done = run("chain", "SPX", "--dte", "0", "--expiration", "2026-12-18")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "tastytrade: --dte and --expiration exclude each other; choose one\n"
