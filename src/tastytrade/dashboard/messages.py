"""What a page may ask over its WebSocket, and how it is answered: JSON; ``do`` and ``t`` say what it is."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import Raw, Struct

from tastytrade.errors import ConfigurationError

WORDS = 500
"""Characters of an error that are told."""


class Show(Struct, frozen=True, tag_field="do", tag="show", forbid_unknown_fields=True):
    """Show a panel; what the page showed under its name goes."""

    panel: str
    args: Raw = Raw(b"{}")


class Hide(Struct, frozen=True, tag_field="do", tag="hide", forbid_unknown_fields=True):
    panel: str


class Search(Struct, frozen=True, tag_field="do", tag="search", forbid_unknown_fields=True):
    text: str
    id: int | str = 0


class Pause(Struct, frozen=True, tag_field="do", tag="pause", forbid_unknown_fields=True):
    pass


class Resume(Struct, frozen=True, tag_field="do", tag="resume", forbid_unknown_fields=True):
    pass


class Speed(Struct, frozen=True, tag_field="do", tag="speed", forbid_unknown_fields=True):
    speed: float | Literal["max"]


class Seek(Struct, frozen=True, tag_field="do", tag="seek", forbid_unknown_fields=True):
    to_ms: int


Asked = Show | Hide | Search | Pause | Resume | Speed | Seek

_decoder = msgspec.json.Decoder(Asked)
_encoder = msgspec.json.Encoder()


def parse_asked(text: str) -> Asked:
    """What a page asks. Raises ConfigurationError for anything else."""
    try:
        asked: Asked = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ConfigurationError(f"a page asked what it cannot: {error}") from None
    return asked


def format_said(kind: str, **said: Any) -> str:
    """One message to a page: ``t`` and what it says. What is no number (nan) is null."""
    return _encoder.encode({"t": kind, **said}).decode()


def format_note(text: str, *, panel: str | None = None, level: str = "error") -> str:
    """A sentence for the person who looks."""
    return format_said("note", panel=panel, level=level, text=text[:WORDS])
