import { percent, plural } from "../../parts/format";
import { Table } from "../../parts/Table";
import type { Outlook } from "./shapes";

type Record = NonNullable<Outlook["record"]>;
type Bin = Record["calibration"][number];

/** Who is held against what came true, in the order of the panels. */
const SHOWN = [
  { name: "model", says: "the model" },
  { name: "climatology", says: "how often years passed it" },
  { name: "last-year", says: "as last year" },
];
const SIZE = 200;
const EDGE = { left: 34, bottom: 30, top: 8, right: 10 };

/** How often what was said came true: a panel for each forecaster, with counts and intervals; and the figures. */
export function Calibration({ record }: { record: Record }) {
  const bins = (name: string) => (name === "model" ? record.calibration : (record.calibration_of_rules[name] ?? [])).filter((one) => one.cases > 0);
  return (
    <>
      <h3>Said, and come true</h3>
      <p className="soft">
        A dot is all cases in which about so much was said; its height is how many of them came true, its area how many cases, the line the 90 % interval (as if they were
        independent: in truth it is wider). On the dashed line is who is right as often as they say.
      </p>
      <div className="panels">
        {SHOWN.map(({ name, says }) => (
          <Panel key={name} says={says} bins={bins(name)} cases={record.events.cases} brier={record.scores.find((score) => score.name === name)?.brier ?? null} />
        ))}
      </div>
      <Table
        label="Said and come true"
        columns={[
          { head: "By", names: true, cell: ({ says, first }) => (first ? says : <span className="sr">{says}</span>) },
          { head: "said", nowrap: true, cell: ({ bin }) => `${percent(bin.from, 0)} to ${percent(bin.to, 0)}` },
          { head: "cases", n: true, cell: ({ bin }) => bin.cases },
          { head: "mean", n: true, cell: ({ bin }) => percent(bin.mean_chance) },
          { head: "came true", n: true, cell: ({ bin }) => percent(bin.share_passed) },
          { head: "90 %", n: true, cell: ({ bin }) => <span className="soft">{`${(100 * bin.share_low).toFixed(0)}–${percent(bin.share_high, 0)}`}</span> },
        ]}
        rows={SHOWN.flatMap(({ name, says }) => bins(name).map((bin, n) => ({ says, bin, first: n === 0 })))}
        keyOf={({ says, bin }) => `${says} ${String(bin.from)}`}
      />
    </>
  );
}

function Panel({ says, bins, cases, brier }: { says: string; bins: Bin[]; cases: number; brier: number | null }) {
  const wide = SIZE - EDGE.left - EDGE.right;
  const x = (share: number) => EDGE.left + share * wide;
  const y = (share: number) => SIZE - EDGE.bottom - share * (SIZE - EDGE.bottom - EDGE.top);
  const most = Math.max(1, ...bins.map((bin) => bin.cases));
  const told = bins.map((bin) => `said ${percent(bin.mean_chance, 0)}, came true ${percent(bin.share_passed, 0)} of ${String(bin.cases)}`).join("; ");
  return (
    <figure className="panel">
      <figcaption>
        <b>{says}</b> {plural(cases, "case")}
        {brier !== null && `, Brier ${brier.toFixed(3)}`}
      </figcaption>
      <svg viewBox={`0 0 ${String(SIZE)} ${String(SIZE)}`} width={SIZE} height={SIZE} role="img" aria-label={`Calibration, ${says}: ${told || "no case"}`}>
        <path className="axis" d={`M${String(x(0))} ${String(y(1))}V${String(y(0))}H${String(x(1))}`} />
        <path className="ideal" d={`M${String(x(0))} ${String(y(0))}L${String(x(1))} ${String(y(1))}`} />
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <text x={EDGE.left - 5} y={y(share) + 4} textAnchor="end">
              {share * 100}
            </text>
            <text x={x(share)} y={SIZE - EDGE.bottom + 14} textAnchor="middle">
              {share * 100}
            </text>
          </g>
        ))}
        <text x={x(0.5)} y={SIZE - 3} textAnchor="middle">
          % said
        </text>
        <text transform={`translate(9 ${String(y(0.5))}) rotate(-90)`} textAnchor="middle">
          % came true
        </text>
        {bins.map((bin) => {
          const radius = 2.5 + 5.5 * Math.sqrt(bin.cases / most);
          return (
            <g key={bin.from}>
              <path className="interval" d={`M${String(x(bin.mean_chance))} ${String(y(bin.share_low))}V${String(y(bin.share_high))}`} />
              <circle
                cx={x(bin.mean_chance)}
                cy={y(bin.share_passed)}
                r={radius}
                data-exact={`${percent(bin.share_passed)} of ${plural(bin.cases, "case")} came true`}
                data-copy={String(bin.share_passed)}
                data-from={`${says} said ${percent(bin.mean_chance)} on average; interval ${percent(bin.share_low, 0)}–${percent(bin.share_high, 0)}`}
              />
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
