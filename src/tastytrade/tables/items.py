"""A list of REST items as a table, keys and values as the service sent them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl


def items_table(items: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """One row an item; a key that some items lack is null there. Decimals stay text, as the service sends."""
    return pl.DataFrame(items, infer_schema_length=None)
