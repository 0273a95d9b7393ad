/** What happened around a theft and what was said of it, as the ledger has it, each with the days it may mean. */
import { dollars, moment, plain, spoken } from "../../parts/format";
import type { View } from "./shapes";
import { replacedBy } from "./verdict";

export const LANES = {
  theft: "theft",
  money: "money",
  stopped: "frozen or back",
  amount: "how much",
  who: "by whom",
  traces: "traced",
} as const;
export type Lane = keyof typeof LANES;

export interface Happening {
  key: string;
  lane: Lane;
  /** When it happened, and when it was said, as the ledger writes days: a day, a month, a year, or two of them. */
  happened: string | null;
  said: string | null;
  /** A running list was read on the day, and said it at some day before. */
  read: boolean;
  text: string;
  /** Its speaker has said something else since, or somebody denies it. */
  withdrawn: boolean;
}

/** What sources call money that was frozen, seized or handed back. */
const STOPPED = new Set(["recovery", "freeze", "frozen", "seizure"]);

export function happeningsOf(view: View): Happening[] {
  const day = view.first_day === view.last_day ? view.first_day : `${view.first_day}/${view.last_day}`;
  const saidOf = (one: { published: string | null; retrieved: string | null }) => ({ said: one.published ?? one.retrieved, read: one.published === null && one.retrieved !== null });
  return [
    { key: "theft", lane: "theft", happened: day, said: null, read: false, text: `${plain(view.victim)} is robbed`, withdrawn: false },
    ...view.laundering.map(
      (one): Happening => ({
        key: one.claim,
        lane: STOPPED.has(one.kind) ? "stopped" : "money",
        happened: one.when,
        said: null,
        read: false,
        text: `${spoken(one.kind)}: ${plain(one.statement)} (${plain(one.by)})`,
        withdrawn: false,
      }),
    ),
    ...view.losses.map(
      (one): Happening => ({
        key: one.claim,
        lane: "amount",
        happened: null,
        ...saidOf(one),
        text: `${plain(one.by)}: ${dollars(one.usd)} taken`,
        withdrawn: view.losses.some((other) => other.by === one.by && (other.known_by ?? "") > (one.known_by ?? "") && !other.kind),
      }),
    ),
    ...view.returned.map(
      (one): Happening => ({ key: one.claim, lane: "stopped", happened: null, ...saidOf(one), text: `${plain(one.by)}: ${dollars(one.usd)} came back`, withdrawn: false }),
    ),
    ...view.attributions.map(
      (one): Happening => ({
        key: one.claim,
        lane: "who",
        happened: null,
        ...saidOf(one),
        text: `${plain(one.by)}: ${one.confidence === "disputed" ? "denies " : ""}${spoken(plain(one.actor))}${one.confidence === "disputed" ? "" : `, ${one.confidence}`}`,
        withdrawn: one.confidence === "disputed" || replacedBy(view.attributions, one) !== undefined,
      }),
    ),
    ...view.runs.map(
      (run): Happening => ({ key: run.run, lane: "traces", happened: null, said: run.finished.slice(0, 10), read: false, text: `traced here as ${run.run}, ${moment(run.finished)} UTC`, withdrawn: false }),
    ),
  ];
}

/** The first and the last day that something so written may mean, in milliseconds UTC; null where it is no day. */
export function span(text: string | null): [number, number] | null {
  if (!text) return null;
  const [from, to = from] = text.split("/");
  const [first, last] = [Date.parse(`${whole(from!, "-01-01")}T00:00:00Z`), Date.parse(`${lastOf(to!)}T00:00:00Z`)];
  return Number.isNaN(first) || Number.isNaN(last) ? null : [first, Math.max(first, last)];
}

function whole(text: string, rest: string): string {
  return text.slice(0, 10) + rest.slice(rest.length - (10 - Math.min(text.length, 10)));
}

function lastOf(text: string): string {
  if (text.length >= 10) return text.slice(0, 10);
  const [year, month = "12"] = text.split("-");
  return new Date(Date.UTC(Number(year), Number(month), 0)).toISOString().slice(0, 10);
}

/** For sorting: a month is over when its last day is, and what has no day comes last. */
export function order(text: string | null): number {
  return span(text)?.[1] ?? Infinity;
}
