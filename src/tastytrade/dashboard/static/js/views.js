// Views: which panels stand on the page together, and the links that choose among them.

import { el } from "./elements.js";

export const VIEWS = {
  overview: ["Overview", ["chain", "candles", "smile", "exposure", "quotes", "prints", "term"]],
  chain: ["Chain", ["chain"]],
  chart: ["Chart", ["candles", "prints"]],
  volatility: ["Volatility", ["smile", "term"]],
  exposure: ["Exposure", ["exposure", "chain"]],
  tape: ["Tape", ["quotes", "prints"]],
  health: ["Health", ["health"]],
};

export class Views {
  constructor(app, nav, main) {
    this.main = main;
    this.shown = null;
    this.links = Object.entries(VIEWS).map(([name, [title]], at) =>
      el("a", {
        href: `#view=${name}`, "data-view": name, title: `key ${at + 1}`,
        onclick: (event) => {
          event.preventDefault();
          app.show(name);
        },
      }, title));
    nav.append(...this.links);
  }

  show(name, panels) {
    const known = name in VIEWS ? name : "overview";
    if (known === this.shown) return;
    this.shown = known;
    this.main.dataset.view = known;
    for (const link of this.links) {
      if (link.dataset.view === known) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const names = VIEWS[known][1];
    for (const panel of panels) panel.activate(names.includes(panel.name));
  }
}
