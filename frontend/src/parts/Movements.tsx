import { Address } from "./Address";
import { count, spoken } from "./format";
import { Moment } from "./Moment";
import type { Column } from "./Table";
import { Units } from "./units";

/** What every movement has, wherever it is listed. */
export interface Moved {
  chain: string;
  block: number;
  time: string | null;
  tx_hash: string;
  tx_index: number;
  seq: number;
  kind: string;
  asset: string;
  amount: string | null;
  flag: string | null;
}

export function keyOfMovement(row: Moved, n: number): string {
  return `${row.tx_hash} ${String(row.tx_index)} ${String(row.seq)} ${row.kind} ${String(n)}`;
}

export function faint(row: Moved): string | undefined {
  return row.flag ? "flagged" : undefined;
}

export const WHEN: Column<Moved> = { head: "Time", cell: (row) => (row.time ? <Moment of={row.time} /> : "not known") };
export const BLOCK: Column<Moved> = { head: "block", n: true, cell: (row) => count(row.block) };

/** How much, in whole units; by why it is not followed where it is not. */
export function howMuch(units: Units): Column<Moved> {
  return {
    head: "amount",
    n: true,
    cell: (row) => (
      <>
        <Units of={row.amount} asset={row.asset} units={units} />
        {row.flag && <span className="soft"> ({spoken(row.flag)})</span>}
      </>
    ),
  };
}

/** One end of a movement; what has no address there (a fee, what is mined) says what it is. */
export function End({ of, row }: { of: string | null; row: Moved }) {
  return of ? <Address address={of} chain={row.chain} /> : <span className="soft">{spoken(row.kind)}</span>;
}
