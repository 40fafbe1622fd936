// Chain: calls left, the strike in the middle, puts right, and a line where the underlying stands.

import { select, setOptions } from "./elements.js";
import { TablePanel } from "./table_panel.js";
import { fixed, plain, shown } from "./format.js";

const STRIKE = "strike_price";
const INNER = ["bidSize", "bidPrice", "askPrice", "askSize"];
const OUTER = [
  "mid", "price", "size", "delta", "volatility", "gamma", "theta", "vega", "rho", "dayVolume", "openInterest",
];
const LAST = ["quote_age"];
// By how wide the panel is, in pixels, which columns of a side stand there unless others are chosen.
const USUAL = [
  [0, ["bidPrice", "askPrice", "delta"]],
  [560, ["bidPrice", "askPrice", "delta", "volatility", "dayVolume", "quote_age"]],
  [760, ["bidPrice", "askPrice", "delta", "volatility", "dayVolume", "openInterest", "quote_age"]],
  [1100, ["bidSize", "bidPrice", "askPrice", "askSize", "price", "delta", "volatility", "gamma", "theta", "vega", "dayVolume", "openInterest", "quote_age"]],
];
const SHORT = { openInterest: "OI", dayVolume: "Vol", quote_age: "Age", greeks_age: "Greeks age", bidSize: "Size", askSize: "Size" };
const DECIMALS = { delta: 3, gamma: 4, theta: 3, vega: 3, rho: 3 };
const SIDE_NAME = /^(call|put) /i;
const STRIKES = [...[10, 20, 40, 80, 160].map((one) => [String(one), `${one} strikes`]), ["all", "all strikes"]];
const MOST_STRIKES = 500;

function split(name) {
  if (name.startsWith("call_")) return ["call", name.slice(5)];
  if (name.startsWith("put_")) return ["put", name.slice(4)];
  return [name === STRIKE ? "strike" : "", name];
}

// How far from the strike a column of a side stands.
function distance(name) {
  if (LAST.includes(name)) return 1000;
  const at = OUTER.indexOf(name);
  return at < 0 ? 500 : at;
}

export class Chain extends TablePanel {
  constructor(app) {
    const set = (name) => (value) => app.address.set({ [name]: value });
    const underlying = select("Underlying", [], "", (value) => app.address.set({ u: value, exp: "", root: "" }, { step: true }));
    const expiration = select("Expiration", [], "", (value) => {
      const [exp, root] = value.split(" ");
      app.address.set({ exp, root });
    });
    const around = select("Strikes around the money", STRIKES, "40", set("n"));
    super(app, "chain", "Chain", {
      controls: [underlying, expiration, around],
      grid: {
        natural: STRIKE,
        style: (column) => split(column.name)[0],
        groups: (columns) => this.groups(columns),
        drawn: () => this.centre(),
      },
    });
    this.underlyings = underlying;
    this.expirations = expiration;
    this.around = around;
    this.meta = {};
    this.usual = USUAL[1][1];
    new ResizeObserver(([entry]) => this.fit(entry.contentRect.width)).observe(this.element);
  }

  isReady() {
    return this.app.underlying() !== "";
  }

  args() {
    const { address } = this.app;
    const around = address.get("n");
    return {
      underlying: this.app.underlying(),
      expiration: address.get("exp") || null,
      root: address.get("root") || null,
      around: around === "all" ? MOST_STRIKES : Number(around),
    };
  }

  refresh() {
    setOptions(this.underlyings, this.app.underlyings().map((one) => [one, plain(one)]), this.app.underlying());
    this.around.value = this.app.address.get("n");
    const asked = JSON.stringify(this.args());
    if (asked !== this.asked) this.isCentred = false;
    this.asked = asked;
    super.refresh();
  }

  ordered(columns) {
    const sides = { call: [], put: [], strike: [] };
    for (const column of columns) {
      const [side, name] = split(column.name);
      if (side) sides[side].push([name, column]);
    }
    const inner = (side) => INNER.flatMap((name) => side.filter(([one]) => one === name));
    const outer = (side) => side.filter(([name]) => !INNER.includes(name)).sort(([one], [other]) => distance(one) - distance(other));
    const all = [
      ...outer(sides.call).reverse(), ...inner(sides.call), ...sides.strike,
      ...inner(sides.put), ...outer(sides.put),
    ];
    return all.map(([name, column]) => ({
      decimals: DECIMALS[name], ...column, full: column.label, label: SHORT[name] ?? column.label.replace(SIDE_NAME, ""),
    }));
  }

  isUsual(column) {
    const [side, name] = split(column.name);
    return side === "strike" || this.usual.includes(name);
  }

  fit(width) {
    const [, names] = USUAL.findLast(([least]) => width >= least);
    if (names === this.usual || width === 0) return;
    this.usual = names;
    this.grid.rebuild();
  }

  columnName(column) {
    return plain(column.full);
  }

  groups(columns) {
    const count = (wanted) => columns.filter((column) => split(column.name)[0] === wanted).length;
    return [["Calls", count("call"), "call"], ["", 1, "strike"], ["Puts", count("put"), "put"]].filter((one) => one[1] > 0);
  }

  take(message) {
    this.app.clock.hear(message.meta?.at_ms);
    this.meta = { ...this.meta, ...message.meta };
    const { expirations = [], expiration, root, spot, underlying, dte } = this.meta;
    const options = expirations.map(([date, of, left]) => [`${date} ${of ?? ""}`, `${date} · ${left ?? "?"} d${of ? ` · ${plain(of)}` : ""}`]);
    setOptions(this.expirations, options, `${expiration} ${root ?? ""}`);
    const name = plain(underlying ?? this.app.underlying());
    const price = typeof spot === "number" ? shown(spot, { kind: "price" }) : "no price yet";
    const days = typeof dte === "number" ? `${fixed(dte, 0)} d` : "";
    this.describe([price, days].filter(Boolean).join(" · "), [name, price, expiration, root, days].filter(Boolean).join(" "));
    this.grid.setLine(typeof spot === "number" ? { value: spot, text: `${name}  ${price}` } : null);
    super.take(message);
  }

  // Once for each thing looked at: where the money is, is what is looked at first.
  centre() {
    if (this.isCentred || !this.grid.line || this.element.hidden) return;
    this.grid.toMiddle();
    this.isCentred = true;
  }
}
