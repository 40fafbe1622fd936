// Address: what the page shows, in the part of the URL after #, so that it can be kept and handed on.

export const DEFAULTS = {
  view: "overview", u: "", exp: "", root: "", n: "40", sym: "", p: "5m", w: "", ps: "", min: "", what: "gamma", near: "auto",
  theme: "", tz: "ny",
};

export class Address {
  constructor() {
    this.listeners = [];
    this.values = this.read();
    window.addEventListener("hashchange", () => {
      this.values = this.read();
      for (const listener of this.listeners) listener();
    });
  }

  read() {
    return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  }

  get(name) {
    return this.values[name] ?? DEFAULTS[name] ?? "";
  }

  list(name) {
    return this.get(name).split(",").filter((one) => one !== "");
  }

  // What is as it is anyway is left out; `step` makes it something the back button returns from.
  set(changes, { step = false } = {}) {
    const before = location.hash;
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined || value === null || value === (DEFAULTS[name] ?? "")) delete this.values[name];
      else this.values[name] = value;
    }
    const text = new URLSearchParams(this.values).toString();
    const url = text ? `#${text}` : location.pathname;
    if (`#${text}` !== before && (text || before)) history[step ? "pushState" : "replaceState"](null, "", url);
    for (const listener of this.listeners) listener();
  }

  onChange(listener) {
    this.listeners.push(listener);
  }
}
