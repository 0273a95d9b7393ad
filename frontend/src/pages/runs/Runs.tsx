import { useState } from "react";
import type { components } from "../../api/types";
import { question, useAnswer } from "../../api/client";
import { Await, Empty } from "../../parts/states";
import { Address } from "../../parts/Address";
import { count, plain, spoken } from "../../parts/format";
import { Moment } from "../../parts/Moment";
import { Link } from "../../shell/Link";
import { href, pathOf } from "../../shell/route";
import { useTitle } from "../../parts/title";
import { JobsNow } from "./JobsNow";
import "../trace/trace.css";

type Run = components["schemas"]["RunLine"];
const LIMIT = 200;

/** What was computed here, newest first. */
export default function Runs() {
  useTitle("Runs");
  const [turn, again] = useState(0);
  const answer = useAnswer<{ total: number; rows: Run[] }>(`${question("runs", { limit: LIMIT })}#${String(turn)}`);
  return (
    <>
      <h1>What was computed here?</h1>
      <JobsNow onEnd={() => { again(turn + 1); }} />
      <Await answer={answer} what="the runs">
        {({ total, rows }) =>
          rows.length === 0 ? (
            <Empty fill={<>Trace the case that ships with dyepack: <code>dyepack demo</code></>}>No run yet.</Empty>
          ) : (
            <div className="scroll" role="region" aria-label="Runs" tabIndex={0}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Run</th>
                  <th scope="col">Theft</th>
                  <th scope="col">Chain</th>
                  <th scope="col">Rules</th>
                  <th scope="col">Made</th>
                  <th scope="col">Version</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((run) => (
                  <tr key={run.run}>
                    <th scope="row">
                      <Link href={href(pathOf("runs", run.run))}>
                        <code>{run.run}</code>
                      </Link>
                    </th>
                    <td>
                      {run.incidents.map((slug) => (
                        <Link key={slug} href={href(pathOf("incident", slug))}>
                          {plain(slug)}
                        </Link>
                      ))}
                      {run.backward && <span className="soft">backward, to where it came from</span>}
                      {run.past.length > 0 && (
                        <span className="soft past">
                          {" past "}
                          {run.past.map((address) => (
                            <Address key={address} address={address} chain={run.chain} />
                          ))}
                        </span>
                      )}
                    </td>
                    <td>{run.chain}</td>
                    <td>{run.methods.length > 5 ? `all ${String(run.methods.length)}` : run.methods.map(spoken).join(", ")}</td>
                    <td>
                      <Moment of={run.finished} />
                    </td>
                    <td>{run.version}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            {total > rows.length && <p className="soft">The latest {count(rows.length)} of {count(total)}.</p>}
            </div>
          )
        }
      </Await>
    </>
  );
}
