/** Draws a graph with a pen: ribbons by what kind of statement they are, places, names that nothing overlaps, dates. */
import { plain } from "../../parts/format";
import { assetOf, range } from "./amounts";
import { baitWays } from "./bait";
import type { Note } from "./desk";
import { barOf, HEAD, margins, middleOf, spread, type Box, type Lens, type Size } from "./geometry";
import { ofUnknown, type Drawing, type Link, type Mark, type Place } from "./graph";
import { colourOf, type Palette } from "./palette";
import { clipped, widthOf, type Pen } from "./pen";

export interface Look {
  selected: string | null;
  pointed: string | null;
  /** Links of the way that is highlighted; all else is paler. */
  way: ReadonlySet<string> | null;
  notes: readonly Note[];
}

export interface Sheet {
  drawing: Drawing;
  lens: Lens;
  size: Size;
  colours: Palette;
  look: Look;
}

const MARKS: Record<Mark, string> = { conversion: "⇄", crossing: "⤳", mixer: "≋", dust: "·" };
const LETTER = 12;
const LINE = 15;

export function paint(pen: Pen, sheet: Sheet): void {
  paintShapes(pen, sheet);
  paintWords(pen, sheet);
}

/** Ribbons and places. */
export function paintShapes(pen: Pen, sheet: Sheet): void {
  const { drawing, look } = sheet;
  const order = [...drawing.links.values()].sort((a, b) => b.h - a.h);
  if (look.way) {
    for (const link of order) if (!look.way.has(link.id)) ribbon(pen, sheet, link, 0.3);
    for (const link of order) if (look.way.has(link.id)) ribbon(pen, sheet, link, 1);
  } else {
    for (const link of order) ribbon(pen, sheet, link, 1);
  }
  for (const id of new Set([look.pointed, look.selected])) {
    const link = id === null ? undefined : drawing.links.get(id);
    if (link) outline(pen, sheet, link, id === look.selected);
  }
  for (const note of look.notes) if (note.on === "link") noted(pen, sheet, note);
  for (const place of drawing.places.values()) bar(pen, sheet, place);
}

/** A ribbon with a note has a line of its colour along it, and its flag. */
function noted(pen: Pen, sheet: Sheet, note: Note): void {
  const link = sheet.drawing.links.get(note.of);
  if (!link || outside(link, sheet)) return;
  const { lens, colours } = sheet;
  const colour = note.colour ? colours.notes[note.colour] : colours.ink;
  pen.begin();
  trace(pen, link.way, lens, (link.h * lens.ky) / 2);
  pen.stroke({ colour: colours.raised, width: 4.5, alpha: 0.8 });
  pen.begin();
  trace(pen, link.way, lens, (link.h * lens.ky) / 2);
  pen.stroke({ colour, width: 2.4 });
  const at = middleOf(link, lens);
  flag(pen, { x: at.x, y: at.y, width: 0, height: 0 }, colour);
}

/** Signs and names, which stand on the screen and not in the picture. */
export function paintWords(pen: Pen, sheet: Sheet, moving = false): void {
  const taken = sideNames(pen, sheet);
  if (moving) return;
  baits(pen, sheet, taken);
  marks(pen, sheet, [...sheet.drawing.links.values()].sort((a, b) => b.h - a.h), taken);
  names(pen, sheet, taken);
}

// ── ribbons

function trace(pen: Pen, way: readonly number[], lens: Lens, down: number, back = false): void {
  const at = (n: number): [number, number] => [way[n]! * lens.kx + lens.x, way[n + 1]! * lens.ky + lens.y + down];
  const last = way.length - 2;
  if (back) pen.line(...at(last));
  else pen.move(...at(0));
  for (let n = 0; n < last; n += 2) {
    const [from, to] = back ? [last - n, last - n - 2] : [n, n + 2];
    const [x0, y0] = at(from);
    const [x1, y1] = at(to);
    const middle = (x0 + x1) / 2;
    if (Math.abs(y1 - y0) < 0.05) pen.line(x1, y1);
    else pen.curve(middle, y0, middle, y1, x1, y1);
  }
}

function band(pen: Pen, link: Link, lens: Lens, from: number, to: number): void {
  pen.begin();
  trace(pen, link.way, lens, from);
  trace(pen, link.way, lens, to, true);
  pen.close();
}

