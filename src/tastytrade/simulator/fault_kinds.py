"""Every kind of fault there is. What each does is said once more, for users, in docs/simulator.md."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from msgspec import field

from tastytrade.dxlink.messages import DataFormat
from tastytrade.dxlink.server_options import ServerOptions
from tastytrade.errors import ConfigurationError
from tastytrade.simulator.fault import Act, Fault, Rewrite
from tastytrade.simulator.rest_options import RestOptions
from tastytrade.simulator.switched import switched

Preset = Literal[
    "rate",
    "size",
    "candles",
    "sessions",
    "unauthorized",
    "timeout",
    "unsupported_protocol",
    "invalid_message",
]
Sample = Literal[
    "malformed",
    "array",
    "number",
    "empty",
    "deep",
    "duplicate_keys",
    "unknown_type",
    "unknown_channel",
    "long",
]


class Close(Act, frozen=True, kw_only=True, tag="close"):
    """A close frame, after everything that waits to be written."""

    code: int = 1012
    reason: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (1000 <= self.code <= 1014 or 3000 <= self.code <= 4999) or self.code in {1004, 1005, 1006}:
            raise ConfigurationError(f"code must be one that a close frame can carry, not {self.code}")
        if len(self.reason.encode()) > 123:
            raise ConfigurationError("reason must not be longer than 123 bytes")


class Abort(Act, frozen=True, kw_only=True, tag="abort"):
    """A TCP reset and no close frame; what waits to be written is lost."""


class IgnoreClose(Act, frozen=True, kw_only=True, tag="ignore_close"):
    """The client's close frame will not be answered."""


class Mute(Act, frozen=True, kw_only=True, tag="mute"):
    """Nothing is sent any more, for ``seconds`` or for ever; what would have been is lost.

    With ``data_only`` all but data is sent, and KEEPALIVE too.
    """

    seconds: float | None = None
    data_only: bool = False


class Freeze(Act, frozen=True, kw_only=True, tag="freeze"):
    """Nothing is read or written for so long; then all of it is."""

    seconds: float = 1.0


class Error(Act, frozen=True, kw_only=True, tag="error"):
    """An ERROR: one of the known ones by ``preset``, or any ``error`` and ``text``.

    With ``instead`` the message of ``on_step`` is not carried out.
    """

    preset: Preset | None = None
    error: str | None = None
    text: str | None = None
    channel: int | None = None
    instead: bool = False


class Expire(Act, frozen=True, kw_only=True, tag="expire"):
    """The quote token has come to its end; a connection's own one, or all there are."""


class CloseChannel(Act, frozen=True, kw_only=True, tag="close_channel"):
    """CHANNEL_CLOSED unasked: by number, by a type subscribed there, or all of them."""

    channel: int | None = None
    event_type: str | None = None


class Say(Act, frozen=True, kw_only=True, tag="say"):
    """Anything at all: a text, bytes (``hex``), or a sample; as what ``frame`` says, in ``fragments``."""

    text: str | None = None
    hex: str | None = None
    sample: Sample | None = None
    frame: Literal["text", "binary", "ping", "octets"] = "text"
    size_bytes: int = 1 << 20
    fragments: int = 1
    unfinished: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if sum(one is not None for one in (self.text, self.hex, self.sample)) != 1:
            raise ConfigurationError("say needs one of text, hex and sample")
        if not 0 <= self.size_bytes <= 1 << 27:
            raise ConfigurationError(f"size_bytes must be from 0 to 134217728, not {self.size_bytes}")
        if not 1 <= self.fragments <= 100_000:
            raise ConfigurationError(f"fragments must be from 1 to 100000, not {self.fragments}")
        try:
            bytes.fromhex(self.hex or "")
        except ValueError as error:
            raise ConfigurationError(f"hex must be pairs of hexadecimal digits: {error}") from None


class Format(Act, frozen=True, kw_only=True, tag="format"):
    """Channels turn to a data format that nobody asked for."""

    data_format: DataFormat = DataFormat.FULL
    channel: int | None = None


class Config(Act, frozen=True, kw_only=True, tag="config"):
    """FEED_CONFIG once more, or ``repeats`` times; without ``fields``, no columns in it."""

    repeats: int = 1
    fields: bool = True
    channel: int | None = None


class Resnapshot(Act, frozen=True, kw_only=True, tag="resnapshot"):
    """Histories begin again with a new snapshot, of an unusual kind if told so.

    pending     its rows carry TX_PENDING, the last one none
    sentinel    it ends with the virtual row of index 2^63-1 that is removed at once
    limit       rows at most; SNIP marks the cut
    early_row   a row with flags 0 comes before BEGIN
    empty       there is nothing in it
    unfinished  only the first half comes, without END
    """

    symbol: str | None = None
    event_type: str | None = None
    pending: bool = False
    sentinel: bool = False
    limit: int | None = None
    early_row: bool = False
    empty: bool = False
    unfinished: bool = False


class Switch(Act, frozen=True, kw_only=True, tag="switch"):
    """Switches of ServerOptions (of living connections and new ones) and of RestOptions change."""

    dxlink: dict[str, Any] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        switched(ServerOptions(), self.dxlink)
        switched(RestOptions(), self.rest)


class Restart(Act, frozen=True, kw_only=True, tag="restart"):
    """Every connection is closed with 1012; new ones are cut off for ``seconds``. REST goes on."""

    seconds: float = 0.0


class Upgrade(Fault, frozen=True, kw_only=True, tag="upgrade"):
    """How the next ``times`` connections are answered, or all of the next ``seconds``.

    With an HTTP status, and where ``location`` is given, a redirect there; never, by ``never``; or by a
    TCP reset, when nothing is said.
    """

    is_repeatable: ClassVar[bool] = True

    status: int | None = None
    location: str | None = None
    never: bool = False
    seconds: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.status is not None and not 300 <= self.status <= 599:
            raise ConfigurationError(f"status must be from 300 to 599, not {self.status}")
        if self.status is None and self.location is not None:
            raise ConfigurationError("location needs a status, such as 302")
        if self.has_moment or self.after_s:
            raise ConfigurationError("an upgrade comes before all steps and frames: leave them away")


class Withhold(Rewrite, frozen=True, kw_only=True, tag="withhold"):
    """A message is not sent."""

    message: str


class Repeat(Rewrite, frozen=True, kw_only=True, tag="repeat"):
    """A message is sent so many times more."""

    message: str
    count: int = 1


class Late(Rewrite, frozen=True, kw_only=True, tag="late"):
    """A message is sent only after so many others."""

    message: str
    by: int = 1


class Delay(Rewrite, frozen=True, kw_only=True, tag="delay"):
    """A message waits, and with it all that come after it."""

    message: str
    seconds: float = 1.0


class Spoil(Rewrite, frozen=True, kw_only=True, tag="spoil"):
    """Data are wrong: of ``event_type``, or of the first type in a message.

    how  ``short``, ``long``: one value less or more; ``no_values``: none; ``value``: ``column`` of the first
         row is ``value``; ``nan``: every double of the first row is NaN; ``backwards``: times of the first
         row are ``seconds`` ago
    """

    how: Literal["short", "long", "no_values", "value", "nan", "backwards"]
    event_type: str | None = None
    column: str = ""
    value: Any = None
    seconds: float = 60.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.how == "value") != bool(self.column):
            raise ConfigurationError("column goes with how=value, and how=value needs a column")
