/** The balance sheets of a run, one for each day and rule, as areas that add up. */
export interface Line {
  line: string;
  name: string | null;
  amount: string;
  usd?: Record<string, string | null>;
}

export interface DaySheet {
  origin: string;
  asset: string;
  day: string;
  block: number;
  seeded: string;
  out_of_conversions: string;
  lines: Line[];
  adds_up: boolean;
}

export interface Balances {
  run: string;
  assets: Record<string, { symbol: string; decimals: number }>;
  methods: Record<string, DaySheet[]>;
}

export interface Series {
  key: string;
  line: string;
  name: string;
  /** By method, then by day: what the area is high. */
  amounts: Record<string, bigint[]>;
}

export interface Sheets {
  asset: string;
  days: string[];
  series: Series[];
  /** By method and day: what all areas sum to. */
  whole: Record<string, bigint[]>;
}

const ORDER = ["returned", "frozen", "destroyed", "service", "behaviour", "pooled", "analyst", "mixer", "bridge", "converted", "fees", "burned", "redeemed", "dust", "unreached", "budget", "stolen", "held"];
const MOST = 9;

const rank = (line: string): number => (ORDER.indexOf(line) + 1 || ORDER.length) - (line === "held" ? 0 : 0.5);

/** The sheets of one asset and origins, with a series for every name that is large enough; smaller ones of a line are one. */
export function sheetsOf({ methods }: Balances, asset: string, origins: ReadonlySet<string>): Sheets {
  const mine = Object.entries(methods).map(([method, sheets]) => [method, sheets.filter((one) => one.asset === asset && origins.has(one.origin))] as const);
  const days = [...new Set(mine.flatMap(([, sheets]) => sheets.map((one) => one.day)))].sort();
  const found = new Map<string, Series>();
  const whole: Record<string, bigint[]> = {};
  for (const [method, sheets] of mine) {
    whole[method] = days.map(() => 0n);
    for (const origin of origins) fill(sheets.filter((one) => one.origin === origin), method, days, found, whole[method]);
  }
  return { asset, days, series: few([...found.values()], days, Object.keys(methods)), whole };
}

/** Between the days on which something moved, a sheet stays as it was. */
function fill(sheets: readonly DaySheet[], method: string, days: readonly string[], found: Map<string, Series>, whole: bigint[]): void {
  let at = 0;
  let now: DaySheet | undefined;
  days.forEach((day, n) => {
    while (at < sheets.length && sheets[at]!.day <= day) now = sheets[at++];
    for (const { line, name, amount } of now?.lines ?? []) {
      const key = `${line}\t${name ?? ""}`;
      const series = found.get(key) ?? { key, line, name: name ?? "", amounts: {} };
      found.set(key, series);
      (series.amounts[method] ??= days.map(() => 0n))[n]! += BigInt(amount);
      whole[n]! += BigInt(amount);
    }
  });
}

const largest = (series: Series): bigint => Object.values(series.amounts).flat().reduce((a, b) => (a > b ? a : b), 0n);

function few(all: Series[], days: readonly string[], methods: readonly string[]): Series[] {
  const order = [...all].sort((a, b) => (largest(b) > largest(a) ? 1 : -1));
  const kept = new Set(order.slice(0, MOST).map((one) => one.key));
  const lines = new Map<string, Series>();
  for (const one of all) {
    const alone = kept.has(one.key) || !one.name;
    const key = alone ? one.key : `${one.line}\tothers`;
    const into = lines.get(key) ?? { key, line: one.line, name: alone ? one.name : "others", amounts: {} };
    lines.set(key, into);
    for (const method of methods) {
      const mine = (into.amounts[method] ??= days.map(() => 0n));
      one.amounts[method]?.forEach((amount, n) => { mine[n]! += amount; });
    }
  }
  return [...lines.values()].sort((a, b) => rank(a.line) - rank(b.line) || (largest(b) > largest(a) ? 1 : -1));
}

export function lowHigh(series: Series, day: number): [bigint, bigint] {
  const all = Object.values(series.amounts).map((one) => one[day] ?? 0n);
  return [all.reduce((a, b) => (a < b ? a : b)), all.reduce((a, b) => (a > b ? a : b))];
}
