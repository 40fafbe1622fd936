// The page: its parts, and who hears what. State is in the address; what is not shown is not asked for.

import { Address } from "./address.js";
import { Banner } from "./banner.js";
import { Candles } from "./candles.js";
import { Chain } from "./chain.js";
import { Clock } from "./clock.js";
import { Exposure, Smile, Term } from "./curves.js";
import { button, closeMenusOutside, el, select } from "./elements.js";
import { plain, setZone } from "./format.js";
import { Health } from "./health.js";
import { bindKeys } from "./keys.js";
import { Link } from "./link.js";
import { Prints } from "./prints.js";
import { ReplayBar } from "./replay_bar.js";
import { Search } from "./search.js";
import { Status } from "./status.js";
import { choose, current, onTheme } from "./theme.js";
import { VIEWS, Views } from "./views.js";
import { Watch } from "./watch.js";

const TICK_MS = 500;
const NOTE_MS = 12_000;
const ZONES = [["ny", "New York"], ["utc", "UTC"], ["local", "local time"]];
const byId = (name) => document.getElementById(name);

class App {
  constructor() {
    this.address = new Address();
    this.clock = new Clock();
    this.link = new Link(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    this.banner = new Banner(byId("banner"));
    this.hello = { underlyings: [], replay: null };
    this.views = Object.keys(VIEWS);
    this.settle();
    this.search = new Search(this, byId("search"));
    this.status = new Status(byId("status"), byId("link"));
    this.replay = new ReplayBar(this, byId("replay"));
    this.panels = [Chain, Candles, Smile, Term, Exposure, Watch, Prints, Health].map((Kind) => new Kind(this));
    this.byName = new Map(this.panels.map((panel) => [panel.name, panel]));
    byId("panels").append(...this.panels.map((panel) => panel.element));
    this.shown = new Views(this, byId("views"), byId("panels"));
    this.settings();
    bindKeys(this, byId("keys"));
    this.listen();
  }

  // What is asked about when nothing is chosen: the first underlying the program names.
  underlyings() {
    const chosen = this.address.get("u");
    const named = this.hello.underlyings ?? [];
    return chosen === "" || named.includes(chosen) ? named : [...named, chosen];
  }

  underlying() {
    return this.address.get("u") || this.underlyings()[0] || "";
  }

  symbol() {
    return this.address.get("sym") || this.underlying() || this.hello.symbols?.[0] || "";
  }

  choose(symbol) {
    const isUnderlying = (this.hello.underlyings ?? []).includes(symbol);
    const also = isUnderlying && symbol !== this.underlying() ? { u: symbol, exp: "", root: "" } : {};
    this.address.set({ sym: symbol, ps: "", ...also }, { step: true });
  }

  watch(symbol) {
    this.byName.get("quotes").add(symbol);
  }

  show(view) {
    this.address.set({ view }, { step: true });
  }

  switchTheme() {
    this.address.set({ theme: current() === "dark" ? "light" : "dark" });
  }

  settings() {
    const zone = select("Time zone", ZONES, this.address.get("tz"), (value) => this.address.set({ tz: value }));
    this.zone = zone;
    this.themeButton = button("", () => this.switchTheme());
    byId("settings").append(zone, this.themeButton);
    this.themed();
  }

  themed() {
    const other = current() === "dark" ? "light" : "dark";
    this.themeButton.textContent = other === "light" ? "☀ Light" : "☾ Dark";
    this.themeButton.setAttribute("aria-label", `Change to ${other} colours`);
    for (const panel of this.panels) panel.themed();
  }

  listen() {
    const { link } = this;
    for (const type of ["table", "rows", "bars", "curves", "prints"]) {
      link.on(type, (message) => {
        const panel = this.byName.get(message.panel);
        if (!panel?.isActive) return;
        panel.note(message.meta?.reason ?? "", "info");
        panel.take(message);
      });
    }
    link.on("hello", (message) => this.meet(message));
    link.on("health", (message) => {
      this.status.take(message);
      this.byName.get("health").take(message);
    });
    link.on("position", (message) => this.replay.move(message));
    link.on("found", (message) => this.search.take(message));
    link.on("note", (message) => this.note(message));
    link.on("link", (message) => this.status.takeLink(message));
    this.address.onChange(() => this.settle());
    onTheme(() => this.themed());
    document.addEventListener("click", (event) => closeMenusOutside(event.target));
    setInterval(() => {
      for (const panel of this.panels) if (panel.isActive) panel.tick();
    }, TICK_MS);
  }

  meet(hello) {
    this.hello = hello;
    this.banner.take(hello);
    this.clock.isLed = (hello.replay ?? null) !== null;
    this.clock.hear(hello.now_ms);
    byId("title").textContent = plain(hello.title ?? "tastytrade market data");
    byId("title").title = plain(hello.version ?? "");
    this.replay.take(hello.replay ?? null);
    this.settle();
  }

  // Brings the page to what the address says.
  settle() {
    choose(this.address.get("theme"));
    setZone(this.address.get("tz"));
    if (!this.shown) return;
    this.zone.value = this.address.get("tz");
    this.shown.show(this.address.get("view"), this.panels);
    for (const panel of this.panels) panel.refresh();
  }

  note({ panel, text, level }) {
    const place = panel ? this.byName.get(panel) : null;
    if (place) {
      place.note(text, level);
      return;
    }
    const shown = el("p", { "data-level": level }, plain(text, 300));
    byId("notes").replaceChildren(shown);
    setTimeout(() => shown.remove(), NOTE_MS);
  }
}

const app = new App();
app.settle();
app.link.open();
