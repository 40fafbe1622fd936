"""What each fault does to connections, once its moment is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tastytrade.dxlink import server_texts as texts
from tastytrade.dxlink.messages import CONNECTION, ErrorKind
from tastytrade.dxlink.server import Close
from tastytrade.simulator import fault_kinds as kinds
from tastytrade.simulator.dxlink_connection import DXLinkConnection
from tastytrade.simulator.fault_samples import sample
from tastytrade.simulator.switched import switched

RESTARTING = "Reconnection is required"
"""The reason observed with close code 1012."""

# Preset -> kind, text, and whether it comes on a service channel.
PRESETS: dict[str, tuple[ErrorKind, str, bool]] = {
    "rate": (ErrorKind.BAD_ACTION, texts.RATE_TOO_HIGH, True),
    "size": (ErrorKind.BAD_ACTION, texts.SIZE_TOO_BIG, True),
    "candles": (ErrorKind.BAD_ACTION, texts.CANDLES_TOO_BIG, True),
    "sessions": (ErrorKind.UNAUTHORIZED, texts.SESSIONS_EXCEEDED, False),
    "unauthorized": (ErrorKind.UNAUTHORIZED, texts.AUTHENTICATION_FAILED, False),
    "timeout": (ErrorKind.TIMEOUT, texts.SILENT.format(60), False),
    "unsupported_protocol": (ErrorKind.UNSUPPORTED_PROTOCOL, texts.UNSUPPORTED, False),
    "invalid_message": (ErrorKind.INVALID_MESSAGE, texts.FRAME_TOO_LONG.format(65_536), False),
}


def perform(fault: Any, connection: DXLinkConnection) -> None:
    """Do the fault to one connection. Those that concern more than that are done elsewhere."""
    act = _ACTS.get(type(fault))
    if act is not None:
        act(fault, connection)
        connection.wake()


def _close(fault: kinds.Close, connection: DXLinkConnection) -> None:
    connection.protocol.closing = Close(fault.code, fault.reason)


def _restart(_fault: kinds.Restart, connection: DXLinkConnection) -> None:
    connection.protocol.closing = Close(1012, RESTARTING)


def _abort(_fault: kinds.Abort, connection: DXLinkConnection) -> None:
    connection.abort()


def _ignore_close(_fault: kinds.IgnoreClose, connection: DXLinkConnection) -> None:
    connection.wire.answers_close = False


def _mute(fault: kinds.Mute, connection: DXLinkConnection) -> None:
    connection.mute(fault)


def _freeze(fault: kinds.Freeze, connection: DXLinkConnection) -> None:
    connection.freeze(fault.seconds)


def _error(fault: kinds.Error, connection: DXLinkConnection) -> None:
    protocol = connection.protocol
    kind, text, on_channel = PRESETS.get(fault.preset or "", (ErrorKind.UNKNOWN, "", False))
    number = fault.channel
    if number is None and on_channel:
        asked = connection.asked_channel if fault.on_step else CONNECTION
        number = asked or min(protocol.channels, default=CONNECTION)
    protocol.complain(
        number or CONNECTION, fault.error or kind.value, text if fault.text is None else fault.text
    )


def _expire(_fault: kinds.Expire, connection: DXLinkConnection) -> None:
    if connection.protocol.is_authorized:
        connection.protocol.expire_token()


def _close_channel(fault: kinds.CloseChannel, connection: DXLinkConnection) -> None:
    for number, channel in tuple(connection.protocol.channels.items()):
        types = {entry.type for entry in channel.entries.values()}
        if fault.channel in {None, number} and (fault.event_type is None or fault.event_type in types):
            connection.apply(connection.protocol.close_channel(number))


def _say(fault: kinds.Say, connection: DXLinkConnection) -> None:
    if fault.hex is not None:
        data = bytes.fromhex(fault.hex)
    else:
        data = sample(fault.sample, fault.size_bytes) if fault.sample else (fault.text or "").encode()
    wire = connection.wire
    if wire.disconnected:
        return
    if fault.frame == "binary":
        wire.send_binary(data)
    elif fault.frame == "ping":
        wire.send_ping(data)
    elif fault.frame == "octets":
        wire.send_octets(data)
    else:
        wire.send_pieces(data, fault.fragments, finish=not fault.unfinished)


def _format(fault: kinds.Format, connection: DXLinkConnection) -> None:
    for number in connection.protocol.channels:
        if fault.channel in {None, number}:
            connection.protocol.turn_to(number, fault.data_format)


def _config(fault: kinds.Config, connection: DXLinkConnection) -> None:
    for number in connection.protocol.channels:
        if fault.channel in {None, number}:
            connection.protocol.repeat_config(number, fault.repeats, with_fields=fault.fields)


def _resnapshot(fault: kinds.Resnapshot, connection: DXLinkConnection) -> None:
    connection.resnapshot(fault)


def _switch(fault: kinds.Switch, connection: DXLinkConnection) -> None:
    if fault.dxlink:
        connection.protocol.change_options(switched(connection.protocol.options, fault.dxlink))


_ACTS: dict[type, Callable[[Any, DXLinkConnection], None]] = {
    kinds.Close: _close,
    kinds.Restart: _restart,
    kinds.Abort: _abort,
    kinds.IgnoreClose: _ignore_close,
    kinds.Mute: _mute,
    kinds.Freeze: _freeze,
    kinds.Error: _error,
    kinds.Expire: _expire,
    kinds.CloseChannel: _close_channel,
    kinds.Say: _say,
    kinds.Format: _format,
    kinds.Config: _config,
    kinds.Resnapshot: _resnapshot,
    kinds.Switch: _switch,
}
