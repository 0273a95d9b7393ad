import { useState } from "react";
import { question, useAnswer } from "../../api/client";
import { Address, Hash } from "../../parts/Address";
import { Figure } from "../../parts/Figure";
import { count, percent, plain, plural, spoken } from "../../parts/format";
import { Statement } from "../../parts/Kind";
import { Moment } from "../../parts/Moment";
import { Await } from "../../parts/states";
import type { About, Counterparties as Page, Exposure, Movements as PageOfMovements } from "./shapes";
import { long, short, unitOf } from "./units";

const ROWS = 25;

interface Props {
  about: About;
  chain: string;
}

function path(about: About, what: string): string {
  return `addresses/${encodeURIComponent(about.address)}/${what}`;
}

function Sum({ about, asset, units }: { about: About; asset: string; units: string }) {
  const unit = unitOf(about, asset);
  if (units === "0") return <span className="soft">0</span>;
  return (
    <Figure units={units} says={long(units, unit)}>
      {short(units, unit)}
    </Figure>
  );
}

/** What it got and paid, of each asset. */
export function Sums({ about }: { about: About }) {
  if (about.sums.length === 0) {
    return (
      <p>
        <span className="statement unknown">No movement of it is in the tables.</span> Load some: <code>dyepack ingest</code>
      </p>
    );
  }
  return (
    <div className="scroll" role="region" aria-label="Sums" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Asset</th>
            <th scope="col">chain</th>
            <th scope="col" className="n">
              received
            </th>
            <th scope="col" className="n">
              in
            </th>
            <th scope="col" className="n">
              sent
            </th>
            <th scope="col" className="n">
              in
            </th>
          </tr>
        </thead>
        <tbody>
          {about.sums.map((sum) => (
            <tr key={`${sum.chain} ${sum.asset}`}>
              <th scope="row" title={sum.asset}>
                {plain(unitOf(about, sum.asset).symbol)}
              </th>
              <td>{sum.chain}</td>
              <td className="n">
                <Sum about={about} asset={sum.asset} units={sum.received} />
              </td>
              <td className="n">{count(sum.received_in)}</td>
              <td className="n">
                <Sum about={about} asset={sum.asset} units={sum.sent} />
              </td>
              <td className="n">{count(sum.sent_in)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What kinds of places its money came from and went to, by tags of its counterparties. */
export function Exposures({ about, chain }: Props) {
  const answer = useAnswer<Exposure>(question(path(about, "exposure"), { chain }));
  return (
    <section aria-labelledby="exposure">
      <h2 id="exposure">What is it exposed to?</h2>
      <Await answer={answer} what="its exposures">
        {(found) => (
          <>
            {found.rows.length === 0 && <p>Nothing came in or went out.</p>}
            {found.rows.length > 0 && (
              <div className="scroll" role="region" aria-label="Exposures" tabIndex={0}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Way</th>
                      <th scope="col">counterparties are</th>
                      <th scope="col" className="n">
                        amount
                      </th>
                      <th scope="col" className="n">
                        share
                      </th>
                      <th scope="col">of all that way</th>
                      <th scope="col" className="n">
                        addresses
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {found.rows.map((row) => (
                      <tr key={[row.chain, row.asset, row.direction, row.concept, row.name].join(" ")}>
                        <th scope="row">{row.direction === "in" ? "in" : "out"}</th>
                        <td>
                          {row.concept ? (
                            <Statement kind="claim">
                              {spoken(plain(row.concept))}
                              {row.name && `: ${plain(row.name)}`}
                            </Statement>
                          ) : (
                            <span className="statement unknown">not tagged</span>
                          )}
                        </td>
                        <td className="n">
                          <Sum about={about} asset={row.asset} units={row.amount} />
                        </td>
                        <td className="n">{row.share === null ? "" : percent(row.share)}</td>
                        <td>
                          <svg className="share" viewBox="0 0 120 10" width="120" height="10" aria-hidden="true">
                            <rect className="all" width="120" height="10" />
                            <rect className={row.concept ? "part" : "part of-unknown"} width={Math.max(1, (row.share ?? 0) * 120)} height="10" />
                          </svg>
                        </td>
                        <td className="n">{count(row.addresses)}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
            <p className="soft">
              By rule: {found.rule}.{found.remark && about.sums.length === 0 && ` ${found.remark}.`}
            </p>
          </>
        )}
      </Await>
    </section>
  );
}

function More({ shown, total, offset, set }: { shown: number; total: number; offset: number; set: (offset: number) => void }) {
  if (total <= ROWS) return null;
  return (
    <p className="pager no-print">
      <button type="button" disabled={offset === 0} onClick={() => { set(Math.max(0, offset - ROWS)); }}>
        before
      </button>
      <span>
        {count(offset + 1)}–{count(offset + shown)} of {count(total)}
      </span>
      <button type="button" disabled={offset + shown >= total} onClick={() => { set(offset + ROWS); }}>
        next
      </button>
    </p>
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
            <p>Nobody, as far as the tables go.</p>
          ) : (
            <>
              <div className="scroll" role="region" aria-label="Counterparties" tabIndex={0}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Counterparty</th>
                      <th scope="col">said to be</th>
                      <th scope="col" className="n">
                        it paid this address
                      </th>
                      <th scope="col" className="n">
                        got from it
                      </th>
                      <th scope="col">first and last (UTC)</th>
                    </tr>
                  </thead>
                  <tbody>
                    {found.rows.map((row) => (
                      <tr key={`${row.chain} ${row.address} ${row.asset}`}>
                        <th scope="row">
                          <Address address={row.address} chain={row.chain} />
                        </th>
                        <td>
                          {row.tags.map((tag) => (
                            <Statement key={tag.name} kind="claim">
                              {plain(tag.name)}{" "}
                            </Statement>
                          ))}
                        </td>
                        <td className="n">
                          <Sum about={about} asset={row.asset} units={row.received} />
                        </td>
                        <td className="n">
                          <Sum about={about} asset={row.asset} units={row.sent} />
                        </td>
                        <td className="nowrap">
                          {row.first_time?.slice(0, 10)}
                          {row.last_time?.slice(0, 10) !== row.first_time?.slice(0, 10) && ` – ${row.last_time?.slice(0, 10) ?? ""}`}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              <More shown={found.rows.length} total={found.total} offset={offset} set={set} />
              <Save url={url({ format: "csv" })} />
            </>
          )
        }
      </Await>
    </section>
  );
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
              <div className="scroll" role="region" aria-label="Movements" tabIndex={0}>
                <table>
                  <thead>
                    <tr>
                      <th scope="col">Time</th>
                      <th scope="col" className="n">
                        block
                      </th>
                      <th scope="col">way</th>
                      <th scope="col">other side</th>
                      <th scope="col" className="n">
                        amount
                      </th>
                      <th scope="col">transaction</th>
                    </tr>
                  </thead>
                  <tbody>
                    {found.rows.map((row) => (
                      <tr key={`${row.tx_hash} ${String(row.tx_index)} ${String(row.seq)} ${row.direction} ${row.kind}`} className={row.flag ? "flagged" : undefined}>
                        <td>{row.time ? <Moment of={row.time} /> : "not known"}</td>
                        <td className="n">{count(row.block)}</td>
                        <td>
                          {row.direction}
                          {row.flag && <span className="soft"> ({spoken(row.flag)})</span>}
                        </td>
                        <td>{row.other ? <Address address={row.other} chain={row.chain} /> : <span className="soft">{spoken(row.kind)}</span>}</td>
                        <td className="n">
                          <Sum about={about} asset={row.asset} units={row.amount} />
                        </td>
                        <td>
                          <Hash of={row.tx_hash} chain={row.chain} />
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              <More shown={found.rows.length} total={found.total} offset={offset} set={set} />
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

function Save({ url }: { url: string }) {
  return (
    <p className="soft no-print">
      Save all as{" "}
      <a href={url} download>
        CSV
      </a>{" "}
      or{" "}
      <a href={url.replace("format=csv", "format=parquet")} download>
        Parquet
      </a>
      .
    </p>
  );
}
