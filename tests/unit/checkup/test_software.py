from __future__ import annotations

import pytest

from tastytrade.checkup.finding import Outcome
from tastytrade.checkup.software import (
    Requirement,
    extras_finding,
    installed_version,
    packages_finding,
    parse_requirement,
    python_finding,
    requirements,
)

NEEDED = [
    Requirement("msgspec", "0.22", ""),
    Requirement("deltalake", "1.6", "capture"),
    Requirement("uvloop", "0.22", "fast"),
]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("msgspec>=0.22", Requirement("msgspec", "0.22", "")),
        ("deltalake>=1.6; extra == 'capture'", Requirement("deltalake", "1.6", "capture")),
        (
            'uvloop>=0.22; (sys_platform != "win32") and extra == "fast"',
            Requirement("uvloop", "0.22", "fast"),
        ),
        ("anything", Requirement("anything", "", "")),
    ],
)
def test_a_line_of_the_metadata_is_a_package_a_version_and_an_extra(line: str, found: Requirement) -> None:
    assert parse_requirement(line, platform="linux") == found


def test_what_is_not_for_windows_is_not_needed_there() -> None:
    line = "uvloop>=0.22; (sys_platform != 'win32') and extra == 'fast'"

    assert parse_requirement(line, platform="win32") is None


def test_this_very_installation_has_what_it_needs() -> None:
    found = packages_finding(requirements(), installed_version)

    assert requirements()
    assert found.outcome is Outcome.OK


@pytest.mark.parametrize(
    ("version", "outcome"),
    [
        ("0.22", Outcome.OK),
        ("0.22.0", Outcome.OK),
        ("0.100", Outcome.OK),
        ("1.0rc1", Outcome.OK),
        ("0.21.9", Outcome.FAILED),
        (None, Outcome.FAILED),
    ],
)
def test_a_package_has_to_be_there_and_new_enough(version: str | None, outcome: Outcome) -> None:
    found = packages_finding(NEEDED, lambda _: version)

    assert found.outcome is outcome


def test_an_extra_that_is_missing_is_named_with_the_command_that_installs_it() -> None:
    found = extras_finding(NEEDED, {"uvloop": "0.23"}.get)

    assert found.outcome is Outcome.WARNING
    assert found.found == "installed: fast"
    assert found.diagnosis is not None
    assert "capture (deltalake is not installed)" in found.diagnosis.cause
    assert found.diagnosis.fix == 'python -m pip install "tastytrade-marketdata[capture]"'


def test_an_old_python_is_too_old() -> None:
    found = python_finding((3, 10, 1))

    assert found.diagnosis is not None
    assert found.diagnosis.code == "old_python"
    assert python_finding().outcome is Outcome.OK
