"""Who keeps a day, and how each is asked: our store, plain Parquet files, a DuckDB file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import duckdb
import polars as pl

from tastytrade import EventBatch, Quote, Store, TimeAndSale, Trade
from tastytrade.store import StoreWriter, compact
from tastytrade.store.kinds import kind_of
from tastytrade.store.rows import EventRows
from tests.speed.day import BEGIN_NS

HOUR_NS = 3_600_000_000_000
FILE_ROWS = 100_000
KINDS = (Quote, TimeAndSale, Trade)

Answer = Callable[[], list[float]]
"""A question; gives some numbers that must be everybody's."""


class Writer(Protocol):
    def append(self, batch: EventBatch[Any]) -> None: ...

    def commit(self) -> object: ...

    def close(self) -> None: ...


class OurWriter:
    def __init__(self, folder: Path) -> None:
        self._writer = StoreWriter(folder, event_types=[kind.__name__ for kind in KINDS])
        self.append = self._writer.append

    def commit(self) -> None:
        self._writer.commit()
        self._writer.move()

    def close(self) -> None:
        self._writer.commit()
        self._writer.move(everything=True)
        self._writer.close()


class Gathered:
    """Rows by type, until they are written in one piece."""

    def __init__(self) -> None:
        self._n = 0
        self.rows: dict[str, EventRows] = {}

    def append(self, batch: EventBatch[Any]) -> None:
        name = batch.event_class.__name__
        if name not in self.rows:
            self.rows[name] = EventRows(batch.event_class)
        self.rows[name].append(batch, first_n=self._n + 1, epoch=batch.epoch)
        self._n += len(batch)


class ParquetWriter(Gathered):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._files = 0
        folder.mkdir(parents=True)

    def commit(self) -> None:
        for name in [name for name, rows in self.rows.items() if len(rows) >= FILE_ROWS]:
            self._write(name)

    def close(self) -> None:
        for name in tuple(self.rows):
            self._write(name)

    def _write(self, name: str) -> None:
        self._files += 1
        path = self._folder / name / f"{self._files:06}.parquet"
        path.parent.mkdir(exist_ok=True)
        self.rows.pop(name).table().write_parquet(path, compression="zstd")


class DuckWriter(Gathered):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        folder.mkdir(parents=True)
        self._database = duckdb.connect(folder / "day.duckdb")
        for kind in KINDS:
            empty = pl.DataFrame(schema=kind_of(kind.__name__).schema)
            self._database.register("rows", empty.to_arrow())
            self._database.execute(f"create table {kind.__name__} as select * from rows")

    def commit(self) -> None:
        self._database.execute("begin")
        for name, rows in self.rows.items():
            self._database.register("rows", rows.table().to_arrow())
            self._database.execute(f"insert into {name} select * from rows")
        self._database.execute("commit")
        self.rows.clear()

    def close(self) -> None:
        self.commit()
        self._database.close()


def _ours(folder: Path, symbol: str) -> list[Answer]:
    store = Store(folder)
    return [
        lambda: _sums(store.latest(Quote), "n", "bidPrice"),
        lambda: _sums(store.candles(store.symbols(TimeAndSale)), "open", "high", "low", "close", "volume"),
        lambda: _sums(
            store.scan(Quote, symbols=symbol, start=BEGIN_NS + HOUR_NS, end=BEGIN_NS + 2 * HOUR_NS)
            .sort("n")
            .collect(),
            "n",
            "askPrice",
        ),
    ]


def _compacted(folder: Path, symbol: str) -> list[Answer]:
    compact(folder, keep=0)
    return _ours(folder, symbol)


def _parquet(folder: Path, symbol: str) -> list[Answer]:
    def scan(name: str) -> pl.LazyFrame:
        return pl.scan_parquet(folder / name / "*.parquet")

    def latest() -> list[float]:
        newest = scan("Quote").group_by("eventSymbol").agg(pl.all().sort_by("n").last())
        return _sums(newest.collect(), "n", "bidPrice")

    def candles() -> list[float]:
        price = pl.col("price")
        made = (
            scan("TimeAndSale")
            .with_columns(pl.col("time").cast(pl.Datetime("ms", "UTC")).dt.truncate("1m"))
            .sort("eventSymbol", "n")
            .group_by("eventSymbol", "time", maintain_order=True)
            .agg(
                price.first().alias("open"),
                price.max().alias("high"),
                price.min().alias("low"),
                price.last().alias("close"),
                pl.col("size").sum().alias("volume"),
            )
        )
        return _sums(made.collect(), "open", "high", "low", "close", "volume")

    def symbol_range() -> list[float]:
        start, end = BEGIN_NS + HOUR_NS, BEGIN_NS + 2 * HOUR_NS
        chosen = (pl.col("eventSymbol") == symbol) & pl.col("received_ns").is_between(
            start, end, closed="left"
        )
        return _sums(scan("Quote").filter(chosen).sort("n").collect(), "n", "askPrice")

    return [latest, candles, symbol_range]


def _duck(folder: Path, symbol: str) -> list[Answer]:
    database = duckdb.connect(folder / "day.duckdb", read_only=True)

    def asked(question: str, *names: str) -> Answer:
        def answer() -> list[float]:
            return _sums(pl.DataFrame(database.execute(question).to_arrow_table()), *names)

        return answer

    return [
        asked(
            "select * from Quote qualify row_number() over (partition by eventSymbol order by n desc) = 1",
            "n",
            "bidPrice",
        ),
        asked(
            "select eventSymbol, time_bucket(interval 1 minute, epoch_ms(time)) as minute,"
            " arg_min(price, n) as open, max(price) as high, min(price) as low, arg_max(price, n) as close,"
            " sum(size) as volume from TimeAndSale group by all order by all",
            *("open", "high", "low", "close", "volume"),
        ),
        asked(
            f"select * from Quote where eventSymbol = '{symbol}' and received_ns >= {BEGIN_NS + HOUR_NS}"
            f" and received_ns < {BEGIN_NS + 2 * HOUR_NS} order by n",
            "n",
            "askPrice",
        ),
    ]


def _sums(table: pl.DataFrame, *names: str) -> list[float]:
    return [float(table.height), *(float(table[name].sum()) for name in names)]


class Arm(NamedTuple):
    """How one writes, and how it answers."""

    writer: Callable[[Path], Writer]
    questions: Callable[[Path, str], list[Answer]]


ARMS = {
    "store": Arm(OurWriter, _ours),
    "Parquet files": Arm(ParquetWriter, _parquet),
    "DuckDB file": Arm(DuckWriter, _duck),
}
