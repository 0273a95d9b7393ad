import type { components } from "../../api/types";
import { question, useAnswer } from "../../api/client";
import { Await, Empty } from "../../parts/states";
import { plain, spoken } from "../../parts/format";
import { Moment } from "../../parts/Moment";
import { Link } from "../../shell/Link";
import { href, pathOf } from "../../shell/route";
import { useTitle } from "../../parts/title";

type Run = components["schemas"]["RunLine"];

/** What was computed here, newest first. */
export default function Runs() {
  useTitle("Runs");
  const answer = useAnswer<{ total: number; rows: Run[] }>(question("runs", { limit: 200 }));
  return (
    <>
      <h1>What was computed here?</h1>
      <Await answer={answer} what="the runs">
        {({ rows }) =>
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
                      {run.backward && " (backward, to its source)"}
                    </td>
                    <td>{run.chain}</td>
                    <td>{run.methods.map(spoken).join(", ")}</td>
                    <td>
                      <Moment of={run.finished} />
                    </td>
                    <td>{run.version}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            </div>
          )
        }
      </Await>
    </>
  );
}
