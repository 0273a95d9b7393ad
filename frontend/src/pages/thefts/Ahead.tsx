import { useState } from "react";
import { question, useAnswer } from "../../api/client";
import { Dollars } from "../../parts/Figure";
import { percent } from "../../parts/format";
import { Statement } from "../../parts/Kind";
import { Await } from "../../parts/states";
import { Table } from "../../parts/Table";
import { useSeen, useSettled } from "../../parts/useSeen";
import { useParam } from "../../shell/route";
import { Calibration } from "./Calibration";
import { asQuery, type Asked } from "./said";
import type { Outlook } from "./shapes";

type Record = NonNullable<Outlook["record"]>;

const BASELINES: { [name: string]: string } = {
  climatology: "how often years passed it",
  "last-year": "as last year",
  "so-far-scaled": "so far, scaled to a year",
  "coin-toss": "a coin",
  model: "the model",
};

/** The chance that the year passes a sum: with its interval, a simple rule beside it, and the record of both. */
export function Ahead({ asked }: { asked: Asked }) {
  const [threshold, setThreshold] = useParam("threshold", "1e9");
  const [typed, type] = useState(threshold);
  const [ref, seen] = useSeen();
  const url = useSettled(question("outlook", { ...asQuery(asked), threshold }), 400);
  const answer = useAnswer<Outlook>(seen ? url : null);
  return (
    <section aria-labelledby="ahead" ref={ref} className={answer.value ? undefined : "no-print"}>
      <h2 id="ahead">Will this year pass it?</h2>
      <form
        className="inline-form no-print"
        onSubmit={(event) => {
          event.preventDefault();
          setThreshold(typed.trim() || null);
        }}
      >
        <label htmlFor="threshold">More than</label>
        <input id="threshold" size={10} value={typed} inputMode="decimal" onChange={(event) => { type(event.target.value); }} />
        <span>dollars (1e9, 500000000)</span>
        <button type="submit">Ask</button>
      </form>
      <Await answer={answer} what="the outlook (it scores itself on past years, which takes a moment the first time)">
        {(found) => <Told found={found} />}
      </Await>
    </section>
  );
}

function Told({ found }: { found: Outlook }) {
  const held = found.standings["held"] ?? found.standings["known"];
  const { baseline, record, interval } = found;
  return (
    <>
      <p className="lead">
        {held?.passed ? (
          <>
            {found.year} has passed <Dollars micro={found.threshold} /> already: <Dollars micro={held.so_far} />.
          </>
        ) : (
          <>
            <Statement kind="statistical">{percent(found.probability)}</Statement> chance that {found.year} passes <Dollars micro={found.threshold} />
            {interval && (
              <>
                , between {percent(interval[0] ?? 0)} and {percent(interval[1] ?? 1)} at {percent(found.interval_level, 0)}
              </>
            )}
            ; {held && <Dollars micro={held.so_far} />} so far, {found.days_left} days left as of {found.as_of}.
          </>
        )}
      </p>
      <table className="chances">
        <thead>
          <tr>
            <th scope="col">By</th>
            <th scope="col" className="n">
              chance
            </th>
            <th scope="col">0 to 100 in a hundred</th>
          </tr>
        </thead>
        <tbody>
          <Chance name="the model" chance={found.probability} low={interval?.[0]} high={interval?.[1]} />
          {found.interval_over_models && <Chance name="all models that were tried" low={found.interval_over_models[0]} high={found.interval_over_models[1]} />}
          {baseline && <Chance name={BASELINES[baseline.name ?? ""] ?? baseline.name ?? "a simple rule"} chance={baseline.chance} low={baseline.low} high={baseline.high} />}
        </tbody>
      </table>
      {record && (
        <details>
          <summary>Its record on years that are over: {record.verdict}</summary>
          <Table
            label="Scores"
            columns={[
              { head: "By", names: true, cell: (score) => BASELINES[score.name] ?? score.name },
              { head: "Brier score (less is better)", n: true, cell: (score) => score.brier.toFixed(3) },
              { head: "log score", n: true, cell: (score) => score.log_score.toFixed(3) },
              { head: "worse than the model by", n: true, cell: (score) => (score.name === "model" ? "" : <Margin of={score.worse_than_model_by} />) },
            ]}
            rows={record.scores}
            keyOf={(score) => score.name}
          />
          <Calibration record={record} />
          {found.hindsight && <p className="soft">{found.hindsight}</p>}
        </details>
      )}
    </>
  );
}

function Margin({ of }: { of: Record["scores"][number]["worse_than_model_by"] }) {
  return (
    <>
      {of.brier.toFixed(3)}{" "}
      <span className="soft">
        ({of.low.toFixed(3)} to {of.high.toFixed(3)})
      </span>
    </>
  );
}

function Chance({ name, chance, low, high }: { name: string; chance?: number | null; low?: number | null | undefined; high?: number | null | undefined }) {
  const x = (share: number) => 4 + share * 232;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="n">
        {chance != null ? percent(chance) : ""}
        {low != null && high != null && <span className="soft"> {percent(low)}–{percent(high)}</span>}
      </td>
      <td>
        <svg className="chance" viewBox="0 0 240 16" width="240" height="16" aria-hidden="true">
          <path className="axis" d="M4 8h232M4 4v8M236 4v8M120 6v4" />
          {low != null && high != null && <path className="interval" d={`M${String(x(low))} 8H${String(x(high))}M${String(x(low))} 4v8M${String(x(high))} 4v8`} />}
          {chance != null && <circle cx={x(chance)} cy="8" r="4" />}
        </svg>
      </td>
    </tr>
  );
}
