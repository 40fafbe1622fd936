// Theme: light or dark, as the system has it or as chosen; and its colours for those who draw on canvases.

const NAMES = [
  "page", "panel", "line", "text", "dim", "stale", "accent", "up", "down", "grid", "gap", "warn",
  "series-1", "series-2", "series-3", "series-4", "series-5", "series-6",
];
const system = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = [];
let chosen = "";
let known = null;

function apply() {
  document.documentElement.dataset.theme = current();
  known = null;
  for (const listener of listeners) listener();
}

export function current() {
  return chosen || (system.matches ? "dark" : "light");
}

export function choose(name) {
  const next = name === "light" || name === "dark" ? name : "";
  if (next === chosen && document.documentElement.dataset.theme) return;
  chosen = next;
  apply();
}

export function onTheme(listener) {
  listeners.push(listener);
}

export function colours() {
  if (known === null) {
    const style = getComputedStyle(document.documentElement);
    known = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  }
  return known;
}

system.addEventListener("change", apply);
