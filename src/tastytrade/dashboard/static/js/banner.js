// Banner: what cannot be missed: that the data is not what the market does now.

import { plain } from "./format.js";

// The kind stands in names of files, the text on the page and on pictures; both empty for live data of the day.
export function describe({ origin, level }) {
  const kinds = [];
  const texts = [];
  if (level === "simulated" || origin === "simulator") {
    kinds.push("simulated");
    texts.push("SIMULATED DATA: made up, not a market");
  }
  if (level === "demo") {
    kinds.push("delayed");
    texts.push("DELAYED DATA: 15 minutes or more behind the market");
  }
  if (origin !== "live" && origin !== "simulator") {
    kinds.push("replay");
    texts.push(`REPLAY: ${plain(origin.replace(/^replay of /, ""), 120)}, not what happens now`);
  }
  if (level !== "api" && level !== "demo" && level !== "simulated") {
    kinds.push("level-unknown");
    texts.push("HOW CURRENT THE DATA IS, IS NOT KNOWN: it may be delayed");
  }
  return { kind: kinds.join("-"), text: texts.join("  ·  ") };
}

export class Banner {
  constructor(element) {
    this.element = element;
    this.kind = "";
    this.text = "";
  }

  take(hello) {
    const { kind, text } = describe(hello);
    this.kind = kind;
    this.text = text;
    this.element.hidden = text === "";
    this.element.dataset.kind = kind;
    this.element.textContent = text;
    const mark = kind === "" ? "" : `[${kind}] `;
    document.title = `${mark}${plain(hello.title ?? "tastytrade market data")}`;
  }
}
