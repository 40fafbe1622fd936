// Plot: curves or bars over one axis with uPlot, with vertical marks, a legend in text, and a line of what is
// pointed at. Series differ by dash and not only by colour.

/* global uPlot */
import { el } from "./elements.js";
import { draw } from "./frame.js";
import { fixed, money, plain, shown } from "./format.js";
import { colours } from "./theme.js";

const FONT = "11px system-ui, sans-serif";
const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3], [12, 4], [4, 2]];
const SIGNS = ["━━", "╍╍", "┅┅", "┅╍", "━ ━", "┄┄"];
const TICKS = {
  money: (value) => money(value).replace(/(\.\d*?)0+(?= |$)/, "$1").replace(/\.(?= |$)/, "").replace(" ", ""),
  days: (value) => `${fixed(value, 0)} d`,
  strike: (value) => shown(value, { kind: "strike" }),
  points: (value) => shown(value, { kind: "number" }),
};
const EXACT = {
  ...TICKS,
  percent: (value) => `${fixed(value * 100, 2)}%`,
  money,
  strike: (value) => shown(Number(value.toFixed(2)), { kind: "strike" }),
  points: (value) => fixed(value, 2),
};

// x, y      what the axes show: percent, money, days, strike or points
// right     what the axis at the right shows, where `isRight(name)` puts a series there
// isBar     which series stands as bars, those below zero in the other colour; the others are lines
// isLeftOut which series are only in the CSV
// span      (message, series) -> [from, to] of the x axis, or null for everything
export class Plot {
  constructor(label, options) {
    this.label = label;
    this.options = { isRight: () => false, isBar: () => false, isLeftOut: () => false, span: () => null, ...options };
    this.readout = el("p", { class: "legend" });
    this.box = el("div", { class: "chart", role: "img", "aria-label": label });
    this.element = el("div", { class: "plot" }, this.readout, this.box);
    this.message = null;
    this.drawing = () => this.draw();
    new ResizeObserver(() => draw(this.drawing)).observe(this.box);
  }

  take(message) {
    this.message = message;
    this.series = message.series.filter((one) => !this.options.isLeftOut(one.name) && one.x.length > 0);
    this.marks = (message.marks ?? []).filter((mark) => typeof mark.x === "number");
    draw(this.drawing);
  }

  redraw() {
    this.end();
    draw(this.drawing);
  }

  end() {
    this.chart?.destroy();
    this.chart = null;
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.box;
    if (!this.message || width === 0 || height === 0) return;
    const shape = JSON.stringify([this.series.map((one) => one.name), this.message.x, this.message.y]);
    if (shape !== this.shape) this.end();
    this.shape = shape;
    this.data = joined(this.series);
    const drawn = this.apart();
    if (this.chart) {
      if (this.chart.width !== width || this.chart.height !== height) this.chart.setSize({ width, height });
      this.chart.setData(drawn);
    } else if (drawn[0].length > 0) {
      this.chart = new uPlot(this.chartOptions(width, height), drawn, this.box);
    }
    this.read();
  }

  // Bars become two columns, what is above zero and what is below it.
  apart() {
    const columns = this.series.flatMap((one, at) => {
      const values = this.data[at + 1];
      if (!this.options.isBar(one.name)) return [values];
      return [values.map((value) => (value >= 0 ? value : null)), values.map((value) => (value < 0 ? value : null))];
    });
    return [this.data[0], ...columns];
  }

