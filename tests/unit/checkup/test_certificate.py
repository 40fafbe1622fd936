from __future__ import annotations

import ssl
from typing import Any

import pytest

from tastytrade.checkup.certificate import expires_soon, last_day, untrusted

END = 1_767_268_800.0
CERTIFICATE: dict[str, Any] = {
    "notAfter": "Jan  1 12:00:00 2026 GMT",
    "issuer": ((("countryName", "US"),), (("organizationName", "Somebody"),)),
}


def error(code: int) -> ssl.SSLCertVerificationError:
    found = ssl.SSLCertVerificationError("it is not trusted")
    found.verify_code, found.verify_message = code, "so it is said"
    return found


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (10, "certificate_expired"),
        (9, "certificate_not_yet"),
        (62, "certificate_name"),
        (64, "certificate_name"),
        (18, "certificate_unknown"),
        (20, "certificate_unknown"),
        (1, "certificate_bad"),
    ],
)
def test_each_reason_has_a_diagnosis_of_its_own(number: int, code: str) -> None:
    found = untrusted(error(number), "feed.example")

    assert found.code == code
    assert "feed.example" in found.cause


@pytest.mark.parametrize(("days", "is_soon"), [(30, False), (7, False), (6.5, True), (-1, True)])
def test_a_certificate_of_which_days_are_left_is_worth_a_word(days: float, is_soon: bool) -> None:
    found = expires_soon(CERTIFICATE, "feed.example", now=END - days * 86_400)

    assert (found is not None) == is_soon


def test_whose_it_is_and_until_when_is_said() -> None:
    assert last_day(CERTIFICATE) == "certificate by Somebody, until 2026-01-01"
    assert last_day(None) == ""
