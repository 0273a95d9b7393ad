/** `dyepack incident SLUG --json`, as far as this page reads it. */
export interface AmountClaim {
  claim: string;
  measure: "loss" | "returned";
  usd: string;
  kind: string | null;
  covers: string[];
  by: string;
  source: string;
  published: string | null;
  retrieved: string | null;
  known_by: string | null;
}

export interface AttributionClaim {
  claim: string;
  actor: string;
  group: string | null;
  confidence: "confirmed" | "assessed" | "suspected" | "disputed";
  by: string;
  source: string;
  published: string | null;
  retrieved: string | null;
  known_by: string | null;
}

export interface AddressClaim {
  claim: string;
  incident: string;
  chain: string;
  address: string;
  role: string;
  by: string | null;
  source: string;
  also: string[];
}

export interface LaunderingClaim {
  claim: string;
  incidents: string[];
  kind: string;
  service: string | null;
  when: string | null;
  statement: string;
  usd: string | null;
  quantity: string | null;
  asset: string | null;
  confidence: string;
  by: string;
  source: string;
}

export interface Source {
  source: string;
  name: string;
  url: string | null;
  part: string | null;
  running: boolean;
}

export interface Run {
  run: string;
  incidents: string[];
  chain: string;
  methods: string[];
  started: string;
  finished: string;
}

export interface View {
  incident: string;
  date: string;
  first_day: string;
  last_day: string;
  victim: string;
  victim_type: string | null;
  incident_class: string;
  vector: string | null;
  chains: string[];
  notes: string | null;
  sources: Source[];
  references: string[];
  loss: { low: string; median: string; high: string; claims: number } | null;
  losses: AmountClaim[];
  returned: AmountClaim[];
  attributions: AttributionClaim[];
  addresses: AddressClaim[];
  transactions: { claim: string; chain: string; tx_hash: string; source: string }[];
  laundering: LaunderingClaim[];
  shared_addresses: { address: string; elsewhere: AddressClaim[]; reading: string }[];
  as_of: string | null;
  said_later: number;
  runs: Run[];
}
