from __future__ import annotations

from math import inf, nan

import pytest
from msgspec.structs import asdict

from tastytrade.errors import ConfigurationError
from tastytrade.timeouts import Timeouts


def test_the_defaults_are_those_for_the_real_service() -> None:
    limits = Timeouts()

    assert (limits.open, limits.step, limits.close) == (10.0, 10.0, 1.0)
    assert (limits.backoff_base, limits.backoff_cap, limits.proven_healthy) == (1.0, 60.0, 60.0)
    assert (limits.busy, limits.session_cool_down) == (30.0, 900.0)


@pytest.mark.parametrize("name", asdict(Timeouts()))
@pytest.mark.parametrize("seconds", [0, -1.0, inf, nan])
def test_a_time_that_is_none_is_refused_by_its_name(name: str, seconds: float) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} must be a positive number"):
        Timeouts(**{name: seconds})


def test_times_do_not_change() -> None:
    with pytest.raises(AttributeError):
        Timeouts().open = 1.0  # type: ignore[misc]  # frozen: that is what is shown
