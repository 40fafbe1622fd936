// CSV: a table as text for spreadsheets, and files handed to the user.

// A text that a spreadsheet would take for a formula is kept a text.
const FORMULA = /^[=+\-@\t\r]/;

function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csv(names, rows) {
  return [names, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

export function save(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name.replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, 120);
  link.click();
  // Later, because the browser reads it after this function.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function saveCsv(name, names, rows) {
  save(name, new Blob([csv(names, rows)], { type: "text/csv;charset=utf-8" }));
}
