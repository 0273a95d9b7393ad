import { useState } from "react";
import { question, useAnswer } from "../../api/client";
import { Address, Hash } from "../../parts/Address";
import { count, plain, plural, spoken } from "../../parts/format";
import { Statement } from "../../parts/Kind";
import { BLOCK, End, faint, howMuch, keyOfMovement, WHEN } from "../../parts/Movements";
import { Await, Empty } from "../../parts/states";
import { Pager, Save, Table } from "../../parts/Table";
import { symbolOf, Units } from "../../parts/units";
import type { About, Counterparties as Page, Movements as PageOfMovements } from "./shapes";

const ROWS = 25;

export interface Props {
  about: About;
  chain: string;
}

export function path(about: About, what: string): string {
  return `addresses/${encodeURIComponent(about.address)}/${what}`;
}

/** What it got and paid, of each asset. */
export function Sums({ about }: { about: About }) {
  const { assets } = about;
  if (about.sums.length === 0) {
    return <Empty fill={<code>dyepack ingest</code>}>No movement of it is in the tables.</Empty>;
  }
  return (
    <Table
      label="Sums"
      columns={[
        { head: "Asset", names: true, cell: (sum) => <span title={sum.asset}>{symbolOf(assets, sum.asset)}</span> },
        { head: "chain", cell: (sum) => sum.chain },
        { head: "received", n: true, cell: (sum) => <Units of={sum.received} asset={sum.asset} units={assets} /> },
        { head: "in movements", n: true, cell: (sum) => count(sum.received_in) },
        { head: "sent", n: true, cell: (sum) => <Units of={sum.sent} asset={sum.asset} units={assets} /> },
        { head: "out movements", n: true, cell: (sum) => count(sum.sent_in) },
      ]}
      rows={about.sums}
      keyOf={(sum) => `${sum.chain} ${sum.asset}`}
    />
  );
}

export function Counterparties({ about, chain }: Props) {
  const [offset, set] = useState(0);
  const url = (more: Record<string, string | number>) => question(path(about, "counterparties"), { chain, ...more });
  const answer = useAnswer<Page>(url({ offset, limit: ROWS }));
  return (
    <section aria-labelledby="counterparties">
      <h2 id="counterparties">With whom?</h2>
      <Await answer={answer} what="its counterparties">
        {(found) =>
          found.total === 0 ? (
            <p>{about.sums.length > 0 ? "On an output chain who paid whom is not recorded: its transactions, and what hangs together with it, say more." : "Nobody, as far as the tables go."}</p>
          ) : (
            <>
              <Table
                label="Counterparties"
                columns={[
                  { head: "Counterparty", names: true, cell: (row) => <Address address={row.address} chain={row.chain} /> },
                  {
                    head: "said to be",
                    cell: (row) =>
                      row.tags.map((tag) => (
                        <Statement key={tag.name} kind="claim">
                          {plain(tag.name)}{" "}
                        </Statement>
                      )),
                  },
                  { head: "it paid this address", n: true, cell: (row) => <Units of={row.received} asset={row.asset} units={found.assets} /> },
                  { head: "got from it", n: true, cell: (row) => <Units of={row.sent} asset={row.asset} units={found.assets} /> },
                  { head: "movements", n: true, cell: (row) => count(row.received_in + row.sent_in) },
                  { head: "first and last (UTC)", nowrap: true, cell: (row) => days(row.first_time, row.last_time) },
                ]}
                rows={found.rows}
                keyOf={(row) => `${row.chain} ${row.address} ${row.asset}`}
              />
              <Pager size={ROWS} shown={found.rows.length} total={found.total} {...{ offset, set }} />
              <Save url={url({ format: "csv" })} />
            </>
          )
        }
      </Await>
    </section>
  );
}

function days(first: string | null, last: string | null): string {
  const [from, to] = [first?.slice(0, 10) ?? "not known", last?.slice(0, 10) ?? "not known"];
  return from === to ? from : `${from} – ${to}`;
}

export function Movements({ about, chain }: Props) {
  const [offset, set] = useState(0);
  const url = (more: Record<string, string | number>) => question(path(about, "transfers"), { chain, ...more });
  const answer = useAnswer<PageOfMovements>(url({ offset, limit: ROWS }));
  return (
    <section aria-labelledby="movements">
      <h2 id="movements">Every movement</h2>
      <Await answer={answer} what="its movements">
        {(found) =>
          found.total === 0 ? (
            <p>None in the tables.</p>
          ) : (
            <>
              <Table
                label="Movements"
                columns={[
                  WHEN,
                  BLOCK,
                  { head: "way", cell: (row) => row.direction },
                  { head: "other side", cell: (row) => <End of={row.other} row={row} /> },
                  howMuch(found.assets),
                  { head: "transaction", cell: (row) => <Hash of={row.tx_hash} chain={row.chain} /> },
                ]}
                rows={found.rows}
                keyOf={keyOfMovement}
                classOf={faint}
              />
              <Pager size={ROWS} shown={found.rows.length} total={found.total} {...{ offset, set }} />
              <Save url={url({ format: "csv" })} />
              {about.flagged.length > 0 && (
                <p className="soft">
                  Marked and left out of every sum: {about.flagged.map((one) => `${plural(one.movements, "movement")}, ${spoken(one.flag)}`).join("; ")}.
                </p>
              )}
            </>
          )
        }
      </Await>
    </section>
  );
}
