"""Three examples of each command, as its ``--help`` and docs/commands.md have them."""

from __future__ import annotations

from collections.abc import Mapping

from tastytrade.cli import candles, chain, config, doctor, quote, replay, stream, wire

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "demo": (
        "tastytrade demo",
        "tastytrade demo --for 20",
        "tastytrade demo --seed 7",
    ),
    "quote": quote.EXAMPLES,
    "chain": chain.EXAMPLES,
    "candles": candles.EXAMPLES,
    "stream": stream.EXAMPLES,
    "dashboard": (
        "tastytrade dashboard --simulator",
        "tastytrade dashboard SPY QQQ --underlying SPY",
        "tastytrade dashboard --replay day --speed 10",
    ),
    "capture": (
        "tastytrade capture SPX NVDA --simulator -o day --for 60s",
        "tastytrade capture SPY --chain SPX:0dte:around=20 --events Quote,Trade,Greeks -o day --for 6h30m",
        "tastytrade capture SPY --events TimeAndSale --wire --durability full -o prints",
    ),
    "inspect": (
        "tastytrade inspect day",
        "tastytrade inspect day --gaps",
        "tastytrade inspect day --json",
    ),
    "replay": replay.EXAMPLES,
    "export": (
        "tastytrade export day Quote -o quotes.parquet",
        "tastytrade export day TimeAndSale --symbols SPY,QQQ --start 14:30 -o prints.csv",
        "tastytrade export day gaps -o gaps.ndjson --force",
    ),
    "verify": (
        "tastytrade verify day",
        "tastytrade verify day --json",
        "tastytrade verify day && tastytrade compact day",
    ),
    "compact": (
        "tastytrade compact day",
        "tastytrade compact day --keep-days 30",
        "tastytrade compact day --before 2026-11-01 --keep 10m",
    ),
    "login": (
        "tastytrade login",
        "tastytrade login --user me@example.com --code",
        "tastytrade login --environment certification",
    ),
    "whoami": (
        "tastytrade whoami",
        "tastytrade whoami --environment certification",
        "TT_API_URL=http://127.0.0.1:8080 TT_USER=username TT_PASS=password tastytrade whoami",
    ),
    "logout": (
        "tastytrade logout",
        "tastytrade logout --environment certification",
        "tastytrade logout && tastytrade login",
    ),
    "doctor": doctor.EXAMPLES,
    "wire": wire.EXAMPLES,
    "config": config.EXAMPLES,
    "simulator": (
        "tastytrade simulator",
        "tastytrade simulator exec -- python my_program.py",
        "tastytrade simulator --port 8080 --seed 7 --rate 2000",
    ),
}
