from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tastytrade.analytics import with_terms
from tastytrade.errors import ConfigurationError
from tastytrade.tables import chain_table
from tests.unit.analytics.chains import AT, listed


def test_rows_get_the_terms_of_their_options() -> None:
    options = [replace(one, shares_per_contract=150) for one in listed([5900])]
    row = with_terms(chain_table(options, at=AT), options).row(0, named=True)

    assert row["shares_per_contract"] == 150
    assert row["expires_at"] == datetime(2025, 1, 17, 21, tzinfo=UTC)


def test_one_side_is_enough_and_what_is_not_told_is_null() -> None:
    options = listed([5900, 5950], kinds="P")
    bare = [replace(one, shares_per_contract=None, expires_at=None) for one in options]
    table = with_terms(chain_table(options, at=AT), [options[0], bare[1]])

    assert table["shares_per_contract"].to_list() == [100, None]
    assert table["expires_at"].null_count() == 1


def test_terms_are_added_once() -> None:
    options = listed([5900])
    table = with_terms(chain_table(options, at=AT), options)

    with pytest.raises(ConfigurationError, match="has expires_at or shares_per_contract already"):
        with_terms(table, options)
