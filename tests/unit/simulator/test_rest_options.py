import pytest

from tastytrade.errors import ConfigurationError
from tastytrade.simulator.rest_options import Failure, RestOptions


@pytest.mark.parametrize("name", ["access_lifetime", "session_lifetime", "quote_token_lifetime"])
@pytest.mark.parametrize("seconds", [0.0, -5.0, float("nan"), float("inf")])
def test_a_life_has_some_seconds(name: str, seconds: float) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} must be seconds above 0"):
        RestOptions(**{name: seconds})  # type: ignore[arg-type]  # one of three names


def test_a_failure_happens_some_times() -> None:
    with pytest.raises(ConfigurationError, match="times must be 0 or more"):
        Failure(status=500, times=-1)


def test_a_device_challenge_has_a_code_without_a_second_factor() -> None:
    assert RestOptions().one_time_code == "123456"
    assert RestOptions(second_factor="777777").one_time_code == "777777"
