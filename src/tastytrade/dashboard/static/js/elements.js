// Elements: DOM made of plain values. What comes from outside is only ever a text node, never markup.

export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// Sets a text only where it differs, so that nothing is laid out again for nothing.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function button(text, action, attributes = {}) {
  return el("button", { type: "button", onclick: action, ...attributes }, text);
}

// A <select> of [value, label] pairs inside its label.
export function select(label, options, value, action) {
  const made = el("select", { "aria-label": label, onchange: () => action(made.value) });
  setOptions(made, options, value);
  return made;
}

export function setOptions(list, options, value) {
  const same =
    list.options.length === options.length &&
    options.every(([option, label], at) => list.options[at].value === option && list.options[at].text === label);
  if (!same) list.replaceChildren(...options.map(([option, label]) => el("option", { value: option }, label)));
  if (list.value !== value) list.value = value;
}

// A button that opens a small menu below it; Escape or a click elsewhere closes it.
export function menu(label, name, ...children) {
  const box = el("div", { class: "menu-items", role: "group", "aria-label": name });
  box.append(...children);
  const made = el("details", { class: "menu" }, el("summary", { "aria-label": name }, label), box);
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !made.open) return;
    made.open = false;
    made.querySelector("summary").focus();
    event.stopPropagation();
  });
  return made;
}

export function closeMenusOutside(target) {
  for (const open of document.querySelectorAll("details.menu[open]")) {
    if (!open.contains(target)) open.open = false;
  }
}
