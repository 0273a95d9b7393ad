import { useEffect, useState } from "react";
import { plain } from "../../parts/format";
import { Loading } from "../../parts/states";
import { pathOf } from "../../shell/route";

interface Progress {
  under_way: boolean;
  seconds: number;
  said: string[];
}

const PAUSE = 400;

/** While the graph is made: what was done, and what is being done now. A short wait says nothing. */
export function Making({ run }: { run: string }) {
  const [told, tell] = useState<Progress | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const timer = window.setInterval(() => {
      fetch(`/api${pathOf("runs", run)}/graph/progress`, { signal: stop.signal }).then((answer) => answer.json() as Promise<Progress>).then(tell, () => undefined);
    }, PAUSE);
    return () => {
      stop.abort();
      window.clearInterval(timer);
    };
  }, [run]);
  const said = told?.under_way ? told.said : [];
  if (said.length === 0) return <Loading what="the trace" />;
  return (
    <div className="making" role="status">
      <p className="state loading">
        <span className="pulse" aria-hidden="true" />
        Making the picture: {plain(said.at(-1)!)} …
      </p>
      <ol className="plain soft">
        {said.slice(0, -1).map((line, n) => (
          <li key={n}>✓ {plain(line)}</li>
        ))}
      </ol>
    </div>
  );
}
