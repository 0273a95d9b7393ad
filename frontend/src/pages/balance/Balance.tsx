import { useState } from "react";
import { question, useAnswer } from "../../api/client";
import type { components } from "../../api/types";
import { exact, plain, thousands } from "../../parts/format";
import { Amount, Dollars } from "../../parts/Figure";
import { Mark } from "../../parts/Kind";
import { Moment } from "../../parts/Moment";
import { Await, Empty, Loading, Unknown } from "../../parts/states";
import { useTitle } from "../../parts/title";
import { useKeys } from "../../shell/keys";
import { Link } from "../../shell/Link";
import { href, pathOf, useParam } from "../../shell/route";
import { full, range, short } from "../trace/amounts";
import { boundAround, boundAt, type RunView } from "../trace/bounds";
import { OrderBounds } from "../trace/Bounds";
import type { Asset } from "../trace/graph";
import { RangeBar } from "../trace/RangeBar";
import { METHODS, SAYS } from "../trace/view";
import { Areas, nameOf } from "./Areas";
import { saveChart } from "./export";
import "../trace/trace.css";
import "./balance.css";

type Chart = components["schemas"]["Areas"];
type Worth = components["schemas"]["AreasWorth"];

/** Where is all of it, day by day? The case's balance sheet over time; it adds up at every day. */
export default function Balance({ run }: { run: string }) {
  useTitle(`Balance ${run}`);
  const [asset] = useParam("asset");
  const [origin] = useParam("origin");
  const [turn, again] = useState(0);
  const answer = useAnswer<Chart>(`${question(`${pathOf("runs", run).slice(1)}/areas`, { asset, origin })}#${String(turn)}`);
  if (answer.value === null && answer.waiting) return <Loading what="the balance sheets" />;
  return (
    <Await answer={answer} what="the balance sheets">
      {(value) =>
        value.days.length > 0 ? (
          <Sheet chart={value} run={run} turn={turn} onBounds={() => { again(turn + 1); }} />
        ) : (
          <Empty fill={<Link href={href(pathOf("runs", run))}>See its flow</Link>}>Nothing moved in this run, so there is no day to tell of.</Empty>
        )
      }
    </Await>
  );
}

interface SheetProps {
  chart: Chart;
  run: string;
  /** How often bounds were worked out here: what rests on them is then asked for again. */
  turn: number;
  onBounds: () => void;
}

