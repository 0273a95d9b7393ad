import { Address } from "../../parts/Address";
import { plain } from "../../parts/format";
import { go, href, pathOf } from "../../shell/route";
import type { Graph, Place } from "./graph";
import { useJob, runs, type Job } from "./job";
import { JobLine } from "./JobLine";

const STOPS = new Set(["service", "mixer", "bridge", "frozen", "analyst", "behaviour", "pooled", "dust"]);
const BUDGET_TIMES = 10;
/** What goes on behind an end of this kind is another's, or may be. */
const WARNS: Record<string, string> = {
  service: "After a deposit the coins are the service’s: what it pays on may be other people’s money.",
  mixer: "A mixer pays everybody: what comes out of it may be anybody’s.",
  bridge: "What a bridge pays on this chain is mostly not what came in here.",
  frozen: "Somebody froze what is here; go on only if it was let go.",
  analyst: "The trace was told to stop here.",
  pooled: "It holds the money of many: what it pays on may be other people’s money.",
  behaviour: "It behaves like a service: what it pays on may be other people’s money.",
  dust: "Too small to follow with sense.",
  start: "The search went no further back: what is behind it may have nothing to do with the money.",
};

/** What can be ordered at the end of what a run followed: nothing elsewhere. */
function past(graph: Graph, place: Place): { addresses: string[]; more: number } | "budget" | null {
  if (graph.backward && place.side === "start") {
    const origin = place.lane.split("\u241e")[0] ?? "";
    return place.kind === "start" && origin !== "unknown" && origin !== "new money" ? { addresses: [origin], more: 0 } : null;
  }
  if (place.side !== "end" || graph.backward) return null;
  if (place.kind === "budget") return "budget";
  return STOPS.has(place.kind) ? { addresses: place.addresses, more: place.more } : null;
}

/** At the end of what this run followed: a new run that goes on from here. This one stays as it is. */
export function GoOn({ graph, place }: { graph: Graph; place: Place }) {
  const ordered = useJob();
  const found = past(graph, place);
  if (found === null) return null;
  const busy = runs(ordered.job);
  const open = (job: Job) => {
    if (job.run) go(href(pathOf("runs", job.run), { method: graph.method === "fifo" ? null : graph.method }));
  };
  const order = (parameters: Record<string, unknown>) => { ordered.order("follow", { run: graph.run, ...parameters }, open); };
  return (
    <section className="goon" aria-label={graph.backward ? "Go back from here" : "Follow from here"}>
      <h3>{graph.backward ? "Go back from here" : "Follow from here"}</h3>
      {found === "budget" ? (
        <>
          <p className="soft tight">The budget of this run ended here. A new run with {BUDGET_TIMES} times as much goes on.</p>
          <button type="button" disabled={busy} onClick={() => { order({ budget_times: BUDGET_TIMES }); }}>
            Follow on {BUDGET_TIMES} times the budget
          </button>
        </>
      ) : (
        <>
          <p className="soft tight">{WARNS[place.side === "start" ? "start" : place.kind]} A new run goes on past it and says so; this one stays.</p>
          <ul className="plain">
            {found.addresses.map((address) => (
              <li key={address}>
                <button type="button" disabled={busy} onClick={() => { order({ past: [address] }); }}>
                  {graph.backward ? "Go back past" : "Follow past"} <span className="sr">{plain(address)}</span>
                </button>{" "}
                <Address address={address} chain={graph.chain} />
              </li>
            ))}
          </ul>
          {found.more > 0 && <p className="soft tight">Open it to choose among {found.more} more.</p>}
        </>
      )}
      <JobLine ordered={ordered} />
    </section>
  );
}
