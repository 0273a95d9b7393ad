import { useState } from "react";
import { Amount } from "../../parts/Figure";
import { full, range } from "./amounts";
import type { Bound, RunView } from "./bounds";
import type { Asset } from "./graph";
import { runs, useJob } from "./job";
import { JobLine } from "./JobLine";

/** The least and the most under any rule, beside the range over the rules that were applied. */
export function Whatever({ bound, asset, at = "" }: { bound: Bound | null; asset: Asset; at?: string }) {
  if (!bound) return null;
  const said = bound.least === bound.most ? full(bound.least, asset) : `${full(bound.least, asset)} to ${full(bound.most, asset)}`;
  return (
    <p className="tight whatever" title={said}>
      <i className="whisker" aria-hidden="true" />
      <Amount units={bound.most} decimals={asset.decimals} asset={asset.symbol} shown={range(bound.least, bound.most, asset)} from={`under any rule: ${said}`} /> under any rule at all{at && `, ${at}`}
    </p>
  );
}

/** Works out what holds under any rule, where nobody has yet. */
export function OrderBounds({ run, onDone }: { run: RunView | null; onDone: () => void }) {
  const ordered = useJob();
  const [over, setOver] = useState(false);
  if (!run || run.bounds || run.backward || over) return null;
  return (
    <div className="orderbounds no-print">
      <p className="soft tight">What holds under any rule at all, not only these, is not worked out yet.</p>
      <button type="button" disabled={runs(ordered.job)} onClick={() => { ordered.order("bounds", { run: run.run }, () => { setOver(true); onDone(); }); }}>
        Work out the bounds
      </button>
      <JobLine ordered={ordered} />
    </div>
  );
}
