// Status: the feed in one line of the head, and whether the page itself still hears the program.

import { el, setText } from "./elements.js";
import { plain } from "./format.js";
import { inShort } from "./health.js";

const SIGNS = {
  live: "●", degraded: "◐", restoring: "◔", connecting: "○", authenticating: "○", backoff: "◌", stalled: "✕",
  closed: "■", failed: "✕",
};

export class Status {
  constructor(element, link) {
    this.sign = el("span", { class: "sign", "aria-hidden": "true" }, "○");
    this.state = el("b", {}, "waiting");
    this.facts = [0, 1, 2].map(() => el("span", { "aria-live": "off" }));
    element.append(this.sign, this.state, ...this.facts);
    this.element = element;
    this.link = link;
  }

  take(health) {
    const { state, facts, isLossy } = inShort(health);
    setText(this.sign, SIGNS[state] ?? "?");
    setText(this.state, plain(state));
    this.element.dataset.state = state;
    this.element.title = plain(health.reason ?? "", 200);
    facts.forEach((fact, at) => setText(this.facts[at], fact));
    this.facts[2].classList.toggle("lossy", isLossy);
  }

  // The connection of this page; what it shows is old while there is none.
  takeLink({ state, reason, wait_ms: wait }) {
    clearInterval(this.counting);
    document.body.dataset.link = state;
    this.link.hidden = state === "open" || (state === "connecting" && !this.wasLost);
    if (state === "open") {
      this.wasLost = false;
      return;
    }
    if (state === "connecting") {
      if (this.wasLost) setText(this.link, "Disconnected: what you see is old. Connecting again …");
      return;
    }
    this.wasLost = true;
    if (state === "refused") {
      setText(this.link, `Disconnected: ${plain(reason, 200)}`);
      return;
    }
    const until = performance.now() + wait;
    const tell = () => {
      const left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
      setText(this.link, `Disconnected: what you see is old (${plain(reason, 120)}). Connecting again in ${left} s`);
    };
    tell();
    this.counting = setInterval(tell, 1000);
  }
}
