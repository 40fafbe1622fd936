// Grid: a table on the screen. Of what changes, only the cells that differ are touched, once a frame.

import { el, setText } from "./elements.js";
import { draw } from "./frame.js";
import { age, isNumeric, plain, shown } from "./format.js";
import { Rows, compare } from "./rows.js";

const FLASH_MS = 700;
const STALE_S = 30;
// More cells than these do not fade: painting them many times a second would cost more than it tells.
const MOST_FADING = 400;
// In tables longer than this, rows out of sight are written less often.
const SHORT = 120;
const MARGIN_PX = 300;
const TICKS_OUT_OF_SIGHT = 2;

// label     what a screen reader calls the table
// now       what time it is where the data comes from
// visible   columns to show, of those there are
// groups    (visible columns) -> [[text, span, class]...] above the column names
// style     (column, row, grid) -> class of a cell, looked at again whenever `restyle` is called
// open      what to do with the key of a row whose head is chosen; without it the head is text
// actions   (key) -> elements at the end of a row
// calm      whether changes do not flash
export class Grid {
  constructor(options) {
    this.options = options;
    this.rows = new Rows();
    this.lines = new Map();
    this.order = [];
    this.dirty = new Set();
    this.flashing = new Map();
    this.sort = null;
    this.line = null;
    this.isNew = true;
    this.isMoved = false;
    this.head = el("thead");
    this.body = el("tbody");
    this.table = el("table", { class: "grid" }, el("caption", { class: "unseen" }, options.label), this.head, this.body);
    this.element = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${options.label}, table` }, this.table);
    this.drawing = () => this.draw();
    this.sight = { top: 0, height: 0, row: 20 };
    this.ticks = 0;
    this.isAllDue = false;
    this.element.addEventListener("scroll", () => this.look(), { passive: true });
    new ResizeObserver(() => this.look()).observe(this.element);
    this.body.addEventListener("pointerover", (event) => this.explain(event.target.closest("td,th")));
  }

  take(message) {
    if (message.t === "table") {
      this.isNew = this.rows.replace(message) || this.isNew;
      for (const key of this.rows.byKey.keys()) this.dirty.add(key);
      this.isMoved = true;
    } else {
      const fresh = this.rows.change(message);
      this.isMoved ||= fresh.length > 0 || (message.gone ?? []).length > 0;
      for (const row of message.rows ?? []) this.dirty.add(row[this.rows.key]);
    }
    draw(this.drawing);
  }

  // Columns, sorting or theme are others: everything is laid out again.
  rebuild() {
    this.isNew = true;
    draw(this.drawing);
  }

  draw() {
    this.nowMs = this.options.now?.();
    if (this.isNew) this.build();
    for (const key of this.lines.keys()) if (!this.rows.byKey.has(key)) this.drop(key);
    const sorted = this.sort && this.rows.places.get(this.sort.name);
    for (const key of this.dirty) {
      const isOutOfSight = this.isOutOfSight(key);
      if (isOutOfSight && !this.isAllDue) continue;
      this.update(key, sorted, this.options.calm || isOutOfSight);
      this.dirty.delete(key);
    }
    this.isAllDue = false;
    this.table.toggleAttribute("data-hurried", this.flashing.size > MOST_FADING);
    if (this.isMoved) this.arrange();
    this.placeLine();
    this.options.drawn?.();
  }

  look() {
    const row = this.order.length > 0 ? this.lines.get(this.order[0])?.element.offsetHeight : 0;
    this.sight = { top: this.element.scrollTop, height: this.element.clientHeight, row: row || 20 };
    if (this.dirty.size > 0) draw(this.drawing);
  }

  // A sorted table shows what its values are, so there everything is written at once.
  isOutOfSight(key) {
    const at = this.order.length > SHORT && !this.sort ? this.lines.get(key)?.at : undefined;
    if (at === undefined) return false;
    const { top, height, row } = this.sight;
    return (at + 2) * row < top - MARGIN_PX || at * row > top + height + MARGIN_PX;
  }

  build() {
    this.isNew = false;
    this.columns = this.options.visible(this.rows.columns);
    this.at = this.columns.map((column) => this.rows.places.get(column.name));
    this.ages = this.columns.map((column) => this.rows.places.get(column.age) ?? null);
    const groups = this.options.groups?.(this.columns) ?? null;
    const cells = groups?.map(([text, span, name]) => el("th", { colspan: span, scope: "colgroup", class: name }, text));
    const names = el("tr", {}, ...this.columns.map((column) => this.heading(column)));
    if (this.options.actions) names.append(el("td", { class: "act" }));
    this.head.replaceChildren(...(cells ? [el("tr", { class: "groups" }, ...cells)] : []), names);
    this.lines.clear();
    this.body.replaceChildren();
    this.flashing.clear();
    for (const key of this.rows.byKey.keys()) this.dirty.add(key);
    this.isMoved = true;
  }

  heading(column) {
    const isSorted = this.sort?.name === column.name;
    const direction = !isSorted ? "none" : this.sort.down ? "descending" : "ascending";
    const sorting = el("button", { type: "button", title: column.name, onclick: () => this.options.onSort?.(column.name) });
    sorting.append(plain(column.label));
    const name = `${isNumeric(column.kind) ? "n" : "t"} ${this.options.style?.(column, null, this) ?? ""}`;
    return el("th", { scope: "col", "aria-sort": direction, class: name }, sorting);
  }

  update(key, sorted, quietly = this.options.calm) {
    const row = this.rows.byKey.get(key);
    if (row === undefined) return;
    const known = this.lines.get(key);
    if (known === undefined) {
      this.lines.set(key, this.make(key, row));
      this.isMoved = true;
      return;
    }
    if (sorted !== undefined && sorted !== null && known.row[sorted] !== row[sorted]) this.isMoved = true;
    for (let place = 0; place < this.at.length; place += 1) {
      const before = known.row[this.at[place]];
      const value = row[this.at[place]];
      if (before === value || this.columns[place].kind === "age") continue;
      const text = shown(value, this.columns[place]);
      if (text !== known.texts[place]) this.write(known, place, text);
      if (!quietly) this.flash(known.cells[place], this.columns[place].kind, before, value);
    }
    known.row = row;
    this.weigh(known);
  }

  make(key, row) {
    const texts = this.columns.map((column, place) => (column.kind === "age" ? "" : shown(row[this.at[place]], column)));
    const cells = this.columns.map((column, place) => {
      const isHead = column.name === this.rows.head;
      const name = `${isNumeric(column.kind) ? "n" : "t"} ${this.options.style?.(column, row, this) ?? ""}`;
      const opens = isHead && this.options.open;
      const inside = opens ? el("button", { type: "button", class: "link", onclick: () => opens(key) }) : null;
      const cell = isHead ? el("th", { scope: "row", class: name }, inside) : el("td", { class: name });
      (inside ?? cell).append(texts[place]);
      return cell;
    });
    const element = el("tr", {}, ...cells);
    if (this.options.actions) element.append(el("td", { class: "act" }, ...this.options.actions(key)));
    const line = { key, row, element, cells, texts, stale: cells.map(() => false) };
    element.line = line;
    this.weigh(line);
    return line;
  }

  write(line, place, text) {
    line.texts[place] = text;
    const cell = line.cells[place];
    (cell.firstElementChild ?? cell).firstChild.data = text;
  }

  // Sizes change so often that which way they went is no news.
  flash(cell, kind, before, value) {
    const isNumber = kind !== "size" && typeof before === "number" && typeof value === "number";
    const way = !isNumber ? "other" : value > before ? "up" : "down";
    if (cell.dataset.flash !== way) cell.dataset.flash = way;
    this.flashing.set(cell, performance.now() + FLASH_MS);
  }

  // Called a few times a second: flashes end, and what has not been heard of for long dims, with its age.
  tick() {
    const now = performance.now();
    for (const [cell, until] of this.flashing) {
      if (until > now) continue;
      delete cell.dataset.flash;
      this.flashing.delete(cell);
    }
    this.nowMs = this.options.now?.();
    this.ticks += 1;
    if (this.ticks % TICKS_OUT_OF_SIGHT === 0 && this.dirty.size > 0) {
      this.isAllDue = true;
      draw(this.drawing);
    }
    for (const line of this.lines.values()) this.weigh(line);
  }

  weigh(line) {
    if (this.nowMs === undefined) return;
    for (let place = 0; place < this.at.length; place += 1) {
      const column = this.columns[place];
      const isAge = column.kind === "age";
      const from = isAge ? this.at[place] : this.ages[place];
      if (from === null) continue;
      const received = line.row[from];
      const seconds = typeof received === "number" ? (this.nowMs - received) / 1000 : null;
      const isStale = seconds !== null && seconds > (column.stale_s ?? STALE_S);
      if (isAge) {
        // Only what is old says how old: a column of seconds that count is no news.
        const text = isStale ? age(seconds) : "";
        if (text !== line.texts[place]) this.write(line, place, text);
      }
      if (isStale === line.stale[place]) continue;
      line.stale[place] = isStale;
      line.cells[place].toggleAttribute("data-stale", isStale);
    }
  }

  drop(key) {
    this.lines.get(key).element.remove();
    this.lines.delete(key);
    this.isMoved = true;
  }

  arrange() {
    this.isMoved = false;
    const keys = [...this.rows.byKey.keys()].filter((key) => this.lines.has(key));
    const name = this.sort?.name ?? this.options.natural;
    if (name !== undefined && this.rows.places.has(name)) {
      const down = this.sort?.down ?? false;
      keys.sort((one, other) => compare(this.rows.value(one, name), this.rows.value(other, name), down));
    }
    this.order = keys;
    this.lineElement?.remove();
    keys.forEach((key, at) => {
      const line = this.lines.get(key);
      line.at = at;
      const { element } = line;
      if (this.body.children[at] !== element) this.body.insertBefore(element, this.body.children[at] ?? null);
    });
  }

  // A line across the table between the rows below and above a value of the natural order: { value, text }.
  setLine(line) {
    this.line = line;
    draw(this.drawing);
  }

  placeLine() {
    const name = this.options.natural;
    if (!this.line || (this.sort && this.sort.name !== name) || this.order.length === 0) {
      this.lineElement?.remove();
      this.table.removeAttribute("data-line");
      return;
    }
    this.table.setAttribute("data-line", "");
    if (!this.lineElement) {
      this.lineText = el("span");
      this.lineElement = el("tr", { class: "money" }, el("td", {}, this.lineText));
    }
    setText(this.lineText, this.line.text);
    this.lineElement.firstChild.colSpan = this.columns.length;
    const down = this.sort?.down ?? false;
    const isBeyond = (key) => {
      const value = this.rows.value(key, name);
      return down ? value <= this.line.value : value > this.line.value;
    };
    const next = this.lines.get(this.order.find(isBeyond))?.element ?? null;
    if (this.lineElement.parentNode === this.body && this.lineElement.nextElementSibling === next) return;
    this.body.insertBefore(this.lineElement, next);
    for (const [key, line] of this.lines) {
      line.element.toggleAttribute("data-below", this.rows.value(key, name) <= this.line.value);
    }
  }

  // The exact value, and how old it is, when somebody points at a cell.
  explain(cell) {
    const line = cell?.parentNode.line;
    const place = line ? line.cells.indexOf(cell) : -1;
    if (place < 0) return;
    const value = line.row[this.at[place]];
    const from = this.ages[place];
    const received = from === null ? null : line.row[from];
    const old = typeof received === "number" ? ` · ${age((this.nowMs - received) / 1000)} old` : "";
    cell.title = value === null || value === undefined ? "" : `${plain(String(value), 1000)}${old}`;
  }

  // Rows in the order on the screen, as values for a file or as texts for a picture.
  values() {
    return this.order.map((key) =>
      this.columns.map((column, place) => {
        const value = this.rows.byKey.get(key)[this.at[place]];
        return column.kind === "age" && typeof value === "number" ? (this.nowMs - value) / 1000 : value;
      }),
    );
  }

  texts() {
    this.isAllDue = true;
    this.draw();
    return this.order.map((key) => this.lines.get(key).texts);
  }

  toMiddle() {
    const line = this.lineElement;
    if (line?.isConnected) this.element.scrollTop = line.offsetTop - this.element.clientHeight / 2;
  }
}
