import { plain, spoken } from "../../parts/format";
import { Statement } from "../../parts/Kind";
import { Said } from "./Said";
import type { AttributionClaim, View } from "./shapes";
import { replacedBy } from "./verdict";

const SIGN: Record<AttributionClaim["confidence"], string> = { confirmed: "●", assessed: "◐", suspected: "○", disputed: "✕" };

/** Who is said to have done it: each word in the order in which it was said, none rubbed out. */
export function Attribution({ view }: { view: View }) {
  const claims = [...view.attributions].sort((a, b) => ((a.known_by ?? "") < (b.known_by ?? "") ? -1 : 1));
  const actors = new Set(claims.filter((one) => one.confidence !== "disputed").map((one) => one.actor));
  return (
    <section aria-labelledby="who">
      <h2 id="who">Who is said to have done it?</h2>
      {claims.length === 0 ? (
        <p>
          <span className="statement unknown">Nobody in the ledger attributes it.</span>
        </p>
      ) : (
        <>
          {(actors.size > 1 || claims.some((one) => one.confidence === "disputed")) && <p>The sources disagree; each stands for itself.</p>}
          <ol className="history">
            {claims.map((claim) => {
              const later = replacedBy(view.attributions, claim);
              return (
                <li key={claim.claim} className={claim.confidence}>
                  <span className="sign" aria-hidden="true">
                    {SIGN[claim.confidence]}
                  </span>
                  <Said claim={claim} />
                  <span>
                    <b>{spoken(plain(claim.actor))}</b>
                    {claim.group && ` (${plain(claim.group)})`}, {claim.confidence} by <Statement kind="claim">{plain(claim.by)}</Statement>
                    {later && <span className="soft"> — replaced by its own word of {later.published ?? later.retrieved}</span>}
                  </span>
                </li>
              );
            })}
          </ol>
        </>
      )}
    </section>
  );
}
