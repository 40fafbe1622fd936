// Table panel: a panel whose body is a grid, with sorting and the choice of columns kept in the address.

import { el, menu } from "./elements.js";
import { Grid } from "./grid.js";
import { Panel } from "./panel.js";
import { plain } from "./format.js";
import { tablePicture } from "./picture.js";

export class TablePanel extends Panel {
  constructor(app, name, title, { controls = [], grid = {}, ...rest } = {}) {
    const chooser = menu("Columns", `Columns of ${title}`);
    super(app, name, title, { controls: [...controls, chooser], ...rest });
    this.chooser = chooser.lastElementChild;
    this.grid = new Grid({
      label: title,
      now: () => app.clock.now(),
      visible: (columns) => this.visible(columns),
      onSort: (column) => this.sortBy(column),
      ...grid,
    });
    this.body.append(this.grid.element);
    chooser.addEventListener("toggle", () => this.offer());
    this.readAddress();
    app.address.onChange(() => this.readAddress());
  }

  // The order in which columns stand; those the address names, else the usual ones.
  visible(columns) {
    const ordered = this.ordered(columns);
    const chosen = this.app.address.list(`cols.${this.name}`);
    if (chosen.length === 0) return ordered.filter((column) => this.isUsual(column));
    return ordered.filter((column) => chosen.includes(column.name) || column.name === this.grid.rows.head);
  }

  ordered(columns) {
    return columns;
  }

  isUsual(column) {
    return column.kind !== "age";
  }

  readAddress() {
    const [name, direction] = this.app.address.get(`sort.${this.name}`).split(" ");
    const columns = this.app.address.get(`cols.${this.name}`);
    const settings = `${name} ${direction} ${columns}`;
    if (settings === this.settings) return;
    this.settings = settings;
    this.grid.sort = name ? { name, down: direction === "down" } : null;
    this.grid.rebuild();
  }

  // Up, then down, then as it was.
  sortBy(name) {
    const { sort } = this.grid;
    const next = sort?.name !== name ? `${name} up` : sort.down ? "" : `${name} down`;
    this.app.address.set({ [`sort.${this.name}`]: next });
    this.grid.draw();
    this.grid.head.querySelector(`button[title="${CSS.escape(name)}"]`)?.focus();
  }

  offer() {
    const usual = new Set(this.visible(this.grid.rows.columns).map((column) => column.name));
    this.chooser.replaceChildren(
      ...this.ordered(this.grid.rows.columns)
        .filter((column) => column.name !== this.grid.rows.head)
        .map((column) => {
          const box = el("input", { type: "checkbox", value: column.name, onchange: () => this.choose() });
          box.checked = usual.has(column.name);
          return el("label", {}, box, this.columnName(column));
        }),
    );
  }

  columnName(column) {
    return plain(column.label);
  }

  choose() {
    const chosen = [...this.chooser.querySelectorAll("input:checked")].map((box) => box.value);
    const usual = this.grid.rows.columns.filter((column) => this.isUsual(column)).map((column) => column.name);
    const isUsual = usual.filter((name) => name !== this.grid.rows.head).sort().join() === [...chosen].sort().join();
    this.app.address.set({ [`cols.${this.name}`]: isUsual ? "" : chosen.join(",") });
  }

  take(message) {
    this.grid.take(message);
  }

  tick() {
    this.grid.tick();
  }

  themed() {}

  csv() {
    return { names: this.grid.columns.map((column) => column.name), rows: this.grid.values() };
  }

  picture() {
    return tablePicture(this.grid.columns, this.grid.texts());
  }
}
