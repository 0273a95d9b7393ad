/** Amounts of an asset as people read them: short with the unit, exact on hover, the exact base units on copy. */
import type { components } from "../api/types";
import { Figure } from "./Figure";
import { exact, plain, rounded, thousands } from "./format";

/** How the server says that assets are counted; what is not in it keeps its base units. */
export type Units = Record<string, components["schemas"]["AssetForm"]>;

/** What an asset is called; a token that nobody has listed by its id. */
export function symbolOf(units: Units, asset: string): string {
  return plain(units[asset]?.symbol ?? asset);
}

function short(amount: string, units: Units, asset: string): string {
  const known = units[asset];
  if (!known) return `${thousands(amount)} base units`;
  const shown = known.symbol === "USD" ? 2 : Math.min(known.decimals, 4);
  const text = /[1-9]/.test(rounded(amount, known.decimals, shown)) ? rounded(amount, known.decimals, shown) : exact(amount, known.decimals);
  return known.symbol === "USD" ? `$${text}` : `${text} ${plain(known.symbol)}`;
}

function long(amount: string, units: Units, asset: string): string {
  const known = units[asset];
  return known ? `${exact(amount, known.decimals)} ${known.symbol}` : `${thousands(amount)} base units of ${asset}`;
}

/** An amount of an asset; none where the number does not fit, and quiet where it is nothing. */
export function Units({ of, asset, units }: { of: string | null; asset: string; units: Units }) {
  if (of === null) return <span className="statement unknown">does not fit</span>;
  if (of === "0") return <span className="soft">0</span>;
  const known = units[asset];
  return (
    <Figure units={of} says={long(of, units, asset)} from={known ? `${thousands(of)} base units, ${String(known.decimals)} decimals` : "how many decimals it has is not known"}>
      {short(of, units, asset)}
    </Figure>
  );
}
