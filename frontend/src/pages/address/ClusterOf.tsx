import { useState } from "react";
import { question, useAnswer } from "../../api/client";
import { Address, Hash } from "../../parts/Address";
import { count, plural } from "../../parts/format";
import { Statement } from "../../parts/Kind";
import { Await, Empty, Failed, Loading } from "../../parts/states";
import { Pager, Table } from "../../parts/Table";
import { setParams, useParam } from "../../shell/route";
import type { Cluster, Precision, Splits, Why } from "./shapes";

const ROWS = 24;

/** What it hangs together with, by which rules, how often those are right; why; and what would be left without one. */
export function ClusterOf({ address, chain }: { address: string; chain: string }) {
  const [offset, set] = useState(0);
  const answer = useAnswer<Cluster>(question(`clusters/${encodeURIComponent(address)}`, { chain, offset, limit: ROWS }));
  return (
    <section aria-labelledby="cluster">
      <h2 id="cluster">What hangs together with it?</h2>
      {answer.error ? (
        answer.error.status === 404 || answer.error.kind.includes("missing") ? (
          <Empty fill={<code>dyepack cluster</code>}>Nothing has been clustered in this workspace.</Empty>
        ) : (
          <Failed error={answer.error} />
        )
      ) : answer.value === null ? (
        <Loading what="its cluster" />
      ) : answer.value.total === 0 ? (
        <p>By the heuristics of the last run, nothing: it stands alone.</p>
      ) : (
        <Told found={answer.value} address={address} chain={chain} offset={offset} set={set} />
      )}
    </section>
  );
}

function Told({ found, address, chain, offset, set }: { found: Cluster; address: string; chain: string; offset: number; set: (offset: number) => void }) {
  return (
    <>
      <p>
        <Statement kind="statistical">{plural(found.total, "address", "addresses")}</Statement> in one cluster, joined by rules. A cluster is a lead: joined by rules, not shown to have one owner.
      </p>
      <Table
        label="Heuristics"
        className="narrow"
        columns={[
          { head: "Heuristic", names: true, cell: (one) => one.heuristic },
          { head: "joins", n: true, cell: (one) => count(one.joins) },
          { head: "transactions", n: true, cell: (one) => count(one.transactions) },
          { head: "was right", cell: (one) => <Right of={one.precision} /> },
        ]}
        rows={found.heuristics}
        keyOf={(one) => `${one.heuristic} ${String(one.version)}`}
      />
      <ul className="plain members">
        {found.rows.map((row) => (
          <li key={`${row.chain} ${row.address}`}>
            <Address address={row.address} chain={row.chain} />
          </li>
        ))}
      </ul>
      <Pager size={ROWS} shown={found.rows.length} total={found.total} {...{ offset, set }} />
      <WhyJoined address={address} chain={chain} members={found.rows.map((row) => row.address)} />
      <Without heuristics={found.heuristics.map((one) => one.heuristic)} cluster={found.cluster} />
    </>
  );
}

function Right({ of }: { of: Precision | string | null }) {
  if (of === null || typeof of === "string") return <span className="statement unknown">never measured</span>;
  return <Statement kind="statistical">{of.said}</Statement>;
}

function WhyJoined({ address, chain, members }: { address: string; chain: string; members: string[] }) {
  const [other, setOther] = useParam("why");
  const [typed, type] = useState(other);
  const answer = useAnswer<Why>(other ? question("clusters/why", { first: address, second: other, chain }) : null);
  return (
    <>
      <h3>Why is it joined with …</h3>
      <form
        className="inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          setOther(typed.trim() || null);
        }}
      >
        <label className="sr" htmlFor="why">
          The other address
        </label>
        <input id="why" size={44} value={typed} placeholder="another address" list="why-members" onChange={(event) => { type(event.target.value); }} />
        <datalist id="why-members">
          {members.filter((one) => one !== address).map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <button type="submit">Why?</button>
      </form>
      {other && (
        <Await answer={answer} what="the path between them">
          {(found) =>
            found.steps.length === 0 ? (
              <p>
                {found.together ? "They are one address." : "They are not in one cluster."}{" "}
                {found.held.length > 0 && `Joins that were held: ${found.held.map((one) => `${one.heuristic} (${one.reason})`).join(", ")}.`}
              </p>
            ) : (
              <ol className="why">
                {found.steps.map((step, n) => (
                  <li key={step.tx_hash + String(n)}>
                    <Address address={step.from} chain={step.chain} /> and <Address address={step.to} chain={step.to_chain} />: <b>{step.heuristic}</b> in <Hash of={step.tx_hash} chain={step.chain} />,
                    block {count(step.block)}; was right <Right of={step.precision} />{" "}
                    <button type="button" className="small" onClick={() => { setParams({ without: step.tx_hash }); }}>
                      what if without it?
                    </button>
                  </li>
                ))}
              </ol>
            )
          }
        </Await>
      )}
    </>
  );
}

function Without({ heuristics, cluster }: { heuristics: string[]; cluster: string | null }) {
  const [what, setWhat] = useParam("without");
  const answer = useAnswer<Splits>(what ? question("clusters/without", { what, limit: 1000 }) : null);
  return (
    <>
      <h3>What if one were left out?</h3>
      <div className="inline-form" role="group" aria-label="Leave out">
        {heuristics.map((one) => (
          <button key={one} type="button" aria-pressed={what === one} onClick={() => { setWhat(what === one ? null : one); }}>
            without {one}
          </button>
        ))}
      </div>
      {what && (
        <Await answer={answer} what="what would be left">
          {(found) => {
            const mine = found.rows.find((one) => one.cluster === cluster);
            return (
              <p>
                Without {heuristics.includes(what) ? what : <Hash of={what} />} {plural(found.total, "cluster")} would fall apart.{" "}
                {mine ? (
                  <>
                    This one of {count(mine.members)} into {plural(mine.pieces, "piece")}, the largest of {mine.largest_pieces.map((one) => count(one.members)).join(", ")}.
                  </>
                ) : (
                  "This one would stay whole."
                )}
              </p>
            );
          }}
        </Await>
      )}
    </>
  );
}
