import { question, useAnswer } from "../../api/client";
import type { components } from "../../api/types";
import { spoken } from "../../parts/format";
import { Statement } from "../../parts/Kind";
import { Moment } from "../../parts/Moment";
import { Await, Empty } from "../../parts/states";
import { Table } from "../../parts/Table";
import { Units } from "../../parts/units";
import { useSeen } from "../../parts/useSeen";
import { Link } from "../../shell/Link";
import { href, pathOf } from "../../shell/route";
import type { View } from "./shapes";

type Run = components["schemas"]["RunView"];

const ENDS: { [reason: string]: string } = { service: "at services", mixer: "in mixers", bridge: "across bridges", frozen: "frozen", analyst: "where an analyst ends it", dust: "dust", fees: "fees", held: "still held" };

/** Where the money is, by the traces of it: the latest with what became of it, the others to open. */
export function Traces({ view }: { view: View }) {
  const [latest, ...earlier] = view.runs;
  return (
    <section aria-labelledby="traces">
      <h2 id="traces">Where is the money?</h2>
      {latest === undefined ? (
        <Empty fill={<code>dyepack trace {view.incident}</code>}>This theft has not been traced in this workspace.</Empty>
      ) : (
        <>
          <Line run={latest} />
          <Became of={latest.run} incident={view.incident} />
          {earlier.length > 0 && (
            <details>
              <summary>Traced before: {earlier.length}</summary>
              {earlier.map((run) => (
                <Line key={run.run} run={run} />
              ))}
            </details>
          )}
        </>
      )}
    </section>
  );
}

function Line({ run }: { run: View["runs"][number] }) {
  return (
    <p className="trace-of">
      <Link href={href(pathOf("runs", run.run))}>Follow the money</Link>, or see <Link href={href(pathOf("runs", run.run, "balance"))}>its balance by day</Link>: <code>{run.run}</code>{" "}
      on {run.chain}, by {run.methods.map(spoken).join(", ")}{" "}
      <span className="soft">
        <Moment of={run.finished} />
      </span>
    </p>
  );
}

/** What became of what was stolen, from the least to the most over the rules that conserve: poison says how far it reached. */
function Became({ of, incident }: { of: string; incident: string }) {
  const [ref, seen] = useSeen();
  const answer = useAnswer<Run>(seen ? question(`runs/${of}`) : null);
  return (
    <div ref={ref}>
      <Await answer={answer} what="what became of it">
        {(run) => {
          const rows = run.became.filter((row) => row.origin === incident);
          if (rows.length === 0) return <p className="soft">No rule of this trace says how much of it is where: poison says how far stolen money can have reached.</p>;
          return (
            <Table
              label="What became of it"
              className="narrow"
              columns={[
                { head: "Of what was stolen", names: true, cell: (row) => ENDS[row.end] ?? spoken(row.end) },
                { head: "least by any rule", n: true, cell: (row) => <Units of={row.low} asset={row.asset} units={run.assets} /> },
                { head: "most", n: true, cell: (row) => (row.low === row.high ? <span className="soft">the same</span> : <Units of={row.high} asset={row.asset} units={run.assets} />) },
                { head: "of", n: true, cell: (row) => <Statement kind="rule"><Units of={row.of_high} asset={row.asset} units={run.assets} /></Statement> },
              ]}
              rows={rows}
              keyOf={(row) => `${row.asset} ${row.end}`}
            />
          );
        }}
      </Await>
    </div>
  );
}
