import { full } from "./amounts";
import type { Asset } from "./graph";
import { METHODS } from "./view";

interface Props {
  byMethod: Record<string, string>;
  asset: Asset;
  method: string;
  /** What the whole bar stands for, in the same units. */
  whole: string;
  /** The least and the most under any rule at all, where that is known. */
  bound?: { least: string; most: string } | null;
}

/** The longest of several amounts, for bars that stand against each other. */
export function longest(amounts: readonly string[]): string {
  return amounts.reduce((a, b) => (BigInt(a) > BigInt(b) ? a : b), "1");
}

/** Where an amount stands on the bar, in hundredths of it: for drawing alone, what is said is the amount. */
const share = (part: string, whole: string): number => {
  const of = BigInt(whole);
  return of > 0n ? Number((BigInt(part) * 10_000n) / of) / 100 : 0;
};

/** An amount by every rule: the range as a band, each rule a tick, the one that is drawn a full one. */
export function RangeBar({ byMethod, asset, method, whole, bound }: Props) {
  const values = Object.entries(byMethod).map(([name, amount]) => [name, share(amount, whole)] as const);
  const at = values.map(([, value]) => value);
  const [low, high] = [Math.min(...at), Math.max(...at)];
  const said = Object.entries(byMethod).map(([name, amount]) => `${METHODS[name] ?? name} ${full(amount, asset)}`).join(", ");
  const any = bound ? [share(bound.least, whole), share(bound.most, whole)] as const : null;
  return (
    <svg className="rangebar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={bound ? `${said}; under any rule ${full(bound.least, asset)} to ${full(bound.most, asset)}` : said}>
      <rect className="ground" x="0" y="4" width="100" height="2" />
      <rect className="sure" x="0" y="2" width={low} height="6" />
      <rect className="band" x={low} y="2" width={Math.max(high - low, 0)} height="6" />
      {any && <path className="any" vectorEffect="non-scaling-stroke" d={`M${String(any[0])} 5H${String(Math.min(any[1], 100))}M${String(any[0])} 2V8M${String(Math.min(any[1], 99.8))} 2V8`} />}
      {values.map(([name, value]) => (
        <rect key={name} className={name === method ? "tick drawn" : "tick"} x={Math.min(value, 99.4)} y={name === method ? 0 : 2} width={name === method ? 0.9 : 0.5} height={name === method ? 10 : 6} />
      ))}
    </svg>
  );
}
