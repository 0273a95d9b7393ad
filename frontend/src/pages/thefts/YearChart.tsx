import { useState, type KeyboardEvent } from "react";
import { count, dollarRange, dollars, exact, plain, plural, rounded } from "../../parts/format";
import { useWidth } from "../../parts/useWidth";
import { go, withParams } from "../../shell/route";
import { spread, type Mark } from "./marks";
import { linear, logarithmic } from "./scale";
import type { Sum } from "./shapes";

/** One bar: what the ledger holds, and the narrower one of what had been said by the day. */
export interface Bar {
  year: number;
  held: Sum;
  known: Sum | null;
  /** Of everybody, where others are drawn above the actor. */
  all: Sum | null;
  allKnown: Sum | null;
  /** The day that was asked about: what had been said by it is then the figure, and what is held today stands beside it. */
  day: string;
  until: string;
  to: string;
}

interface Props {
  name: string;
  bars: Bar[];
  marks: Mark[];
  /** What the axis must have room for, in millions, so that it stays while the day moves. */
  room: number;
  chosen: string;
  dyed: boolean;
  log: boolean;
  ranges: boolean;
}

const HEIGHT = 300;
const SIGN = 12;
const EDGE = { top: 24, bottom: 40, left: 64, right: 4 };

/**
 * Thefts by year: bars with their range, published figures as marks beside them. One stop of the Tab key: from there
 * the arrows walk, along the years and up and down through the figures of one, and Enter opens what is behind.
 */
export function YearChart({ name, bars, marks, room, chosen, dyed, log, ranges }: Props) {
  const [ref, width] = useWidth();
  const [at, stand] = useState("");
  const base = HEIGHT - EDGE.bottom;
  const sums = bars.flatMap((bar) => [bar.held.usd, bar.all?.usd ?? "0"]);
  const { y, ticks } = log ? logarithmic(sums, room, { top: EDGE.top, base }) : linear(room, { top: EDGE.top, base });
  const here = [...bars.map(keyOfBar), ...marks.map((mark) => mark.printed.claim)].includes(at) ? at : bars[0] && keyOfBar(bars[0]);
  const slot = (width - EDGE.left - EDGE.right) / Math.max(bars.length, 1);
  const wide = Math.max(6, Math.min(34, slot * 0.46));
  const signed = slot > 58;
  return (
    <div className="chart" ref={ref}>
      {width > 0 && (
        <svg
          width={width}
          height={HEIGHT}
          viewBox={`0 0 ${String(width)} ${String(HEIGHT)}`}
          role="group"
          aria-label={`${name}. Arrows walk: left and right along the years, up and down through the figures printed of one; Enter opens`}
          onKeyDown={walk}
          onFocus={(event) => {
            stand(event.target.closest<SVGElement>("[data-key]")?.dataset["key"] ?? "");
          }}
        >
          <defs>
            <Hatch id="hatch-actor" kind="actor" />
            <Hatch id="hatch-others" kind="others" />
          </defs>
          <g className="scale" aria-hidden="true">
            {ticks.map((tick, n) => (
              <g key={tick.text}>
                <path className={n ? undefined : "zero"} d={`M${String(EDGE.left)} ${String(tick.at)}H${String(width)}`} />
                <text x={EDGE.left - 7} y={tick.at + 4} textAnchor="end">
                  {tick.text}
                </text>
              </g>
            ))}
          </g>
          {bars.map((bar, n) => (
            <OneYear key={bar.year} bar={bar} x={EDGE.left + n * slot} {...{ slot, wide, signed, base, y, dyed, ranges }} here={here === keyOfBar(bar)} chosen={chosen === String(bar.year)} />
          ))}
          {bars.map((bar, n) => (
            <Marks
              key={bar.year}
              marks={marks.filter((one) => one.printed.year === bar.year)}
              edge={EDGE.left + n * slot + (signed ? slot * 0.06 : (slot - wide) / 2) + wide}
              here={here ?? ""}
              {...{ signed, base, y }}
            />
          ))}
        </svg>
      )}
    </div>
  );
}

function keyOfBar(bar: Bar): string {
  return `year ${String(bar.year)}`;
}

