import { question, useAnswer } from "../../api/client";
import { Await, Empty } from "../../parts/states";
import { plain } from "../../parts/format";
import { Moment } from "../../parts/Moment";
import { Link } from "../../shell/Link";
import { href, pathOf } from "../../shell/route";
import { useTitle } from "../../parts/title";

interface Run {
  run: string;
  stage: string;
  method?: string | null;
  started?: string | null;
  incidents?: string[];
}

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
            <table>
              <thead>
                <tr>
                  <th scope="col">Run</th>
                  <th scope="col">Stage</th>
                  <th scope="col">Method</th>
                  <th scope="col">Theft</th>
                  <th scope="col">Started</th>
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
                    <td>{run.stage}</td>
                    <td>{plain(run.method ?? "")}</td>
                    <td>{(run.incidents ?? []).map(plain).join(", ")}</td>
                    <td>{run.started && <Moment of={run.started} />}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Await>
    </>
  );
}
