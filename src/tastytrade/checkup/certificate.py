"""Certificates: why one is not trusted, and whether one that is will be for long."""

from __future__ import annotations

import ssl
import time
from typing import Any

from tastytrade.checkup.finding import Diagnosis

SOON = 7 * 86_400.0
"""Seconds before its end in which a certificate that was not renewed is worth a word."""

# Numbers of OpenSSL's X509_V_ERR_..., x509_vfy.h.
_NOT_YET, _EXPIRED = 9, 10
_NAMES = frozenset({62, 63, 64})
_UNKNOWN_AUTHORITY = frozenset({2, 18, 19, 20, 21})


def untrusted(error: ssl.SSLCertVerificationError, host: str) -> Diagnosis:
    """Why the certificate that a host showed was not accepted."""
    code, said = error.verify_code, error.verify_message
    if code in {_EXPIRED, _NOT_YET}:
        today = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
        when = "has expired" if code == _EXPIRED else "is not valid yet"
        cause = f"the TLS certificate of {host} {when}, by this machine's clock ({today})"
        fix = "set this machine's clock if that is wrong; else whoever runs the host has to renew it"
        return Diagnosis("certificate_expired" if code == _EXPIRED else "certificate_not_yet", cause, fix)
    if code in _NAMES:
        cause = f"the TLS certificate that {host} shows is that of another host ({said})"
        fix = "check the address; a network's login page may also answer in its place: open a browser once"
        return Diagnosis("certificate_name", cause, fix)
    if code in _UNKNOWN_AUTHORITY:
        cause = f"the TLS certificate of {host} is of an authority that nobody knows here ({said})"
        fix = (
            "where a proxy or virus scanner of your own looks into TLS, name its certificates: "
            "export SSL_CERT_FILE=/path/to/ca.pem; where not, somebody else answers: do not log in"
        )
        return Diagnosis("certificate_unknown", cause, fix)
    fix = "see what is between: openssl s_client -connect HOST:443 -servername HOST"
    return Diagnosis("certificate_bad", f"the TLS certificate of {host} was not accepted ({said})", fix)


def last_day(certificate: dict[str, Any] | None) -> str:
    """Until when a certificate is valid and by whom it is, "" without one."""
    if not certificate:
        return ""
    names = [dict(part).get("organizationName") for part in certificate.get("issuer", ()) if part]
    issuer = next((name for name in names if name), "an authority without a name")
    until = ssl.cert_time_to_seconds(certificate["notAfter"])
    return f"certificate by {issuer}, until {time.strftime('%Y-%m-%d', time.gmtime(until))}"


def expires_soon(certificate: dict[str, Any] | None, host: str, *, now: float) -> Diagnosis | None:
    """A warning where a certificate has days left only."""
    if not certificate:
        return None
    left = ssl.cert_time_to_seconds(certificate["notAfter"]) - now
    if left >= SOON:
        return None
    cause = f"the TLS certificate of {host} expires in {left / 86_400:.1f} days"
    fix = "whoever runs the host has to renew it; check this machine's clock, too"
    return Diagnosis("certificate_expires_soon", cause, fix)
