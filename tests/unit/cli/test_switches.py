from __future__ import annotations

import pytest

from tastytrade.cli.switches import parse_switches
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import ConfigurationError
from tastytrade.simulator.rest_options import Failure, RestOptions


def test_settings_have_the_types_of_their_switches() -> None:
    found = parse_switches(
        RestOptions,
        [
            "second_factor=123456",
            "customer=false",
            "customer_status=403",
            "access_lifetime=5",
            "device_challenge=security question",
            "security_answer=a=b",
        ],
        option="--rest",
    )

    assert found == RestOptions(
        second_factor="123456",
        customer=False,
        customer_status=403,
        access_lifetime=5.0,
        device_challenge="security question",
        security_answer="a=b",
    )


def test_lists_and_objects_are_json() -> None:
    failures = 'failures=[{"status": 429, "path": "/option-chains", "retry_after": 3}, {"status": null}]'
    rest = parse_switches(RestOptions, [failures, "api_versions=[]"], option="--rest")
    dxlink = parse_switches(ServerOptions, ['dropped_columns=["VWAP"]'], option="--dxlink")

    assert rest.failures == (Failure(status=429, path="/option-chains", retry_after=3), Failure(status=None))
    assert rest.api_versions == ()
    assert dxlink == ServerOptions(dropped_columns=frozenset({"VWAP"}))


def test_nothing_set_is_the_default_and_the_last_setting_counts() -> None:
    assert parse_switches(ServerOptions, [], option="--dxlink") == ServerOptions()
    assert parse_switches(ServerOptions, ["rate=1", "rate=2"], option="--dxlink").rate == 2.0


@pytest.mark.parametrize("setting", ["nope=1", "customer", "", "=1"])
def test_what_is_no_switch_is_answered_with_all_there_are(setting: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^--rest {setting}: expected name=value.*customer_status"):
        parse_switches(RestOptions, [setting], option="--rest")


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("customer=maybe", "Expected `bool`"),
        ("customer_status=500", "Invalid enum value 500"),
        ("device_challenge=sms", "Invalid enum value 'sms'"),
        ("failures=[", "truncated"),
        ("failures=x", "Expected `array`"),
        ("failures=" + "[" * 3_000, "recursion|truncated"),
        ("access_lifetime=-5", "seconds above 0"),
        ('failures=[{"status": 200}]', "400 to 599"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_the_reason(setting: str, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason) as caught:
        parse_switches(RestOptions, [setting], option="--rest")

    assert str(caught.value).startswith(f"--rest {setting[:80]}")
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)
