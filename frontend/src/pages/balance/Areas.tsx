import { useEffect, useRef, useState, type PointerEvent } from "react";
import type { components } from "../../api/types";
import { plain } from "../../parts/format";
import { short } from "../trace/amounts";
import type { Asset } from "../trace/graph";

interface Props {
  chart: components["schemas"]["Areas"];
  method: string;
  asset: Asset;
  day: number;
  onDay: (day: number) => void;
  /** What had left at the end under any rule, where that is known. */
  left: { low: string; high: string } | null;
}

const HEIGHT = 380;
const EDGE = { left: 64, right: 14, top: 14, bottom: 30 };
const DAY = 86_400_000;

export function nameOf(line: string, name: string): string {
  const said: Record<string, string> = { held: "held", small: "too little each to be named", service: "at services", analyst: "ends by decision", budget: "beyond the budget", unreached: "not reached in the data", fees: "fees", burned: "burned", redeemed: "given back for what the data does not show", converted: "became another asset", mixer: "in mixers", bridge: "across bridges", stolen: "taken by another theft", behaviour: "behaves like a service", pooled: "in contracts that hold the money of many" };
  return name ? plain(name) : (said[line] ?? plain(line));
}

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, set] = useState(800);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => { if (entry) set(Math.max(entry.contentRect.width, 280)); });
    watch.observe(box.current!);
    return () => { watch.disconnect(); };
  }, []);
  return { box, width };
}

/** Stacked areas over real time. Between days on which something moved nothing changes, so edges are steps. */
export function Areas({ chart, method, asset, day, onDay, left }: Props) {
  const { box, width } = useWidth();
  const { days } = chart;
  const times = days.map((one) => Date.parse(`${one}T00:00:00Z`));
  const [first, last] = [times[0]!, times.at(-1)! + DAY];
  const x = (time: number) => EDGE.left + ((time - first) / Math.max(last - first, DAY)) * (width - EDGE.left - EDGE.right);
  const most = Object.values(chart.whole).flat().map(BigInt).reduce((a, b) => (a > b ? a : b), 1n);
  const part = (units: string) => Number((BigInt(units) * 1_000_000n) / most) / 1_000_000;
  const y = (of: number) => HEIGHT - EDGE.bottom - of * (HEIGHT - EDGE.top - EDGE.bottom);
  const tops = days.map(() => 0);
  const areas = chart.areas.map((one) => {
    const low = [...tops];
    one.amounts[method]!.forEach((units, n) => { tops[n]! += part(units); });
    const high = [...tops];
    return { one, d: stepped(times, last, high, low, x, y), low, high };
  });
  const band = stepped(times, last, chart.gone.map((one) => part(one.high)), chart.gone.map((one) => part(one.low)), x, y);
  const pick = (event: PointerEvent<SVGSVGElement>) => {
    const at = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const time = first + ((at - EDGE.left) / (width - EDGE.left - EDGE.right)) * (last - first);
    onDay(Math.max(times.findLastIndex((one) => one <= time), 0));
  };
  const at = x(times[day]!);
  const until = day + 1 < times.length ? x(times[day + 1]!) : x(last);
  return (
    <div ref={box} className="areas">
      <svg width={width} height={HEIGHT} viewBox={`0 0 ${String(width)} ${String(HEIGHT)}`} role="img" aria-label="Where the money was, day by day; the table below says the same" onPointerDown={pick}>
        <defs>
          <pattern id="hatched" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect className="hatch" width="2" height="6" />
          </pattern>
        </defs>
        {ticks(most).map((amount) => (
          <g key={String(amount)} className="grid">
            <path d={`M${String(EDGE.left)} ${String(y(part(String(amount))))}H${String(width - EDGE.right)}`} />
            <text x={EDGE.left - 8} y={y(part(String(amount))) + 4} textAnchor="end">
              {short(String(amount), asset)}
            </text>
          </g>
        ))}
        {areas.map(({ one, d }, n) => (
          <path key={one.key} d={d} className={`area ${one.line}`} data-shade={shade(areas, n)} />
        ))}
        {chart.areas.some((one) => one.line === "held") && <path d={band} className="spread" />}
        {left && <path className="any" d={whisker(width - EDGE.right - 3, y(part(left.low)), y(part(left.high)))} />}
        <rect className="chosen" x={at} y={EDGE.top} width={Math.max(until - at, 2)} height={HEIGHT - EDGE.top - EDGE.bottom} />
        {dates(times, x, width).map(([time, place, text]) => (
          <text key={time} className="date" x={place} y={HEIGHT - 10}>
            {text}
          </text>
        ))}
        {areas.map(({ one, low, high }) => {
          const tall = y(low[day]!) - y(high[day]!);
          if (tall < 17) return null;
          const name = nameOf(one.line, one.name).replace(/ \(.*/, "");
          const text = `${name} ${short(one.amounts[method]![day]!, asset)}`;
          const right = width - EDGE.right - 8;
          return (
            <text key={one.key} className="inside" x={right} y={(y(low.at(-1)!) + y(high.at(-1)!)) / 2 + 4} textAnchor="end" visibility={y(low.at(-1)!) - y(high.at(-1)!) < 17 ? "hidden" : undefined}>
              {day === days.length - 1 ? text : name}
            </text>
          );
        })}
      </svg>
    </div>
  );
}

/** An upright line with a foot at both ends. */
function whisker(x: number, low: number, high: number): string {
  const [at, from, to] = [x, low, high].map((one) => one.toFixed(1));
  return `M${at!} ${from!}V${to!}M${(x - 5).toFixed(1)} ${from!}H${(x + 2).toFixed(1)}M${(x - 5).toFixed(1)} ${to!}H${(x + 2).toFixed(1)}`;
}

/** Neighbours of one kind differ in shade. */
function shade(areas: readonly { one: { line: string } }[], n: number): number {
  const line = areas[n]!.one.line;
  return areas.slice(0, n).filter((other) => other.one.line === line).length % 4;
}

function stepped(times: readonly number[], last: number, high: readonly number[], low: readonly number[], x: (t: number) => number, y: (of: number) => number): string {
  const n = (value: number) => value.toFixed(1);
  const ends = times.map((_, at) => times[at + 1] ?? last);
  const top = times.map((time, at) => `${at ? "L" : "M"}${n(x(time))} ${n(y(high[at]!))}H${n(x(ends[at]!))}`);
  const under = times.map((time, at) => `L${n(x(ends[at]!))} ${n(y(low[at]!))}H${n(x(time))}`).reverse();
  return `${top.join("")}${under.join("")}Z`;
}

/** Round amounts along the side. */
function ticks(most: bigint): bigint[] {
  const size = 10n ** BigInt(Math.max(String(most).length - 1, 0));
  const by = most / size >= 5n ? 2n * size : most / size >= 2n ? size : size / 2n || 1n;
  const found: bigint[] = [];
  for (let at = 0n; at <= most; at += by) found.push(at);
  return found;
}

function dates(times: readonly number[], x: (time: number) => number, width: number): [number, number, string][] {
  const found: [number, number, string][] = [];
  let free = 0;
  for (const time of times) {
    const text = new Date(time).toISOString().slice(found.length ? 5 : 0, 10) + (found.length ? "" : " UTC");
    const room = text.length * 7.2;
    const at = x(time);
    if (at < free || at + room > width) continue;
    found.push([time, at, text]);
    free = at + room + 12;
  }
  return found;
}

