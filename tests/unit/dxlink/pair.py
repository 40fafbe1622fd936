"""A client and a server end wired together in memory, with a clock that moves when told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tastytrade.dxfeed import EventBatch
from tastytrade.dxlink.client import ClientProtocol, Received
from tastytrade.dxlink.frame import Frame
from tastytrade.dxlink.plan import ChannelPlan
from tastytrade.dxlink.server import Changed, ServerProtocol
from tastytrade.dxlink.server_options import ServerOptions

GOOD_TOKEN = "good"


class Pair:
    def __init__(
        self,
        *,
        token: str | None = GOOD_TOKEN,
        options: ServerOptions | None = None,
        plans: Sequence[ChannelPlan] | None = None,
        pace: float = 0.0,
    ) -> None:
        self.now = 0.0
        self.client = ClientProtocol(plans, pace=pace)
        self.options = options
        self.log: list[tuple[str, str]] = []
        self.received: list[Received] = []
        self.changes: list[Changed] = []
        self.reconnect(token)

    def reconnect(self, token: str | None = GOOD_TOKEN) -> None:
        self.server = ServerProtocol(
            lambda given: "u-1" if given == GOOD_TOKEN else None, self.options, now=self.now
        )
        self.client.start(token=token, now=self.now)

    def settle(self) -> None:
        """Carry frames both ways until neither end has anything to say."""
        while True:
            said = self.client.data_to_send(self.now)
            for text in said:
                self.log.append(("C", text.decode()))
                self.changes += self.server.receive(text, now=self.now)
            answered = self.server.data_to_send(self.now)
            for text in answered:
                self.log.append(("S", text.decode()))
                self.received += self.client.receive(text, now=self.now)
            if not said and not answered:
                return

    def send(self, number: int, batches: list[EventBatch[Any]]) -> None:
        self.server.send(number, batches)
        self.settle()

    def events(self) -> list[Any]:
        frames = [one for one in self.received if isinstance(one, Frame)]
        return [event for frame in frames for batch in frame.decode().batches for event in batch]

    def said(self, end: str) -> list[str]:
        return [text for who, text in self.log if who == end]
