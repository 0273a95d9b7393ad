import { useState } from "react";
import { useWidth } from "../../parts/useWidth";
import { walk } from "../../parts/walk";
import { LANES, span, type Happening, type Lane } from "./happenings";

const DAY = 86_400_000;
const [LEFT, RIGHT, ROW, TOP] = [104, 30, 17, 20];

export interface Mark {
  of: Happening;
  /** By which clock it stands here. */
  clock: "happened" | "said";
  from: number;
  to: number;
  x: number;
  width: number;
  row: number;
  beyond: boolean;
}

/**
 * The same events as a drawing, on one axis of days in UTC: full marks where something happened, quotation marks where
 * it was said; hollow and struck through what its speaker has taken back, or somebody denies. The rows below say the same.
 */
export function Drawn({ events, until }: { events: readonly Happening[]; until: number | null }) {
  const [ref, width] = useWidth();
  const [at, stand] = useState("");
  const axis = axisOf(events, until);
  if (!axis) return null;
  const [first, last] = axis;
  const x = (time: number) => (time > last ? width - 16 : LEFT + ((Math.max(time, first) - first) / Math.max(last - first, DAY)) * (width - LEFT - RIGHT));
  const lanes = (Object.keys(LANES) as Lane[]).map((lane) => ({ lane, marks: placed(events.filter((one) => one.lane === lane), x, last) })).filter(({ marks }) => marks.length > 0);
  const tops = lanes.map((_, n) => TOP + lanes.slice(0, n).reduce((sum, { marks }) => sum + heightOf(marks), 0));
  const base = TOP + lanes.reduce((sum, { marks }) => sum + heightOf(marks), 0);
  const all = lanes.flatMap(({ marks }) => marks);
  const here = all.some((mark) => keyOf(mark) === at) ? at : all[0] && keyOf(all[0]);
  return (
    <div ref={ref} className="drawn">
      {width > 0 && (
        <svg
          width={width}
          height={base + 26}
          viewBox={`0 0 ${String(width)} ${String(base + 26)}`}
          role="group"
          aria-label={`What happened and what was said, from ${text(first)} to ${text(last)} UTC. Arrows walk: left and right in time, up and down between the lanes; Enter goes to the row`}
          onKeyDown={walk}
          onFocus={(event) => {
            stand(event.target.closest<SVGElement>("[data-key]")?.dataset["key"] ?? "");
          }}
        >
          <g className="scale" aria-hidden="true">
            {ticksOf(first, last, width).map((tick) => (
              <g key={tick.time}>
                <path d={`M${String(x(tick.time))} ${String(TOP - 6)}V${String(base)}`} />
                <text x={x(tick.time)} y={base + 16} textAnchor={x(tick.time) > width - 40 ? "end" : "middle"}>
                  {tick.text}
                </text>
              </g>
            ))}
          </g>
          {lanes.map(({ lane, marks }, n) => (
            <g key={lane}>
              <text className="lane" x="0" y={tops[n]! + 13} aria-hidden="true">
                {LANES[lane]}
              </text>
              <path className="line" d={`M0 ${String(tops[n]! + heightOf(marks) - 2)}H${String(width)}`} />
              {marks.map((mark) => (
                <One key={keyOf(mark)} mark={mark} y={tops[n]! + mark.row * ROW + 9} here={keyOf(mark) === here} />
              ))}
            </g>
          ))}
        </svg>
      )}
    </div>
  );
}

function One({ mark, y, here }: { mark: Mark; y: number; here: boolean }) {
  const { of, clock, x, width, beyond } = mark;
  const when = clock === "happened" ? (of.happened ?? "") : `${of.read ? "read" : "said"} ${of.said ?? ""}`;
  const cls = `event ${of.lane} ${clock}${of.withdrawn ? " withdrawn" : ""}`;
  return (
    <a
      href={`#event-${of.key}`}
      className={cls}
      tabIndex={here ? 0 : -1}
      data-key={keyOf(mark)}
      data-lane={of.lane}
      data-x={x}
      aria-label={`${LANES[of.lane]}, ${when}: ${of.text}${of.withdrawn ? "; taken back or denied" : ""}`}
      data-exact={of.text}
      data-copy={`${when}: ${of.text}`}
      data-from={`${LANES[of.lane]}, ${when} UTC${of.withdrawn ? "; taken back or denied since" : ""}${beyond ? "; after what is drawn" : ""}`}
    >
      <rect className="grasp" x={x - 8} y={y - 8} width={Math.max(width, 0) + 16} height="16" rx="3" />
      {clock === "happened" ? <Full x={x} width={width} y={y} theft={of.lane === "theft"} /> : <Said x={x} width={width} y={y} />}
      {of.withdrawn && <path className="struck" d={`M${String(x - 7)} ${String(y + 5)}l14 -10`} />}
      {beyond && <path className="arrow" d={`M${String(x + 6)} ${String(y - 4)}l5 4l-5 4`} />}
    </a>
  );
}

