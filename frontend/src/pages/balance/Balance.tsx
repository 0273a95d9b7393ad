import { useMemo, useState } from "react";
import { question, useAnswer } from "../../api/client";
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
import { lowHigh, sheetsOf, type Balances, type DaySheet, type Sheets } from "./sheet";
import "../trace/trace.css";
import "./balance.css";

/** Where is all of it, day by day? The case's balance sheet over time; it adds up at every day. */
export default function Balance({ run }: { run: string }) {
  useTitle(`Balance ${run}`);
  const answer = useAnswer<Balances>(question(`${pathOf("runs", run).slice(1)}/balances`));
  if (answer.value === null && answer.waiting) return <Loading what="the balance sheets" />;
  return (
    <Await answer={answer} what="the balance sheets">
      {(value) =>
        Object.values(value.methods).some((sheets) => sheets.length > 0) ? (
          <Sheet balances={value} run={run} />
        ) : (
          <Empty fill={<Link href={href(pathOf("runs", run))}>See its flow</Link>}>Nothing moved in this run, so there is no day to tell of.</Empty>
        )
      }
    </Await>
  );
}

function Sheet({ balances, run }: { balances: Balances; run: string }) {
  const methods = Object.keys(balances.methods);
  const every = Object.values(balances.methods).flat();
  const origins = useMemo(() => new Set(Object.values(balances.methods).flat().map((one) => one.origin)), [balances]);
  const assets = Object.keys(balances.assets).sort((a, b) => every.filter((one) => one.asset === b).length - every.filter((one) => one.asset === a).length);
  const [chosenMethod, setMethod] = useParam("method", methods[0]);
  const [chosenAsset, setAsset] = useParam("asset", assets[0]);
  const [chosenOrigin, setOrigin] = useParam("origin");
  const [chosenDay, setDay] = useParam("day");
  const method = methods.includes(chosenMethod) ? chosenMethod : methods[0]!;
  const id = assets.includes(chosenAsset) ? chosenAsset : assets[0]!;
  const asset: Asset = { asset: id, symbol: balances.assets[id]!.symbol, decimals: balances.assets[id]!.decimals, weight: "1" };
  const wanted = useMemo(() => (origins.has(chosenOrigin) ? new Set([chosenOrigin]) : origins), [origins, chosenOrigin]);
  const sheets = useMemo(() => sheetsOf(balances, id, wanted), [balances, id, wanted]);
  const at = sheets.days.indexOf(chosenDay);
  const day = at < 0 ? sheets.days.length - 1 : at;
  const go = (to: number) => { setDay(sheets.days[Math.min(Math.max(to, 0), sheets.days.length - 1)] ?? null); };
  useKeys([
    { key: "[", says: "the day before", run: () => { go(day - 1); } },
    { key: "]", says: "the day after", run: () => { go(day + 1); } },
  ]);
  const date = sheets.days[day]!;
  const gone = Object.fromEntries(methods.map((name) => [name, sheets.series.reduce((sum, one) => (one.line === "held" ? sum : sum + (one.amounts[name]?.[day] ?? 0n)), 0n)]));
  const [low, high] = [Object.values(gone).reduce((a, b) => (a < b ? a : b)), Object.values(gone).reduce((a, b) => (a > b ? a : b))];
  const whole = sheets.whole[method]![day]!;
  const says = `dyepack run ${balances.run}, ${METHODS[method] ?? method}, ${[...wanted].map(plain).join(", ")}, ${asset.symbol}, ${sheets.days[0] ?? ""} to ${sheets.days.at(-1) ?? ""} UTC`;
  const [turn, again] = useState(0);
  const told = useAnswer<RunView>(`${question(pathOf("runs", balances.run).slice(1))}#${String(turn)}`).value;
  const held = wanted.size === origins.size ? boundAt(told, id, "held", "") : null;
  return (
    <div className="balance">
      <h1>
        On {date}, of {short(String(whole), asset)}, {low === high ? short(String(high), asset) : `between ${short(String(low), asset)} and ${short(String(high), asset)}`} had left the accounts
        that held it{methods.length > 1 && low !== high ? `, by any of ${String(methods.length)} rules` : ""}.
      </h1>
      <p className="soft tight">
        {[...wanted].map((one) => (
          <Link key={one} href={href(pathOf("incident", one))}>
            {plain(one)}
          </Link>
        ))}
        {" · run "}
        <code>{balances.run}</code>
        {" · "}
        <Link href={href(pathOf("runs", run))}>The flow</Link>
        {" · "}
        <a href={question(`${pathOf("runs", run).slice(1)}/balances`, { format: "csv" })} download>
          CSV
        </a>
        {(["svg", "png"] as const).map((form) => (
          <span key={form} className="no-print">
            {" · "}
            <button type="button" className="bare link" onClick={() => { const chart = document.querySelector<SVGSVGElement>(".areas svg"); if (chart) saveChart(chart, form, `dyepack-${balances.run}-balance`, says); }}>
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
        {assets.length > 1 && (
          <label className="field">
            <span>Asset</span>
            <select value={id} onChange={(event) => { setAsset(event.target.value); }}>
              {assets.map((one) => (
                <option key={one} value={one}>
                  {plain(balances.assets[one]!.symbol)}
                </option>
              ))}
            </select>
          </label>
        )}
        {origins.size > 1 && (
          <label className="field">
            <span>Theft</span>
            <select value={chosenOrigin} onChange={(event) => { setOrigin(event.target.value); }}>
              <option value="">all of them</option>
              {[...origins].map((one) => (
                <option key={one}>{one}</option>
              ))}
            </select>
          </label>
        )}
        <label className="field day">
          <span>Day</span>
          <input type="range" min={0} max={sheets.days.length - 1} value={day} aria-valuetext={date} onChange={(event) => { go(Number(event.target.value)); }} />
          <b>
            <Moment of={date} />
          </b>
        </label>
      </div>
      <Areas sheets={sheets} method={method} asset={asset} day={day} onDay={go} held={held} />
      <ul className="signs plain" aria-label="Signs of the chart">
        <li>
          <i className="swatch spreadmark" aria-hidden="true" />
          the range over the rules of what had left
        </li>
        {held && (
          <li>
            <i className="whisker" aria-hidden="true" />
            under any rule at all, at the end: <b>{range(String(sheets.whole[method]!.at(-1)! - BigInt(held.most)), String(sheets.whole[method]!.at(-1)! - BigInt(held.least)), asset)}</b>
          </li>
        )}
      </ul>
      <OrderBounds run={told} onDone={() => { again(turn + 1); }} />
      <DayTable sheets={sheets} method={method} methods={methods} asset={asset} day={day} run={run} wanted={wanted} told={held && day === sheets.days.length - 1 ? told : null} />
    </div>
  );
}

const BASES: [string, string][] = [
  ["theft-day", "at the day of the theft"],
  ["movement-day", "at the day it came"],
  ["now", "now"],
];

interface TableProps {
  sheets: Sheets;
  method: string;
  methods: string[];
  asset: Asset;
  day: number;
  run: string;
  wanted: ReadonlySet<string>;
  /** With the bounds, which hold at the end of the last day. */
  told: RunView | null;
}

/** The rows of one day, with their range; what they were worth stands in columns that are never summed together. */
function DayTable({ sheets, method, methods, asset, day, run, wanted, told: run_ }: TableProps) {
  const date = sheets.days[day]!;
  const answer = useAnswer<{ sheets: DaySheet[] }>(question(`${pathOf("runs", run).slice(1)}/balance`, { at: date, method }));
  const told = answer.value?.sheets.filter((one) => one.asset === asset.asset && wanted.has(one.origin)) ?? [];
  const bases = [...new Set(told.flatMap((one) => one.lines.flatMap((line) => Object.keys(line.usd ?? {}))))];
  const dollarsAlready = asset.asset === "USD";
  const usd = (line: string, name: string, basis: string): string | null => {
    const all = told.flatMap((one) => one.lines).filter((one) => one.line === line && (name === "others" || (one.name ?? "") === name));
    if (all.length === 0 || all.some((one) => (one.usd?.[basis] ?? null) === null)) return null;
    return all.reduce((sum, one) => sum + BigInt(one.usd![basis]!), 0n).toString();
  };
  const whole = sheets.whole[method]![day]!;
  const rows = sheets.series.filter((one) => Object.values(one.amounts).some((all) => all[day] !== 0n));
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
                Over {methods.length} rules, of {short(String(whole), asset)}
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
              const [low, high] = lowHigh(one, day);
              const bound = boundAt(run_, asset.asset, one.line, one.name);
              const around = bound ? null : boundAround(run_, asset.asset, one.line, one.name);
              const by = Object.fromEntries(methods.map((name) => [name, String(one.amounts[name]?.[day] ?? 0n)]));
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
                    <RangeBar byMethod={by} method={method} whole={String(whole || 1n)} bound={bound} />
                  </td>
                  <td className="n" title={`${exact(String(low), asset.decimals)} to ${exact(String(high), asset.decimals)} ${asset.symbol}`}>
                    {range(String(low), String(high), asset)}
                  </td>
                  {run_ && (
                    <td className="n" title={bound ? `${full(bound.least, asset)} to ${full(bound.most, asset)}` : undefined}>
                      {bound ? range(bound.least, bound.most, asset) : around && <span className="soft">{plain(around.name)}: {range(around.least, around.most, asset)}</span>}
                    </td>
                  )}
                  {!dollarsAlready && bases.map((basis) => {
                    const value = usd(one.line, one.name, basis);
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
                <Amount units={String(whole)} decimals={asset.decimals} asset={asset.symbol} shown={short(String(whole), asset)} />
              </td>
              <td colSpan={2} className="soft">
                {told.every((one) => one.adds_up) ? `the rows add up to it, block ${told[0] ? thousands(String(told[0].block)) : ""}` : ""}
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
