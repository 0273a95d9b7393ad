/** Publishers' figures as marks: which stand on a day, which a later edition has put into the shade, and their signs. */
import type { Printed } from "./shapes";

export interface Mark {
  printed: Printed;
  sign: string;
  revised: boolean;
}

/** A short sign per publisher; who prints more has the first choice of letters. */
export function signs(printed: readonly Printed[]): Map<string, string> {
  const often = new Map<string, number>();
  for (const { publisher, derived } of printed) if (!derived) often.set(publisher, (often.get(publisher) ?? 0) + 1);
  const order = [...often].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const found = new Map<string, string>();
  for (const [name] of order) {
    const letters = [...name].filter((c) => /[\p{L}\p{N}]/u.test(c));
    const first = (letters[0] ?? "?").toUpperCase();
    const taken = new Set(found.values());
    const wishes = [first, ...letters.slice(1).map((c) => first + c.toLowerCase())];
    found.set(name, wishes.find((wish) => !taken.has(wish)) ?? `${first}${String(found.size)}`);
  }
  return found;
}

export function marksOn(printed: readonly Printed[], sign: ReadonlyMap<string, string>, day: string, publisher: string): Mark[] {
  const there = printed.filter((one) => !one.derived && one.usd !== null && one.year !== null && (!day || one.known_by <= day));
  return there
    .filter((one) => !publisher || one.publisher === publisher)
    .map((one) => ({
      printed: one,
      sign: sign.get(one.publisher) ?? "?",
      revised: there.some((other) => other.year === one.year && other.publisher === one.publisher && other.known_by > one.known_by),
    }));
}

/** Positions of labels pushed apart to a least distance, near where they belong and within limits. */
export function spread(wanted: readonly number[], distance: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, n) => n).sort((a, b) => wanted[a]! - wanted[b]!);
  const at = [...wanted];
  let last = top - distance;
  for (const n of order) last = at[n] = Math.max(at[n]!, last + distance);
  let next = bottom + distance;
  for (const n of order.reverse()) next = at[n] = Math.min(at[n]!, next - distance);
  return at;
}
