// Watch list: quotes of the symbols chosen, each of which can be charted or taken off the list.

import { button, el } from "./elements.js";
import { TablePanel } from "./table_panel.js";
import { plain } from "./format.js";

const MORE = ["bid_size", "ask_size", "open", "high", "low", "close"];

export class Watch extends TablePanel {
  constructor(app) {
    const text = el("input", { type: "text", "aria-label": "Symbol to add", placeholder: "add symbol", autocomplete: "off", spellcheck: "false", maxlength: "64" });
    const adding = el("form", { class: "adding", onsubmit: (event) => {
      event.preventDefault();
      this.add(text.value.trim());
      text.value = "";
    } }, text, el("button", { type: "submit", "aria-label": "Add to the watch list" }, "+"));
    super(app, "quotes", "Watch list", {
      controls: [adding],
      grid: {
        open: (symbol) => app.choose(symbol),
        actions: (symbol) => [button("×", () => this.remove(symbol), { "aria-label": `Take ${plain(symbol)} off the list`, class: "quiet" })],
      },
    });
  }

  isUsual(column) {
    return super.isUsual(column) && !MORE.includes(column.name);
  }

  symbols() {
    const chosen = this.app.address.list("w");
    if (chosen.length > 0) return chosen;
    return [...new Set([...this.app.underlyings(), ...(this.app.hello.symbols ?? [])])];
  }

  isReady() {
    return this.symbols().length > 0;
  }

  args() {
    return { symbols: this.symbols() };
  }

  refresh() {
    const { length } = this.symbols();
    this.describe(`${length} symbol${length === 1 ? "" : "s"}`);
    super.refresh();
  }

  add(symbol) {
    if (symbol !== "" && !this.symbols().includes(symbol)) this.app.address.set({ w: [...this.symbols(), symbol].join(",") });
  }

  remove(symbol) {
    this.app.address.set({ w: this.symbols().filter((one) => one !== symbol).join(",") });
  }

  take(message) {
    this.app.clock.hear(message.meta?.at_ms);
    super.take(message);
  }
}
