import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { setParams } from "../../shell/route";
import { useWidth } from "../../parts/useWidth";

const DAY = 86_400_000;
const number = (day: string) => Math.round(Date.parse(`${day}T00:00:00Z`) / DAY);
const text = (value: number) => new Date(value * DAY).toISOString().slice(0, 10);

/** While it is drawn it asks so often, in milliseconds: a bar takes as long to move, and browsers stop counting a page's steps at some two hundred in half a minute. */
const PACE = 160;

interface Props {
  asOf: string;
  first: string;
  last: string;
  /** The days on which publishers printed something; arrows go from one to the next. */
  days: string[];
  named: { day: string; says: string }[];
}

/** The slider over days. What it moves is asked for as it moves; the day stands in the URL. */
export function AsOf({ asOf, first, last, days, named }: Props) {
  const [drawn, set] = useState<string | null>(null); // where it is drawn to, until the URL says so
  const [ref, width] = useWidth();
  const at = drawn ?? (asOf || last);
  const asked = useRef(0);
  useEffect(() => {
    if (drawn === null) return;
    const soon = window.setTimeout(() => {
      asked.current = Date.now();
      setParams({ as_of: drawn >= last ? null : drawn });
      set(null);
    }, Math.max(0, asked.current + PACE - Date.now()));
    return () => {
      window.clearTimeout(soon);
    };
  }, [drawn, last]);
  const [low, high] = [number(first), number(last)];

  function step(event: KeyboardEvent) {
    const back = event.key === "ArrowLeft" || event.key === "ArrowDown";
    if (!back && event.key !== "ArrowRight" && event.key !== "ArrowUp") return;
    if (event.shiftKey) return; // a day at a time, as the browser does it
    event.preventDefault();
    set(back ? (days.findLast((day) => day < at) ?? first) : (days.find((day) => day > at) ?? last));
  }

  const x = (day: string) => 8 + ((number(day) - low) / Math.max(high - low, 1)) * (width - 16);
  return (
    <div className="as-of">
      <p className="as-of-line">
        <label htmlFor="day">As of</label> <output htmlFor="day">{at}</output>
        <span className="soft"> what publishers had printed, and what had been said, by that day (UTC)</span>
      </p>
      <div ref={ref}>
        <input
          id="day"
          type="range"
          min={low}
          max={high}
          value={number(at)}
          aria-valuetext={at}
          onKeyDown={step}
          onChange={(event) => {
            set(text(Number(event.target.value)));
          }}
        />
        {width > 0 && (
          <svg className="ticks" width={width} height="9" aria-hidden="true">
            {days.filter((day) => day >= first && day <= last).map((day) => (
              <path key={day} className={day <= at ? "past" : undefined} d={`M${String(x(day))} 0v7`} />
            ))}
          </svg>
        )}
      </div>
      <div className="presets">
        {named.map(({ day, says }) => (
          <button key={day} type="button" aria-pressed={at === day} title={says} onClick={() => { set(day); }}>
            {day}
          </button>
        ))}
        <button type="button" aria-pressed={at >= last} onClick={() => { set(last); }}>
          latest, {last}
        </button>
      </div>
    </div>
  );
}