function outside(link: Link, { lens, size }: Sheet): boolean {
  const { way } = link;
  return way[way.length - 2]! * lens.kx + lens.x < 0 || way[0]! * lens.kx + lens.x > size.width;
}

/** Strength is the traced share: how much of all that moved was stolen. */
function strength(link: Link): number {
  return 0.3 + 0.5 * Math.min(Math.max(link.traced_share ?? 0.6, 0), 1);
}

function ribbon(pen: Pen, sheet: Sheet, link: Link, paleness: number): void {
  if (outside(link, sheet)) return;
  const { lens, colours } = sheet;
  const thick = link.h * lens.ky;
  const bait = link.marks.includes("dust");
  const colour = bait ? colours.unknown : colours.dye;
  if (thick < 1.6) {
    pen.begin();
    trace(pen, link.way, lens, thick / 2);
    const none = link.amount === "0";
    pen.stroke({ colour: none ? colours.unknown : colour, width: Math.max(thick, 0.7), alpha: (none ? 0.5 : strength(link)) * paleness * (link.kept ? 0.5 : 1), dash: DASHES[none ? "none" : link.kind] ?? [] });
    return;
  }
  let from = 0;
  const whole = Number(BigInt(link.amount));
  for (const [source, amount] of Object.entries(link.by_source)) {
    const part = whole ? (thick * Number(BigInt(amount))) / whole : 0;
    if (!part) continue;
    const fill = bait ? colours.unknown : source === "unknown" ? colours.others : colours.dye;
    band(pen, link, lens, from, from + part);
    pen.fill(fill, (source === "unknown" ? 0.3 : strength(link)) * paleness * (link.kept ? 0.42 : link.kind === "statistical" ? 0.6 : 1));
    if (from > 0) {
      pen.begin();
      trace(pen, link.way, lens, from);
      pen.stroke({ colour: colours.paper, width: 1 });
    }
    from += part;
  }
  if (!link.kept) edges(pen, sheet, link, thick, paleness);
}

const DASHES: Record<string, readonly number[]> = { fact: [], rule: [], statistical: [7, 4], analyst: [1.5, 3], none: [2, 4] };

/** The form that tells the kinds apart: both edges drawn, one with a tick, dashes, dots. */
function edges(pen: Pen, { lens, colours }: Sheet, link: Link, thick: number, paleness: number): void {
  const stroke = { colour: colours.ink, alpha: 0.55 * paleness, dash: DASHES[link.kind]! };
  pen.begin();
  trace(pen, link.way, lens, 0);
  if (link.kind !== "rule") trace(pen, link.way, lens, thick);
  pen.stroke({ ...stroke, width: link.kind === "fact" ? 1.5 : link.kind === "rule" ? 0.7 : 1.4 });
  if (link.kind !== "rule") return;
  const at = middleOf(link, lens);
  pen.begin();
  pen.move(at.x, at.y - thick / 2 - 3);
  pen.line(at.x, at.y - thick / 2 + 3);
  pen.stroke({ ...stroke, width: 0.9 });
}

function outline(pen: Pen, { lens, colours }: Sheet, link: Link, chosen: boolean): void {
  const thick = Math.max(link.h * lens.ky, 1.5);
  band(pen, link, lens, -1, thick + 1);
  pen.stroke({ colour: chosen ? colours.focus : colours.ink, width: chosen ? 2.4 : 1.4 });
}

/** Conversions, crossings, mixers and decisions carry a sign in the middle of their ribbon. */
function marks(pen: Pen, sheet: Sheet, order: readonly Link[], taken: Box[]): void {
  for (const link of order) {
    const mark = link.marks.find((one) => one !== "dust");
    const sign = mark ? MARKS[mark] : link.kind === "analyst" ? "◆" : null;
    if (!sign || outside(link, sheet)) continue;
    const at = middleOf(link, sheet.lens);
    const box = { x: at.x - 9, y: at.y - 9, width: 18, height: 18 };
    if (taken.some((one) => overlap(one, box))) continue;
    taken.push(box);
    circle(pen, at.x, at.y, 8);
    pen.fill(sheet.colours.raised, 0.94);
    pen.stroke({ colour: mark ? colourOf(mark === "crossing" ? "bridge" : mark, sheet.colours) : sheet.colours.analyst, width: 1.2 });
    pen.text(sign, at.x, at.y + 4, { size: sign === "◆" ? 9 : 12, colour: sheet.colours.ink, align: "center" });
  }
}