/** Left and right from year to year, up and down through what stands in one, the highest first. */
function walk(event: KeyboardEvent<SVGElement>) {
  const from = (event.target as Element).closest<SVGElement>("[data-key]");
  if (!from || event.altKey || event.ctrlKey || event.metaKey) return;
  const items = [...event.currentTarget.querySelectorAll<SVGElement>("[data-key]")];
  const bars = items.filter((item) => item.classList.contains("year"));
  const year = from.dataset["year"];
  const n = bars.findIndex((bar) => bar.dataset["year"] === year);
  const column = [...items.filter((item) => item.dataset["year"] === year && !bars.includes(item)), bars[n]];
  const to = {
    ArrowLeft: bars[Math.max(n - 1, 0)],
    ArrowRight: bars[Math.min(n + 1, bars.length - 1)],
    Home: bars[0],
    End: bars.at(-1),
    ArrowUp: column[Math.max(column.indexOf(from) - 1, 0)],
    ArrowDown: column[Math.min(column.indexOf(from) + 1, column.length - 1)],
  }[event.key];
  if (!to) return;
  event.preventDefault();
  to.focus();
}

function Hatch({ id, kind }: { id: string; kind: string }) {
  return (
    <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
      <rect className={`${kind}-ground`} width="5" height="5" />
      <rect className={`${kind}-line`} width="2.4" height="5" />
    </pattern>
  );
}

interface YearProps {
  bar: Bar;
  x: number;
  slot: number;
  wide: number;
  signed: boolean;
  base: number;
  y: (units: string) => number;
  dyed: boolean;
  ranges: boolean;
  /** Whether this is where Tab comes to. */
  here: boolean;
  chosen: boolean;
}

function OneYear({ bar, x, slot, wide, signed, base, y, dyed, ranges, here, chosen }: YearProps) {
  const left = x + (signed ? slot * 0.06 : (slot - wide) / 2);
  const middle = left + wide / 2;
  const own = bar.day && bar.known ? bar.known : bar.held;
  const every = bar.day && bar.known ? bar.allKnown : bar.all;
  const shown = every ?? own;
  const cap = Math.min(7, wide / 4);
  const [low, high] = [y(shown.low), y(shown.high)];
  const until = bar.until ? `, up to ${bar.until}` : "";
  const clock = bar.day ? ` known on ${bar.day}` : "";
  const beside = bar.day ? `; held today ${dollars(bar.held.usd)}${bar.all ? ` of ${dollars(bar.all.usd)}` : ""}` : "";
  const said = `${String(bar.year)}${until}: ${dollars(own.usd)}${every ? ` of ${dollars(every.usd)}` : ""}${clock}, range ${dollarRange(shown.low, shown.high)}, ${plural(shown.incidents, "theft")}${beside}; show them`;
  const highest = Math.min(ranges ? high : y(shown.usd), y(shown.usd), y((bar.allKnown ?? bar.known ?? shown).usd));
  return (
    <>
    <a
      href={bar.to}
      className={`year${bar.until ? " partial" : ""}${chosen ? " chosen" : ""}`}
      aria-label={said}
      tabIndex={here ? 0 : -1}
      data-key={keyOfBar(bar)}
      data-year={bar.year}
      aria-current={chosen ? "true" : undefined}
      data-exact={`${exact(own.usd, 6)} USD`}
      data-copy={own.usd}
      data-from={`${String(bar.year)}${until}${clock} · range ${dollarRange(shown.low, shown.high)} · ${plural(own.incidents, "theft")}${every ? ` · all ${dollars(every.usd)} in ${count(every.incidents)}` : ""}${bar.day ? ` · held today ${dollars(bar.held.usd)}` : ""}`}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(bar.to);
        document.getElementById("rows")?.scrollIntoView({ block: "start" });
      }}
    >
      <rect className="field-of-year" x={x} y={EDGE.top - 20} width={slot} height={base - EDGE.top + 56} rx="4" />
      {bar.all && <Piece kind="others held" from={bar.held.usd} to={bar.all.usd} {...{ middle, width: wide, y }} />}
      <Piece kind={`${dyed ? "actor" : "others"} held`} from="0" to={bar.held.usd} {...{ middle, width: wide, y }} />
      {bar.all && bar.allKnown && bar.known && (
        <Piece kind="others known" from={bar.known.usd} to={bar.allKnown.usd} {...{ middle, width: wide * 0.55, y }} />
      )}
      {bar.known && <Piece kind={`${dyed ? "actor" : "others"} known`} from="0" to={bar.known.usd} {...{ middle, width: wide * 0.55, y }} />}
      {ranges && low - high > 1.5 && (
        <path
          className="whisker"
          d={`M${String(middle - cap)} ${String(high)}h${String(2 * cap)}m${String(-cap)} 0V${String(low)}m${String(-cap)} 0h${String(2 * cap)}`}
        />
      )}
    </a>
      <g className="year-text" aria-hidden="true">
      {slot > 32 && shown.usd !== "0" && (
        <text className="value" x={middle} y={highest - 6} textAnchor="middle">
          {rounded(shown.usd, 12, 0)}
        </text>
      )}
      <text className="name" x={middle} y={base + 17} textAnchor="middle">
        {slot > 36 ? bar.year : `’${String(bar.year % 100).padStart(2, "0")}`}
      </text>
      {bar.until && slot > 48 && (
        <text className="until" x={middle} y={base + 31} textAnchor="middle">
          to {bar.until.slice(5)}
        </text>
      )}
      </g>
    </>
  );
}

