// Health: whether the feed can be trusted: its state and why, its rates, how late it is, what is missing, its books.

import { el, setText } from "./elements.js";
import { Figure, paintHistogram, paintTimeline } from "./figures.js";
import { bytes, fixed, milliseconds, moment, plain, rate, shown } from "./format.js";
import { Grid } from "./grid.js";
import { Panel } from "./panel.js";
import { canvasPicture, stacked, tablePicture } from "./picture.js";

const column = (name, label, kind = "count") => ({ name, label, kind });
const GAPS = [
  column("number", "#"), column("reason", "Reason", "text"), column("types", "Types", "text"),
  column("symbols", "Symbols", "text"), column("from", "From", "text"), column("to", "To", "text"),
  column("seconds", "Seconds", "number"), column("healed", "Healed", "text"), column("rows", "Rows fetched"),
];
const LEDGER = [
  column("type", "Event type", "text"), column("received", "Received"), column("readable", "Readable"),
  column("quarantined", "Quarantined"),
];
const READERS = [
  column("name", "Reader", "text"), column("delivered", "Delivered"), column("frames", "Waiting frames"),
  column("bytes", "Waiting bytes"), column("oldest", "Oldest s", "number"),
];

function list(value) {
  return Array.isArray(value) ? value.join(", ") : (value ?? "");
}

export class Health extends Panel {
  constructor(app) {
    super(app, "health", "Feed health", { whole: false });
    this.facts = new Map();
    this.gaps = [];
    this.histogram = new Figure("How late events come, in ms", paintHistogram);
    this.timeline = new Figure("Gaps over time", paintTimeline);
    const grid = (label) => new Grid({ label, visible: (columns) => columns, calm: true });
    this.grids = { gaps: grid("Gaps"), ledger: grid("Ledger"), readers: grid("Readers") };
    this.books = el("p", { class: "foot" });
    this.summary = el("dl", { class: "facts" });
    const part = (title, name, ...children) => el("div", { class: `part ${name}` }, el("h3", {}, title), ...children);
    this.body.append(
      part("Feed", "feed", this.summary),
      part("Lag (milliseconds, of all events)", "lag", this.histogram.element),
      part("Gaps (filled: missing; outlined: fetched later)", "gaps", this.timeline.element, this.grids.gaps.element),
      part("Ledger", "ledger", this.grids.ledger.element, this.books),
      part("Readers", "readers", this.grids.readers.element),
    );
    this.body.classList.add("health");
  }

  // The header shows it too, so it is always asked for.
  refresh() {
    this.app.link.show(this.name, this.args());
  }

  fact(name, value) {
    if (!this.facts.has(name)) {
      const made = el("dd");
      this.facts.set(name, made);
      this.summary.append(el("div", {}, el("dt", {}, name), made));
    }
    setText(this.facts.get(name), value);
  }

  take(message) {
    this.message = message;
    if (!this.isActive) return;
    const { state, reason, since_ms: since } = message;
    const { lag, page } = { lag: {}, page: {}, ...message };
    this.describe(`${plain(state)}: ${plain(reason ?? "", 120)}`);
    this.fact("State", `${plain(state)} since ${moment(since)}`);
    this.fact("Reason", plain(reason ?? "", 200));
    this.fact("Level", plain(message.level ?? "unknown"));
    this.fact("Events", `${rate(message.events_s)} /s`);
    this.fact("Frames", `${rate(message.frames_s)} /s`);
    this.fact("Volume", `${bytes(message.bytes_s)} /s`);
    this.fact("Lag p50, p99, max", [lag.p50, lag.p99, lag.max].map(milliseconds).join(" · "));
    this.fact("Pages open", shown(page.clients, { kind: "count" }));
    this.fact("Rows conflated", shown(page.conflated, { kind: "count" }));
    this.showLag(message.lag_histogram ?? [], lag);
    this.showGaps(message.gaps ?? []);
    this.showBooks(message.ledger ?? {}, message.readers ?? []);
  }

  activate(isActive) {
    super.activate(isActive);
    if (isActive && this.message) this.take(this.message);
  }

  showLag(classes, lag) {
    this.histogram.show(classes, `half of them within ${milliseconds(lag.p50)}, 99 of 100 within ${milliseconds(lag.p99)}`);
  }

  showGaps(gaps) {
    const now = this.app.clock.now();
    const from = Math.min(now, ...gaps.map((gap) => gap.from_ms));
    const open = gaps.filter((gap) => !gap.healed).length;
    this.timeline.show({ gaps, from, to: now }, `${gaps.length} gaps, ${open} of them not healed`);
    const rows = gaps.map((gap, at) => [
      at + 1, gap.reason, list(gap.types), list(gap.symbols), moment(gap.from_ms),
      gap.to_ms === null ? "still open" : moment(gap.to_ms),
      Number((((gap.to_ms ?? now) - gap.from_ms) / 1000).toFixed(1)), gap.healed ? "yes" : "no", gap.healed_rows,
    ]);
    this.grids.gaps.take({ t: "table", columns: GAPS, key: "number", rows: rows.reverse() });
  }

  showBooks({ received = {}, readable = {}, quarantined = {}, unclaimed, balance }, readers) {
    const types = [...new Set([...Object.keys(received), ...Object.keys(readable)])].sort();
    const rows = types.map((type) => [type, received[type] ?? 0, readable[type] ?? 0, quarantined[type] ?? 0]);
    this.grids.ledger.take({ t: "table", columns: LEDGER, key: "type", rows });
    if (balance === undefined) return setText(this.books, "not counted: too much waits to be read");
    const verdict = balance === 0 ? "✓ the books balance" : `✗ ${shown(balance, { kind: "count" })} unaccounted for`;
    setText(this.books, `${verdict} · ${shown(unclaimed, { kind: "count" })} unclaimed`);
    const lines = readers.map((one) => [
      one.name, one.delivered, one.waiting_frames, one.waiting_bytes,
      typeof one.oldest_s === "number" ? Number(one.oldest_s.toFixed(2)) : null,
    ]);
    this.grids.readers.take({ t: "table", columns: READERS, key: "name", rows: lines });
  }

  tick() {
    for (const grid of Object.values(this.grids)) grid.tick();
  }

  themed() {
    this.histogram.draw();
    this.timeline.draw();
  }

  csv() {
    const rows = [...this.facts].map(([name, value]) => ["feed", name, value.textContent]);
    for (const [part, grid] of Object.entries(this.grids)) {
      const names = grid.columns?.map((one) => one.name) ?? [];
      for (const row of grid.values()) row.forEach((value, at) => rows.push([`${part} ${row[0]}`, names[at], value]));
    }
    return { names: ["part", "name", "value"], rows };
  }

  picture() {
    const pairs = [...this.facts].map(([name, value]) => [name, value.textContent]);
    const facts = tablePicture([column("name", "Feed", "text"), column("value", "", "text")], pairs);
    const tables = Object.values(this.grids).map((grid) => tablePicture(grid.columns, grid.texts()));
    return stacked([facts, canvasPicture(this.histogram.canvas), canvasPicture(this.timeline.canvas), ...tables]);
  }
}

// One line for the head of the page.
export function inShort({ state, events_s: events, lag = {}, gaps = [] }) {
  const open = gaps.filter((gap) => !gap.healed).length;
  const lost = open > 0 ? `${fixed(open, 0)} gap${open === 1 ? "" : "s"}` : "no gaps";
  return { state, facts: [`${rate(events)} ev/s`, `lag ${milliseconds(lag.p99)}`, lost], isLossy: open > 0 };
}
