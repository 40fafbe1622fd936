// Staleness: which age says how old a cell is, and from when on that is too old to be believed at a glance.

const PARTS = {
  quote: { stale: 30, fields: ["bidPrice", "askPrice", "bidSize", "askSize", "bid", "ask", "bid_size", "ask_size", "mid", "spread"] },
  greeks: { stale: 120, fields: ["volatility", "delta", "gamma", "theta", "vega", "rho"] },
  trade: { stale: 900, fields: ["price", "size", "last", "change"] },
};

function partOf(field) {
  return Object.entries(PARTS).find(([, { fields }]) => fields.includes(field)) ?? [null, null];
}

// Columns with the name of their age, where the table has it. What changes once a day (open interest) has none.
export function aged(columns) {
  const names = new Set(columns.map((column) => column.name));
  return columns.map((column) => {
    const [, side, field] = /^(call_|put_|)(.*)$/.exec(column.name);
    const [part, rule] = column.kind === "age" ? [field.replace(/_age$/, ""), PARTS[field.replace(/_age$/, "")]] : partOf(field);
    const age = `${side}${part}_age`;
    if (!rule || !names.has(age)) return column;
    return { stale_s: rule.stale, ...(column.kind === "age" ? {} : { age }), ...column };
  });
}
