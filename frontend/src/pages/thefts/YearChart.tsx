import { count, dollarRange, dollars, exact, forDrawing, plain, plural, thousands } from "../../parts/format";
import { useWidth } from "../../parts/useWidth";
import { go, withParams } from "../../shell/route";
import { spread, type Mark } from "./marks";
import type { Sum } from "./shapes";

/** One bar: what the ledger holds, and the narrower one of what had been said by the day. */
export interface Bar {
  year: number;
  held: Sum;
  known: Sum | null;
  /** Of everybody, where others are drawn above the actor. */
  all: Sum | null;
  allKnown: Sum | null;
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
}

const STEPS = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000, 10000, 20000, 50000];
const HEIGHT = 300;
const SIGN = 12;
const EDGE = { top: 24, bottom: 40, left: 64, right: 4 };

/** Thefts by year: bars with their range, published figures as marks beside them. */
export function YearChart({ name, bars, marks, room, chosen, dyed }: Props) {
  const [ref, width] = useWidth();
  const step = STEPS.find((one) => room <= one * 6) ?? 100000;
  const top = step * Math.max(1, Math.ceil(room / step));
  const base = HEIGHT - EDGE.bottom;
  const y = (units: string) => base - (forDrawing(units, 12) / top) * (base - EDGE.top);
  const slot = (width - EDGE.left - EDGE.right) / Math.max(bars.length, 1);
  const wide = Math.max(6, Math.min(34, slot * 0.46));
  const signed = slot > 58;
  return (
    <div className="chart" ref={ref}>
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="group" aria-label={name}>
          <defs>
            <Hatch id="hatch-actor" kind="actor" />
            <Hatch id="hatch-others" kind="others" />
          </defs>
          <g className="scale" aria-hidden="true">
            {Array.from({ length: Math.round(top / step) + 1 }, (_, n) => n * step).map((value) => {
              const at = base - (value / top) * (base - EDGE.top);
              return (
                <g key={value}>
                  <path className={value ? undefined : "zero"} d={`M${String(EDGE.left)} ${String(at)}H${String(width)}`} />
                  <text x={EDGE.left - 7} y={at + 4} textAnchor="end">
                    {value === top ? `$${thousands(String(value))} M` : thousands(String(value))}
                  </text>
                </g>
              );
            })}
          </g>
          {bars.map((bar, n) => (
            <OneYear key={bar.year} bar={bar} x={EDGE.left + n * slot} {...{ slot, wide, signed, base, y, dyed }} chosen={chosen === String(bar.year)} />
          ))}
          {bars.map((bar, n) => (
            <Marks
              key={bar.year}
              marks={marks.filter((one) => one.printed.year === bar.year)}
              edge={EDGE.left + n * slot + (signed ? slot * 0.06 : (slot - wide) / 2) + wide}
              {...{ signed, base, y }}
            />
          ))}
        </svg>
      )}
    </div>
  );
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
  chosen: boolean;
}

function OneYear({ bar, x, slot, wide, signed, base, y, dyed, chosen }: YearProps) {
  const left = x + (signed ? slot * 0.06 : (slot - wide) / 2);
  const middle = left + wide / 2;
  const shown = bar.all ?? bar.held;
  const cap = Math.min(7, wide / 4);
  const [low, high] = [y(shown.low), y(shown.high)];
  const until = bar.until ? `, up to ${bar.until}` : "";
  const said = `${String(bar.year)}${until}: ${dollars(bar.held.usd)}${bar.all ? ` of ${dollars(bar.all.usd)}` : ""}, range ${dollarRange(shown.low, shown.high)}, ${plural(shown.incidents, "theft")}; show them`;
  const highest = Math.min(high, y(shown.usd), y((bar.allKnown ?? bar.known ?? shown).usd));
  return (
    <>
    <a
      href={bar.to}
      className={`year${bar.until ? " partial" : ""}${chosen ? " chosen" : ""}`}
      aria-label={said}
      aria-current={chosen ? "true" : undefined}
      data-exact={`${exact(bar.held.usd, 6)} USD`}
      data-copy={bar.held.usd}
      data-from={`${String(bar.year)}${until} · range ${dollarRange(shown.low, shown.high)} · ${plural(bar.held.incidents, "theft")}${bar.all ? ` · all ${dollars(bar.all.usd)} in ${count(bar.all.incidents)}` : ""}`}
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
      {low - high > 1.5 && (
        <path
          className="whisker"
          d={`M${String(middle - cap)} ${String(high)}h${String(2 * cap)}m${String(-cap)} 0V${String(low)}m${String(-cap)} 0h${String(2 * cap)}`}
        />
      )}
    </a>
      <g className="year-text" aria-hidden="true">
      {slot > 32 && shown.usd !== "0" && (
        <text className="value" x={middle} y={highest - 6} textAnchor="middle">
          {thousands(String(Math.round(forDrawing(shown.usd, 12))))}
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

function Marks({ marks, edge, signed, base, y }: { marks: Mark[]; edge: number; signed: boolean; base: number; y: (units: string) => number }) {
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
            tabIndex={-1}
            aria-label={`“${plain(publisher)}, published ${published}: ${dollars(usd!)}; show ${String(mark.printed.year)}`}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey || event.shiftKey) return;
              event.preventDefault();
              go(withParams({ year: String(mark.printed.year), publisher }));
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
