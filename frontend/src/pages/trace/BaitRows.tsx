import { useState } from "react";
import { useAnswer } from "../../api/client";
import { Address, Hash } from "../../parts/Address";
import { count, plain, plural, spoken } from "../../parts/format";
import { Moment } from "../../parts/Moment";
import { Await } from "../../parts/states";
import { pathOf } from "../../shell/route";
import { flagsOf, type BaitMark } from "./bait";
import { url, type Drawing, type Graph } from "./graph";
import type { View } from "./view";
import { MoreOf } from "./MoreOf";

interface Row {
  block: number;
  tx_index: number;
  seq: number;
  time: string;
  tx_hash: string;
  chain: string;
  from_address: string;
  to_address: string;
  flag: string;
}

const PAGE = 25;

/** A mark of bait, and its movements. */
export function OfBait({ drawing, view, mark, onSelect }: { drawing: Drawing; view: View; mark: BaitMark; onSelect: (id: string) => void }) {
  const end = (id: string | null) =>
    id === null ? (
      <span className="soft">{plural(mark.outside, "address", "addresses")} outside</span>
    ) : (
      <button type="button" className="bare" onClick={() => { onSelect(id); }}>
        {plain(drawing.places.get(id)?.name ?? "")}
      </button>
    );
  return (
    <>
      <p className="kind">
        <i className="swatch bait" aria-hidden="true" />
        Bait: never followed, and in no sum
      </p>
      <h2>
        {end(mark.from)} → {end(mark.to)}
      </h2>
      <p className="tight">{plain(flagsOf(mark))}</p>
      <p className="soft tight">
        <Moment of={mark.first} />
        {mark.last !== mark.first && (
          <>
            {" to "}
            <Moment of={mark.last} />
          </>
        )}
      </p>
      <h3>Movements</h3>
      <Rows graph={drawing.graph} view={view} mark={mark.id} />
    </>
  );
}

function Rows({ graph, view, mark }: { graph: Graph; view: View; mark: string }) {
  const [upTo, setUpTo] = useState(PAGE);
  const path = `${pathOf("runs", graph.run).slice(1)}/bait`;
  const answer = useAnswer<{ total: number; rows: Row[] }>(url(path, view, { mark, limit: String(Math.min(upTo, 1000)) }));
  return (
    <Await answer={answer} what="the movements">
      {({ total, rows }) => (
        <>
          <p className="adds soft">
            {plural(total, "row")} ·{" "}
            <a href={url(path, view, { mark, format: "csv" })} download>
              CSV
            </a>
          </p>
          <ol className="rows">
            {rows.map((row) => (
              <li key={`${String(row.block)}.${String(row.tx_index)}.${String(row.seq)}`}>
                <div className="rowhead">
                  <Moment of={row.time} />
                  <span className="chip bait">{plain(spoken(row.flag))}</span>
                </div>
                <div className="rowends">
                  <Address address={row.from_address} chain={row.chain} />
                  <span aria-label="to"> → </span>
                  <Address address={row.to_address} chain={row.chain} />
                </div>
                <Hash of={row.tx_hash} chain={row.chain} />
              </li>
            ))}
          </ol>
          {rows.length < 1000 && <MoreOf shown={rows.length} total={total} more={() => { setUpTo(upTo * 4); }} />}
        </>
      )}
    </Await>
  );
}

/** The bait at one place, each mark a way to its rows. */
export function BaitHere({ drawing, id, onSelect }: { drawing: Drawing; id: string; onSelect: (id: string) => void }) {
  const mine = [...drawing.baits.values()].filter((one) => one.from === id || one.to === id);
  if (mine.length === 0) return null;
  return (
    <section>
      <h3>
        Bait <span className="soft">never followed</span>
      </h3>
      <ul className="plain beside">
        {mine.map((mark) => (
          <li key={mark.id}>
            <button type="button" className="bare" onClick={() => { onSelect(mark.id); }}>
              <i className="swatch bait" aria-hidden="true" />
              <span className="what">
                {mark.to === id ? "from " : "to "}
                {plain(drawing.places.get((mark.to === id ? mark.from : mark.to) ?? "")?.name ?? plural(mark.outside, "address", "addresses"))}
              </span>
              <span className="n">{count(mark.movements)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
