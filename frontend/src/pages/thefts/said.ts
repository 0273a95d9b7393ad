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

export function asQuery({ actor, rule, asOf }: Asked): Record<string, string | null> {
  return { actor: actor === EVERYBODY ? null : actor, rule, as_of: asOf };
}

export function chartUrl(asked: Asked, what: string, form: string): string {
  const dark = document.documentElement.dataset["theme"] ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  return question(`charts/${what}.${form}`, { ...asQuery(asked), ground: dark });
}
