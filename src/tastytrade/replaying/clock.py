"""Clock: which moment of a recording it is, while it is played at some speed, and while it stands still.

A plain object that is told the time of an event loop, in seconds; recorded moments are Unix nanoseconds.
"""

from __future__ import annotations

from typing import Literal

from tastytrade.errors import ConfigurationError

Speed = float | Literal["max"]
"""So many times the pace at which something was received; "max" is as fast as it is read."""

PUT_BACK_NS = 1_000_000_000
"""What was received so much earlier than what came before it was received after the clock was put back."""


class PlayClock:
    """It begins at the first moment that is asked for, and goes on from there."""

    def __init__(self, speed: Speed) -> None:
        self._speed = checked_speed(speed)
        self._moment_ns: int | None = None
        self._since: float | None = None
        """When it was that moment; None while it stands still."""
        self._last_ns = 0

    @property
    def speed(self) -> Speed:
        """How fast it goes."""
        return self._speed

    def due(self, received_ns: int, now: float) -> float:
        """The loop's time at which something is due; from now on the clock goes."""
        if self._speed == "max":
            self.jump(received_ns)
            return now
        if self._moment_ns is None or received_ns < self._last_ns - PUT_BACK_NS:
            self._moment_ns, self._since = received_ns, now
        self._last_ns = received_ns
        if self._since is None:
            self._since = now
        return self._since + (received_ns - self._moment_ns) / 1e9 / self._speed

    def hold(self, now: float) -> None:
        """Stand still, until something is due again."""
        if self._moment_ns is not None and self._since is not None and self._speed != "max":
            self._moment_ns += int((now - self._since) * 1e9 * self._speed)
        self._since = None

    def change(self, speed: Speed, now: float) -> None:
        """Go on from this moment at another speed."""
        checked = checked_speed(speed)
        self.hold(now)
        self._speed = checked

    def jump(self, received_ns: int) -> None:
        """It is the moment of something that was given out of turn."""
        self._moment_ns = self._last_ns = received_ns
        self._since = None

    def restart(self) -> None:
        """Begin anew with whatever is due next."""
        self._moment_ns = self._since = None


def checked_speed(speed: object) -> Speed:
    """The speed. Raises ConfigurationError for what is none."""
    if speed == "max":
        return "max"
    if isinstance(speed, int | float) and not isinstance(speed, bool) and 0 < speed < float("inf"):
        return speed
    raise ConfigurationError(f'speed is a positive number, or "max", not {speed!r}')
