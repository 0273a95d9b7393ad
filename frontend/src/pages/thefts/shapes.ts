/** What the ledger's questions answer, as far as this page reads it. */
export interface Sum {
  usd: string;
  low: string;
  high: string;
  incidents: number;
  without_amount: number;
}

export interface Printed {
  claim: string;
  publisher: string;
  series: string;
  year: number | null;
  usd: string | null;
  covers_to: string | null;
  note: string | null;
  derived: boolean;
  published: string;
  known_by: string;
  partial: boolean;
}

export interface Year {
  year: number;
  known: Sum | null;
  held: Sum;
  all_known: Sum | null;
  all_held: Sum;
}

export interface Totals {
  actor: string | null;
  rule: string | null;
  as_of: string | null;
  known: Sum | null;
  held: Sum;
  all_held: Sum;
  share_held: number | null;
  years: Year[];
}

export interface Largest {
  incident: string;
  victim: string;
  usd: string;
  date: string;
}

export interface Period {
  year: number;
  until: string;
  usd: string;
  low: string;
  high: string;
  thefts: number;
  largest: Largest | null;
  share_largest: number | null;
  without_largest: string;
}

export interface Compared {
  year: number;
  until: string;
  partial: boolean;
  held: {
    this: Period;
    same_days_of_year_before: Period | null;
    whole_year_before: Period | null;
    change_against_same_days: number | null;
    change_against_same_days_without_largest: number | null;
    rank_of_year_before: { place: number; of: number } | null;
  } | null;
  reporting_delay: { thefts: number; median_days: number | null; ninth_decile_days: number | null } | null;
}

export interface Outlook {
  year: number;
  as_of: string;
  threshold: string;
  goes_by: string;
  probability: number;
  interval: [number, number] | null;
  interval_level: number;
  interval_over_models: [number, number] | null;
  baseline: { name: string; chance: number; low?: number | null; high?: number | null; passed?: number; years?: number } | null;
  days_left: number;
  standings: { held: { so_far: string; missing: string; passed: boolean } };
  record: {
    verdict: string;
    best: string | null;
    events: { cases: number; came_true: number };
    scores: { name: string; brier: number; log_score: number | null }[];
    calibration: { from: number; to: number; cases: number; mean_chance: number | null; share_passed: number | null; share_low: number | null; share_high: number | null }[];
  } | null;
  hindsight: string | null;
}

export interface Line {
  incident: string;
  date: string;
  victim: string;
  victim_type: string | null;
  vector: string | null;
  chains: string[];
  known: Claimed | null;
  held: Claimed | null;
  attribution: { actor: string; group: string | null; confidence: string; by: string; published: string | null } | null;
}

export interface Claimed {
  low: string;
  median: string;
  high: string;
  claims: number;
}

export interface Lines {
  total: number;
  usd: string;
  rows: Line[];
}
