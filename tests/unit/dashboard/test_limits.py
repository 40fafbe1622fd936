from __future__ import annotations

from tastytrade.dashboard.limits import Limits


def test_pages_are_fewer_than_connections_and_what_is_kept_for_one_is_small() -> None:
    limits = Limits()

    assert limits.clients < limits.connections
    assert limits.clients * limits.send_bytes < 16 << 20
