from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from tastytrade.blocking.moments import aware
from tastytrade.errors import ConfigurationError


@pytest.fixture(params=["America/New_York", "Asia/Tokyo"])
def local(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine in another time zone."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("local")
def test_a_moment_without_a_time_zone_is_local_time() -> None:
    assert aware(datetime(2025, 1, 13, 9, 30), "start_time").timestamp() == time.mktime(  # noqa: DTZ001 - what it is about
        (2025, 1, 13, 9, 30, 0, 0, 0, -1)
    )


def test_a_moment_with_a_time_zone_stays_as_it_is() -> None:
    moment = datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))

    assert aware(moment, "end_time") is moment


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize("moment", [datetime.min, datetime.max])  # noqa: DTZ901 - what it is about
def test_the_first_and_the_last_moment_can_be_meant(moment: datetime) -> None:
    assert abs(aware(moment, "end_time") - moment.replace(tzinfo=UTC)) < timedelta(days=1)


@pytest.mark.parametrize("moment", ["2025-01-13", date(2025, 1, 13), 1_736_778_600, None])
def test_what_is_no_moment_is_refused_with_its_name(moment: Any) -> None:
    with pytest.raises(ConfigurationError, match="end_time must be a datetime, not"):
        aware(moment, "end_time")