function Sheet({ chart, run, turn, onBounds }: SheetProps) {
  const { methods, days } = chart;
  const [chosenMethod, setMethod] = useParam("method", methods[0]);
  const [, setAsset] = useParam("asset");
  const [chosenOrigin, setOrigin] = useParam("origin");
  const [chosenDay, setDay] = useParam("day");
  const method = methods.includes(chosenMethod) ? chosenMethod : methods[0]!;
  const form = chart.assets.find((one) => one.id === chart.asset)!;
  const asset: Asset = { asset: form.id, symbol: form.symbol, decimals: form.decimals, weight: "1" };
  const at = days.indexOf(chosenDay);
  const day = at < 0 ? days.length - 1 : at;
  const go = (to: number) => { setDay(days[Math.min(Math.max(to, 0), days.length - 1)] ?? null); };
  useKeys([
    { key: "[", says: "the day before", run: () => { go(day - 1); } },
    { key: "]", says: "the day after", run: () => { go(day + 1); } },
  ]);
  const date = days[day]!;
  const { low, high } = chart.gone[day]!;
  const whole = chart.whole[method]![day]!;
  const says = `dyepack run ${chart.run}, ${METHODS[method] ?? method}, ${chart.of.map(plain).join(", ")}, ${asset.symbol}, ${days[0] ?? ""} to ${days.at(-1) ?? ""} UTC`;
  const told = useAnswer<RunView>(`${question(pathOf("runs", chart.run).slice(1))}#${String(turn)}`).value;
  const left = chart.gone_under_any_rule;
  return (
    <div className="balance">
      <h1>
        On {date}, of {short(whole, asset)}, {low === high ? short(high, asset) : `between ${short(low, asset)} and ${short(high, asset)}`} had left the accounts
        that held it{methods.length > 1 && low !== high ? `, by any of ${String(methods.length)} rules` : ""}.
      </h1>
      <p className="soft tight">
        {chart.of.map((one) => (
          <Link key={one} href={href(pathOf("incident", one))}>
            {plain(one)}
          </Link>
        ))}
        {" · run "}
        <code>{chart.run}</code>
        {" · "}
        <Link href={href(pathOf("runs", run))}>The flow</Link>
        {" · "}
        <a href={question(`${pathOf("runs", run).slice(1)}/balances`, { format: "csv" })} download>
          CSV
        </a>
        {(["svg", "png"] as const).map((form) => (
          <span key={form} className="no-print">
            {" · "}
            <button type="button" className="bare link" onClick={() => { const drawn = document.querySelector<SVGSVGElement>(".areas svg"); if (drawn) saveChart(drawn, form, `dyepack-${chart.run}-balance`, says); }}>
              {form.toUpperCase()}
            </button>
          </span>
        ))}
      </p>
      <div className="tools no-print" role="toolbar" aria-label="The sheet">
        <div className="segments" role="group" aria-label="Rule by which money is followed">
          {methods.map((name) => (
            <button key={name} type="button" aria-pressed={name === method} title={SAYS[name]} onClick={() => { setMethod(name); }}>
              {METHODS[name] ?? name}
            </button>
          ))}
        </div>
        {chart.assets.length > 1 && (
          <label className="field">
            <span>Asset</span>
            <select value={asset.asset} onChange={(event) => { setAsset(event.target.value); }}>
              {chart.assets.map((one) => (
                <option key={one.id} value={one.id}>
                  {plain(one.symbol)}
                </option>
              ))}
            </select>
          </label>
        )}
        {chart.origins.length > 1 && (
          <label className="field">
            <span>Theft</span>
            <select value={chosenOrigin} onChange={(event) => { setOrigin(event.target.value); }}>
              <option value="">all of them</option>
              {chart.origins.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
        )}
        <label className="field day">
          <span>Day</span>
          <input type="range" min={0} max={days.length - 1} value={day} aria-valuetext={date} onChange={(event) => { go(Number(event.target.value)); }} />
          <b>
            <Moment of={date} />
          </b>
        </label>
      </div>
      <Areas chart={chart} method={method} asset={asset} day={day} onDay={go} left={left} />
      <ul className="signs plain" aria-label="Signs of the chart">
        <li>
          <i className="swatch spreadmark" aria-hidden="true" />
          the range over the rules of what had left
        </li>
        {left && (
          <li>
            <i className="whisker" aria-hidden="true" />
            under any rule at all, at the end: <b>{range(left.low, left.high, asset)}</b>
          </li>
        )}
      </ul>
      <OrderBounds run={told} onDone={onBounds} />
      <DayTable chart={chart} method={method} asset={asset} day={day} run={run} origin={chosenOrigin} told={left && day === days.length - 1 ? told : null} />
    </div>
  );
}

const BASES: [string, string][] = [
  ["theft-day", "at the day of the theft"],
  ["movement-day", "at the day it came"],
  ["now", "now"],
];

interface TableProps {
  chart: Chart;
  method: string;
  asset: Asset;
  day: number;
  run: string;
  origin: string;
  /** With the bounds, which hold at the end of the last day. */
  told: RunView | null;
}

/** The rows of one day, with their range; what they were worth stands in columns that are never summed together. */
function DayTable({ chart, method, asset, day, run, origin, told: run_ }: TableProps) {
  const { methods } = chart;
  const date = chart.days[day]!;
  const answer = useAnswer<Worth>(question(`${pathOf("runs", run).slice(1)}/areas/${date}`, { method, asset: asset.asset, origin }));
  const worth = answer.value;
  const bases = [...new Set(Object.values(worth?.usd ?? {}).flatMap((one) => Object.keys(one)))];
  const dollarsAlready = asset.asset === "USD";
  const whole = chart.whole[method]![day]!;
  const rows = chart.areas.filter((one) => one.range[day]!.high !== "0");
  return (
    <>
      <h2>
        <Moment of={date} />, at the day’s end (UTC)
      </h2>
      <p className="tight">
        <Link href={`${href(pathOf("runs", run), { from: date, to: date, method })}`}>The movements of this day</Link>
        {" · "}
        <a href={question(`${pathOf("runs", run).slice(1)}/balance`, { at: date, method: "all", format: "csv" })} download>
          CSV of this day
        </a>
      </p>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Where</th>
              <th scope="col" className="n">{METHODS[method] ?? method}</th>
              <th scope="col" className="barcell">
                Over {methods.length} rules, of {short(whole, asset)}
              </th>
              <th scope="col" className="n">Least to most</th>
              {run_ && <th scope="col" className="n">Under any rule at all</th>}
              {!dollarsAlready && bases.map((basis) => (
                <th key={basis} scope="col" className="n">
                  {BASES.find(([name]) => name === basis)?.[1] ?? plain(basis)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => {
              const { low, high } = one.range[day]!;
              const bound = boundAt(run_, asset.asset, one.line, one.name);
              const around = bound ? null : boundAround(run_, asset.asset, one.line, one.name);
              const by = Object.fromEntries(methods.map((name) => [name, one.amounts[name]![day]!]));
              return (
                <tr key={one.key}>
                  <th scope="row">
                    <i className={`key ${one.line}`} aria-hidden="true" />
                    {one.line === "analyst" && <Mark kind="analyst" />}
                    {nameOf(one.line, one.name)}
                    {one.name && <span className="soft"> {plain(one.line)}</span>}
                  </th>
                  <td className="n">
                    <Amount units={by[method]!} decimals={asset.decimals} asset={asset.symbol} shown={short(by[method]!, asset)} />
                  </td>
                  <td className="barcell">
                    <RangeBar byMethod={by} asset={asset} method={method} whole={whole} bound={bound} />
                  </td>
                  <td className="n" title={`${exact(low, asset.decimals)} to ${exact(high, asset.decimals)} ${asset.symbol}`}>
                    {range(low, high, asset)}
                  </td>
                  {run_ && (
                    <td className="n" title={bound ? `${full(bound.least, asset)} to ${full(bound.most, asset)}` : undefined}>
                      {bound ? range(bound.least, bound.most, asset) : around && <span className="soft">{plain(around.name)}: {range(around.least, around.most, asset)}</span>}
                    </td>
                  )}
                  {!dollarsAlready && bases.map((basis) => {
                    const value = worth?.usd[one.key]?.[basis] ?? null;
                    return (
                      <td key={basis} className="n">
                        {value === null ? <Unknown>no price</Unknown> : <Dollars micro={value} />}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">All of it</th>
              <td className="n">
                <Amount units={whole} decimals={asset.decimals} asset={asset.symbol} shown={short(whole, asset)} />
              </td>
              <td colSpan={2} className="soft">
                {worth?.adds_up && worth.block !== null ? `the rows add up to it, block ${thousands(String(worth.block))}` : ""}
              </td>
              {run_ && <td />}
              {!dollarsAlready && bases.map((basis) => <td key={basis} />)}
            </tr>
          </tfoot>
        </table>
      </div>
    </>
  );
}
