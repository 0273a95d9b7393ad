import { useState } from "react";
import { question, useAnswer } from "../../api/client";
import type { components } from "../../api/types";
import { Hash } from "../../parts/Address";
import { plain, plural } from "../../parts/format";
import { BLOCK, End, faint, howMuch, keyOfMovement, WHEN } from "../../parts/Movements";
import { Await, Empty, TooLarge } from "../../parts/states";
import { Pager, Save, Table } from "../../parts/Table";
import { useTitle } from "../../parts/title";
import { symbolOf, Units } from "../../parts/units";
import { Link } from "../../shell/Link";
import { href, pathOf } from "../../shell/route";

type View = components["schemas"]["TransactionView"];

const ROWS = 100;

/** What moved in one transaction, which thefts name it, and which traces it is part of. */
export default function Transaction({ hash }: { hash: string }) {
  useTitle(hash);
  const [offset, set] = useState(0);
  const url = (more: Record<string, string | number>) => question(`transactions/${encodeURIComponent(hash)}`, more);
  const answer = useAnswer<View>(url({ offset, limit: ROWS }));
  return (
    <Await answer={answer} what="the transaction">
      {(view) => (
        <>
          <h1>
            Transaction <Hash of={view.tx_hash} still /> {view.total > 0 ? `has ${plural(view.total, "movement")} in this workspace` : "has no movement in this workspace"}.
          </h1>
          <Sums view={view} />
          <Facts view={view} />
          {view.cut && <TooLarge>It has more movements than are ever told; these are the first {plural(view.total, "movement")}.</TooLarge>}
          {view.rows.length === 0 ? (
            <Empty fill={<code>dyepack ingest</code>}>The tables have none of its movements.</Empty>
          ) : (
            <>
              <Table
                label="Movements"
                columns={[
                  WHEN,
                  BLOCK,
                  { head: "from", cell: (row) => <End of={row.from_address} row={row} /> },
                  { head: "to", cell: (row) => <End of={row.to_address} row={row} /> },
                  howMuch(view.assets),
                  { head: "asset", cell: (row) => <span title={row.asset}>{symbolOf(view.assets, row.asset)}</span> },
                ]}
                rows={view.rows}
                keyOf={keyOfMovement}
                classOf={faint}
              />
              <Pager size={ROWS} shown={view.rows.length} total={view.total} {...{ offset, set }} />
              <Save url={url({ format: "csv" })} />
            </>
          )}
        </>
      )}
    </Await>
  );
}

/** What moved of each asset. */
function Sums({ view }: { view: View }) {
  if (view.moved.length === 0) return null;
  return (
    <p className="lead">
      Moved in it:{" "}
      {view.moved.map(({ asset, amount }) => (
        <span key={asset} className="in-row">
          <Units of={amount} asset={asset} units={view.assets} />
          {!view.assets[asset] && ` of ${plain(asset)}`}
        </span>
      ))}
    </p>
  );
}

function Facts({ view }: { view: View }) {
  return (
    <dl className="facts">
      <div>
        <dt>On</dt>
        <dd>{[...new Set(view.rows.map((row) => row.chain))].join(", ") || "no chain of this workspace"}</dd>
      </div>
      <div>
        <dt>Thefts that name it</dt>
        <dd>
          {[...new Set(view.incidents.map((one) => one.incident))].map((slug) => (
            <span key={slug} className="in-row">
              <Link href={href(pathOf("incident", slug))}>{slug}</Link>
            </span>
          ))}
          {view.incidents.length === 0 && "none"}
        </dd>
      </div>
      <div>
        <dt>Runs that it is part of</dt>
        <dd>
          {view.runs.map((run) => (
            <span key={run} className="in-row">
              <Link href={href(pathOf("runs", run))}>
                <code>{run}</code>
              </Link>
            </span>
          ))}
          {view.runs.length === 0 && "none"}
        </dd>
      </div>
    </dl>
  );
}
