import { question, useAnswer } from "../../api/client";
import type { components } from "../../api/types";
import { Address, Hash } from "../../parts/Address";
import { count, plain, plural, spoken, thousands } from "../../parts/format";
import { Figure } from "../../parts/Figure";
import { Moment } from "../../parts/Moment";
import { Await, Empty, TooLarge } from "../../parts/states";
import { useTitle } from "../../parts/title";
import { Link } from "../../shell/Link";
import { href, pathOf } from "../../shell/route";

type View = components["schemas"]["TransactionView"];

/** What moved in one transaction, which thefts name it, and which traces it is part of. */
export default function Transaction({ hash }: { hash: string }) {
  useTitle(hash);
  const answer = useAnswer<View>(question(`transactions/${encodeURIComponent(hash)}`));
  return (
    <Await answer={answer} what="the transaction">
      {(view) => (
        <>
          <h1>
            Transaction <Hash of={view.tx_hash} still /> {view.rows.length > 0 ? `has ${plural(view.rows.length, "movement")} in this workspace` : "has no movement in this workspace"}.
          </h1>
          <dl className="facts">
            <div>
              <dt>Thefts that name it</dt>
              <dd>
                {view.incidents.map((one) => (
                  <span key={one.incident} className="in-row">
                    <Link href={href(pathOf("incident", one.incident))}>{one.incident}</Link>
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
          {view.cut && <TooLarge>It has more movements than one page shows; these are the first.</TooLarge>}
          {view.rows.length === 0 ? <Empty fill={<code>dyepack ingest</code>}>The tables have none of its movements.</Empty> : <Rows view={view} />}
        </>
      )}
    </Await>
  );
}

function Rows({ view }: { view: View }) {
  return (
    <div className="scroll" role="region" aria-label="Movements" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col" className="n">
              block
            </th>
            <th scope="col">from</th>
            <th scope="col">to</th>
            <th scope="col" className="n">
              base units
            </th>
            <th scope="col">asset</th>
          </tr>
        </thead>
        <tbody>
          {view.rows.map((row) => (
            <tr key={`${row.chain} ${String(row.tx_index)} ${String(row.seq)} ${row.kind}`} className={row.flag ? "flagged" : undefined}>
              <td>{row.time ? <Moment of={row.time} /> : "not known"}</td>
              <td className="n">{count(row.block)}</td>
              <td>{row.from_address ? <Address address={row.from_address} chain={row.chain} /> : <span className="soft">{spoken(row.kind)}</span>}</td>
              <td>{row.to_address ? <Address address={row.to_address} chain={row.chain} /> : <span className="soft">{spoken(row.kind)}</span>}</td>
              <td className="n">
                {row.amount === null ? (
                  <span className="statement unknown">does not fit</span>
                ) : (
                  <Figure units={row.amount} says={`${thousands(row.amount)} base units of ${plain(row.asset)}`}>
                    {thousands(row.amount)}
                  </Figure>
                )}
              </td>
              <td>
                {plain(row.asset)}
                {row.flag && <span className="soft"> ({spoken(row.flag)})</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
