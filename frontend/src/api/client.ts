/** How the pages ask the server: one question per URL, answers kept while the page lives, errors in their own words. */
import { useEffect, useState } from "react";

/** An answer that says no: what was expected, where, what to do next. */
export class Refused extends Error {
  readonly status: number;
  readonly kind: string;
  readonly where: string | null;
  readonly next: string | null;

  constructor(status: number, said: { kind?: string; message?: string; where?: string | null; next?: string | null }) {
    super(said.message ?? `the server answered ${String(status)}`);
    this.status = status;
    this.kind = said.kind ?? "error";
    this.where = said.where ?? null;
    this.next = said.next ?? null;
  }
}

const KEPT = 200;
const FRESH = 60_000;
const kept = new Map<string, { at: number; value: unknown }>();
/** What a person or a job changes is asked for each time; the browser's own store still spares the way where it is the same. */
const CHANGES = /^\/api\/(jobs|case-files|runs(\?|$)|workspace)/;

export type Query = Record<string, string | number | boolean | null | undefined>;

/** The URL of a question; what is empty is left out. */
export function question(path: string, query: Query = {}): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") asked.set(name, String(value));
  }
  const text = asked.toString();
  return text ? `/api/${path}?${text}` : `/api/${path}`;
}

export async function ask<T>(url: string, signal?: AbortSignal): Promise<T> {
  const known = kept.get(url);
  if (known && Date.now() - known.at < FRESH) return known.value as T;
  const init: RequestInit = { headers: { Accept: "application/json" } };
  if (signal) init.signal = signal;
  const answer = await fetch(url, init).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refused(0, { message: "the server does not answer", next: "start it again with: dyepack serve" });
  });
  const value: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, refusal(value));
  if (!CHANGES.test(url)) kept.set(url, { at: Date.now(), value });
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
  return value as T;
}

function refusal(value: unknown): Record<string, string> {
  const said = value as { error?: Record<string, string> } | null;
  return said?.error ?? {};
}

/** Forget what was answered, for example because a job has changed what is there. */
export function forget(): void {
  kept.clear();
}

export interface Answer<T> {
  /** The newest answer; while a new question is under way, that of the question before. */
  value: T | null;
  error: Refused | null;
  waiting: boolean;
}

/** The answer to a question; `null` asks nothing. */
export function useAnswer<T>(url: string | null): Answer<T> {
  const [got, set] = useState<{ url: string | null; value: T | null; error: Refused | null }>({ url: null, value: null, error: null });
  useEffect(() => {
    if (url === null) return;
    const stop = new AbortController();
    ask<T>(url, stop.signal).then(
      (value) => {
        if (!stop.signal.aborted) set({ url, value, error: null });
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        set({ url, value: null, error: error instanceof Refused ? error : new Refused(0, { message: String(error) }) });
      },
    );
    return () => {
      stop.abort();
    };
  }, [url]);
  return { value: got.value, error: got.url === url ? got.error : null, waiting: url !== null && got.url !== url };
}
