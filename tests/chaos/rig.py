"""The rig: server, proxy and client as processes, and how each kind of fault is done to them."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import msgspec

from tests.chaos.evidence import Done, Life
from tests.chaos.lines import Plan
from tests.chaos.program import Program
from tests.chaos.schedule import Fault
from tests.chaos.server import CANARY, Settings

STOP_LIMIT = 5.0
"""Seconds that a client may take to end after SIGTERM."""
GRACE = 3.0
"""Seconds more that the harness waits, to say how long it took instead of nothing."""

_SAYINGS: dict[str, dict[str, Any]] = {
    "malformed": {"name": "say", "sample": "malformed"},
    "wrong_arity": {"name": "spoil", "how": "short"},
    "full_format": {"name": "format", "data_format": "FULL"},
    "config_again": {"name": "config"},
}
_MET: dict[str, dict[str, Any]] = {
    "drop_in_restore": {"name": "abort", "on_step": "FEED_SUBSCRIPTION"},
    "rate_error": {"name": "error", "preset": "rate", "on_step": "FEED_SUBSCRIPTION", "instead": True},
}


class Rig:
    """``async with`` starts it all in a folder; ``do()`` carries out a fault, ``stop_client()`` ends it."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder = folder
        self.plan = plan
        self.lives: list[Life] = []
        self.done: list[Done] = []
        self._api_url = ""

    async def __aenter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.proxy = await Program.start("proxy", "0", errors=self.folder / "proxy.stderr")
        proxy_port = (await self.proxy.line())["port"]
        settings = Settings(
            rhythm=self.plan.rhythm,
            feed_url=f"ws://127.0.0.1:{proxy_port}/realtime",
            truth=str(self.folder / "truth.ndjson"),
            keepalive=self.plan.keepalive,
        )
        self.server = await Program.start(
            "server", msgspec.json.encode(settings).decode(), errors=self.folder / "server.stderr"
        )
        started = await self.server.line()
        self._api_url = started["api_url"]
        await self.proxy.order("upstream", port=started["port"])
        await self.start_client()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for program in (self.client, self.proxy, self.server):
            await program.kill()

    # The client.

    async def start_client(self) -> None:
        number = len(self.lives) + 1
        log, errors = self.folder / f"client-{number}.ndjson", self.folder / f"client-{number}.stderr"
        # Each life heals from its own start on: what an earlier one has is not its business.
        plan = msgspec.structs.replace(self.plan, log=str(log), from_ms=time.time_ns() // 1_000_000)
        self.lives.append(Life(str(log), str(errors), time.time_ns()))
        self.client = await Program.start(
            "client",
            msgspec.json.encode(plan).decode(),
            errors=errors,
            environment={
                "TT_API_URL": self._api_url,
                "TT_SECRET": f"sim_{CANARY}_secret",
                "TT_REFRESH": f"sim_{CANARY}_refresh",
                "TASTYTRADE_HOME": str(self.folder / "home"),
                "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            },
        )

    async def stop_client(self) -> Life:
        """SIGTERM, and wait for its end; a client that does not end is killed, and has no status."""
        life, began = self.lives[-1], time.monotonic()
        self.client.signal(signal.SIGTERM)
        life.status = await self.client.ended(STOP_LIMIT + GRACE)
        life.stop_seconds = time.monotonic() - began
        life.ended_ns = time.time_ns()
        await self.client.kill()
        return life

    async def subscriptions(self) -> set[tuple[str, str]]:
        """The server's set: event type and symbol."""
        answer = await self.server.order("subscriptions")
        return {(name, symbol) for name, symbol in answer["subscriptions"]}

    # Faults.

    async def do(self, fault: Fault) -> None:
        """Carry out one fault, from its beginning to its end."""
        from_ns = time.time_ns()
        await self._ways[fault.kind](self, fault)
        self.done.append(Done(fault.kind, fault.args, from_ns, time.time_ns()))

    async def _at_once(self, fault: Fault) -> None:
        await self.proxy.order({"half_message": "half"}.get(fault.kind, fault.kind))

    async def _mode(self, fault: Fault) -> None:
        mode = {"stall_accept": "stall", "long_refuse": "refuse"}.get(fault.kind, fault.kind)
        await self.proxy.order("mode", mode=mode, value=fault.args.get("value"))
        if mode == "stall":  # it is met by those who connect
            await self.proxy.order("rst")
        await asyncio.sleep(fault.seconds)
        await self.proxy.order("mode", mode="pass")

    async def _inject(self, fault: Fault) -> None:
        """A fault of the simulator itself, done to the connections there are."""
        named = {"expire_tokens": "expire"}.get(fault.kind, fault.kind)
        await self.server.order("inject", fault={"name": named, **fault.args})
        await asyncio.sleep(fault.seconds)

    async def _say(self, fault: Fault) -> None:
        """Something that a server should not say, or not so."""
        await self.server.order("inject", fault=_SAYINGS[fault.kind])

    async def _meet(self, fault: Fault) -> None:
        """A fault that the next connection meets, and the end of this one."""
        if fault.kind in _MET:
            await self.server.order("inject", fault={**_MET[fault.kind], "nth": fault.args["nth"]})
        elif fault.kind == "step_withheld":
            message = fault.args["message"]
            await self.server.order("inject", fault={"name": "withhold", "message": message})
        else:
            refused = {"name": "upgrade", "status": fault.args["status"], "seconds": fault.seconds}
            await self.server.order("inject", fault=refused)
        await self.proxy.order("rst")
        await asyncio.sleep(fault.seconds)

    async def _token_down(self, fault: Fault) -> None:
        """The token has expired, and nobody gives another for a while."""
        await self.server.order("fail", path="/api-quote-tokens", status=503)
        await self.server.order("inject", fault={"name": "expire"})
        await asyncio.sleep(fault.seconds)
        await self.server.order("fail", path="/api-quote-tokens", status=None)

    async def _stop(self, fault: Fault) -> None:
        program = self.client if fault.kind == "client_stop" else self.server
        program.signal(signal.SIGSTOP)
        await asyncio.sleep(fault.seconds)
        program.signal(signal.SIGCONT)

    async def _client_kill(self, fault: Fault) -> None:
        life = self.lives[-1]
        await self.client.kill()
        life.was_killed, life.status = True, self.client.process.returncode
        life.ended_ns = time.time_ns()
        await asyncio.sleep(fault.seconds)
        await self.start_client()

    _ways: ClassVar[dict[str, Callable[[Rig, Fault], Awaitable[None]]]] = {
        **dict.fromkeys(("rst", "fin", "half_message"), _at_once),
        **dict.fromkeys(
            ("refuse", "long_refuse", "stall_accept", "blackhole", "deaf", "dumb", "hold"), _mode
        ),
        **dict.fromkeys(("slice", "latency", "bandwidth"), _mode),
        **dict.fromkeys(
            ("close", "abort", "mute", "restart", "expire_tokens", "close_channel", "freeze"), _inject
        ),
        **dict.fromkeys(("malformed", "wrong_arity", "full_format", "config_again"), _say),
        **dict.fromkeys(("drop_in_restore", "rate_error", "step_withheld", "upgrade_refused"), _meet),
        "token_down": _token_down,
        "server_stop": _stop,
        "client_stop": _stop,
        "client_kill": _client_kill,
    }
