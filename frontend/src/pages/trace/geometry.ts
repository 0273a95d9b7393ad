/** Where things stand on the screen, and what lies under the pointer. */
import type { Drawing, Link, Place } from "./graph";

/** From the picture's coordinates to the screen's: wide and high are stretched on their own. */
export interface Lens {
  kx: number;
  ky: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export const HEAD = 30;
const LEAST_PLACE = 5;
const MOST_PLACE = 14;

export function margins(width: number): { left: number; right: number } {
  return { left: Math.min(170, Math.max(74, width * 0.15)), right: Math.min(220, Math.max(104, width * 0.22)) };
}

/** The lens that shows everything, with room for names at both sides. */
export function fit(drawing: Drawing, size: Size): Lens {
  const { places, graph } = drawing;
  const xs = [...places.values()].map((one) => one.x);
  const ys = [...places.values()].flatMap((one) => [one.y, one.y + one.h]);
  const [left, right] = [Math.min(...xs), Math.max(...xs) + graph.place_width];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const { left: before, right: after } = margins(size.width);
  const kx = (size.width - before - after) / Math.max(right - left, 1);
  const ky = (size.height - HEAD - 36) / Math.max(bottom - top, 1);
  return { kx, ky, x: before - left * kx, y: HEAD + 22 - top * ky };
}

export function zoomed(lens: Lens, by: number, at: { x: number; y: number }, base: Lens): Lens {
  const factor = Math.min(Math.max(by, (0.25 * base.kx) / lens.kx), (60 * base.kx) / lens.kx);
  return {
    kx: lens.kx * factor,
    ky: lens.ky * factor,
    x: at.x - (at.x - lens.x) * factor,
    y: at.y - (at.y - lens.y) * factor,
  };
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The bar of a place on the screen: never too thin to be seen or hit. */
export function barOf(place: Place, lens: Lens, wide: number): Box {
  const width = Math.min(Math.max(wide * lens.kx, LEAST_PLACE), MOST_PLACE);
  const height = Math.max(place.h * lens.ky, 2);
  return { x: place.x * lens.kx + lens.x, y: place.y * lens.ky + lens.y, width, height };
}

/** How far down a ribbon has come at a part of its way across: both edges follow this curve. */
export function descent(across: number): number {
  let t = across;
  for (let n = 0; n < 6; n++) {
    const at = 1.5 * t * (1 - t) + t ** 3 - across;
    t -= at / Math.max(1.5 - 3 * t + 3 * t * t, 0.1);
  }
  return t * t * (3 - 2 * t);
}

/** The y of a ribbon's upper edge at an x, in the picture's coordinates; nothing where it is not. */
function edgeAt(way: readonly number[], x: number): number | null {
  for (let n = 0; n + 3 < way.length; n += 2) {
    const [x0, y0, x1, y1] = [way[n]!, way[n + 1]!, way[n + 2]!, way[n + 3]!];
    if (x >= x0 && x <= x1) return x1 > x0 ? y0 + (y1 - y0) * descent((x - x0) / (x1 - x0)) : y0;
  }
  return null;
}

export type Hit = { kind: "place"; id: string } | { kind: "link"; id: string } | { kind: "bait"; id: string } | null;

/** What lies under a point of the screen: a place before a ribbon, a thin ribbon before a wide one. */
export function hit(drawing: Drawing, lens: Lens, at: { x: number; y: number }): Hit {
  for (const place of drawing.places.values()) {
    const bar = barOf(place, lens, drawing.graph.place_width);
    const slack = 4;
    if (at.x >= bar.x - slack && at.x <= bar.x + bar.width + slack && at.y >= bar.y - slack && at.y <= bar.y + bar.height + slack) {
      return { kind: "place", id: place.id };
    }
  }
  const x = (at.x - lens.x) / lens.kx;
  const y = (at.y - lens.y) / lens.ky;
  let best: Link | null = null;
  for (const link of drawing.links.values()) {
    const { way } = link;
    if (x < way[0]! || x > way[way.length - 2]!) continue;
    const edge = edgeAt(way, x);
    const slack = Math.max(0, 5 - link.h * lens.ky) / 2 / lens.ky;
    if (edge !== null && y >= edge - slack && y <= edge + link.h + slack && (!best || link.h < best.h)) best = link;
  }
  return best ? { kind: "link", id: best.id } : null;
}

/** The middle of a ribbon on the screen, on its longest stretch. */
export function middleOf(link: Link, lens: Lens): { x: number; y: number } {
  const { way } = link;
  let at = 0;
  for (let n = 0; n + 3 < way.length; n += 2) if (way[n + 2]! - way[n]! > way[at + 2]! - way[at]!) at = n;
  return {
    x: ((way[at]! + way[at + 2]!) / 2) * lens.kx + lens.x,
    y: ((way[at + 1]! + way[at + 3]! + link.h) / 2) * lens.ky + lens.y,
  };
}

/** Tops of labels in their order, moved as little as it takes to keep them apart. */
export function spread(tops: readonly number[], height: number, room: readonly [number, number]): number[] {
  const out: number[] = [];
  let floor = room[0];
  for (const top of tops) {
    out.push(Math.max(top, floor));
    floor = out.at(-1)! + height;
  }
  let ceiling = room[1];
  for (let n = out.length - 1; n >= 0; n--) {
    out[n] = Math.min(out[n]!, ceiling - height);
    ceiling = out[n]!;
  }
  return out;
}
