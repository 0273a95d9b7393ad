/** Bait: movements that nobody followed, as marks beside what they touch. They carry nothing, so they have no width. */
import { barOf, type Lens } from "./geometry";
import type { Drawing } from "./graph";

export interface BaitMark {
  id: string;
  from: string | null;
  to: string | null;
  movements: number;
  flags: Record<string, number>;
  outside: number;
  first: string;
  last: string;
}

export interface Bait {
  shown: boolean;
  movements: number;
  marks: BaitMark[];
  more: number;
}

interface Point {
  x: number;
  y: number;
}

/** Where the line of a mark begins and ends on the screen, and where its sign stands. */
export interface BaitWay {
  from: Point;
  to: Point;
  sign: Point;
}

const REACH = 30;
const STEP = 11;
/** How far inside the ends of a bar the first mark stands, clear of the name above it. */
const INSET = 14;

/** The ways of all marks: between two places an arc above both; else a short line from, or to, nowhere. */
export function baitWays(drawing: Drawing, lens: Lens): Map<string, BaitWay> {
  const used = new Map<string, number>();
  const wide = drawing.graph.place_width;
  const bar = (id: string | null) => {
    const place = id === null ? undefined : drawing.places.get(id);
    return place && barOf(place, lens, wide);
  };
  const found = new Map<string, BaitWay>();
  for (const mark of drawing.baits.values()) {
    const [payer, payee] = [bar(mark.from), bar(mark.to)];
    const at = (mark.to ?? mark.from)! + (mark.to ? "<" : ">");
    const turn = used.get(at) ?? 0;
    used.set(at, turn + 1);
    const down = (turn % 12) * STEP;
    if (payer && payee) {
      const from = { x: payer.x + payer.width / 2, y: payer.y };
      const to = { x: payee.x + payee.width / 2, y: payee.y };
      found.set(mark.id, { from, to, sign: { x: (from.x + to.x) / 2, y: Math.min(from.y, to.y) - 16 - down } });
    } else if (payee) {
      const to = { x: payee.x, y: payee.y + INSET + down };
      const sign = { x: to.x - REACH, y: to.y - 6 };
      found.set(mark.id, { from: sign, to, sign });
    } else if (payer) {
      const from = { x: payer.x + payer.width, y: payer.y + payer.height - INSET - down };
      const sign = { x: from.x + REACH, y: from.y + 6 };
      found.set(mark.id, { from, to: sign, sign });
    }
  }
  return found;
}

/** The mark whose sign is under a point. */
export function baitUnder(drawing: Drawing, lens: Lens, at: Point): string | null {
  for (const [id, { sign }] of baitWays(drawing, lens)) if (Math.hypot(at.x - sign.x, at.y - sign.y) <= 9) return id;
  return null;
}

export function flagsOf(mark: Pick<BaitMark, "flags">): string {
  return Object.entries(mark.flags).map(([flag, n]) => `${String(n)} ${flag.replace(/[-_]/g, " ")}`).join(", ");
}
