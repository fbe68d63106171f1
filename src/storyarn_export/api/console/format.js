// Numbers, sizes and times as people write them where they live.

const NUMBER = new Intl.NumberFormat();
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];
const STEP = 1024;
const SPANS = [
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

export function number(value) {
  return NUMBER.format(value);
}

export function counted(value, one, many = `${one}s`) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

export function bytes(value) {
  let unit = 0;
  for (; value >= STEP && unit < UNITS.length - 1; unit += 1) value /= STEP;
  return `${value.toLocaleString(undefined, { maximumFractionDigits: unit === 0 ? 0 : 1 })} ${UNITS[unit]}`;
}

export function seconds(value) {
  if (value < 1) return "less than a second";
  if (value < 90) return `${number(Math.round(value))} s`;
  if (value < 5400) return `${number(Math.round(value / 60))} min`;
  return `${number(Math.round(value / 3600))} h`;
}

export function moment(text) {
  return MOMENT.format(new Date(text));
}

/** How far away a moment is: "in 7 days", "3 minutes ago". */
export function away(text) {
  const distance = (new Date(text) - Date.now()) / 1000;
  const [unit, size] = SPANS.find(([, length]) => Math.abs(distance) >= length) ?? SPANS.at(-1);
  return RELATIVE.format(Math.trunc(distance / size), unit);
}
