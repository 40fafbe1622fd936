// Curves: the smile, the term structure and the exposure by strike: panels around a plot.

import { select, setOptions } from "./elements.js";
import { Panel } from "./panel.js";
import { plain } from "./format.js";
import { canvasPicture } from "./picture.js";
import { Plot } from "./plot.js";

const NEAR = [["auto", "near"], ["0.03", "± 3 %"], ["0.06", "± 6 %"], ["0.12", "± 12 %"], ["all", "all strikes"]];
const DEVIATIONS = 5;
const YEAR_MS = 365 * 86_400_000;
const DAY_MS = 86_400_000;
const EXPOSURES = [["gamma", "gamma"], ["vanna", "vanna"], ["charm", "charm"]];

class CurvePanel extends Panel {
  constructor(app, name, title, { plot, ...rest }) {
    super(app, name, title, rest);
    this.plot = new Plot(title, plot);
    this.body.append(this.plot.element);
  }

  isReady() {
    return this.app.underlying() !== "";
  }

  take(message) {
    this.app.clock.hear(message.meta?.at_ms);
    const { underlying, expiration } = message.meta ?? {};
    this.describe([underlying ?? this.app.underlying(), expiration].filter(Boolean).map((one) => plain(one)).join(" · "));
    this.plot.take(message);
  }

  themed() {
    this.plot.redraw();
  }

  csv() {
    return this.plot.csv();
  }

  picture() {
    return canvasPicture(this.plot.chart.ctx.canvas);
  }
}

// A panel over strikes, with the choice of how many of them: those that matter, unless more are wanted.
class StrikePanel extends CurvePanel {
  constructor(app, name, title, { plot, controls = [] }) {
    const near = select(`Strikes of ${title}`, NEAR, "auto", (value) => app.address.set({ near: value }));
    const span = (message, series) => this.span(message, series);
    super(app, name, title, { plot: { ...plot, x: "strike", span }, controls: [near, ...controls] });
    this.near = near;
  }

  refresh() {
    const near = this.app.address.get("near");
    if (near !== this.near.value) this.plot.redraw();
    this.near.value = near;
    super.refresh();
  }

  span(message, series) {
    const near = this.app.address.get("near");
    const spot = (message.marks ?? []).find((mark) => mark.name === "spot")?.x;
    if (near === "all" || spot === undefined) return null;
    const away = near === "auto" ? this.reach(message, series, spot) : Number(near) * spot;
    return away > 0 ? [spot - away, spot + away] : null;
  }
}

export class Smile extends StrikePanel {
  constructor(app) {
    super(app, "smile", "Smile", { plot: { y: "percent" } });
  }

  // Some standard deviations: beyond them implied volatilities say little.
  reach(message, [line], spot) {
    const expiration = Date.parse(message.meta?.expiration ?? "");
    if (!line || Number.isNaN(expiration)) return 0;
    const closest = line.x.reduce((best, x, at) => (Math.abs(x - spot) < Math.abs(line.x[best] - spot) ? at : best), 0);
    const left = Math.max(DAY_MS, expiration + DAY_MS - this.app.clock.now());
    return DEVIATIONS * (line.y[closest] ?? 0) * Math.sqrt(left / YEAR_MS) * spot;
  }

  args() {
    return { underlying: this.app.underlying(), expiration: this.app.address.get("exp") || null };
  }
}

export class Term extends CurvePanel {
  constructor(app) {
    const plot = {
      x: "days", y: "percent", right: "points",
      isRight: (series) => series.startsWith("expected move"), isLeftOut: (series) => series === "forward",
    };
    super(app, "term", "Term structure", { plot });
  }

  args() {
    return { underlying: this.app.underlying() };
  }
}

export class Exposure extends StrikePanel {
  constructor(app) {
    const what = select("Exposure of", EXPOSURES, "gamma", (value) => app.address.set({ what: value }));
    const plot = { y: "money", isBar: (series) => series === "total" };
    super(app, "exposure", "Exposure", { controls: [what], plot });
    this.what = what;
  }

  args() {
    const { address } = this.app;
    return {
      underlying: this.app.underlying(), expiration: address.get("exp") || null, what: address.get("what"),
    };
  }

  // As far as there is an exposure to speak of.
  reach(message, series, spot) {
    const sizes = series.flatMap((one) => one.y.map((value, at) => [Math.abs(value ?? 0), Math.abs(one.x[at] - spot)]));
    const most = Math.max(0, ...sizes.map(([size]) => size));
    return 1.05 * Math.max(0, ...sizes.filter(([size]) => size > most / 100).map(([, away]) => away));
  }

  refresh() {
    setOptions(this.what, EXPOSURES, this.app.address.get("what"));
    super.refresh();
  }
}
