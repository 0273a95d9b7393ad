/** What holds under any rule at all, not only the six: known where a job has worked it out for the same money. */
import type { components } from "../../api/types";

export type RunView = components["schemas"]["RunView"];
export type Bound = components["schemas"]["Bound"];

/** The bound of a group of places by its reason and name; held is one group, and has no name. */
export function boundAt(run: RunView | null, asset: string | null, reason: string, name: string): Bound | null {
  const found = run?.bounds?.bounds.filter((one) => asset === null || one.asset === asset) ?? [];
  const widest = (all: Bound[]) => [...all].sort((a, b) => b.origins.length - a.origins.length)[0] ?? null;
  const named = found.filter((one) => one.kind === "name" && one.reason === reason && one.name === name);
  if (named.length) return widest(named);
  if (name && reason !== "held") return null;
  return widest(found.filter((one) => one.kind === "reason" && one.name === reason));
}

/** The bound of the group that a name belongs to, where it has none of its own: HTX, for HTX 34. */
export function boundAround(run: RunView | null, asset: string, reason: string, name: string): Bound | null {
  return run?.bounds?.bounds.find((one) => one.kind === "name" && one.asset === asset && one.reason === reason && name.startsWith(`${one.name} `)) ?? null;
}

/** The bound of everything at which following ended. */
export function boundOfEnds(run: RunView | null, asset: string): Bound | null {
  const found = run?.bounds?.bounds.filter((one) => one.kind === "set" && one.name === "stopped" && one.asset === asset) ?? [];
  return [...found].sort((a, b) => b.origins.length - a.origins.length)[0] ?? null;
}
