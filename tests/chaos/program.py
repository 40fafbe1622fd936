"""Programs of the harness as processes: started, ordered about over their standard input, and ended."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
ANSWER_TIMEOUT = 15.0


class Failed(Exception):
    """A part of the harness itself does not work: nothing is said of the client by that."""


class Program:
    """One process: ``python -m module arguments``, its standard error in a file."""

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        self.process = process
        self.name = name
        self._one_by_one = asyncio.Lock()

    @classmethod
    async def start(
        cls, module: str, *arguments: str, errors: Path, environment: Mapping[str, str] | None = None
    ) -> Self:
        """Start one; ``environment`` is added to ours."""
        with errors.open("ab") as file:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                f"tests.chaos.{module}",
                *arguments,
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=file,
                limit=1 << 24,
            )
        return cls(process, module)

    async def line(self) -> dict[str, Any]:
        """The next line it prints. Raises Failed when there is none."""
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT):
                text = await self.process.stdout.readline()
        except TimeoutError:
            raise Failed(f"the {self.name} did not answer within {ANSWER_TIMEOUT:g} s") from None
        if not text:
            raise Failed(f"the {self.name} ended (status {await self.process.wait()}): see its .stderr file")
        answer: dict[str, Any] = json.loads(text)
        if "error" in answer:
            raise Failed(f"the {self.name}: {answer['error']}")
        return answer

    async def order(self, what: str, **arguments: Any) -> dict[str, Any]:
        """Have it do something; gives its answer."""
        assert self.process.stdin is not None
        async with self._one_by_one:
            self.process.stdin.write(json.dumps({"do": what, **arguments}).encode() + b"\n")
            await self.process.stdin.drain()
            return await self.line()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; nothing when it has ended."""
        if self.process.returncode is None:
            self.process.send_signal(number)

    async def ended(self, seconds: float) -> int | None:
        """Its status, or None when it has not ended so many seconds later."""
        try:
            async with asyncio.timeout(seconds):
                return await self.process.wait()
        except TimeoutError:
            return None

    async def kill(self) -> None:
        """End it at once, and let go of what leads to it."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGKILL)
        await self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()
