// Prints: time and sales, the newest on top. The page keeps 500; which way a print went is a sign and a colour.

import { button, el, setText } from "./elements.js";
import { draw } from "./frame.js";
import { Panel } from "./panel.js";
import { clockTime, plain, shown, zoneName } from "./format.js";
import { tablePicture } from "./picture.js";

const MOST = 500;
const COLUMNS = [
  { name: "time", label: "Time", kind: "time" },
  { name: "symbol", label: "Symbol", kind: "text" },
  { name: "price", label: "Price", kind: "price" },
  { name: "size", label: "Size", kind: "size" },
  { name: "side", label: "Side", kind: "text" },
  { name: "exchange", label: "Exch", kind: "text" },
  { name: "condition", label: "Cond", kind: "text" },
];
const SIZE = 3;
const SIDE = 4;
const SIDES = { BUY: ["▲ buy", "up"], SELL: ["▼ sell", "down"] };

export class Prints extends Panel {
  constructor(app) {
    const least = el("input", {
      type: "number", min: "0", step: "any", class: "least", placeholder: "size ≥", "aria-label": "Smallest size",
      onchange: () => app.address.set({ min: least.value }),
    });
    const pause = button("Pause", () => this.pause(), { "aria-pressed": "false" });
    super(app, "prints", "Time and sales", { controls: [least, pause] });
    this.least = least;
    this.pausing = pause;
    this.isPaused = false;
    this.kept = [];
    this.fresh = 0;
    this.dropped = 0;
    const head = COLUMNS.map((column) => el("th", { scope: "col", class: column.kind === "text" ? "t" : "n" }, column.label));
    this.rows = el("tbody");
    const table = el("table", { class: "grid tape" }, el("caption", { class: "unseen" }, this.title), el("thead", {}, el("tr", {}, ...head)), this.rows);
    this.body.append(el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${this.title}, table` }, table));
    this.drawing = () => this.draw();
  }

  isReady() {
    return this.symbols().length > 0;
  }

  symbols() {
    const chosen = this.app.address.list("ps");
    return chosen.length > 0 ? chosen : [this.app.symbol()].filter(Boolean);
  }

  args() {
    return { symbols: this.symbols() };
  }

  refresh() {
    const least = this.app.address.get("min");
    if (this.least.value !== least) this.least.value = least;
    if (this.shownLeast !== least) this.redraw();
    this.shownLeast = least;
    this.describe(`${this.symbols().map((one) => plain(one, 24)).join(", ")} · ${zoneName()}`);
    super.refresh();
  }

  take(message) {
    if (message.whole) {
      this.kept = [];
      this.redraw();
    }
    this.kept.push(...message.rows.slice(-MOST));
    if (this.kept.length > MOST) this.kept.splice(0, this.kept.length - MOST);
    this.fresh = Math.min(MOST, this.fresh + message.rows.length);
    this.dropped = message.dropped ?? this.dropped;
    draw(this.drawing);
  }

  pause() {
    this.isPaused = !this.isPaused;
    this.pausing.setAttribute("aria-pressed", String(this.isPaused));
    setText(this.pausing, this.isPaused ? "Go on" : "Pause");
    draw(this.drawing);
  }

  redraw() {
    this.rows.replaceChildren();
    this.fresh = this.kept.length;
    draw(this.drawing);
  }

  seen(rows) {
    const least = Number(this.least.value) || 0;
    return least > 0 ? rows.filter((row) => row[SIZE] >= least) : rows;
  }

  draw() {
    const waiting = this.isPaused && this.fresh > 0 ? `paused, ${this.fresh} new` : "";
    const lost = this.dropped > 0 ? `${this.dropped} not shown: too fast to show all` : "";
    this.footer([waiting, lost].filter(Boolean).join(" · "));
    if (this.isPaused || this.fresh === 0) return;
    const rows = this.seen(this.kept.slice(-this.fresh)).reverse().map((row) => printed(row));
    this.fresh = 0;
    this.rows.prepend(...rows);
    while (this.rows.children.length > MOST) this.rows.lastElementChild.remove();
  }

  csv() {
    const rows = this.seen(this.kept).map((row) => [new Date(row[0]).toISOString(), ...row.slice(1)]);
    return { names: COLUMNS.map((column) => column.name), rows: rows.reverse() };
  }

  picture() {
    return tablePicture(COLUMNS, this.seen(this.kept).reverse().map(texts));
  }
}

function texts(row) {
  return row.map((value, at) => {
    if (at === SIDE) return SIDES[value]?.[0] ?? "·";
    return at === 0 ? clockTime(value, true) : shown(value, COLUMNS[at]);
  });
}

function printed(row) {
  const way = SIDES[row[SIDE]]?.[1] ?? "";
  const cells = texts(row).map((text, at) => el("td", { class: `${COLUMNS[at].kind === "text" ? "t" : "n"} ${at === 2 || at === SIDE ? way : ""}` }, text));
  return el("tr", {}, ...cells);
}
