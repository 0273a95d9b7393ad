/** A job that this page ordered: what it says while it runs, and what came of it. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { components } from "../../api/types";
import { ask, forget, Refused } from "../../api/client";
import { send } from "./send";

export type Job = components["schemas"]["Job"];
export type Verb = Job["verb"];

export interface Ordered {
  job: Job | null;
  /** The last line that it said. */
  said: string;
  error: Refused | null;
  order: (verb: Verb, parameters: Record<string, unknown>, done: (job: Job) => void) => void;
  cancel: () => void;
}

const OVER = ["done", "failed", "cancelled", "interrupted"] as const;

/** Hears a job's lines as they are said; where the stream breaks, the job itself is asked for. */
function listen(id: string, hear: (said: string) => void, end: (job: Job) => void): () => void {
  const stream = new EventSource(`/api/jobs/${encodeURIComponent(id)}/events`);
  stream.addEventListener("progress", (event: MessageEvent<string>) => { hear((JSON.parse(event.data) as { text: string }).text); });
  for (const state of OVER) {
    stream.addEventListener(state, (event: MessageEvent<string>) => {
      stream.close();
      end(JSON.parse(event.data) as Job);
    });
  }
  return () => { stream.close(); };
}

const refused = (caught: unknown): Refused => (caught instanceof Refused ? caught : new Refused(0, { message: String(caught) }));

export function useJob(): Ordered {
  const [job, setJob] = useState<Job | null>(null);
  const [said, say] = useState("");
  const [error, setError] = useState<Refused | null>(null);
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => () => { stop.current(); }, []);
  const order = useCallback((verb: Verb, parameters: Record<string, unknown>, done: (job: Job) => void) => {
    setError(null);
    say("ordered");
    const ended = (found: Job) => {
      setJob(found);
      forget();
      if (found.state === "done") done(found);
      else if (found.state !== "cancelled") setError(new Refused(0, { message: found.error?.message ?? `the job was ${found.state}` }));
    };
    send<{ job: Job }>("POST", "jobs", { verb, parameters }).then(
      (answer) => {
        setJob(answer.job);
        stop.current();
        stop.current = listen(answer.job.job, say, ended);
      },
      (caught: unknown) => { setError(refused(caught)); },
    );
  }, []);
  const cancel = useCallback(() => {
    if (job) send<Job>("DELETE", `jobs/${encodeURIComponent(job.job)}`).catch(() => ask<Job>(`/api/jobs/${job.job}`).then(setJob));
  }, [job]);
  return { job, said, error, order, cancel };
}

export const runs = (job: Job | null): boolean => job !== null && (job.state === "queued" || job.state === "running");
