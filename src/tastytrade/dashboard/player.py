"""Player: the replay behind a page: paused, at another speed, sought, and begun anew when it was over."""

from __future__ import annotations

from typing import Any

from tastytrade.errors import ConfigurationError
from tastytrade.replaying import Replay, Speed
from tastytrade.source import State
from tastytrade.store import Store

_OVER = {State.CLOSED, State.FAILED}


class Player:
    """One replay after the other, of one store. The first is whose who opened it; later ones are ours."""

    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        self._is_ours = False
        self._speed, self._is_paused = replay.speed, replay.is_paused
        self._sought_ns: int | None = None
        self._seen_n = replay.position[0]
        bounds = replay.store.bounds()
        if bounds is None:
            raise ConfigurationError(f"{replay.store.path} has no events yet; capture some first")
        self._bounds = bounds

    @property
    def store(self) -> Store:
        return self.replay.store

    @property
    def until_ns(self) -> int:
        """Everything received before this moment (Unix ns) has been given, and nothing after it."""
        number, at_ns = self.replay.position
        if self._sought_ns is not None and number == self._seen_n:
            return self._sought_ns
        return at_ns + 1 if number else self._bounds.first_ns

    @property
    def is_over(self) -> bool:
        """Whether everything was given."""
        return self.replay.state.state in _OVER

    def position(self) -> dict[str, Any]:
        """Where it stands, as pages are told."""
        replay = self.replay
        return {
            "at_ms": (self.until_ns - 1) // 1_000_000,
            "n": replay.position[0],
            "speed": self._speed,
            "paused": self._is_paused,
            "over": self.is_over,
        }

    def opening(self) -> dict[str, Any]:
        """What a page is told once: how far it goes, and where something is missing."""
        table = self.store.gaps()
        from_ms, to_ms = table["from"].dt.epoch("ms"), table["to"].dt.epoch("ms")
        reasons, types = table["reason"], table["event_types"]
        gaps = [
            [begins, self._last_ms if ends is None else ends, reason, names]
            for begins, ends, reason, names in zip(
                *(column.to_list() for column in (from_ms, to_ms, reasons, types)), strict=True
            )
        ]
        return {
            "first_ms": self._bounds.first_ns // 1_000_000,
            "last_ms": self._last_ms,
            "at_ms": (self.until_ns - 1) // 1_000_000,
            "speed": self._speed,
            "paused": self._is_paused,
            "gaps": gaps,
        }

    def change_speed(self, speed: Speed) -> None:
        """Another pace from now on. Raises ConfigurationError for what is none."""
        if speed != "max" and not 0 < speed < float("inf"):
            raise ConfigurationError(f'speed is a positive number, or "max", not {speed!r}')
        self._speed = speed
        if not self.is_over:
            self.replay.speed = speed

    def pause(self) -> None:
        """Give nothing more until ``resume()``."""
        self._is_paused = True
        if not self.is_over:
            self.replay.pause()

    def resume(self) -> None:
        """Go on."""
        self._is_paused = False
        if not self.is_over:
            self.replay.resume()

    async def begin_again(self) -> None:
        """Another replay from the beginning, when this one is over. Whoever reads must subscribe anew."""
        self._is_paused = False
        await self.seek(self._bounds.first_ns)

    async def seek(self, to_ns: int) -> None:
        """Stand at a moment (Unix ns), within the recording. Whoever reads must subscribe anew."""
        to_ns = min(max(to_ns, self._bounds.first_ns), self._bounds.last_ns)
        if self.is_over:
            before = self.replay
            self.replay = Replay(self.store, speed=self._speed, start=to_ns, paused=self._is_paused)
            await self.replay.open()
            if self._is_ours:
                await before.aclose()
            self._is_ours = True
        else:
            self.replay.seek(to_ns)
        self._seen_n, self._sought_ns = self.replay.position[0], to_ns

    async def aclose(self) -> None:
        """Close the replay that it began by itself."""
        if self._is_ours:
            await self.replay.aclose()

    @property
    def _last_ms(self) -> int:
        return self._bounds.last_ns // 1_000_000
