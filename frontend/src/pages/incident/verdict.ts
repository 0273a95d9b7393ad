/** How claims of one incident stand to each other. */
import { percent } from "../../parts/format";
import type { AmountClaim, AttributionClaim, View } from "./shapes";

export type Stand = "agrees" | "differs" | "apart" | "replaced";

export interface Judged {
  claim: AmountClaim;
  stand: Stand;
  says: string;
}

const KINDS: Record<string, string> = {
  "partial-or-misparsed": "not set beside the others: a part only, or misread",
  "face-value": "not set beside the others: face value of what could not be sold",
  component: "not set beside the others: one component",
  "later-value": "not set beside the others: at a later price",
  "value-at-theft": "at the price of the day",
};

/** A twentieth off the median is still the same figure, rounded or priced at another minute. */
export function judge(claims: readonly AmountClaim[], loss: View["loss"]): Judged[] {
  return claims.map((claim) => {
    const later = claims.find((other) => other.by === claim.by && (other.known_by ?? "") > (claim.known_by ?? "") && !other.kind);
    if (later) return { claim, stand: "replaced", says: `replaced by its own word of ${later.published ?? later.retrieved ?? "later"}` };
    if (claim.kind && claim.kind !== "value-at-theft") return { claim, stand: "apart", says: KINDS[claim.kind] ?? claim.kind };
    if (claim.covers.length > 1) return { claim, stand: "apart", says: `speaks of ${String(claim.covers.length)} thefts together` };
    if (!loss) return { claim, stand: "agrees", says: "" };
    const [usd, median] = [BigInt(claim.usd), BigInt(loss.median)];
    const off = usd > median ? usd - median : median - usd;
    if (off * 20n <= median) return { claim, stand: "agrees", says: off === 0n ? "agrees" : "agrees, within a twentieth" };
    const share = Number((off * 1000n) / (median || 1n)) / 1000;
    return { claim, stand: "differs", says: `${usd > median ? "+" : "−"}${percent(share)} against the middle` };
  });
}

/** Whether a later word of the same speaker stands in its place. */
export function replacedBy(claims: readonly AttributionClaim[], claim: AttributionClaim): AttributionClaim | undefined {
  return claims.find((other) => other !== claim && other.by === claim.by && (other.known_by ?? "") > (claim.known_by ?? ""));
}

export const MARKS: Record<Stand, string> = { agrees: "=", differs: "≠", apart: "∥", replaced: "↷" };
