/** Where we are is the URL and nothing else: a link to it, sent to somebody, opens the same view. */
import { useCallback, useSyncExternalStore } from "react";

export interface Place {
  path: string;
  query: URLSearchParams;
}

/** What goes along from page to page: the day as of which, and the rule by which, everything is said. */
const KEPT = ["as_of", "rule"] as const;

const listeners = new Set<() => void>();
let here = read();

function read(): Place {
  return { path: decodePath(location.pathname), query: new URLSearchParams(location.search) };
}

function decodePath(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}

function moved(): void {
  here = read();
  listeners.forEach((tell) => {
    tell();
  });
}

window.addEventListener("popstate", moved);

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, () => here);
}

export function currentPlace(): Place {
  return here;
}

/** Go somewhere; `replace` where going back should not stop here, as with every step of a slider. */
export function go(href: string, replace = false): void {
  if (href === location.pathname + location.search + location.hash) return;
  history[replace ? "replaceState" : "pushState"](null, "", href);
  moved();
}

/** The address of a page, with what goes along; `null` or "" takes a parameter out. */
export function href(path: string, change: Record<string, string | null> = {}): string {
  const query = new URLSearchParams();
  for (const name of KEPT) {
    const value = here.query.get(name);
    if (value) query.set(name, value);
  }
  return join(path, apply(query, change));
}

function apply(query: URLSearchParams, change: Record<string, string | null>): URLSearchParams {
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  return query;
}

function join(path: string, query: URLSearchParams): string {
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/** The same page with some parameters changed. */
export function withParams(change: Record<string, string | null>): string {
  return join(location.pathname, apply(new URLSearchParams(here.query), change));
}

export function setParams(change: Record<string, string | null>, replace = true): void {
  go(withParams(change), replace);
}

/** One parameter of the URL, and how to set it. */
export function useParam(name: string, without = ""): [string, (value: string | null, replace?: boolean) => void] {
  const { query } = usePlace();
  const set = useCallback(
    (value: string | null, replace = true) => {
      setParams({ [name]: value === without ? null : value }, replace);
    },
    [name, without],
  );
  return [query.get(name) ?? without, set];
}

/** The parts of a path after a first one: `/incidents/x` is ["incidents", "x"]. */
export function parts(path: string): string[] {
  return path
    .split("/")
    .filter(Boolean)
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
}

/** A path from its parts, each escaped. */
export function pathOf(...given: string[]): string {
  return "/" + given.map(encodeURIComponent).join("/");
}
