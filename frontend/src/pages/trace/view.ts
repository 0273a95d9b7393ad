/** Which view of a run is asked for: what stands in the URL, so that a link to it opens the same. */
export interface View {
  method: string;
  level: string;
  periods: string;
  open: string[];
  hide: string[];
  from: string;
  to: string;
  asset: string[];
  source: string[];
  least: string;
  focus: string;
  back: string;
  forward: string;
  bait: string;
}

export const ONCE = ["method", "level", "periods", "from", "to", "least", "focus", "back", "forward", "bait"] as const;
export const MANY = ["open", "hide", "asset", "source"] as const;

export const PLAIN: View = {
  method: "", level: "", periods: "", open: [], hide: [], from: "", to: "", asset: [], source: [], least: "", focus: "", back: "", forward: "", bait: "",
};

export function viewOf(query: URLSearchParams): View {
  const view: View = { ...PLAIN };
  for (const name of ONCE) view[name] = query.get(name) ?? "";
  for (const name of MANY) view[name] = query.getAll(name);
  return view;
}

/** A view as a case file holds it: without what is left open. */
export function toFile(view: View, seen: Seen): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries({ ...view, ...seen }).filter(([, value]) => (value as string | string[]).length > 0));
}

/** What else is seen of a view, and a case file keeps: where the eye is, what is selected, which way stands out. */
export interface Seen {
  eye: string;
  sel: string;
  way: string[];
}

export function seenIn(said: Record<string, string | string[]>): Seen {
  const text = (name: string) => (typeof said[name] === "string" ? said[name] : "");
  return { eye: text("eye"), sel: text("sel"), way: Array.isArray(said.way) ? said.way : [] };
}

export function fromFile(said: Record<string, string | string[]>): View {
  const view: View = { ...PLAIN };
  for (const name of ONCE) if (typeof said[name] === "string") view[name] = said[name];
  for (const name of MANY) if (Array.isArray(said[name])) view[name] = said[name];
  return view;
}

/** A lane without how many of its accounts were let out. */
export function bare(token: string): string {
  return token.replace(/~\d{1,5}$/, "");
}

/** The view with a lane opened, or opened further. */
export function opened(view: View, token: string): View {
  return { ...view, open: [...view.open.filter((one) => bare(one) !== bare(token)), token] };
}

/** The view with a lane folded again, and with it what was opened inside. */
export function folded(view: View, lane: string): View {
  return { ...view, open: view.open.filter((one) => bare(one) !== lane && !bare(one).startsWith(`${lane}\u241f`)) };
}

/** What takes every filter away; the rule, the fold and what is opened stay. */
export const UNFILTERED: Partial<View> = { from: "", to: "", least: "", asset: [], source: [], hide: [], focus: "", back: "", forward: "" };

export const METHODS: Record<string, string> = {
  fifo: "FIFO",
  lifo: "LIFO",
  haircut: "Haircut",
  clean_first: "Clean first",
  taint_first: "Taint first",
};

export const SAYS: Record<string, string> = {
  fifo: "what came first leaves first",
  lifo: "what came last leaves first",
  haircut: "every payment carries its fair share",
  clean_first: "money that is not stolen leaves first",
  taint_first: "stolen money leaves first",
};

export const LEVELS: Record<string, string> = {
  auto: "as fits",
  accounts: "every account",
  hops: "by end and hop",
  destinations: "by end",
  one: "all in one",
};
