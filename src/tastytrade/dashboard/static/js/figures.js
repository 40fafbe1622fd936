// Figures: the small drawings of the feed's health: how late events come, and when there were gaps.

import { el } from "./elements.js";
import { draw } from "./frame.js";
import { clockTime } from "./format.js";
import { colours } from "./theme.js";

const FONT = "11px system-ui, sans-serif";
const SHORTEST_SPAN_MS = 300_000;

// A canvas that paints itself again when its size or what it shows changes: paint(context, width, height).
export class Figure {
  constructor(label, paint) {
    this.label = label;
    this.paint = paint;
    this.canvas = el("canvas", { role: "img", "aria-label": label });
    this.element = el("div", { class: "figure" }, this.canvas);
    this.drawing = () => this.draw();
    new ResizeObserver(() => draw(this.drawing)).observe(this.element);
  }

  show(data, words) {
    this.data = data;
    this.canvas.setAttribute("aria-label", `${this.label}: ${words}`);
    draw(this.drawing);
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (width === 0 || this.data === undefined) return;
    const scale = window.devicePixelRatio;
    this.canvas.width = width * scale;
    this.canvas.height = height * scale;
    const context = this.canvas.getContext("2d");
    context.scale(scale, scale);
    context.font = FONT;
    this.paint(context, width, height, this.data);
  }
}

// [[upper_ms, count]...]: one bar a class; the number above it, its upper limit below it.
export function paintHistogram(context, width, height, classes) {
  const colour = colours();
  const most = Math.max(0, ...classes.map(([, count]) => count));
  const step = width / Math.max(1, classes.length);
  const room = height - 34;
  context.textAlign = "center";
  classes.forEach(([upper, count], at) => {
    const size = count === 0 ? 0 : Math.max(2, (count / most) * room);
    context.fillStyle = colour["series-1"];
    context.fillRect(at * step + 2, 16 + room - size, step - 4, size);
    context.fillStyle = colour.dim;
    if (step > 30 || at % 2 === 0) context.fillText(limit(upper), (at + 0.5) * step, height - 5);
    if (count > 0 && step > 26) context.fillText(share(count, classes), (at + 0.5) * step, 12 + room - size);
  });
  if (most === 0) context.fillText("nothing came with a time of its own lately", width / 2, height / 2);
  context.fillStyle = colour.line;
  context.fillRect(0, height - 17, width, 1);
}

function limit(ms) {
  if (ms === null) return "more";
  return ms < 1000 ? `≤${ms}` : `≤${ms / 1000}s`;
}

function share(count, classes) {
  const part = (100 * count) / classes.reduce((sum, [, one]) => sum + one, 0);
  return part < 1 ? "<1%" : `${Math.round(part)}%`;
}

// Gaps over time: filled where data is missing, an outline where it has been fetched later.
export function paintTimeline(context, width, height, { gaps, from, to }) {
  const colour = colours();
  const span = Math.max(SHORTEST_SPAN_MS, to - from);
  const first = to - span;
  const place = (ms) => ((ms - first) / span) * width;
  const floor = height - 18;
  context.fillStyle = colour.grid;
  context.fillRect(0, 4, width, floor - 4);
  for (const gap of gaps) {
    const left = place(gap.from_ms);
    const wide = Math.max(3, place(gap.to_ms ?? to) - left);
    context.fillStyle = context.strokeStyle = gap.healed ? colour.up : colour.warn;
    if (gap.healed) context.strokeRect(left + 0.5, 6.5, wide, floor - 9);
    else context.fillRect(left, 6, wide, floor - 8);
  }
  context.fillStyle = colour.dim;
  const parts = width < 500 ? 2 : 4;
  for (let part = 0; part <= parts; part += 1) {
    context.textAlign = part === 0 ? "left" : part === parts ? "right" : "center";
    context.fillText(clockTime(first + (span * part) / parts), (width * part) / parts, height - 4);
  }
}
