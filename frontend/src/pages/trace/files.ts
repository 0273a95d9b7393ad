/** Files of what is seen: pictures and tables. */
import { plain } from "../../parts/format";
import type { Drawing } from "./graph";
import { dates, guides, paint, type Sheet } from "./paint";
import { CanvasPen, escapeXml, SvgPen } from "./pen";

export function save(name: string, kind: string, content: BlobPart): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: kind }));
  link.download = name;
  link.click();
  window.setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 10_000);
}

const CAPTION = 24;

export function asSvg(sheet: Sheet, says: string): string {
  const pen = new SvgPen();
  const { width, height } = sheet.size;
  drawAll(pen, sheet);
  pen.text(says, 8, height + 16, { size: 11, colour: sheet.colours.soft });
  return pen.file(Math.round(width), Math.round(height) + CAPTION, sheet.colours.raised, says);
}

function drawAll(pen: SvgPen | CanvasPen, sheet: Sheet): void {
  guides(pen, sheet);
  paint(pen, sheet);
  dates(pen, sheet);
}

export async function asPng(sheet: Sheet, says: string): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  const { width, height } = sheet.size;
  canvas.width = width * 2;
  canvas.height = (height + CAPTION) * 2;
  const to = canvas.getContext("2d")!;
  to.scale(2, 2);
  to.fillStyle = sheet.colours.raised;
  to.fillRect(0, 0, width, height + CAPTION);
  const pen = new CanvasPen(to);
  drawAll(pen, sheet);
  to.fillStyle = sheet.colours.raised;
  to.fillRect(0, height, width, CAPTION);
  pen.text(says, 8, height + 16, { size: 11, colour: sheet.colours.soft });
  return new Promise((done) => {
    canvas.toBlob(done, "image/png");
  });
}

/** A cell as it may stand in a table for strangers: what a spreadsheet would run becomes text. */
function cell(value: string | number | boolean | null): string {
  const text = value === null ? "" : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const COLUMNS = ["link", "from", "to", "from_name", "to_name", "asset", "amount", "low", "high", "movements", "first", "last", "kind", "marks"];

export function asCsv({ graph, places }: Drawing): string {
  const rows = graph.links.map((link) => [
    link.id, link.from, link.to, places.get(link.from)?.name ?? "", places.get(link.to)?.name ?? "", link.asset, link.amount, link.low, link.high,
    link.movements, link.first, link.last, link.kind, link.marks.join(" "),
  ]);
  const name = (id: string | null) => places.get(id ?? "")?.name ?? "";
  const baits = graph.bait.marks.map((mark) => [
    mark.id, mark.from, mark.to, name(mark.from), name(mark.to), null, null, null, null, mark.movements, mark.first, mark.last, "never followed", Object.keys(mark.flags).join(" "),
  ]);
  return [COLUMNS, ...rows, ...baits].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}

const KEYS: [string, "node" | "edge", string][] = [
  ["name", "node", "string"], ["lane", "node", "string"], ["kind", "node", "string"], ["accounts", "node", "int"], ["in", "node", "string"], ["out", "node", "string"],
  ["asset", "edge", "string"], ["amount", "edge", "string"], ["low", "edge", "string"], ["high", "edge", "string"], ["movements", "edge", "int"], ["statement", "edge", "string"],
];

/** GraphML names its elements node and edge; amounts are strings, for they are exact. */
export function asGraphml({ graph }: Drawing, says: string): string {
  const data = (of: "node" | "edge", values: Record<string, string | number>) =>
    Object.entries(values)
      .map(([name, value]) => `<data key="${of}-${name}">${escapeXml(plain(String(value)))}</data>`)
      .join("");
  const keys = KEYS.map(([name, of, type]) => `<key id="${of}-${name}" for="${of}" attr.name="${name}" attr.type="${type}"/>`);
  const places = graph.places.map(
    (one) => `<node id="${one.id}">${data("node", { name: one.name, lane: one.lane, kind: one.kind, accounts: one.accounts, in: one.in, out: one.out })}</node>`,
  );
  const links = graph.links.map(
    (one) =>
      `<edge id="${one.id}" source="${one.from}" target="${one.to}">` +
      `${data("edge", { asset: one.asset, amount: one.amount, low: one.low, high: one.high, movements: one.movements, statement: one.kind })}</edge>`,
  );
  const outside = graph.bait.marks.some((mark) => mark.from === null || mark.to === null) ? [`<node id="outside">${data("node", { name: "outside", kind: "outside" })}</node>`] : [];
  const baits = graph.bait.marks.map(
    (mark) => `<edge id="${mark.id}" source="${mark.from ?? "outside"}" target="${mark.to ?? "outside"}">${data("edge", { movements: mark.movements, statement: "never followed" })}</edge>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<!-- ${escapeXml(plain(says)).replaceAll("--", "- -")} -->`,
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ...keys,
    `<graph id="${escapeXml(graph.run)}" edgedefault="directed">`,
    ...places,
    ...outside,
    ...links,
    ...baits,
    "</graph></graphml>",
    "",
  ].join("\n");
}
