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
type Sheet = components["schemas"]["Sheet"];

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
          const rows = linesOf(run, incident);
          return (
            <Table
              label="What became of it"
              className="narrow"
              columns={[
                { head: "Of what was stolen", names: true, cell: (row) => ENDS[row.end] ?? spoken(row.end) },
                { head: "least by any rule", n: true, cell: (row) => <Units of={String(row.low)} asset={row.asset} units={run.assets} /> },
                { head: "most", n: true, cell: (row) => (row.low === row.high ? <span className="soft">the same</span> : <Units of={String(row.high)} asset={row.asset} units={run.assets} />) },
                { head: "of", n: true, cell: (row) => <Statement kind="rule"><Units of={String(row.seeded)} asset={row.asset} units={run.assets} /></Statement> },
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

interface Became {
  asset: string;
  end: string;
  low: bigint;
  high: bigint;
  seeded: bigint;
}

function linesOf(run: Run, incident: string): Became[] {
  const all = Object.values(run.methods);
  const conserving = all.filter((method) => method.conserved);
  const sheets = (conserving.length ? conserving : all).flatMap((method) => method.sheets.filter((sheet) => sheet.origin === incident));
  const assets = [...new Set(sheets.map((sheet) => sheet.asset))];
  return assets.flatMap((asset) => {
    const mine = sheets.filter((sheet) => sheet.asset === asset);
    const ends = [...new Set(mine.flatMap((sheet) => Object.keys(endsOf(sheet))))];
    const lines = ends.map((end): Became => {
      const amounts = mine.map((sheet) => endsOf(sheet)[end] ?? 0n).sort((a, b) => (a < b ? -1 : 1));
      return { asset, end, low: amounts[0]!, high: amounts.at(-1)!, seeded: BigInt(mine[0]!.seeded) };
    });
    return lines.filter((line) => line.high > 0n).sort((a, b) => (a.high > b.high ? -1 : 1));
  });
}

function endsOf(sheet: Sheet): { [end: string]: bigint } {
  const stopped = Object.fromEntries(Object.entries(sheet.stopped).map(([reason, amount]) => [reason, BigInt(amount)]));
  return { ...stopped, held: BigInt(sheet.held), fees: BigInt(sheet.fees), converted: BigInt(sheet.converted) };
}
