"""The picture: what an event costs each client, as bars on a logarithmic scale, for light and dark pages."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from math import ceil, floor, log10

from tests.speed.plans import Plan
from tests.speed.report import Result
from tests.speed.rounds import Spread, figure, figures, spread

WIDTH, LEFT, RIGHT, TOP, STEP, BAR = 760, 190, 70, 64, 28, 18
_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-size: 15px; font-weight: 600 }
.small { font-size: 11px; fill: #57606a }
.grid { stroke: #d0d7de }
.range { stroke: #24292f }
.ours { fill: #1a7f5a }
.bare { fill: #8c959f }
.peer { fill: #bc6c25 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .small { fill: #9198a1 }
  .grid { stroke: #3d444d }
  .range { stroke: #e6edf3 }
  .ours { fill: #3fb98a }
  .bare { fill: #848d97 }
  .peer { fill: #e09b5a }
}
"""


def picture_of(result: Result, plan: Plan) -> str:
    """An SVG of the cells of a plan that were measured, the cheapest first."""
    costs: dict[str, Spread] = {}
    for cell in plan.cells:
        found = spread(figures(result.samples, plan.name, cell.label).values())
        if found is not None:
            costs[cell.label] = found
    costs = dict(sorted(costs.items(), key=lambda one: one[1].middle))
    low = floor(log10(min(one.least for one in costs.values())))
    high = ceil(log10(max(one.most for one in costs.values())))
    height = TOP + STEP * len(costs) + 44

    def x(value: float) -> float:
        return LEFT + (log10(value) - low) / max(1, high - low) * (WIDTH - LEFT - RIGHT)

    scenario = plan.cells[0].scenario
    what = f"{scenario.kind}s, {scenario.frame} in a message, {scenario.symbols} symbols"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>CPU time for each event, by client</title><style>{_STYLE}</style>",
        f'<text class="title" x="12" y="24">CPU time for each event: {escape(what)}</text>',
        '<text class="small" x="12" y="44">microseconds of the client\'s process, logarithmic; '
        "less is better; thin lines: least and most</text>",
    ]
    for power in range(low, high + 1):
        at, label = x(10**power), f"{10**power:g}"
        bottom = TOP + STEP * len(costs)
        parts.append(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP - 6}" y2="{bottom}"/>')
        parts.append(
            f'<text class="small" x="{at:.1f}" y="{bottom + 14}" text-anchor="middle">{label}</text>'
        )
    for number, (name, cost) in enumerate(costs.items()):
        parts += _bar(name, cost, TOP + STEP * number, x(10**low), x)
    machine = result.machine
    said = f"{machine.date}, commit {machine.commit}, Python {machine.python}, {machine.processor}"
    parts.append(f'<text class="small" x="12" y="{height - 10}">{escape(said)}</text></svg>')
    return "\n".join(parts) + "\n"


def _bar(name: str, cost: Spread, top: int, start: float, x: Callable[[float], float]) -> list[str]:
    kind = "ours" if name.startswith("ours") else "bare" if name.startswith("bare") else "peer"
    end, middle = x(cost.middle), top + BAR / 2
    return [
        f'<text x="{LEFT - 8}" y="{top + 14}" text-anchor="end">{escape(name)}</text>',
        f'<rect class="{kind}" x="{start:.1f}" y="{top}" width="{end - start:.1f}" height="{BAR}" rx="3"/>',
        f'<line class="range" x1="{x(cost.least):.1f}" x2="{x(cost.most):.1f}" '
        f'y1="{middle:.1f}" y2="{middle:.1f}"/>',
        f'<text x="{max(end, x(cost.most)) + 6:.1f}" y="{top + 14}">{figure(cost.middle)}</text>',
    ]
