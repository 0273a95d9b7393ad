import { dollars, plain } from "../../parts/format";
import { useParam } from "../../shell/route";
import type { View } from "./shapes";

interface Event {
  key: string;
  happened: string | null;
  said: string | null;
  lane: "theft" | "money" | "amount" | "who";
  text: string;
}

const LANES = { theft: "theft", money: "laundering", amount: "amount", who: "attribution" };

/** The same events by two clocks: when they happened, and when somebody said so. */
export function Timeline({ view }: { view: View }) {
  const [clock, setClock] = useParam("clock", "happened");
  const events = eventsOf(view);
  const by = clock === "said" ? "said" : "happened";
  const other = by === "said" ? "happened" : "said";
  const sorted = [...events].sort((a, b) => (lastDay(a[by]) + lastDay(a[other]) < lastDay(b[by]) + lastDay(b[other]) ? -1 : 1));
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">What happened, and when was it said?</h2>
      <div className="switch no-print" role="group" aria-label="Order by">
        <button type="button" aria-pressed={by === "happened"} onClick={() => { setClock(null); }}>
          as it happened
        </button>
        <button type="button" aria-pressed={by === "said"} onClick={() => { setClock("said"); }}>
          as it was said
        </button>
      </div>
      <div className="scroll" role="region" aria-label="Timeline" tabIndex={0}>
        <table className="timeline">
          <thead>
            <tr>
              <th scope="col">Happened (UTC)</th>
              <th scope="col">Said</th>
              <th scope="col">About</th>
              <th scope="col">What</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((event) => (
              <tr key={event.key} className={event.lane}>
                <td className="nowrap">{event.happened ?? <span className="soft">–</span>}</td>
                <td className="nowrap">{event.said ?? <span className="soft">–</span>}</td>
                <td className="soft">{LANES[event.lane]}</td>
                <td>{event.text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** For sorting: a month is over when its last day is, and what has no day comes last. */
function lastDay(text: string | null): string {
  const begin = (text ?? "").replace("read ", "").split("/")[0]!;
  return begin === "" ? "9" : begin + "-12-31".slice(begin.length - 4);
}

function eventsOf(view: View): Event[] {
  const span = view.first_day === view.last_day ? view.first_day : view.date;
  return [
    { key: "theft", happened: span, said: null, lane: "theft", text: `${plain(view.victim)} is robbed` },
    ...view.laundering.map((one): Event => ({
      key: one.claim,
      happened: one.when,
      said: null,
      lane: "money",
      text: `${plain(one.statement)} (${plain(one.by)})`,
    })),
    ...[...view.losses, ...view.returned].map((one): Event => ({
      key: one.claim,
      happened: null,
      said: one.published ?? (one.retrieved ? `read ${one.retrieved}` : null),
      lane: "amount",
      text: `${plain(one.by)}: ${dollars(one.usd)} ${one.measure === "loss" ? "taken" : "came back"}`,
    })),
    ...view.attributions.map((one): Event => ({
      key: one.claim,
      happened: null,
      said: one.published ?? (one.retrieved ? `read ${one.retrieved}` : null),
      lane: "who",
      text: `${plain(one.by)}: ${plain(one.actor)}, ${one.confidence}`,
    })),
  ];
}
