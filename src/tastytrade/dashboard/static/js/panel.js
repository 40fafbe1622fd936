// Panel: one view with its head: a title, what it is of, controls, and files of what it shows.

import { button, el, menu, setText } from "./elements.js";
import { moment, plain, zoneName } from "./format.js";
import { saveCsv } from "./csv.js";
import { savePicture } from "./picture.js";

// A panel of its own kind says: `args()` what it asks for, `take(message)` what to do with the answer,
// `csv()` -> { names, rows } and `picture()` what it shows, and `tick()` what happens a few times a second.
export class Panel {
  constructor(app, name, title, { controls = [], whole = true } = {}) {
    this.app = app;
    this.name = name;
    this.title = title;
    this.isActive = false;
    this.alone = "";
    this.detail = el("span", { class: "detail" });
    this.notes = el("p", { class: "note", role: "status", hidden: true });
    this.body = el("div", { class: "body" });
    this.foot = el("p", { class: "foot", hidden: true });
    const heading = el("h2", { id: `title-${name}` }, title);
    this.element = el("section", { class: "panel", id: `panel-${name}`, "aria-labelledby": heading.id },
      el("header", {}, heading, this.detail, el("div", { class: "controls" }, ...controls, this.saving(whole))),
      this.notes, this.body, this.foot);
  }

  saving(whole) {
    const asShown = button("CSV as shown", () => this.saveCsv(), { "data-save": "csv" });
    const picture = button("PNG", () => this.savePng(), { "data-save": "png" });
    this.wholeLink = el("a", { href: "#", download: true, "data-save": "whole" }, "CSV, whole table");
    const made = menu("Save", `Save ${this.title}`, asShown, picture, whole ? this.wholeLink : null);
    made.addEventListener("toggle", () => this.wholeLink.setAttribute("href", this.exportUrl()));
    made.addEventListener("click", (event) => {
      if (event.target.closest("[data-save]")) made.open = false;
    });
    return made;
  }

  args() {
    return {};
  }

  // Whether there is anything to ask for yet.
  isReady() {
    return true;
  }

  activate(isActive) {
    this.isActive = isActive;
    this.element.hidden = !isActive;
    this.refresh();
  }

  refresh() {
    if (this.isActive && this.isReady()) this.app.link.show(this.name, this.args());
    else this.app.link.hide(this.name);
  }

  take() {}

  tick() {}

  themed() {}

  // In the head, and in words that stand alone for files.
  describe(text, alone = text) {
    setText(this.detail, text);
    this.alone = alone;
  }

  note(text, level = "info") {
    this.notes.hidden = !text;
    this.notes.dataset.level = level;
    setText(this.notes, text ? plain(text, 300) : "");
  }

  footer(text) {
    this.foot.hidden = !text;
    setText(this.foot, text);
  }

  exportUrl() {
    return `/export/${this.name}.csv?${new URLSearchParams({ args: JSON.stringify(this.args()) })}`;
  }

  // Says in its name what kind of data it holds.
  fileName(suffix) {
    const at = moment(this.app.clock.now()).replace(/[: ]/g, "-");
    const parts = [this.name, this.alone, at, this.app.banner.kind];
    return `${parts.filter((one) => one !== "").join("_")}.${suffix}`;
  }

  saveCsv() {
    const { names, rows } = this.csv();
    saveCsv(this.fileName("csv"), names, rows);
  }

  savePng() {
    const detail = `${this.alone}  ·  ${moment(this.app.clock.now())} ${zoneName()}`;
    savePicture(this.fileName("png"), { title: this.title, detail, banner: this.app.banner.text }, this.picture());
  }
}
