// Replay bar: where a replay stands, and the means to stop it, hurry it and move it. Gaps are marked on it.

import { button, el, select, setText } from "./elements.js";
import { clockTime, day, moment, plain } from "./format.js";

const SPEEDS = ["1", "2", "5", "10", "60", "300", "max"].map((one) => [one, one === "max" ? "as fast as it goes" : `${one}×`]);
const MOST_MARKS = 500;
const BEFORE_GAP_MS = 5000;

export class ReplayBar {
  constructor(app, element) {
    this.app = app;
    this.element = element;
    this.isDragged = false;
    this.playing = button("▶", () => this.toggle(), { class: "play", "aria-label": "Play" });
    this.speed = select("Speed", SPEEDS, "1", (value) => this.app.link.send({ do: "speed", speed: value === "max" ? "max" : Number(value) }));
    this.slider = el("input", { type: "range", step: "1000", "aria-label": "Position", oninput: () => this.drag(), onchange: () => this.seek(Number(this.slider.value)) });
    this.marks = el("div", { class: "marks", "aria-hidden": "true" });
    this.position = el("output", { class: "position" });
    this.span = el("span", { class: "span" });
    this.next = button("Next gap", () => this.toNextGap());
    element.append(this.playing, this.speed, this.position, el("div", { class: "track" }, this.marks, this.slider), this.span, this.next);
  }

  take(replay) {
    this.replay = replay;
    this.element.hidden = replay === null;
    if (replay === null) return;
    const { first_ms: first, last_ms: last, gaps = [] } = replay;
    this.slider.min = String(first);
    this.slider.max = String(last);
    this.span.textContent = `${moment(first)} – ${day(first) === day(last) ? clockTime(last) : moment(last)}`;
    this.next.hidden = gaps.length === 0;
    setText(this.next, `Next gap (${gaps.length})`);
    const width = Math.max(1, last - first);
    this.marks.replaceChildren(...gaps.slice(0, MOST_MARKS).map(([from, to, reason, types]) => {
      const mark = el("i", { title: `${plain(String(reason))}, ${plain(Array.isArray(types) ? types.join(", ") : String(types ?? ""))}, ${moment(from)}` });
      mark.style.left = `${(100 * (from - first)) / width}%`;
      mark.style.width = `${(100 * ((to ?? last) - from)) / width}%`;
      return mark;
    }));
    this.move({ at_ms: replay.at_ms ?? first, speed: replay.speed, paused: replay.paused, over: false });
  }

  move({ at_ms: at, speed, paused, over }) {
    this.paused = paused || over;
    this.at = at;
    this.app.clock.lead(at, this.paused ? 0 : typeof speed === "number" ? speed : 1);
    if (!this.isDragged) this.slider.value = String(at);
    const text = moment(at);
    setText(this.position, `${text}${over ? " · over" : ""}`);
    this.slider.setAttribute("aria-valuetext", text);
    setText(this.playing, this.paused ? "▶" : "❚❚");
    this.playing.setAttribute("aria-label", this.paused ? "Play" : "Pause");
    const wanted = String(speed);
    if (document.activeElement !== this.speed && SPEEDS.some(([one]) => one === wanted)) this.speed.value = wanted;
  }

  toggle() {
    if (this.replay) this.app.link.send({ do: this.paused ? "resume" : "pause" });
  }

  drag() {
    this.isDragged = true;
    setText(this.position, `${moment(Number(this.slider.value))} …`);
  }

  seek(to) {
    this.isDragged = false;
    this.app.link.send({ do: "seek", to_ms: to });
  }

  // To a little before the next gap, so that what led to it is seen.
  toNextGap() {
    const gaps = this.replay?.gaps ?? [];
    const next = gaps.find(([from]) => from > this.at + 2 * BEFORE_GAP_MS) ?? gaps[0];
    if (next) this.seek(Math.max(this.replay.first_ms, next[0] - BEFORE_GAP_MS));
  }
}
