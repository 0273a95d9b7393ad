/** Asks the server to change something; refusals in their own words. */
import { forget, Refused } from "../../api/client";

export async function send<T>(method: "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method, headers: { Accept: "application/json", "Content-Type": "application/json" } };
  if (body !== undefined) init.body = JSON.stringify(body);
  const answer = await fetch(`/api/${path}`, init).catch(() => {
    throw new Refused(0, { message: "the server does not answer", next: "start it again with: dyepack serve" });
  });
  const value: unknown = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, (value as { error?: Record<string, string> } | null)?.error ?? {});
  forget();
  return value as T;
}
