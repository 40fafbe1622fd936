// Keys: everything the page does is reachable by Tab; these are short cuts.

import { button, el } from "./elements.js";

const KEYS = [
  ["/", "find a symbol; Enter shows it, Shift+Enter watches it"],
  ["1 … 7", "the views, in their order"],
  ["t", "light or dark"],
  ["Space", "replay: stop or go on"],
  ["g", "replay: to the next gap"],
  ["?", "this list"],
  ["Escape", "close what is open"],
];

export function bindKeys(app, element) {
  const rows = KEYS.map(([key, text]) => el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, text)));
  const closing = button("Close", () => dialog.close());
  const dialog = el("dialog", { "aria-labelledby": "keys-title" }, el("h2", { id: "keys-title" }, "Keys"), el("dl", { class: "facts" }, ...rows), closing);
  document.body.append(dialog);
  element.append(button("Keys ?", () => dialog.showModal(), { class: "quiet" }));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    if (event.target.closest("input, select, textarea, [contenteditable]")) return;
    const action = actionOf(event, app, dialog);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function actionOf(event, app, dialog) {
  if (event.key === "/") return () => app.search.focus();
  if (event.key === "?") return () => dialog.showModal();
  if (event.key === "t") return () => app.switchTheme();
  if (event.key === "g") return () => app.replay.toNextGap();
  // On a button, a menu or a table Space has its own meaning.
  if (event.key === " " && app.replay.replay && !event.target.closest("button, summary, a, [tabindex='0']")) return () => app.replay.toggle();
  const view = app.views[Number(event.key) - 1];
  return view ? () => app.show(view) : null;
}
