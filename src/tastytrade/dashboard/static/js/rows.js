// Rows: a table as the program sends it: whole at first, then the rows that changed and the keys that left.

import { aged } from "./staleness.js";

export class Rows {
  constructor() {
    this.columns = [];
    this.head = "";
    this.places = new Map();
    this.key = 0;
    this.byKey = new Map();
  }

  // Whether the columns are others than before.
  replace({ columns: named, key, rows }) {
    const columns = aged(named);
    const same = JSON.stringify(columns) === JSON.stringify(this.columns);
    this.columns = columns;
    this.head = key;
    this.places = new Map(columns.map((column, at) => [column.name, at]));
    this.key = this.places.get(key) ?? 0;
    this.byKey = new Map(rows.map((row) => [row[this.key], row]));
    return !same;
  }

  // The keys of rows that were not there before.
  change({ rows = [], gone = [] }) {
    for (const key of gone) this.byKey.delete(key);
    const fresh = [];
    for (const row of rows) {
      if (!this.byKey.has(row[this.key])) fresh.push(row[this.key]);
      this.byKey.set(row[this.key], row);
    }
    return fresh;
  }

  value(key, name) {
    const row = this.byKey.get(key);
    return row === undefined || !this.places.has(name) ? null : row[this.places.get(name)];
  }
}

// What is missing stands last, whichever way the rest is sorted.
export function compare(one, other, down) {
  if (one === other) return 0;
  if (one === null || one === undefined) return 1;
  if (other === null || other === undefined) return -1;
  const order = typeof one === "number" && typeof other === "number" ? one - other : compareTexts(one, other);
  return down ? -order : order;
}

function compareTexts(one, other) {
  const [left, right] = [String(one), String(other)];
  return left < right ? -1 : left > right ? 1 : 0;
}
