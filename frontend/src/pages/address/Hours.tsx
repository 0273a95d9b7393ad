import { useState } from "react";
import { question, useAnswer } from "../../api/client";
import { count, plural } from "../../parts/format";
import { Await } from "../../parts/states";
import { Table } from "../../parts/Table";
import { useWidth } from "../../parts/useWidth";
import { walk } from "../../parts/walk";
import type { Activity } from "./shapes";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const ROW = 22;

/** When it moves money: 24 hours by seven days, in UTC. The area of a dot is the number of movements. */
export function Hours({ address, chain }: { address: string; chain: string }) {
  const answer = useAnswer<Activity>(question(`addresses/${encodeURIComponent(address)}/activity`, { chain }));
  return (
    <section aria-labelledby="hours">
      <h2 id="hours">When does it move money?</h2>
      <Await answer={answer} what="its hours">
        {(found) => <Drawn found={found} />}
      </Await>
    </section>
  );
}

function Drawn({ found }: { found: Activity }) {
  const [ref, width] = useWidth();
  const [at, stand] = useState("");
  const both = found.days.map((_, day) => HOURS.map((hour) => (found.received[day]?.[hour] ?? 0) + (found.sent[day]?.[hour] ?? 0)));
  const most = Math.max(1, ...both.flat());
  const { dated: total, busiest_hour: busiest } = found;
  if (total === 0) return <p>No movement with a time is in the tables.</p>;
  const keys = found.days.flatMap((day, row) => HOURS.filter((hour) => both[row]![hour]! > 0).map((hour) => `${day} ${String(hour)}`));
  const here = keys.includes(at) ? at : keys[0];
  const left = 40;
  const cell = (Math.min(width, 900) - left) / 24;
  return (
    <>
      <p>
        {plural(total, "movement")}; most fall between {busiest}:00 and {busiest + 1}:00 UTC ({found.in_busiest_hour}).
        {found.undated > 0 && ` ${plural(found.undated, "movement")} without a time are left out.`}
      </p>
      <div ref={ref}>
        {width > 0 && (
          <svg
            className="hours"
            width={Math.min(width, 900)}
            height={ROW * 7 + 22}
            viewBox={`0 0 ${String(Math.min(width, 900))} ${String(ROW * 7 + 22)}`}
            role="group"
            aria-label={`Movements by hour and weekday in UTC; the busiest hour is ${String(busiest)}. Arrows walk: left and right by the hour, up and down by the day`}
            onKeyDown={walk}
            onFocus={(event) => {
              stand(event.target.closest<SVGElement>("[data-key]")?.dataset["key"] ?? "");
            }}
          >
            {found.days.map((day, row) => (
              <g key={day}>
                <text x="0" y={row * ROW + 16}>
                  {day.slice(0, 3)}
                </text>
                <path className="line" d={`M${String(left)} ${String(row * ROW + 11)}H${String(Math.min(width, 900))}`} />
                {HOURS.map((hour) => {
                  const [got, sent] = [found.received[row]?.[hour] ?? 0, found.sent[row]?.[hour] ?? 0];
                  if (got + sent === 0) return null;
                  const radius = Math.max(1.6, Math.sqrt((got + sent) / most) * Math.min(10, cell / 2));
                  const said = `${day} ${String(hour)}:00–${String(hour + 1)}:00 UTC`;
                  return (
                    <circle
                      key={hour}
                      cx={left + (hour + 0.5) * cell}
                      cy={row * ROW + 11}
                      r={radius}
                      className={got && sent ? "both" : got ? "got" : "sent"}
                      role="img"
                      tabIndex={here === `${day} ${String(hour)}` ? 0 : -1}
                      aria-label={`${said}: ${plural(got, "movement")} in, ${String(sent)} out`}
                      data-key={`${day} ${String(hour)}`}
                      data-lane={day}
                      data-x={hour}
                      data-exact={plural(got + sent, "movement")}
                      data-copy={String(got + sent)}
                      data-from={`${said}: ${String(got)} in, ${String(sent)} out`}
                    />
                  );
                })}
              </g>
            ))}
            {HOURS.filter((hour) => hour % 3 === 0).map((hour) => (
              <text key={hour} x={left + (hour + 0.5) * cell} y={ROW * 7 + 16} textAnchor="middle">
                {hour}
              </text>
            ))}
          </svg>
        )}
      </div>
      <p className="soft">Full: in and out; empty: in only; grey: out only. Hours of the day in UTC.</p>
      <details>
        <summary>By month</summary>
        <Table
          label="Movements by month"
          className="narrow"
          columns={[
            { head: "Month", names: true, cell: (one) => one.month },
            { head: "in", n: true, cell: (one) => count(one.received) },
            { head: "out", n: true, cell: (one) => count(one.sent) },
          ]}
          rows={found.months}
          keyOf={(one) => one.month}
        />
      </details>
    </>
  );
}
