/** How claims of one incident stand to each other: as the server has it, with a sign. */
import type { AttributionClaim, View } from "./shapes";

type Stand = View["standings"][string]["stand"];

/** Whether a later word of the same speaker stands in its place. */
export function replacedBy(claims: readonly AttributionClaim[], claim: AttributionClaim): AttributionClaim | undefined {
  return claims.find((other) => other !== claim && other.by === claim.by && (other.known_by ?? "") > (claim.known_by ?? ""));
}

export const MARKS: Record<Stand, string> = { agrees: "=", differs: "≠", apart: "∥", replaced: "↷" };
