import { useMemo } from "react";
import { href, withParams } from "../../shell/route";
import { Dollars } from "../../parts/Figure";
import { dollarRange, forDrawing, plain } from "../../parts/format";
import { Statement } from "../../parts/Kind";
import { Empty } from "../../parts/states";
import { marksOn, signs, type Mark } from "./marks";
import { EVERYBODY, chartUrl, named, narrowed, type Asked, type Seen } from "./said";
import type { Printed, Sum, Totals } from "./shapes";
import { YearChart, type Bar } from "./YearChart";

const NOTHING: Sum = { usd: "0", low: "0", high: "0", incidents: 0, without_amount: 0, slugs: [], text: "" };

interface Props {
  totals: Totals;
  /** The same without an as-of day: what the axes need room for. */
  today: Totals;
  printed: Printed[];
  printedOfAll: Printed[];
  asked: Asked;
  seen: Seen;
  year: string;
  last: string;
}

/** The two charts of the news: an actor's thefts by year, and the actor against everybody else. */
export function Charts({ totals, today, printed, printedOfAll, asked, seen, year, last }: Props) {
  const { publisher, log, ranges } = seen;
  const { bars, both } = useMemo(() => barsOf(totals, today, totals.as_of ?? "", last), [totals, today, last]);
  const ofActor = asked.actor !== EVERYBODY;
  const sign = useMemo(() => signs([...printed, ...printedOfAll]), [printed, printedOfAll]);
  const marks = useMemo(() => marksOn(printed, sign, asked.asOf, publisher), [printed, sign, asked.asOf, publisher]);
  const marksOfAll = useMemo(() => marksOn(printedOfAll, sign, asked.asOf, publisher), [printedOfAll, sign, asked.asOf, publisher]);
  const room = roomFor([today, totals].flatMap((one) => one.years.flatMap((y) => [y.held, y.known])), printed);
  const roomOfAll = roomFor([today, totals].flatMap((one) => one.years.flatMap((y) => [y.all_held, y.all_known])), printedOfAll);
  const first = ofActor ? named(asked.actor) : "Everybody";
  const years = bars.map((bar) => bar.year);
  if (bars.length === 0) return <Empty fill="Take a filter away, or ask by a wider rule.">There is nothing to draw: no theft passes.</Empty>;
  return (
    <>
      <figure>
        <h2>{ofActor ? `How much did ${first} steal?` : "How much was stolen?"}</h2>
        <YearChart name={`${first}: thefts by year`} bars={bars} marks={marks} room={room} chosen={year} dyed {...{ log, ranges }} />
        <Caption {...{ asked, seen, last, years }} what="totals" />
        <AsTable bars={bars} marks={marks} />
      </figure>
      {ofActor && (
        <figure>
          <h2>Against everybody else</h2>
          <YearChart name={`${first} and all others: thefts by year`} bars={both} marks={marksOfAll} room={roomOfAll} chosen={year} dyed {...{ log, ranges }} />
          <Caption {...{ asked, seen, last, years }} what="others" />
        </figure>
      )}
    </>
  );
}

/** What a bar stands for: what was known on the day that was asked about, or what is held today. */
function of(bar: Bar): Sum {
  return bar.day && bar.known ? bar.known : bar.held;
}