/** Bait: a thin grey line of dots and dashes, with a crossed ring where it comes from or leads to. */
function baits(pen: Pen, sheet: Sheet, taken: Box[]): void {
  const { drawing, lens, size, colours, look } = sheet;
  for (const [id, { from, to, sign }] of baitWays(drawing, lens)) {
    if (Math.max(from.x, to.x) < 0 || Math.min(from.x, to.x) > size.width) continue;
    const on = id === look.selected || id === look.pointed;
    const colour = on ? colours.ink : colours.unknown;
    taken.push({ x: sign.x - 7, y: sign.y - 7, width: 14, height: 14 });
    for (const stroke of [{ colour: colours.raised, width: 4, alpha: 0.8 }, { colour, width: on ? 1.9 : 1.3, dash: BAIT_DASH }]) {
      pen.begin();
      pen.move(from.x, from.y);
      if (drawing.baits.get(id)!.outside === 0) pen.curve(from.x, sign.y - 6, to.x, sign.y - 6, to.x, to.y);
      else pen.line(to.x, to.y);
      pen.stroke(stroke);
    }
    circle(pen, sign.x, sign.y, 5);
    pen.fill(colours.raised);
    pen.stroke({ colour: id === look.selected ? colours.focus : colour, width: on ? 2 : 1.2 });
    pen.begin();
    pen.move(sign.x - 3.2, sign.y + 3.2);
    pen.line(sign.x + 3.2, sign.y - 3.2);
    pen.stroke({ colour, width: 1.2 });
  }
}

const BAIT_DASH = [1, 2.5, 5, 2.5];

function circle(pen: Pen, x: number, y: number, r: number): void {
  const k = 0.5523 * r;
  pen.begin();
  pen.move(x + r, y);
  pen.curve(x + r, y + k, x + k, y + r, x, y + r);
  pen.curve(x - k, y + r, x - r, y + k, x - r, y);
  pen.curve(x - r, y - k, x - k, y - r, x, y - r);
  pen.curve(x + k, y - r, x + r, y - k, x + r, y);
  pen.close();
}

// ── places

function bar(pen: Pen, sheet: Sheet, place: Place): void {
  const { lens, colours, look, drawing, size } = sheet;
  const box = barOf(place, lens, drawing.graph.place_width);
  if (box.x > size.width || box.x + box.width < 0) return;
  const colour = place.side === "start" && /^unknown($|\u241e)/.test(place.lane) ? colours.others : colourOf(place.kind, colours);
  if (place.kind === "conversion") diamond(pen, box);
  else rect(pen, box);
  const cut = place.kind === "budget" || place.kind === "unreached";
  pen.fill(place.side ? colour : colours.ink, cut ? 0.25 : place.side ? 1 : 0.72);
  if (place.statement === "analyst" || place.statement === "statistical") {
    rect(pen, grown(box, 2));
    pen.stroke({ colour, width: 1.4, dash: DASHES[place.statement]! });
  }
  if (cut) torn(pen, box, colours.unknown);
  stub(pen, box, place, colours);
  const note = look.notes.find((one) => one.on === "place" && one.of === place.lane);
  if (note) flag(pen, box, note.colour ? colours.notes[note.colour] : colours.ink);
  if (place.id === look.selected || place.id === look.pointed) {
    rect(pen, grown(box, 3));
    pen.stroke({ colour: place.id === look.selected ? colours.focus : colours.ink, width: place.id === look.selected ? 2.4 : 1.4 });
  }
}

function rect(pen: Pen, { x, y, width, height }: Box): void {
  pen.begin();
  pen.move(x, y);
  pen.line(x + width, y);
  pen.line(x + width, y + height);
  pen.line(x, y + height);
  pen.close();
}

/** A thin bar with a lozenge in its middle. */
function diamond(pen: Pen, { x, y, width, height }: Box): void {
  const [across, down, half] = [x + width / 2, y + height / 2, 7];
  pen.begin();
  pen.move(across - 1, y);
  pen.line(across + 1, y);
  pen.line(across + 1, down - half);
  pen.line(across + half, down);
  pen.line(across + 1, down + half);
  pen.line(across + 1, y + height);
  pen.line(across - 1, y + height);
  pen.line(across - 1, down + half);
  pen.line(across - half, down);
  pen.line(across - 1, down - half);
  pen.close();
}

