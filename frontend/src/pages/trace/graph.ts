/** The graph of a run as the server tells it, and what is looked up in it. Amounts are strings of base units. */
import { question } from "../../api/client";
import type { Bait, BaitMark } from "./bait";
import type { View } from "./view";

export type LinkKind = "fact" | "rule" | "statistical" | "analyst";
export type Mark = "conversion" | "crossing" | "mixer" | "dust";

export interface Asset {
  asset: string;
  symbol: string;
  decimals: number;
  weight: string;
}

export interface Place {
  id: string;
  lane: string;
  period: number | null;
  side: "start" | "end" | null;
  kind: string;
  statement: LinkKind | "claim";
  name: string;
  asset: string | null;
  concept: string | null;
  actor: string | null;
  accounts: number;
  addresses: string[];
  more: number;
  likeness: string | null;
  in: string;
  out: string;
  low: string;
  high: string;
  by_method: Record<string, string>;
  by_source: Record<string, string>;
  rests: string;
  inside: number;
  hidden_in: string;
  hidden_out: string;
  bait: number;
  opens: string | null;
  folds: string | null;
  x: number;
  y: number;
  h: number;
}

export interface Link {
  id: string;
  from: string;
  to: string;
  asset: string;
  amount: string;
  low: string;
  high: string;
  by_method: Record<string, string>;
  by_source: Record<string, string>;
  movements: number;
  kept: boolean;
  first: string | null;
  last: string | null;
  moved: string | null;
  traced_share: number | null;
  kind: LinkKind;
  marks: Mark[];
  way: number[];
  h: number;
}

export interface Sum {
  asset: string;
  rests: string;
  drawn: string;
  low: string;
  high: string;
  hidden: { why: string; amount: string; links: number }[];
  beside: { source: string; amount: string }[];
}

export interface Graph {
  run: string;
  chain: string;
  incidents: string[];
  backward: boolean;
  method: string;
  methods: string[];
  sources: { source: string; drawn: boolean }[];
  assets: Asset[];
  fold: { level: string; levels: string[]; periods: number; movements: number; accounts: number; places: number; links: number };
  times: { first: string | null; last: string | null };
  periods: { from: string; to: string; x: number | null }[];
  width: number;
  height: number;
  place_width: number;
  too_large: boolean;
  sentence: string;
  sums: Sum[];
  places: Place[];
  links: Link[];
  bait: Bait;
}

export interface Row {
  block: number | null;
  time: string | null;
  tx_index: number | null;
  seq: number | null;
  tx_hash: string | null;
  kind: string;
  chain: string;
  from_address: string | null;
  to_address: string | null;
  asset: string;
  amount: string;
  low: string;
  high: string;
  moved: string | null;
}

/** The graph with what is asked of it again and again. */
export interface Drawing {
  graph: Graph;
  places: Map<string, Place>;
  links: Map<string, Link>;
  into: Map<string, Link[]>;
  out: Map<string, Link[]>;
  baits: Map<string, BaitMark>;
}

export function drawing(graph: Graph): Drawing {
  const places = new Map(graph.places.map((one) => [one.id, one]));
  const links = new Map(graph.links.map((one) => [one.id, one]));
  const into = new Map<string, Link[]>();
  const out = new Map<string, Link[]>();
  for (const link of [...graph.links].sort((a, b) => b.h - a.h || (a.id < b.id ? -1 : 1))) {
    into.set(link.to, [...(into.get(link.to) ?? []), link]);
    out.set(link.from, [...(out.get(link.from) ?? []), link]);
  }
  return { graph, places, links, into, out, baits: new Map(graph.bait.marks.map((one) => [one.id, one])) };
}

/** What of an end's money is of unknown origin; null where none is drawn. */
export function ofUnknown(place: Place): string | null {
  const units = place.side === "end" ? place.by_source["unknown"] : undefined;
  return units === undefined || units === "0" ? null : units;
}

/** The URL of something of a run under a view; lists are given one by one. */
export function url(path: string, view: View, more: Record<string, string> = {}): string {
  const base = question(path);
  const query = params(view);
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  const text = query.toString();
  return text ? `${base}?${text}` : base;
}

export function params(view: View): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(view)) {
    if (Array.isArray(value)) value.forEach((one) => { query.append(name, one); });
    else if (value) query.set(name, value);
  }
  return query;
}

/** The widest way through a drawing that goes over a place or a link: the links from a start to it, and on to an end. */
export function widestWay(drawing: Drawing, id: string): string[] {
  const link = drawing.links.get(id);
  const here = link ? [id] : [];
  return [...walk(drawing, link ? link.from : id, "into").reverse(), ...here, ...walk(drawing, link ? link.to : id, "out")];
}

/** A person's own way with one link more, or less; nothing where none is left. */
export function toggled(way: readonly string[] | null, id: string): string[] | null {
  const left = way?.includes(id) ? way.filter((one) => one !== id) : [...(way ?? []), id];
  return left.length ? left : null;
}

/** Follows the way whose narrowest link is widest; money runs left to right, so it ends. */
function walk(drawing: Drawing, from: string, way: "into" | "out"): string[] {
  const best = new Map<string, { width: number; next: Link | null }>();
  function look(place: string): { width: number; next: Link | null } {
    const known = best.get(place);
    if (known) return known;
    const found: { width: number; next: Link | null } = { width: 0, next: null };
    best.set(place, found);
    const links = drawing[way].get(place) ?? [];
    if (links.length === 0) found.width = Infinity;
    for (const link of links) {
      const width = Math.min(link.h, look(way === "out" ? link.to : link.from).width);
      if (width > found.width) Object.assign(found, { width, next: link });
    }
    return found;
  }
  const links: string[] = [];
  for (let at = from, step = look(at).next; step; step = look(at).next) {
    links.push(step.id);
    at = way === "out" ? step.to : step.from;
  }
  return links;
}