/** The same figures for who cannot see or point at the chart. */
function AsTable({ bars, marks }: { bars: Bar[]; marks: Mark[] }) {
  return (
    <details>
      <summary>The figures of the chart as a table</summary>
      <div className="scroll" role="region" aria-label="Figures of the chart" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Year</th>
              <th scope="col" className="n">said by the day</th>
              <th scope="col" className="n">held today</th>
              <th scope="col" className="n">range</th>
              <th scope="col" className="n">thefts</th>
              <th scope="col">printed</th>
            </tr>
          </thead>
          <tbody>
            {bars.map((bar) => (
              <tr key={bar.year}>
                <th scope="row">
                  {bar.year}
                  {bar.until && <span className="soft"> to {bar.until}</span>}
                </th>
                <td className="n">{bar.known && <Dollars micro={bar.known.usd} />}</td>
                <td className="n">
                  <Dollars micro={bar.held.usd} to={bar.to} />
                </td>
                <td className="n">{dollarRange(of(bar).low, of(bar).high)}</td>
                <td className="n">{of(bar).incidents}</td>
                <td>
                  {marks
                    .filter((mark) => mark.printed.year === bar.year)
                    .map((mark) => (
                      <span key={mark.printed.claim} className="in-row">
                        <Statement kind="claim">{plain(mark.printed.publisher)}</Statement> <Dollars micro={mark.printed.usd!} />{" "}
                        <span className="soft">
                          {mark.printed.published}
                          {mark.revised && ", revised since"}
                        </span>
                      </span>
                    ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function barsOf(totals: Totals, today: Totals, asOf: string, last: string): { bars: Bar[]; both: Bar[] } {
  const day = asOf || last;
  const every = today.years.filter((one) => one.held.incidents > 0 || one.all_held.incidents > 0).map((one) => one.year);
  if (every.length === 0) return { bars: [], both: [] };
  const from = Math.min(...today.years.filter((one) => one.held.incidents > 0).map((one) => one.year), Math.max(...every));
  const upTo = Number(day.slice(0, 4));
  const years = Array.from({ length: Math.max(Math.max(...every, from) - from + 1, 0) }, (_, n) => from + n);
  const bars = years.map((year): Bar => {
    const found = totals.years.find((one) => one.year === year);
    return {
      year,
      held: found?.held ?? NOTHING,
      known: found?.known ?? NOTHING,
      all: null,
      allKnown: null,
      day: asOf,
      until: year === upTo && !day.endsWith("-12-31") ? day : "",
      to: withParams({ year: String(year) }),
    };
  });
  const both = bars.map((bar): Bar => {
    const found = totals.years.find((one) => one.year === bar.year);
    const to = href("/", { year: String(bar.year), actor: EVERYBODY });
    return { ...bar, all: found?.all_held ?? NOTHING, allKnown: found?.all_known ?? NOTHING, to };
  });
  return { bars, both };
}

function roomFor(sums: (Sum | null)[], printed: Printed[]): number {
  const amounts = [...sums.map((sum) => sum?.high ?? "0"), ...printed.map((one) => one.usd ?? "0")];
  return Math.max(1, ...amounts.map((units) => forDrawing(units, 12)));
}

function Caption({ asked, seen, last, what, years }: { asked: Asked; seen: Seen; last: string; what: "totals" | "others"; years: number[] }) {
  const save = (form: string) => chartUrl(asked, seen, what, form, years);
  return (
    <figcaption>
      <Key className="actor known">said by the day</Key>
      <Key className="actor held">held by the ledger today</Key>
      {what === "others" && <Key className="others held">all others</Key>}
      {seen.ranges && (
        <span className="key">
          <svg viewBox="0 0 22 14" aria-hidden="true">
            <path className="whisker" d="M6 2h10m-5 0v10m-5 0h10" />
          </svg>
          range of the claims
        </span>
      )}
      {narrowed(seen) ? (
        <span>only the thefts that pass the filters; what publishers print is of more, and not drawn</span>
      ) : (
        <span className="key">
          <svg viewBox="0 0 22 14" aria-hidden="true">
            <g className="mark">
              <path className="tick" d="M2 4h9" />
            </g>
            <g className="mark revised">
              <path className="tick" d="M2 10h9" />
            </g>
          </svg>
          printed by “initial; fainter: revised since
        </span>
      )}
      {seen.log && <span>logarithmic: bars do not compare by their length</span>}
      <span>
        Rule <b>{asked.rule}</b>, as of <b>{asked.asOf || last}</b>
      </span>
      <span className="no-print">
        Save as{" "}
        <a href={save("svg")} download>
          SVG
        </a>
        {" · "}
        <a href={save("png")} download>
          PNG
        </a>
        {" · "}
        <a href={save("csv")} download>
          CSV
        </a>
      </span>
    </figcaption>
  );
}

function Key({ className, children }: { className: string; children: string }) {
  return (
    <span className="key">
      <svg viewBox="0 0 22 14" aria-hidden="true">
        <rect className={className} x={className.endsWith("known") ? 7 : 4} y="1" width={className.endsWith("known") ? 8 : 14} height="13" />
      </svg>
      {children}
    </span>
  );
}
