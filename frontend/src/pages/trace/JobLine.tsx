import { plain } from "../../parts/format";
import { Failed } from "../../parts/states";
import { runs, type Ordered } from "./job";

/** What a job that was ordered here says, and a way to end it. */
export function JobLine({ ordered }: { ordered: Ordered }) {
  const { job, said, error, cancel } = ordered;
  if (error) return <Failed error={error} />;
  if (job?.state === "cancelled") return <p className="soft tight" role="status">Cancelled; nothing has changed.</p>;
  if (!runs(job)) return null;
  return (
    <div className="jobline" role="status">
      <span className="pulse" aria-hidden="true" />
      <span className="said">{plain(said)} …</span>
      <button type="button" className="quiet tiny" onClick={cancel}>
        Cancel
      </button>
    </div>
  );
}
