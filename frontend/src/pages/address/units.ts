import { exact, rounded, thousands } from "../../parts/format";
import type { About } from "./shapes";

export interface Unit {
  symbol: string;
  decimals: number | null;
}

/** What an amount of an asset counts; where nobody says how many decimals it has, its base units are shown. */
export function unitOf(about: About, asset: string): Unit {
  const known = about.assets?.[asset];
  return known ? { symbol: known.symbol, decimals: known.decimals } : { symbol: asset, decimals: null };
}

export function short(units: string, { symbol, decimals }: Unit): string {
  if (decimals === null) return `${thousands(units)} base units`;
  return symbol === "USD" ? `$${rounded(units, decimals, 2)}` : `${rounded(units, decimals, Math.min(decimals, 4))} ${symbol}`;
}

export function long(units: string, { symbol, decimals }: Unit): string {
  return decimals === null ? `${thousands(units)} base units of ${symbol}` : `${exact(units, decimals)} ${symbol}`;
}
