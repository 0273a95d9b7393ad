import { useParam } from "../../shell/route";
import { daysOf, Drawn } from "./Drawn";
import { happeningsOf, LANES, order, type Happening } from "./happenings";
import type { View } from "./shapes";

const SPANS = [
  { name: "", says: "all of it", days: null },
  { name: "90", says: "the first 90 days", days: 90 },
  { name: "10", says: "the first 10", days: 10 },
] as const;
const LONG = 120;

/** The same events by two clocks: when they happened, and when somebody said so; drawn, and as rows. */
export function Timeline({ view }: { view: View }) {
  const [clock, setClock] = useParam("clock", "happened");
  const [wide, setWide] = useParam("span");
  const events = happeningsOf(view);
  const by = clock === "said" ? "said" : "happened";
  const other = by === "said" ? "happened" : "said";
  const sorted = [...events].sort((a, b) => order(a[by]) - order(b[by]) || order(a[other]) - order(b[other]));
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">What happened, and when was it said?</h2>
      {lengthOf(events) > LONG && (
        <div className="switch no-print" role="group" aria-label="How much of it is drawn">
          {SPANS.map(({ name, says }) => (
            <button key={name} type="button" aria-pressed={wide === name} onClick={() => { setWide(name || null); }}>
              {says}
            </button>
          ))}
        </div>
      )}
      <Drawn events={events} until={SPANS.find(({ name }) => name === wide)?.days ?? null} />
      <p className="soft">
        Days in UTC. Full: it happened. “: it was said, with a line where that may be any of several days. Struck through: its speaker has said something else since, or
        denies it. An arrow: later than what is drawn.
      </p>
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
              <tr key={event.key} id={`event-${event.key}`} className={event.lane + (event.withdrawn ? " withdrawn" : "")} tabIndex={-1}>
                <td className="nowrap">{event.happened ?? <span className="soft">–</span>}</td>
                <td className="nowrap">{event.said ? `${event.read ? "read " : ""}${event.said}` : <span className="soft">–</span>}</td>
                <td className="soft nowrap">{LANES[event.lane]}</td>
                <td>
                  {event.text}
                  {event.withdrawn && <span className="soft"> (taken back, or denied)</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function lengthOf(events: readonly Happening[]): number {
  const days = daysOf(events);
  return days.length ? (Math.max(...days) - Math.min(...days)) / 86_400_000 : 0;
}
