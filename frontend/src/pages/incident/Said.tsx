/** When something was said; of a running list, when it was read. */
export function Said({ claim }: { claim: { published: string | null; retrieved: string | null } }) {
  if (claim.published) return <span className="nowrap">{claim.published}</span>;
  if (claim.retrieved) return <span className="soft nowrap">read {claim.retrieved}</span>;
  return <span className="statement unknown">undated</span>;
}
