import { question, useAnswer } from "../../api/client";
import { Dollars } from "../../parts/Figure";
import { plain } from "../../parts/format";
import { Statement } from "../../parts/Kind";
import { Await } from "../../parts/states";
import { EVERYBODY, type Asked } from "./said";
import type { PublisherTotals } from "./shapes";

/** A publisher's figures beside what its own way of counting gives from this ledger. */
export function Publisher({ name, asked, year }: { name: string; asked: Asked; year: string }) {
  const actor = asked.actor === EVERYBODY ? null : asked.actor;
  const answer = useAnswer<PublisherTotals>(question(`publishers/${encodeURIComponent(name)}`, { actor, year, as_of: asked.asOf }));
  return (
    <section className="publisher" aria-label={`How ${name} counts`}>
      <Await answer={answer} what="the publisher’s figures">
        {(found) => (
          <>
            <p>
              <b>{plain(found.publisher)} counts:</b> {found.counts}
            </p>
            <details>
              <summary>Its figures beside ours, by its own rule</summary>
              <ul>
                {found.grounds.map((ground) => (
                  <li key={ground}>{ground}</li>
                ))}
              </ul>
              <div className="scroll" role="region" aria-label="Figures by its own rule" tabIndex={0}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">Year</th>
                    <th scope="col" className="n">it printed</th>
                    <th scope="col" className="n">ledger, by its rule</th>
                    <th scope="col" className="n">left over</th>
                    <th scope="col">because</th>
                  </tr>
                </thead>
                <tbody>
                  {found.rows.map((row) => (
                    <tr key={`${row.series} ${String(row.year)}`}>
                      <th scope="row">{row.year}</th>
                      <td className="n">
                        {row.printed?.usd ? (
                          <Statement kind="claim">
                            <Dollars micro={row.printed.usd} from={`published ${row.printed.published}`} />
                          </Statement>
                        ) : (
                          "nothing"
                        )}
                      </td>
                      <td className="n">{row.held?.usd && <Dollars micro={row.held.usd} />}</td>
                      <td className="n">{row.residual?.usd && <Dollars micro={row.residual.usd} />}</td>
                      <td>{row.residual?.explained && plain(row.residual.explained)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
              </div>
            </details>
          </>
        )}
      </Await>
    </section>
  );
}
