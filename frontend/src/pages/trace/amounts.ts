/** Amounts of the assets of a graph, as a person reads them. */
import { exact, rounded } from "../../parts/format";
import type { Asset, Graph } from "./graph";

const UNKNOWN: Asset = { asset: "", symbol: "", decimals: 0, weight: "1" };

export function assetOf(graph: Graph, id: string | null): Asset {
  return graph.assets.find((one) => one.asset === id) ?? { ...UNKNOWN, symbol: id ?? "" };
}

const STEPS: [bigint, string][] = [
  [10n ** 9n, "bn"],
  [10n ** 6n, "M"],
  [10n ** 3n, "k"],
];

/** Short: one decimal and the unit that leaves one to three digits before it. */
export function short(units: string, asset: Asset): string {
  return asset.asset === "USD" ? `$${scaled(units, asset.decimals)}` : `${scaled(units, asset.decimals)} ${asset.symbol}`;
}

function scaled(units: string, decimals: number): string {
  const [number, unit] = stepOf(units, decimals);
  return unit ? `${number} ${unit}` : number;
}

function stepOf(units: string, decimals: number, unit?: string): [string, string] {
  const value = BigInt(units);
  const whole = value / 10n ** BigInt(decimals);
  const found = unit === undefined ? STEPS.find(([size]) => whole >= size) : STEPS.find(([, name]) => name === unit);
  if (!found) return [whole >= 1n ? rounded(units, decimals, 1) : small(units, decimals), ""];
  return [rounded(units, decimals + found[0].toString().length - 1, 1), found[1]];
}

/** Less than one in six digits that say something: nothing reads as 0 but what is 0. */
function small(units: string, decimals: number): string {
  const zeros = /^0\.(0*)/.exec(exact(units, decimals))?.[1]?.length ?? 0;
  const text = rounded(units, decimals, Math.min(decimals, zeros + 6));
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** A range with its unit once: $53.8–68.5 M; a single figure where both ends read alike. */
export function range(low: string, high: string, asset: Asset): string {
  const [, unit] = stepOf(high, asset.decimals);
  const [from] = stepOf(low, asset.decimals, unit);
  const [to] = stepOf(high, asset.decimals, unit);
  if (from === to) return short(high, asset);
  const text = `${from}–${to}${unit ? ` ${unit}` : ""}`;
  return asset.asset === "USD" ? `$${text}` : `${text} ${asset.symbol}`;
}

export function full(units: string, asset: Asset): string {
  return `${exact(units, asset.decimals)} ${asset.symbol}`;
}