function grown(box: Box, by: number): Box {
  return { x: box.x - by, y: box.y - by, width: box.width + 2 * by, height: box.height + 2 * by };
}

/** What a budget cut ends in a torn edge. */
function torn(pen: Pen, { x, y, width, height }: Box, colour: string): void {
  pen.begin();
  pen.move(x + width, y);
  for (let n = 0, down = y; down < y + height; n++, down += 4) pen.line(x + width + (n % 2 ? 5 : 0), Math.min(down + 4, y + height));
  pen.stroke({ colour, width: 1.2 });
}

/** A short tail where links are hidden. */
function stub(pen: Pen, box: Box, place: Place, colours: Palette): void {
  for (const [hidden, x, way] of [[place.hidden_in, box.x, -1], [place.hidden_out, box.x + box.width, 1]] as const) {
    if (hidden === "0") continue;
    pen.begin();
    pen.move(x, box.y + box.height - 1);
    pen.line(x + way * 14, box.y + box.height - 1);
    pen.stroke({ colour: colours.unknown, width: 2, dash: [2, 2] });
  }
}

function flag(pen: Pen, box: Box, colour: string): void {
  const x = box.x + box.width / 2;
  pen.begin();
  pen.move(x, box.y - 2);
  pen.line(x, box.y - 14);
  pen.line(x + 9, box.y - 10.5);
  pen.line(x, box.y - 7);
  pen.close();
  pen.fill(colour);
  pen.stroke({ colour, width: 1.2 });
}

// ── names

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Names of starts and ends at both sides, pushed apart, each with a leader to its place; what has no room is left out. */
function sideNames(pen: Pen, sheet: Sheet): Box[] {
  const { drawing, lens, size, colours } = sheet;
  const room = margins(size.width);
  const taken: Box[] = [];
  for (const side of ["start", "end"] as const) {
    const all = [...drawing.places.values()].filter((one) => one.side === side);
    const bars = new Map(all.map((one) => [one.id, barOf(one, lens, drawing.graph.place_width)]));
    const seen = all.filter((one) => {
      const box = bars.get(one.id)!;
      return box.x > -10 && box.x < size.width && box.y + box.height > HEAD && box.y < size.height;
    });
    const high = 2 * LINE + 3;
    const fits = Math.max(Math.floor((size.height - HEAD - 4) / high), 1);
    const told = [...seen].sort((a, b) => b.h - a.h).slice(0, fits).sort((a, b) => a.y + a.h / 2 - b.y - b.h / 2);
    const middle = (one: Place) => bars.get(one.id)!.y + bars.get(one.id)!.height / 2;
    const tops = spread(told.map((one) => middle(one) - high / 2), high, [HEAD + 2, size.height - 2]);
    told.forEach((place, n) => {
      const box = bars.get(place.id)!;
      const start = side === "start";
      const edge = start ? box.x - 3 : box.x + box.width + 3;
      const x = start ? edge - 12 : edge + 12;
      const space = start ? Math.min(room.left - 20, x) : Math.min(room.right - 22, size.width - x - 4);
      if (space < 40) return;
      const y = tops[n]! + LINE - 2;
      pen.begin();
      pen.move(edge, middle(place));
      pen.line(start ? x + 4 : x - 4, tops[n]! + LINE);
      pen.stroke({ colour: colours["unknown-line"], width: 1 });
      const asset = assetOf(drawing.graph, place.asset);
      const align = start ? ("right" as const) : ("left" as const);
      const bold = { size: LETTER, bold: true };
      const name = clipped(sideName(place), space, bold);
      pen.text(name, x, y, { ...bold, colour: colours.ink, align, halo: colours.raised });
      const amount = clipped(`${range(place.low, place.high, asset)}${ofUnknown(place) === null ? "" : ", part unknown"}`, space, { size: 11 });
      pen.text(amount, x, y + LINE - 2, { size: 11, colour: colours.soft, align, halo: colours.raised });
      const width = Math.max(widthOf(name, bold), widthOf(amount, { size: 11 }));
      taken.push({ x: start ? x - width : x, y: tops[n]!, width, height: high });
    });
  }
  return taken;
}

