// Format: numbers, times and texts as a person reads them. Missing is a dash, and zero is a number.

export const MISSING = "–";
const LONGEST_TEXT = 64;
const EARTH_TIME = { ny: "America/New_York", utc: "UTC", local: undefined };
const ZONE_NAMES = { ny: "ET", utc: "UTC", local: "local" };
const formatters = new Map();
let zone = "ny";

export function setZone(name) {
  zone = name in EARTH_TIME ? name : "ny";
}

export function zoneName() {
  return ZONE_NAMES[zone];
}

function grouped(text) {
  const dot = text.indexOf(".");
  const whole = dot < 0 ? text : text.slice(0, dot);
  if (whole.length < 4) return text;
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (dot < 0 ? "" : text.slice(dot));
}

// With a real minus sign, which is as wide as a digit.
function signed(text) {
  return text.startsWith("-") ? `−${text.slice(1)}` : text;
}

export function fixed(value, decimals) {
  const text = value.toFixed(decimals);
  return signed(grouped(Number(text) === 0 && text.startsWith("-") ? text.slice(1) : text));
}

// As few decimals as say it exactly, within limits.
function exact(value, fewest, most) {
  for (let decimals = fewest; decimals < most; decimals += 1) {
    // Sums of binary fractions are off by a hair, which is no digit of theirs.
    if (Math.abs(Number(value.toFixed(decimals)) - value) <= Math.abs(value) * 1e-11) return fixed(value, decimals);
  }
  return fixed(value, most);
}

function price(value) {
  if (value !== 0 && Math.abs(value) < 0.01) return exact(value, 2, 8);
  return exact(value, 2, 4);
}

function greek(value) {
  const size = Math.abs(value);
  return fixed(value, size >= 100 ? 1 : size >= 0.1 || size === 0 ? 3 : 4);
}

export function money(value) {
  const size = Math.abs(value);
  if (size >= 1e12) return `${fixed(value / 1e12, 2)} T`;
  if (size >= 1e9) return `${fixed(value / 1e9, 2)} B`;
  if (size >= 1e6) return `${fixed(value / 1e6, 2)} M`;
  if (size >= 1e4) return `${fixed(value / 1e3, 1)} k`;
  return fixed(value, size >= 100 ? 0 : 2);
}

const NUMBERS = {
  price,
  greek,
  money,
  strike: (value) => exact(value, 0, 3),
  size: (value) => exact(value, 0, 4),
  count: (value) => exact(value, 0, 4),
  percent: (value) => fixed(value * 100, 1),
  number: (value) => exact(value, 0, 4),
};

// What a cell of a table shows.
export function shown(value, column) {
  if (value === null || value === undefined || value === "") return MISSING;
  if (typeof value === "number") {
    if (column.kind === "time") return clockTime(value, true);
    if (column.decimals !== undefined && column.decimals !== null) {
      return fixed(column.kind === "percent" ? value * 100 : value, column.decimals);
    }
    return (NUMBERS[column.kind] ?? NUMBERS.number)(value);
  }
  return plain(String(value));
}

export function isNumeric(kind) {
  return kind !== "text";
}

// Somebody else's text on one line: control characters visible, nothing that turns the line around, not endless.
export function plain(text, longest = LONGEST_TEXT) {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.replace(/[\u0000-\u001f]/g, (one) => String.fromCharCode(0x2400 + one.charCodeAt(0)))
    .replace(/[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, "�");
}

function formatter(name, options) {
  const key = `${name} ${zone}`;
  if (!formatters.has(key)) {
    const made = new Intl.DateTimeFormat("en-GB", { timeZone: EARTH_TIME[zone], hourCycle: "h23", ...options });
    formatters.set(key, made);
  }
  return formatters.get(key);
}

const TIME = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
const DAY = { year: "numeric", month: "2-digit", day: "2-digit" };

export function clockTime(ms, withMs = false) {
  if (ms === null || ms === undefined) return MISSING;
  const text = formatter("time", TIME).format(ms);
  return withMs ? `${text}.${String(Math.floor(ms) % 1000).padStart(3, "0")}` : text;
}

export function day(ms) {
  const parts = Object.fromEntries(formatter("day", DAY).formatToParts(ms).map((part) => [part.type, part.value]));
  return `${parts.year}-${parts.month}-${parts.day}`;
}

export function moment(ms) {
  return ms === null || ms === undefined ? MISSING : `${day(ms)} ${clockTime(ms)}`;
}

export function age(seconds) {
  if (seconds === null || !Number.isFinite(seconds)) return MISSING;
  if (seconds < 60) return `${Math.max(0, Math.floor(seconds))}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86400)}d`;
}

export function milliseconds(ms) {
  if (ms === null || ms === undefined) return MISSING;
  if (ms >= 10000) return `${fixed(ms / 1000, 1)} s`;
  return `${fixed(ms, ms < 10 ? 1 : 0)} ms`;
}

export function bytes(count) {
  if (count === null || count === undefined) return MISSING;
  if (count >= 1e6) return `${fixed(count / 1e6, 1)} MB`;
  return count >= 1e3 ? `${fixed(count / 1e3, 1)} kB` : `${fixed(count, 0)} B`;
}

export function rate(value) {
  if (value === null || value === undefined) return MISSING;
  return fixed(value, value < 10 && value !== Math.floor(value) ? 1 : 0);
}
