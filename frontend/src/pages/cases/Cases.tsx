import { useState } from "react";
import { question, Refused, useAnswer } from "../../api/client";
import { plain } from "../../parts/format";
import { Moment } from "../../parts/Moment";
import { Await, Empty, Failed } from "../../parts/states";
import { useTitle } from "../../parts/title";
import { Link } from "../../shell/Link";
import { go, href, pathOf } from "../../shell/route";
import type { Kept } from "../trace/CaseBar";
import { send } from "../trace/send";
import "./cases.css";

interface Row {
  id: string;
  run: string;
  title: string;
  edition: number;
  saved: string;
}

const LARGEST = 2_000_000;

/** What did we find? The case files of this workspace, and a way in for those that somebody hands over. */
export default function Cases() {
  useTitle("Cases");
  const [turn, setTurn] = useState(0);
  const [error, setError] = useState<Refused | null>(null);
  const fail = (caught: unknown) => { setError(caught instanceof Refused ? caught : new Refused(0, { message: String(caught) })); };
  async function open(file: File | undefined): Promise<void> {
    setError(null);
    if (!file) return;
    if (file.size > LARGEST) throw new Refused(413, { message: `${plain(file.name)} is larger than any case file` });
    const told: unknown = await file.text().then((text) => JSON.parse(text) as unknown).catch(() => {
      throw new Refused(400, { message: `expected a case file, got ${plain(file.name)}, which is not JSON` });
    });
    const kept = await send<Kept>("POST", "case-files", told);
    go(href(pathOf("runs", kept.case.run), { case: kept.id }));
  }
  async function drop(id: string): Promise<void> {
    setError(null);
    await send("DELETE", `case-files/${id}`);
    setTurn(turn + 1);
  }
  return (
    <>
      <h1>What did we find?</h1>
      <p className="lead">A case file keeps a view of a run with its notes, colours and ways. Whoever opens it over the same tables sees the same.</p>
      <p>
        <label className="handed">
          <span>Open a case file that you were given</span>
          <input type="file" accept=".json,application/json" onChange={(event) => { open(event.target.files?.[0]).catch(fail); event.target.value = ""; }} />
        </label>
      </p>
      {error && <Failed error={error} />}
      <List key={turn} onDrop={(id) => { drop(id).catch(fail); }} />
    </>
  );
}

function List({ onDrop }: { onDrop: (id: string) => void }) {
  const answer = useAnswer<{ total: number; rows: Row[] }>(question("case-files", { limit: 1000 }));
  return (
    <Await answer={answer} what="the case files">
      {({ rows }) =>
        rows.length === 0 ? (
          <Empty fill={<>Open a run under <Link href={href("/runs")}>Runs</Link> and choose “Save as a case file”.</>}>No case file yet.</Empty>
        ) : (
          <div className="scroll"><table>
            <thead>
              <tr>
                <th scope="col">Case</th>
                <th scope="col">Run</th>
                <th scope="col">Saved</th>
                <th scope="col" className="n">Edition</th>
                <th scope="col">
                  <span className="sr">Delete</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <th scope="row">
                    <Link href={href(pathOf("runs", row.run), { case: row.id })}>{plain(row.title || row.id)}</Link>
                  </th>
                  <td>
                    <code>{row.run}</code>
                  </td>
                  <td>
                    <Moment of={row.saved} />
                  </td>
                  <td className="n">{row.edition}</td>
                  <td className="n">
                    <button type="button" className="quiet" aria-label={`Delete ${plain(row.title || row.id)}`} onClick={() => { onDrop(row.id); }}>
                      Delete
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table></div>
        )
      }
    </Await>
  );
}
