/** Who is meant, and where the page stands, in words. */
import { question } from "../../api/client";
import { spoken } from "../../parts/format";

export const EVERYBODY = "all";

/** The actor as a sentence names it. */
export function named(actor: string): string {
  if (actor === "dprk") return "North Korea-linked groups";
  return `the actor ${spoken(actor)}`;
}

/** What the page asks about: everything that its sentence, charts and rows go by. */
export interface Asked {
  actor: string;
  rule: string;
  asOf: string;
}

/** How the charts are looked at; what they are narrowed to is also what the rows are. */
export interface Seen {
  /** Of the filters those that say which thefts count; empty ones are left out. */
  only: Record<string, string>;
  publisher: string;
  log: boolean;
  ranges: boolean;
}

export function asQuery({ actor, rule, asOf }: Asked): Record<string, string | null> {
  return { actor: actor === EVERYBODY ? null : actor, rule, as_of: asOf };
}

export function narrowed({ only }: Seen): boolean {
  return Object.keys(only).length > 0;
}

/** The picture of a chart as it is on the screen: its years, thefts, publisher, scale and ground. */
export function chartUrl(asked: Asked, seen: Seen, what: string, form: string, years: readonly number[]): string {
  const dark = document.documentElement.dataset["theme"] ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  return question(`charts/${what}.${form}`, {
    ...asQuery(asked),
    ...seen.only,
    publisher: narrowed(seen) ? null : seen.publisher,
    first: years[0],
    last: years.at(-1),
    scale: seen.log ? "log" : null,
    ranges: seen.ranges ? null : false,
    ground: dark,
  });
}
