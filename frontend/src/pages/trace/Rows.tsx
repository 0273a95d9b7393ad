import { useState } from "react";
import { question, useAnswer } from "../../api/client";
import { Address, Hash } from "../../parts/Address";
import { plain, plural } from "../../parts/format";
import { Amount } from "../../parts/Figure";
import { Moment } from "../../parts/Moment";
import { Await, Loading } from "../../parts/states";
import { pathOf } from "../../shell/route";
import { assetOf, short } from "./amounts";
import { url, type Graph, type Link, type Row } from "./graph";
import type { View } from "./view";
import { MoreOf } from "./MoreOf";

interface Answer {
  total: number;
  amount: string;
  rows: Row[];
}

const PAGE = 25;
const STAYED: Record<string, string> = { seed: "had it at the start", kept: "kept it from before", rest: "has it still" };

interface Props {
  graph: Graph;
  view: View;
  link: Link;
  explained: string | null;
  onExplain: (key: string | null) => void;
}

export const keyOf = (row: Row): string | null => (row.block === null ? null : [row.block, row.tx_index, row.seq].join("."));

/** The rows that sum to a ribbon, exactly, each with the movements that brought it there. */
export function Rows({ graph, view, link, explained, onExplain }: Props) {
  const [upTo, setUpTo] = useState(PAGE);
  const path = `${pathOf("runs", graph.run).slice(1)}/links/${link.id}`;
  const answer = useAnswer<Answer>(url(path, view, { limit: String(Math.min(upTo, 1000)) }));
  const asset = assetOf(graph, link.asset);
  return (
    <Await answer={answer} what="the rows">
      {({ total, amount, rows }) => (
        <>
          <p className="adds soft">
            {plural(total, "row")} {amount === link.amount ? "sum to" : "do not sum to"}{" "}
            <Amount units={amount} decimals={asset.decimals} asset={asset.symbol} shown={short(amount, asset)} />
            {" · "}
            <a href={url(path, view, { format: "csv" })} download>
              CSV
            </a>
          </p>
          <ol className="rows">
            {rows.map((row, n) => {
              const key = keyOf(row);
              return (
                <li key={key ?? `${row.kind}${String(n)}`}>
                  <div className="rowhead">
                    {row.time ? <Moment of={row.time} /> : <span className="soft">{STAYED[row.kind] ?? plain(row.kind)}</span>}
                    <Amount units={row.amount} decimals={asset.decimals} asset={asset.symbol} shown={short(row.amount, asset)} from={row.moved ? `of ${short(row.moved, asset)} that moved` : undefined} />
                  </div>
                  <div className="rowends">
                    {row.from_address && <Address address={row.from_address} chain={row.chain} />}
                    {row.from_address && row.to_address && row.from_address !== row.to_address && <span aria-label="to"> → </span>}
                    {row.to_address && row.to_address !== row.from_address && <Address address={row.to_address} chain={row.chain} />}
                  </div>
                  {key && row.tx_hash && (
                    <div className="rowmore">
                      <Hash of={row.tx_hash} chain={row.chain} />
                      <button type="button" className="quiet tiny explain" aria-expanded={explained === key} onClick={() => { onExplain(explained === key ? null : key); }}>
                        {explained === key ? "Close" : "How did it get here?"}
                      </button>
                    </div>
                  )}
                  {key && explained === key && <Chains graph={graph} row={row} />}
                </li>
              );
            })}
          </ol>
          {rows.length < 1000 && <MoreOf shown={rows.length} total={total} more={() => { setUpTo(upTo * 4); }} />}
        </>
      )}
    </Await>
  );
}

interface Explained {
  says: string;
  figures: { origin: string; rests: string; parts: { asset: string; amount: string; by_narrower_chains: string; into_conversion: unknown; chains: Chain[] }[] }[];
}

interface Chain {
  chain: number;
  amount: string;
  starts: string;
  from_address: string | null;
  movements: { block: number; time: string; seq: number; tx_hash: string; from_address: string; to_address: string; asset: string; moved: string }[];
}

const STARTS: Record<string, string> = { seed: "starts with what was there", theft: "starts with the theft", conversion: "comes out of a conversion" };

/** The chains of movements that bring to one movement what it carries. */
function Chains({ graph, row }: { graph: Graph; row: Row }) {
  const asked = { block: row.block, tx_index: row.tx_index, seq: row.seq, method: graph.method };
  const answer = useAnswer<Explained>(question(`${pathOf("runs", graph.run).slice(1)}/movement`, asked));
  if (answer.value === null && answer.waiting) return <Loading what="the movements before it" />;
  return (
    <Await answer={answer} what="the movements before it">
      {({ says, figures }) => (
        <div className="chains">
          {figures.map((figure) => (
            <section key={figure.origin}>
              {figure.parts.map((part, n) => {
                const asset = assetOf(graph, part.asset);
                return (
                  <div key={n}>
                    {part.into_conversion !== null && <p className="soft">Into that conversion went {short(part.amount, asset)}:</p>}
                    {part.chains.map((chain) => (
                      <details key={chain.chain} open={chain.chain === 1 && n === 0}>
                        <summary>
                          {short(chain.amount, asset)} in {plural(chain.movements.length, "movement")}
                        </summary>
                        <ol className="chain">
                          <li className="soft">
                            {STARTS[chain.starts] ?? plain(chain.starts)}
                            {chain.from_address && (
                              <>
                                {" at "}
                                <Address address={chain.from_address} chain={graph.chain} />
                              </>
                            )}
                          </li>
                          {chain.movements.map((one) => (
                            <li key={`${one.tx_hash}${String(one.seq)}${one.to_address}`}>
                              <Moment of={one.time} /> <span className="soft">to</span>{" "}
                              {one.to_address === "this movement" ? <b>here</b> : <Address address={one.to_address} chain={graph.chain} />}
                              <span className="soft"> of {short(one.moved, asset)} moved</span>
                            </li>
                          ))}
                        </ol>
                      </details>
                    ))}
                    {part.by_narrower_chains !== "0" && <p className="soft">{short(part.by_narrower_chains, asset)} more by narrower chains</p>}
                  </div>
                );
              })}
            </section>
          ))}
          <p className="soft">{plain(says)}: another may be as good.</p>
        </div>
      )}
    </Await>
  );
}