  chartOptions(width, height) {
    const { x, y, right } = this.options;
    const across = (_, low, high) => this.options.span(this.message, this.series) ?? [low, high];
    const scales = { x: { time: false, range: across }, y: { range: (_, low, high) => room(low, high, y === "money") } };
    const axes = [this.axis(this.message.x, x, { size: 24 }), this.axis(this.message.y, y, { size: 52 })];
    if (right && this.series.some((one) => this.options.isRight(one.name))) {
      scales.right = { range: (_, low, high) => room(low, high, false) };
      axes.push(this.axis(right, right, { size: 48, side: 1, scale: "right", grid: { show: false } }));
    }
    return {
      width, height, scales, axes, padding: [10, 12, 0, 0], legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 6 }, y: false },
      series: [{}, ...this.series.flatMap((one, at) => this.strokes(one, at))],
      hooks: { draw: [(chart) => this.mark(chart)], setCursor: [() => this.read()] },
    };
  }

  axis(label, kind, rest) {
    const colour = colours();
    return {
      stroke: colour.dim, grid: { stroke: colour.grid, width: 1 }, ticks: { stroke: colour.line, size: 4, width: 1 },
      font: FONT, labelFont: FONT, gap: 4, label: plain(label ?? ""), labelSize: 16, labelGap: 0,
      values: (_, splits) => splits.map((at) => (at === null ? "" : tick(at, kind, splits))), ...rest,
    };
  }

  strokes(one, at) {
    const colour = colours();
    if (this.options.isBar(one.name)) {
      const paths = uPlot.paths.bars({ size: [0.7, 26], align: 0 });
      return [colour.up, colour.down].map((fill) => ({ stroke: fill, fill, width: 0, paths, points: { show: false } }));
    }
    const stroke = colour[`series-${(at % 6) + 1}`];
    const points = { show: (_, __, from, to) => to - from < 40, size: 4, fill: stroke };
    const scale = this.options.isRight(one.name) ? "right" : "y";
    return [{ label: plain(one.name), scale, stroke, width: 1.5, dash: DASHES[at % DASHES.length], spanGaps: true, points }];
  }

  mark(chart) {
    const { ctx: context, bbox } = chart;
    const colour = colours();
    const scale = window.devicePixelRatio;
    context.save();
    context.font = `${11 * scale}px system-ui, sans-serif`;
    context.textBaseline = "top";
    if (this.options.y === "money") {
      context.fillStyle = colour.dim;
      context.fillRect(bbox.left, Math.round(chart.valToPos(0, "y", true)), bbox.width, scale);
    }
    this.marks.forEach((mark, at) => {
      const left = Math.round(chart.valToPos(mark.x, "x", true));
      if (left < bbox.left || left > bbox.left + bbox.width) return;
      context.strokeStyle = context.fillStyle = at % 2 ? colour.warn : colour.accent;
      context.setLineDash(at % 2 ? [2 * scale, 3 * scale] : [7 * scale, 4 * scale]);
      context.lineWidth = 1.5 * scale;
      context.beginPath();
      context.moveTo(left, bbox.top);
      context.lineTo(left, bbox.top + bbox.height);
      context.stroke();
      const isCrowded = this.marks.some((one) => one.x > mark.x && chart.valToPos(one.x, "x", true) < left + 50 * scale);
      const isRight = isCrowded || left + 80 * scale > bbox.left + bbox.width;
      context.textAlign = isRight ? "right" : "left";
      context.fillText(plain(mark.name), left + (isRight ? -4 : 4) * scale, bbox.top + (2 + at * 14) * scale);
    });
    context.restore();
  }

  // What is pointed at, else what there is; the marks in either case.
  read() {
    const { x, y, right } = this.options;
    const at = this.chart?.cursor.idx ?? null;
    const names = this.series.map((one, place) => {
      const value = at === null ? null : this.data[place + 1][at];
      const kind = this.options.isRight(one.name) ? right : y;
      const isBar = this.options.isBar(one.name);
      const sign = isBar ? "■" : SIGNS[place % 6];
      const text = `${sign} ${plain(one.name)}${typeof value === "number" ? ` ${EXACT[kind](value)}` : ""}`;
      return el("span", { class: isBar ? "" : `series-${(place % 6) + 1}` }, text);
    });
    const marks = this.marks.map((mark) => `${plain(mark.name)} ${EXACT[x](mark.x)}`);
    const words = at === null ? marks : [`${plain(this.message.x ?? "")} ${EXACT[x](this.data[0][at])}`, ...marks];
    const told = [...names.map((one) => one.textContent), ...words].join();
    if (told === this.told) return;
    this.told = told;
    this.readout.replaceChildren(...names, ...words.map((one) => el("span", {}, one)));
    if (at === null) this.box.setAttribute("aria-label", `${this.label}: ${told}`);
  }

  csv() {
    const names = ["series", this.message?.x ?? "x", this.message?.y ?? "y"];
    const rows = (this.message?.series ?? []).flatMap((one) => one.x.map((x, at) => [one.name, x, one.y[at]]));
    return { names, rows };
  }
}

// Percents with as many decimals as tell one tick from the next.
function tick(value, kind, splits) {
  if (kind !== "percent") return TICKS[kind](value);
  const step = Math.abs((splits[1] ?? 1) - splits[0]) * 100;
  const decimals = [0, 1, 2].find((count) => Math.abs(step - Number(step.toFixed(count))) < 1e-9) ?? 2;
  return `${fixed(value * 100, decimals)}%`;
}

// A little room around what is drawn; where there are bars, zero is in it.
function room(low, high, withZero) {
  if (low === null || high === null) return [0, 1];
  const [from, to] = withZero ? [Math.min(0, low), Math.max(0, high)] : [low, high];
  const more = (to - from || Math.abs(to) || 1) * 0.06;
  return [from === 0 ? 0 : from - more, to === 0 ? 0 : to + more];
}

// Every series over the x values of all of them.
function joined(series) {
  const xs = [...new Set(series.flatMap((one) => one.x))].filter((x) => typeof x === "number").sort((one, other) => one - other);
  const places = new Map(xs.map((x, at) => [x, at]));
  const columns = series.map((one) => {
    const column = new Array(xs.length).fill(null);
    one.x.forEach((x, at) => {
      if (places.has(x)) column[places.get(x)] = one.y[at];
    });
    return column;
  });
  return [xs, ...columns];
}