function Full({ x, width, y, theft }: { x: number; width: number; y: number; theft: boolean }) {
  if (width > 6) return <rect className="full" x={x} y={y - 4} width={width} height="8" rx="2" />;
  return theft ? <path className="full" d={`M${String(x)} ${String(y - 7)}l7 7l-7 7l-7 -7Z`} /> : <circle className="full" cx={x} cy={y} r="5" />;
}

/** A quotation mark, on the day; a line under it where it may be any of several. */
function Said({ x, width, y }: { x: number; width: number; y: number }) {
  return (
    <>
      {width > 6 && <path className="may-be" d={`M${String(x)} ${String(y + 6)}h${String(width)}`} />}
      <text className="quote" x={x} y={y + 12} textAnchor="middle" aria-hidden="true">
        “
      </text>
    </>
  );
}

/** The days on which something happened or was said, in milliseconds. */
export function daysOf(events: readonly Happening[]): number[] {
  return events.filter((one) => one.lane !== "traces").flatMap((one) => [...(span(one.happened) ?? []), ...(one.read ? [] : (span(one.said) ?? []))]);
}

function keyOf(mark: Mark): string {
  return `${mark.of.key} ${mark.clock}`;
}

function heightOf(marks: readonly Mark[]): number {
  return (Math.max(...marks.map((mark) => mark.row)) + 1) * ROW + 8;
}

/** From the first day to the last; when a list was read, or a trace made here, is no event of the case and does not stretch it. */
function axisOf(events: readonly Happening[], until: number | null): [number, number] | null {
  const days = daysOf(events);
  if (days.length === 0) return null;
  const first = Math.min(...days);
  const last = until === null ? Math.max(...days) : Math.min(Math.max(...days), first + until * DAY);
  return [first, Math.max(last, first + 3 * DAY)];
}

/** Marks of one lane, each on the first line on which it does not lie on another. */
function placed(events: readonly Happening[], x: (time: number) => number, last: number): Mark[] {
  const marks = events
    .flatMap((of) =>
      (["happened", "said"] as const).flatMap((clock) => {
        const days = span(of[clock]);
        return days ? [{ of, clock, from: days[0], to: days[1] }] : [];
      }),
    )
    .sort((a, b) => a.from - b.from || a.to - b.to);
  const ends: number[] = [];
  return marks.map((mark): Mark => {
    const at = x(mark.from);
    const width = Math.max(0, x(Math.min(mark.to, last)) - at);
    const row = ends.findIndex((end) => end < at - 8);
    const line = row === -1 ? ends.length : row;
    ends[line] = at + width + 8;
    return { ...mark, x: at, width, row: line, beyond: mark.from > last };
  });
}

function text(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Round days: years, quarters, months, weeks or days, as many as have room for their names. */
function ticksOf(first: number, last: number, width: number): { time: number; text: string }[] {
  const most = Math.max(2, Math.floor((width - LEFT - RIGHT) / 84));
  const days = (last - first) / DAY;
  if (days <= 62) {
    const step = [1, 2, 7, 14].find((one) => days / one <= most) ?? 31;
    return Array.from({ length: Math.floor(days / step) + 1 }, (_, n) => first + n * step * DAY).map((time) => ({ time, text: text(time) }));
  }
  const step = [1, 3, 6, 12, 24, 60].find((one) => days / 30 / one <= most) ?? 120;
  const begin = new Date(first);
  const start = Math.ceil((begin.getUTCFullYear() * 12 + begin.getUTCMonth() + 1) / step) * step;
  const times = Array.from({ length: Math.ceil(days / 28 / step) + 1 }, (_, n) => Date.UTC(Math.floor((start + n * step) / 12), (start + n * step) % 12, 1));
  return times.filter((time) => time >= first && time <= last).map((time) => ({ time, text: step >= 12 ? text(time).slice(0, 4) : text(time).slice(0, 7) }));
}
