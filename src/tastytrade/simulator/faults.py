"""Faults: everything that can go wrong with the simulated feed, by name; ``parse_fault`` makes one of JSON's.

Faults of REST are ``RestOptions.failures``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tastytrade.dxlink.messages import (
    AuthState,
    ChannelClosed,
    ChannelOpened,
    FeedConfig,
    FeedData,
    Keepalive,
    Setup,
)
from tastytrade.dxlink.messages import Error as ErrorMessage
from tastytrade.errors import ConfigurationError
from tastytrade.rest.refusal import printable
from tastytrade.simulator import fault_kinds as kinds
from tastytrade.simulator.fault import Fault, Rewrite

KINDS: dict[str, type[Fault]] = {
    str(kind.__struct_config__.tag): kind
    for kind in (
        kinds.Upgrade,
        kinds.Withhold,
        kinds.Repeat,
        kinds.Late,
        kinds.Delay,
        kinds.Spoil,
        kinds.Close,
        kinds.Abort,
        kinds.IgnoreClose,
        kinds.Restart,
        kinds.Mute,
        kinds.Freeze,
        kinds.Error,
        kinds.Expire,
        kinds.CloseChannel,
        kinds.Say,
        kinds.Format,
        kinds.Config,
        kinds.Resnapshot,
        kinds.Switch,
    )
}
"""Name -> kind."""

AUTHORIZED, UNAUTHORIZED = "AUTHORIZED", "UNAUTHORIZED"
MESSAGES = (
    AUTHORIZED,
    UNAUTHORIZED,
    *(
        str(message.__struct_config__.tag)
        for message in (Setup, AuthState, ChannelOpened, ChannelClosed, FeedConfig, FeedData, Keepalive)
    ),
    str(ErrorMessage.__struct_config__.tag),
)
"""What the server sends, as faults call it; an AUTH_STATE also by its state."""


def parse_fault(given: Fault | Mapping[str, Any] | str | bytes) -> Fault:
    """A fault of plain data, or of its JSON.

    Raises ConfigurationError, which names all there are, for a name or an argument that is none; and for a
    value that cannot be.
    """
    if isinstance(given, Fault):
        return _checked(given)
    if isinstance(given, str | bytes):
        try:
            given = msgspec.json.decode(given)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            raise ConfigurationError(f"a fault is a JSON object with a name: {error}") from None
    if not isinstance(given, Mapping):
        raise ConfigurationError('a fault is an object such as {"name": "close", "code": 1012}')
    name = given.get("name")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        shown = printable(str(name), limit=40)
        raise ConfigurationError(f"no fault is called {shown}; there are {', '.join(KINDS)}")
    strange = [one for one in given if one != "name" and one not in kind.__struct_fields__]
    if strange:
        shown = printable(str(strange[0]), limit=40)
        raise ConfigurationError(f"{name} has no {shown}; it has {', '.join(kind.__struct_fields__)}")
    try:
        return _checked(msgspec.convert(dict(given), kind))
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"fault {name}: {error}") from None


def as_data(fault: Fault) -> dict[str, Any]:
    """The fault as plain data, without what is as usual."""
    data = msgspec.to_builtins(fault)
    assert isinstance(data, dict)  # noqa: S101 - a Struct with a tag is an object
    return data


def _checked(fault: Fault) -> Fault:
    message = getattr(fault, "message", None)
    if isinstance(fault, Rewrite) and message is not None and message not in MESSAGES:
        shown = printable(str(message), limit=40)
        raise ConfigurationError(f"the server sends no {shown}; message is one of {', '.join(MESSAGES)}")
    return fault
