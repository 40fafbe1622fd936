// Search: finds symbols by what is typed. "/" goes here; arrows choose, Enter shows, Shift and Enter watches.

import { el } from "./elements.js";
import { plain } from "./format.js";

const PAUSE_MS = 150;
const MOST = 12;

export class Search {
  constructor(app, element) {
    this.app = app;
    this.number = 0;
    this.found = [];
    this.chosen = -1;
    this.text = el("input", {
      type: "search", role: "combobox", "aria-label": "Find a symbol", "aria-expanded": "false", "aria-controls": "found",
      "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", placeholder: "Find a symbol  /", maxlength: "64",
      oninput: () => this.wait(), onkeydown: (event) => this.key(event), onblur: () => this.close(),
    });
    this.list = el("ul", { id: "found", role: "listbox", "aria-label": "Symbols found", hidden: true });
    element.append(this.text, this.list);
  }

  focus() {
    this.text.focus();
    this.text.select();
  }

  wait() {
    clearTimeout(this.timer);
    const text = this.text.value.trim();
    if (text === "") return this.close();
    this.timer = setTimeout(() => {
      this.number += 1;
      this.app.link.send({ do: "search", id: this.number, text });
    }, PAUSE_MS);
  }

  take({ id, symbols }) {
    if (id !== this.number || document.activeElement !== this.text) return;
    this.found = symbols.slice(0, MOST);
    this.chosen = this.found.length > 0 ? 0 : -1;
    this.list.replaceChildren(...this.found.map((one, at) =>
      el("li", {
        role: "option", id: `found-${at}`,
        onmousedown: (event) => {
          event.preventDefault();
          this.pick(one.symbol, event.shiftKey);
        },
      }, el("b", {}, plain(one.symbol, 32)), " ", el("span", {}, plain(one.description ?? "")))));
    if (this.found.length === 0) this.list.append(el("li", { role: "option", "aria-disabled": "true" }, "nothing found; Enter takes it as it is"));
    this.list.hidden = false;
    this.text.setAttribute("aria-expanded", "true");
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((one, at) => one.setAttribute("aria-selected", String(at === this.chosen)));
    if (this.chosen < 0) this.text.removeAttribute("aria-activedescendant");
    else this.text.setAttribute("aria-activedescendant", `found-${this.chosen}`);
  }

  key(event) {
    if (event.key === "Escape") {
      this.text.value = "";
      this.text.blur();
    } else if (event.key === "Enter") {
      const symbol = this.found[this.chosen]?.symbol ?? this.text.value.trim();
      if (symbol) this.pick(symbol, event.shiftKey);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && this.found.length > 0) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.chosen = (this.chosen + step + this.found.length) % this.found.length;
      this.mark();
    }
  }

  pick(symbol, isToWatch) {
    this.text.value = "";
    this.text.blur();
    if (isToWatch) this.app.watch(symbol);
    else this.app.choose(symbol);
  }

  close() {
    clearTimeout(this.timer);
    this.number += 1;
    this.found = [];
    this.chosen = -1;
    this.list.hidden = true;
    this.text.setAttribute("aria-expanded", "false");
    this.text.removeAttribute("aria-activedescendant");
  }
}
