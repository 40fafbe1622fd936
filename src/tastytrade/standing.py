"""Where a source with several connections stands, as one state."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from tastytrade.source import State, StateChange


def standing_of(connections: Sequence[StateChange]) -> StateChange:
    """The state of all of them; of one, its own.

    Where some are up and some are not, that is DEGRADED: part of the data flows.
    """
    if len(connections) == 1:
        return connections[0]
    sent, wanted = (sum(one.sent for one in connections), sum(one.wanted for one in connections))
    numbered = list(enumerate(connections, 1))
    down = [(number, one) for number, one in numbered if not one.state.is_up]
    if len(down) == len(connections):
        return replace(connections[0], sent=sent, wanted=wanted)
    at_ns = max(one.at_ns for one in connections)
    troubled = down or [(number, one) for number, one in numbered if one.state is State.DEGRADED]
    if troubled:
        reason = "; ".join(f"connection {number} {one.state.value}: {one.reason}" for number, one in troubled)
        return StateChange(State.DEGRADED, reason, at_ns, sent=sent, wanted=wanted)
    if any(one.state is State.RESTORING for one in connections):
        reason = f"{sent:,} of {wanted:,} subscribed over {len(connections)} connections"
        return StateChange(State.RESTORING, reason, at_ns, sent=sent, wanted=wanted)
    reason = f"everything wanted is subscribed, over {len(connections)} connections"
    return StateChange(State.LIVE, reason, at_ns, sent=sent, wanted=wanted)