function Piece({ kind, from, to, middle, width, y }: { kind: string; from: string; to: string; middle: number; width: number; y: (units: string) => number }) {
  const [upper, lower] = [y(to), y(from)];
  return <rect className={kind} x={middle - width / 2} width={width} y={Math.min(upper, lower)} height={Math.max(lower - upper, 0)} />;
}

function Marks({ marks, edge, signed, base, y, here }: { marks: Mark[]; edge: number; signed: boolean; base: number; y: (units: string) => number; here: string }) {
  const order = [...marks].sort((a, b) => y(a.printed.usd!) - y(b.printed.usd!));
  const latest = order.filter((one) => !one.revised);
  const places = spread(latest.map((one) => y(one.printed.usd!)), SIGN, EDGE.top - 8, base - 4);
  return (
    <g className="marks">
      {order.map((mark) => {
        const at = y(mark.printed.usd!);
        const slot = latest.indexOf(mark);
        const sign = signed && slot >= 0 ? places[slot]! : null;
        const { publisher, published, usd, covers_to: to } = mark.printed;
        return (
          <a
            key={mark.printed.claim}
            className={`mark${mark.revised ? " revised" : ""}${to ? " part" : ""}`}
            href={withParams({ year: String(mark.printed.year), publisher })}
            tabIndex={mark.printed.claim === here ? 0 : -1}
            data-key={mark.printed.claim}
            data-year={mark.printed.year}
            aria-label={`${plain(publisher)} printed ${dollars(usd!)} for ${String(mark.printed.year)}${to ? ` up to ${to}` : ""}, published ${published}${mark.revised ? ", revised since" : ""}; show it and its thefts`}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return;
              event.preventDefault();
              go(withParams({ year: String(mark.printed.year), publisher }));
              document.getElementById("rows")?.scrollIntoView({ block: "start" });
            }}
            data-exact={`${exact(usd!, 6)} USD`}
            data-copy={usd!}
            data-from={`“${plain(publisher)}, published ${published}${to ? `, up to ${to}` : ""}${mark.revised ? "; revised since" : ""}`}
          >
            <rect className="grasp" x={edge} y={at - 4} width={11} height={8} />
            <path className="tick" d={`M${String(edge + 2)} ${String(at)}h8`} />
            {sign !== null && (
              <>
                <path className="leader" d={`M${String(edge + 10)} ${String(at)}L${String(edge + 18)} ${String(sign)}`} />
                <rect className="grasp" x={edge + 18} y={sign - 6} width={20} height={12} />
              </>
            )}
          </a>
        );
      })}
      <g className="year-text" aria-hidden="true">
        {latest.map(
          (mark, n) =>
            signed && (
              <text key={mark.printed.claim} className="sign" x={edge + 20} y={places[n]! + 4}>
                “{mark.sign}
              </text>
            ),
        )}
      </g>
    </g>
  );
}
