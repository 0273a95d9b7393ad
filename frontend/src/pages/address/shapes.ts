/** What the tables hold about one address. */
export interface Tag {
  tag: string;
  chain: string | null;
  address: string;
  name: string;
  concept: string | null;
  actor: string | null;
  canonical_actor: string | null;
  category: string | null;
  confidence: string | null;
  creator: string | null;
  pack: string | null;
  source: string | null;
  licence: string | null;
  valid_from: string | null;
  valid_to: string | null;
  status: string;
}

export interface Flow {
  chain: string;
  asset: string;
  received: string;
  received_in: number;
  sent: string;
  sent_in: number;
}

export interface About {
  asked: string;
  address: string;
  chain: string | null;
  valid_on: string[];
  seen_on: string[];
  first_time: string | null;
  last_time: string | null;
  sums: Flow[];
  flagged: { flag: string; movements: number }[];
  tags: Tag[];
  inferred: Tag[];
  actors: string[];
  concepts: string[];
  conflict: boolean;
  runs: { run: string; as: string[] }[];
  incidents: { incident: string; chain: string; role: string; source: string }[];
  assets?: Record<string, { symbol: string; decimals: number }>;
}

export interface Counterparty extends Flow {
  address: string;
  first_time: string | null;
  last_time: string | null;
  tags: { name: string; concept: string | null; status?: string }[];
}

export interface Exposure {
  rule: string;
  remark: string | null;
  rows: {
    chain: string;
    asset: string;
    direction: "in" | "out";
    concept: string | null;
    name: string | null;
    actor: string | null;
    movements: number;
    addresses: number;
    amount: string;
    of: string;
    share: number;
  }[];
}

export interface Activity {
  days: string[];
  received: number[][];
  sent: number[][];
  months: { month: string; received: number; sent: number }[];
  undated: number;
}

export interface Movement {
  chain: string;
  block: number;
  time: string | null;
  tx_hash: string;
  tx_index: number;
  seq: number;
  kind: string;
  direction: "in" | "out";
  other: string | null;
  asset: string;
  amount: string;
  flag: string | null;
}

export interface Precision {
  right: number;
  tried: number;
  share: number;
  interval: [number, number];
  population: string;
  real: boolean;
}

export interface Cluster {
  cluster: string | null;
  run: string | null;
  total: number;
  rows: { chain: string; address: string }[];
  heuristics: { heuristic: string; version: number; joins: number; transactions: number; precision: Precision | string | null }[];
}

export interface Why {
  together: boolean;
  first: { address: string; cluster: string | null };
  second: { address: string; cluster: string | null };
  steps: { from: string; to: string; chain: string; to_chain: string; heuristic: string; version: number; block: number; tx_hash: string; precision: Precision | string | null }[];
  held: { heuristic: string; tx_hash: string; reason: string }[];
}

export interface Split {
  cluster: string;
  members: number;
  pieces: number;
  largest_pieces: { members: number; an_address: string }[];
}