/** A start is known by its victim, the day stands beside it; a claim is quoted, a decision marked. */
function sideName(place: Place): string {
  const name = plain(place.name);
  if (place.side === "start") return name.replace(/^\d{4}-\d{2}-\d{2}-/, "");
  const brief = name.replace(/ \(.*/, "");
  return place.statement === "claim" ? `“${brief}”` : place.statement === "analyst" ? `◆ ${brief}` : brief;
}

/** Names of places between, the largest first, where nothing is yet. */
function names(pen: Pen, sheet: Sheet, taken: Box[]): void {
  const { drawing, lens, size, colours, look } = sheet;
  const wanted = [...drawing.places.values()]
    .filter((one) => one.side === null)
    .sort((a, b) => Number(b.id === look.selected) - Number(a.id === look.selected) || b.h - a.h);
  const bars = [...drawing.places.values()].map((one) => [one.id, barOf(one, lens, drawing.graph.place_width)] as const);
  let left = 140;
  for (const place of wanted) {
    if (left <= 0) break;
    const box = barOf(place, lens, drawing.graph.place_width);
    if (box.height < 7 && place.id !== look.selected) continue;
    if (box.x < 0 || box.x > size.width || box.y < HEAD + 8 || box.y > size.height) continue;
    const text = plain(place.likeness ? `${place.name}, ${place.likeness}` : place.name);
    const mono = text.startsWith("0x");
    const width = widthOf(text, { size: 11, mono });
    const x = box.x + box.width / 2;
    const label = { x: x - width / 2 - 2, y: box.y - 15, width: width + 4, height: 14 };
    if (label.x < 2 || label.x + label.width > size.width - 2 || label.y < HEAD || taken.some((one) => overlap(one, label))) continue;
    if (bars.some(([id, other]) => id !== place.id && overlap(other, label)) && place.id !== look.selected) continue;
    taken.push(label);
    left -= 1;
    pen.text(text, x, box.y - 4, { size: 11, colour: colours.ink, align: "center", halo: colours.raised, mono });
  }
}

// ── dates

/** The days along the top; a double stroke where nothing moved for two days or more. */
export function dates(pen: Pen, { drawing, lens, size, colours }: Sheet): void {
  rect(pen, { x: 0, y: 0, width: size.width, height: HEAD });
  pen.fill(colours.raised);
  pen.begin();
  pen.move(0, HEAD - 0.5);
  pen.line(size.width, HEAD - 0.5);
  pen.stroke({ colour: colours.line, width: 1 });
  const { periods } = drawing.graph;
  const hourly = new Set(periods.map((one) => one.from.slice(0, 10))).size < 3;
  let free = 4;
  let year = "";
  periods.forEach((period, n) => {
    if (period.x === null) return;
    const x = period.x * lens.kx + lens.x;
    if (x < 0 || x > size.width) return;
    const before = periods[n - 1];
    const pause = before && Date.parse(period.from) - Date.parse(before.to) >= 2 * 86_400_000;
    const now = period.from.slice(0, 4);
    const text = (hourly ? `${period.from.slice(5, 10)} ${period.from.slice(11, 13)}h` : now === year ? period.from.slice(5, 10) : period.from.slice(0, 10)) + (n === 0 ? " UTC" : "");
    const start = x + (pause ? 12 : 0);
    if (start < free || start + widthOf(text, { size: 11 }) > size.width) return;
    year = now;
    if (pause && x - 2 >= free) pen.text("∕∕", x - 2, 19, { size: 11, colour: colours.soft });
    pen.text(text, start, 19, { size: 11, colour: colours.soft });
    free = start + widthOf(text, { size: 11 }) + 10;
  });
}

/** Faint lines down from the days. */
export function guides(pen: Pen, { drawing, lens, size, colours }: Sheet): void {
  pen.begin();
  for (const { x } of drawing.graph.periods) {
    if (x === null) continue;
    const at = Math.round(x * lens.kx + lens.x) - 3.5;
    pen.move(at, HEAD);
    pen.line(at, size.height);
  }
  pen.stroke({ colour: colours.line, width: 1, alpha: 0.7 });
}
