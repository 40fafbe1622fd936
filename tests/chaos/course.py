"""One run: a schedule is carried out on a rig, and what is left behind is judged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from tests.chaos.counting_market import Rhythm
from tests.chaos.evidence import Record, Settled, read_evidence, save_record
from tests.chaos.lines import Follower, Plan, StateLine, Wanted, wanted_at_the_end
from tests.chaos.oracle import judge
from tests.chaos.program import Failed
from tests.chaos.rig import Rig
from tests.chaos.schedule import Fault, Schedule
from tests.chaos.server import CANARY
from tests.chaos.verdict import Verdict

START_LIMIT = 20.0
SETTLE_LIMIT = 12.0
"""Seconds in which everything must then be as it is wanted."""
CALM_AT_THE_END = 2.0

TOKENS = ("sim_quote_", "sim_access_", "sim_session_")
"""How the secrets begin that the server gives out."""

Tell = Callable[[float, str], None]
"""Told how many seconds of the schedule are over, and what is being done."""


def in_silence(_seconds: float, _text: str) -> None:
    """Tells nobody."""


async def run(
    schedule: Schedule, folder: Path, *, planted: str | None = None, tell: Tell = in_silence
) -> Verdict:
    """Carry out a schedule and judge what came of it; everything of the run is in ``folder``.

    ``planted`` names a bug that the client is given. Raises Failed when the harness does not work.
    """
    origin_ms = time.time_ns() // 1_000_000 - 60_000
    plan = Plan(log="", rhythm=Rhythm(origin_ms), from_ms=0, planted=planted)
    async with Rig(folder, plan) as rig:
        await _until_wanted(rig)
        began = time.monotonic()
        for fault in schedule.faults:
            await asyncio.sleep(max(began + fault.at - time.monotonic(), 0.0))
            tell(time.monotonic() - began, described(fault))
            await rig.do(fault)
        tell(time.monotonic() - began, "settling")
        settled = await _settle(rig)
        await asyncio.sleep(CALM_AT_THE_END)
        await rig.stop_client()
        tell(schedule.seconds, "judging")
        record = Record(plan=plan, schedule=schedule, lives=rig.lives, done=rig.done, settled=settled)
    save_record(record, folder)
    return judge(read_evidence(folder, secrets=(CANARY, *TOKENS)))


def described(fault: Fault) -> str:
    """A fault in a few words."""
    arguments = " ".join(f"{name}={value}" for name, value in fault.args.items())
    return f"{fault.kind} {arguments}".strip()


async def _until_wanted(rig: Rig) -> None:
    """Until the client has everything for the first time."""
    deadline, log = time.monotonic() + START_LIMIT, Follower(Path(rig.lives[-1].log))
    while time.monotonic() < deadline:
        if any(isinstance(line, Wanted) for line in log.new_lines()):
            return
        if rig.client.process.returncode is not None:
            break
        await asyncio.sleep(0.1)
    raise Failed(f"the client was not live within {START_LIMIT:g} s; see {rig.lives[-1].errors}")


async def _settle(rig: Rig) -> Settled:
    """Until everything is as it is wanted, or the time for that is over; gives how it is then."""
    # A connection that the last fault killed without a word looks alive until its silence is noticed.
    await asyncio.sleep(rig.plan.keepalive + rig.plan.quiet_grace + 1.0)
    deadline, log = time.monotonic() + SETTLE_LIMIT, Follower(Path(rig.lives[-1].log))
    is_changed, state = False, "none"
    while True:
        for line in log.new_lines():
            if isinstance(line, Wanted):
                is_changed |= line.gone
            elif isinstance(line, StateLine):
                state = line.state
        wanted = wanted_at_the_end(rig.plan, changed=is_changed)
        server = await rig.subscriptions()
        is_over = time.monotonic() > deadline or rig.client.process.returncode is not None
        if is_over or (state == "live" and server == wanted):
            return Settled(time.time_ns(), state, sorted(server), sorted(wanted))
        await asyncio.sleep(0.3)
