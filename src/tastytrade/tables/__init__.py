"""Columns: polars tables of events, gaps and instruments. polars is imported here and nowhere else."""

from tastytrade.tables.builder import TableBuilder
from tastytrade.tables.chain import chain_table, options_table
from tastytrade.tables.decimals import with_exact_decimals
from tastytrade.tables.gaps import gaps_table
from tastytrade.tables.instruments import instruments_table
from tastytrade.tables.schema import Table, schema_of

__all__ = [
    "Table",
    "TableBuilder",
    "chain_table",
    "gaps_table",
    "instruments_table",
    "options_table",
    "schema_of",
    "with_exact_decimals",
]
