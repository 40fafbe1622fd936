"""Overheard: the client's end of a connection that somebody else has, or had.

What the server said is read by the code of whoever it was said to. Nothing is asked and nothing answered:
channels are open when the server says so, and the rules of the handshake are not looked at.
"""

from __future__ import annotations

from tastytrade.dxlink.channel import Channel, Opening
from tastytrade.dxlink.client import ClientProtocol, Step
from tastytrade.dxlink.messages import (
    AnyMessage,
    Auth,
    ChannelClosed,
    ChannelOpened,
    Contract,
    FeedConfig,
    decode,
    encode,
)
from tastytrade.dxlink.plan import ChannelPlan
from tastytrade.dxlink.subscriber import Subscriber
from tastytrade.rest.secret import HIDDEN

_CONTRACTS = {contract.value: contract for contract in Contract}


class Overheard(ClientProtocol):
    """``receive_all()`` gives what the server said as the client got it; ``epoch`` is set by the caller."""

    def __init__(self) -> None:
        super().__init__(())
        self.step = Step.READY

    def on_channel(self, message: AnyMessage, now: float) -> None:
        """Take a message of a service channel; one that was opened unheard of is taken for open."""
        number = message.channel
        if isinstance(message, ChannelOpened) and number not in self.by_number:
            asked = message.parameters.get("contract")
            contract = _CONTRACTS.get(asked, Contract.AUTO) if isinstance(asked, str) else Contract.AUTO
            channel = self.by_number[number] = Channel(ChannelPlan(contract))
            channel.number = number
            self.channels.append(channel)
        closed = self.by_number.get(number) if isinstance(message, ChannelClosed) else None
        super().on_channel(message, now)
        if closed is not None:
            self.channels.remove(closed)
        self.lost.clear()
        self._outbox.clear()  # what a client would have answered is said to nobody


def in_force(protocol: Subscriber) -> list[bytes]:
    """What a server would have to say for somebody who has heard nothing to read what comes next: that the
    channels are open, and their FEED_CONFIG."""
    texts: list[bytes] = []
    for number, channel in protocol.by_number.items():
        if channel.opening is not Opening.OPEN:
            continue
        texts.append(encode(ChannelOpened(number, "FEED", {"contract": channel.plan.contract.value})))
        if channel.is_configured:
            fields = {name: list(columns) for name, columns in channel.layout.items()}
            config = FeedConfig(number, channel.aggregation_period, channel.data_format, fields or None)
            texts.append(encode(config))
    return texts


def without_token(text: bytes) -> bytes:
    """What a client sends, for somebody who only watches: AUTH says nothing of its token."""
    message = decode(text)
    return encode(Auth(message.channel, HIDDEN)) if isinstance(message, Auth) else text
