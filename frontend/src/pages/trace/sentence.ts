/** The page's answer in one sentence, with a figure, a range and a date. */
import { plain } from "../../parts/format";
import { assetOf, plus, range, short } from "./amounts";
import type { Drawing } from "./graph";

const RESTING = new Set(["held", "analyst", "fees", "burned", "destroyed", "redeemed", "budget", "unreached", "dust", "stolen", "others"]);

/** What of an asset the picture starts with; nothing where it all came out of conversions. */
function startsOf({ graph, out }: Drawing, asset: string): string | null {
  const starts = graph.places.filter((one) => one.side === "start" && one.asset === asset);
  return starts.length && !graph.places.some((one) => one.hidden_out !== "0" || one.hidden_in !== "0") ? plus(...starts.flatMap((one) => (out.get(one.id) ?? []).map((link) => link.amount))) : null;
}

export function sentence(drawing: Drawing): string {
  const { graph } = drawing;
  if (graph.places.length === 0) return "Nothing of it is drawn under these filters.";
  const sum = graph.sums.find((one) => one.drawn !== "0") ?? graph.sums[0];
  if (!sum) return "Nothing of it is drawn.";
  const asset = assetOf(graph, sum.asset);
  const ends = graph.places
    .filter((one) => one.side === "end" && !RESTING.has(one.kind) && (one.asset === sum.asset || graph.assets.length === 1))
    .sort((a, b) => b.h - a.h);
  const mixed = graph.sources.filter((one) => one.drawn).length > 1 && graph.sources.some((one) => one.drawn && one.source === "unknown");
  const whole = (mixed ? "stolen money and money of unknown origin, together " : "") + short(startsOf(drawing, sum.asset) ?? sum.drawn, asset);
  if (ends.length === 0) return `Of ${whole}, all is held where it was or on its way.`;
  const by = graph.methods.map((name) =>
    ends.flatMap((one) => drawing.into.get(one.id) ?? []).reduce((total, link) => total + BigInt(link.by_method[name] ?? "0"), 0n),
  );
  const low = by.reduce((a, b) => (a < b ? a : b));
  const high = by.reduce((a, b) => (a > b ? a : b));
  const names = ends.slice(0, 3).map((one) => plain(one.name).replace(/ \(.*/, ""));
  const rest = ends.length - names.length;
  const where = rest > 0 ? `${names.join(", ")} and ${String(rest)} more` : names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)!}` : names[0]!;
  if (graph.methods.length === 1 || low === high) return `Of ${whole}, ${short(high.toString(), asset)} had reached ${where}.`;
  const [from, to] = range(low.toString(), high.toString(), asset).includes("–") ? [low, high].map((one) => short(one.toString(), asset)) : ["", ""];
  const amount = from && to ? `between ${from} and ${to}` : short(high.toString(), asset);
  return `Of ${whole}, ${amount} had reached ${where}, by any of ${String(graph.methods.length)} rules.`;
}
