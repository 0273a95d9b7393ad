import { useEffect, useRef, useState } from "react";
import { ask, forget } from "../../api/client";
import { plain, spoken } from "../../parts/format";
import { Link } from "../../shell/Link";
import { href, pathOf } from "../../shell/route";
import { runs, type Job } from "../trace/job";
import { send } from "../trace/send";

const PAUSE = 1000;
const SHOWN = 3;

/** Jobs that wait or run, each with its last line; and of those that ended while this page is open, how they did. */
export function JobsNow({ onEnd }: { onEnd: () => void }) {
  const [rows, set] = useState<Job[]>([]);
  const mine = useRef(new Set<string>());
  const underway = useRef(new Set<string>());
  const ended = useRef(onEnd);
  useEffect(() => { ended.current = onEnd; });
  useEffect(() => {
    let over = false;
    let timer = 0;
    const look = () => {
      ask<{ rows: Job[] }>("/api/jobs?limit=20").then(
        (told) => {
          if (over) return;
          const before = mine.current.size;
          const open = told.rows.filter(runs);
          for (const job of open) mine.current.add(job.job);
          set(told.rows.filter((job) => mine.current.has(job.job)));
          if ([...underway.current].some((id) => !open.some((job) => job.job === id))) {
            forget();
            ended.current();
          }
          underway.current = new Set(open.map((job) => job.job));
          timer = window.setTimeout(look, open.length || before ? PAUSE : 5 * PAUSE);
        },
        () => { timer = window.setTimeout(look, 5 * PAUSE); },
      );
    };
    look();
    return () => {
      over = true;
      window.clearTimeout(timer);
    };
  }, []);
  const shown = [...rows.filter(runs), ...rows.filter((job) => !runs(job)).slice(0, SHOWN)];
  if (shown.length === 0) return null;
  return (
    <ul className="plain jobs" aria-label="Jobs">
      {shown.map((job) => (
        <li key={job.job} className="jobline" role="status">
          {runs(job) && <span className="pulse" aria-hidden="true" />}
          <b>{spoken(job.verb)}</b>
          <span className="said">{job.error ? plain(job.error.message) : runs(job) ? `${plain(job.progress ?? "waits")} …` : job.state}</span>
          {job.run && <Link href={href(pathOf("runs", job.run))}>open</Link>}
          {runs(job) && (
            <button type="button" className="quiet tiny" aria-label={`Cancel ${spoken(job.verb)}`} onClick={() => { void send("DELETE", `jobs/${encodeURIComponent(job.job)}`).catch(() => undefined); }}>
              Cancel
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
