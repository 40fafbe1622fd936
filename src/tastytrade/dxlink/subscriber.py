"""Subscriber: the channels of one client, what is wanted on them, and what to tell the server next.

Legal at any time, connected or not: what readers want outlives connections, and after a restart the
desired set is sent as it is then. DXLink acknowledges no subscription. So each message of them has a mark,
and whoever learns that the server has read so far (it answered a ping that was sent later) says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tastytrade.dxlink.channel import REOPEN_PAUSE, Channel, Opening
from tastytrade.dxlink.meaning import Meaning, meaning_of
from tastytrade.dxlink.messages import (
    AnyMessage,
    ChannelClosed,
    ChannelOpened,
    ChannelRequest,
    Entry,
    Error,
    FeedConfig,
    Message,
)
from tastytrade.dxlink.plan import ChannelPlan, contract_plans
from tastytrade.errors import ConfigurationError, ConnectFailed

PACE = 0.2
"""Seconds between subscription messages of 500 entries; servers answer faster ones with errors."""
SLOWEST_PACE = 2.0
RATE_COOLDOWN = 10.0
BUDGET = 25_000
"""Entries (symbol and event type) that a connection holds (measured by others)."""


class Subscriber:
    """``send`` puts a message out."""

    def __init__(
        self,
        plans: Sequence[ChannelPlan] | None,
        send: Callable[[Message], None],
        *,
        step_timeout: float,
        rate_cooldown: float = RATE_COOLDOWN,
        pace: float = PACE,
    ) -> None:
        self.channels = [Channel(plan) for plan in (contract_plans() if plans is None else plans)]
        self.by_number: dict[int, Channel] = {}
        """The channels of this connection by their numbers."""
        self.budget = BUDGET
        self.asked = 0
        """The mark of the message sent last."""
        self.lost: list[tuple[Channel, Meaning]] = []
        """Channels on which data may have stopped though the connection lives, because the server closed
        them or refused something; whoever takes note empties it."""
        self.stray = 0
        """Messages for channels that are not open: counted and ignored."""
        self._send = send
        self._step_timeout = step_timeout
        self._rate_cooldown = rate_cooldown
        self._usual_pace = self._pace = pace
        self._open_all = False
        self._last_number = -1
        self._next_chunk_at = 0.0
        self._turn = 0

    # What readers want.

    def channel_for(self, entry: Entry) -> Channel:
        """The channel a subscription belongs to. Raises ConfigurationError when no plan takes it."""
        for channel in self.channels:
            if channel.plan.takes(entry):
                return channel
        raise ConfigurationError(f"no channel of this connection takes {entry.type}")

    def want(self, entry: Entry, *, again: bool = False) -> None:
        """Desire a subscription; ``again`` asks for its current value or snapshot once more."""
        self.channel_for(entry).wanted.want(entry, again=again)

    def unwant(self, entry: Entry) -> None:
        """Give a subscription up."""
        self.channel_for(entry).wanted.unwant(entry.key)

    def open_all(self) -> None:
        """Open every planned channel now, instead of each when something is first wanted on it."""
        self._open_all = True

    def halve_messages(self) -> None:
        """A message was too large for the server: the next ones are smaller."""
        for channel in self.channels:
            channel.wanted.halve_messages()

    # How far the server knows.

    @property
    def is_confirmed(self) -> bool:
        """Whether the server has read that everything is wanted for which it has room."""
        return all(channel.is_confirmed for channel in self.channels)

    @property
    def is_full(self) -> bool:
        """Whether the server has no room for something that is desired."""
        return any(channel.wanted.is_full for channel in self.channels)

    @property
    def sent(self) -> int:
        """Subscriptions told to the server."""
        return sum(len(channel.wanted.sent) for channel in self.channels)

    @property
    def desired(self) -> int:
        """Subscriptions that readers want."""
        return sum(len(channel.wanted.desired) for channel in self.channels)

    @property
    def progress(self) -> tuple[int, int]:
        """Subscriptions told to the server, and desired."""
        return self.sent, self.desired

    @property
    def room(self) -> int:
        """How many more subscriptions this connection can be given."""
        return self.budget - self.desired

    def confirm(self, mark: int) -> None:
        """The server has read everything that was said up to a mark."""
        for channel in self.channels:
            channel.confirm(mark)

    # A connection.

    def restart(self, now: float) -> None:
        """A new connection: nothing is known of it yet."""
        for channel in self.channels:
            channel.restart()
            channel.closures = 0
        self.by_number = {}
        self.asked = 0
        self.lost = []
        self._last_number = -1
        self._next_chunk_at = now
        self._pace = self._usual_pace

    def ask_again(self) -> None:
        """Everything on the open channels may have stopped: ask for it as if it were new."""
        for channel in self.channels:
            if channel.wanted.desired:
                channel.wanted.forget_sent()
                channel.doubt()

    def on_channel(self, message: AnyMessage, now: float) -> None:
        """Take a message of a service channel."""
        channel = self.by_number.get(message.channel)
        if channel is None:
            self.stray += 1
            return
        match message:
            case ChannelOpened():
                channel.opening = Opening.OPEN
            case ChannelClosed():
                self._on_closed(channel, now)
            case FeedConfig():
                self._send_any(channel.apply(message))
            case Error():
                self._on_error(channel, meaning_of(message), now)
            case _:
                pass

    def advance(self, now: float) -> None:
        """Say what there is to say now. Channels take turns: none keeps the others waiting."""
        turn = self._turn
        for place in range(len(self.channels)):
            number = (turn + place) % len(self.channels)
            if self._advance(self.channels[number], now):
                self._turn = number + 1

    def next_deadline(self) -> float:
        """When ``check()`` and ``advance()`` should be called at the latest."""
        due = [float("inf")]
        for channel in self.channels:
            if channel.set_up_by is not None:
                due.append(channel.set_up_by)
            if channel.opening is Opening.REQUESTED:
                due.append(channel.opened_by)
            elif channel.opening is Opening.CLOSED and channel.wanted.desired:
                due.append(channel.open_at)
            elif channel.opening is Opening.OPEN and not channel.wanted.is_settled:
                due.append(max(self._next_chunk_at, channel.quiet_until, channel.look_at))
        return min(due)

    def check(self, now: float) -> None:
        """Raise ConnectFailed when a channel has not been opened or set up in time."""
        for channel in self.channels:
            if channel.opening is Opening.REQUESTED and now >= channel.opened_by:
                raise self._late(ChannelOpened, channel)
            if channel.set_up_by is not None and now >= channel.set_up_by:
                raise self._late(FeedConfig, channel)

    def _late(self, message: type[Message], channel: Channel) -> ConnectFailed:
        step = f"{message.__struct_config__.tag} of channel {channel.number}"
        return ConnectFailed(f"the server did not send {step} within {self._step_timeout:g} s", step=step)

    def _on_closed(self, channel: Channel, now: float) -> None:
        del self.by_number[channel.number]
        channel.restart()
        channel.closures += 1
        if channel.closures > 1:  # the first time may be chance
            channel.open_at = now + min(REOPEN_PAUSE * 2 ** min(channel.closures, 8), 32.0)
        self.lost.append((channel, Meaning.LOST_CHANNEL))

    def _on_error(self, channel: Channel, meaning: Meaning, now: float) -> None:
        match meaning:
            case Meaning.RATE:
                self._pace = min(self._pace * 2, SLOWEST_PACE)
                channel.quiet_until = now + self._rate_cooldown
                channel.wanted.send_again()
                channel.doubt()
                self.lost.append((channel, meaning))
            case Meaning.CANDLES | Meaning.SIZE:
                channel.refusals += 1
                channel.take_back(now)
                if meaning is Meaning.CANDLES:
                    channel.wanted.limit = len(channel.wanted.sent)
                else:
                    self.budget = self.sent
            case _:
                pass

    def _advance(self, channel: Channel, now: float) -> bool:
        """Say what there is to say on a channel now; whether subscriptions were among it."""
        if channel.opening is Opening.CLOSED:
            if (channel.wanted.desired or self._open_all) and now >= channel.open_at:
                self._request(channel, now)
            return False
        if channel.opening is Opening.REQUESTED:
            return False
        has_sent = False
        if channel.wanted.pending_types or self._open_all:
            setup = channel.next_setup()
            if setup is not None:
                if not channel.is_configured:  # whether each of them is answered has not been recorded
                    channel.set_up_by = channel.set_up_by or now + self._step_timeout
                self._send(setup)
        while now >= max(self._next_chunk_at, channel.quiet_until):
            message = channel.wanted.next_message(channel.number, space=self.budget - self.sent, now=now)
            if message is None:
                channel.look_at = now + self._usual_pace
                break
            self.asked += 1
            channel.said(message, self.asked, now)
            entries = len(message.add or ()) + len(message.remove or ())
            self._send(message)
            self._next_chunk_at = now + self._pace * entries / 500
            has_sent = True
        return has_sent

    def _request(self, channel: Channel, now: float) -> None:
        # Clients open odd numbers only, and none twice on a connection.
        self._last_number += 2
        channel.number = self._last_number
        channel.opening = Opening.REQUESTED
        channel.opened_by = now + self._step_timeout
        self.by_number[channel.number] = channel
        self._send(ChannelRequest(channel.number, "FEED", {"contract": channel.plan.contract.value}))

    def _send_any(self, message: Message | None) -> None:
        if message is not None:
            self._send(message)
