import { useCallback, useMemo } from "react";
import { question, useAnswer } from "../../api/client";
import { Dollars } from "../../parts/Figure";
import { dollarRange, lastDay, percent, plural, spoken } from "../../parts/format";
import { Await } from "../../parts/states";
import { useTitle } from "../../parts/title";
import { usePages } from "../../parts/usePages";
import { setParams, useParam } from "../../shell/route";
import { RULE, RULES } from "../../shell/Top";
import { Ahead } from "./Ahead";
import { AsOf } from "./AsOf";
import { Base } from "./Base";
import { Charts } from "./Charts";
import { Filters, useFilters, type Chosen } from "./Filters";
import { Publisher } from "./Publisher";
import { Rows } from "./Rows";
import { asQuery, EVERYBODY, named, narrowed, type Asked, type Seen } from "./said";
import type { Actors, Line, Lines, Printed, Publishers, Sum, Totals, Workspace } from "./shapes";
import "./thefts.css";

const FIRST_DAY = "2017-01-01";

/** How much, by whom? */
export default function Thefts() {
  useTitle("Thefts");
  const [actor] = useParam("actor", "dprk");
  const [rule] = useParam("rule", RULE);
  const [typed] = useParam("as_of");
  const asOf = lastDay(typed) ?? typed;
  const asked = useMemo<Asked>(() => ({ actor, rule, asOf }), [actor, rule, asOf]);
  const [publisher] = useParam("publisher");
  const chosen = useFilters();
  const [sort] = useParam("sort", "-date");

  const workspace = useAnswer<Workspace>(question("workspace"));
  const seen = useSeenOf(chosen, publisher);
  const sums = (day: string) => question("totals", { ...asQuery({ ...asked, asOf: day }), ...seen.only, slugs: false });
  const totals = useAnswer<Totals>(sums(asOf));
  const today = useAnswer<Totals>(sums(""));
  const series = actor === EVERYBODY ? null : actor;
  const printed = useAnswer<{ rows: Printed[] }>(question("published", { actor: series, limit: 1000 }));
  const printedOfAll = useAnswer<{ rows: Printed[] }>(question("published", { limit: 1000 }));
  const publishers = useAnswer<Publishers>(question("publishers"));
  const rowsOf = useCallback(
    (more: Record<string, string | number>) => question("incidents", { ...asQuery(asked), ...chosen, sort, ...more }),
    [asked, chosen, sort],
  );
  const pages = usePages<Line, Lines>((offset, limit) => rowsOf({ offset, limit }));

  const last = workspace.value?.last_heard ?? new Date().toISOString().slice(0, 10);
  const profile = publishers.value?.rows.find((one) => one.called === publisher || one.name === publisher);
  return (
    <Await answer={totals} what="the ledger">
      {(found) => (
        <>
          <Sentence found={found} asked={asked} seen={seen} year={chosen.year} last={last} />
          <Controls asked={asked} publisher={publisher} printed={printed.value?.rows ?? []} />
          <AsOf asOf={asOf} first={FIRST_DAY} last={last} days={daysOf(printed.value?.rows ?? [])} named={presets(printed.value?.rows ?? [])} />
          {publisher && profile && <Publisher name={profile.name} asked={asked} year={chosen.year} />}
          <Charts
            totals={found}
            today={today.value ?? found}
            printed={narrowed(seen) ? [] : (printed.value?.rows ?? [])}
            printedOfAll={narrowed(seen) ? [] : (printedOfAll.value?.rows ?? [])}
            {...{ asked, seen, last }}
            year={chosen.year}
          />
          <div className="two">
            {!chosen.year || found.years.some((one) => String(one.year) === chosen.year) ? (
              <Base asked={asked} year={chosen.year} />
            ) : (
              <p className="soft">The ledger holds no theft of {chosen.year} to compare.</p>
            )}
            <Ahead asked={asked} />
          </div>
          <section aria-labelledby="rows">
            <h2 id="rows">
              The thefts{actor !== EVERYBODY && ` of ${named(actor)} under ${rule}`}
              {chosen.year && `, ${chosen.year}`}
            </h2>
            <Filters chosen={chosen} total={pages.head?.total ?? null} />
            <Rows pages={pages} csv={rowsOf({ format: "csv" })} />
          </section>
        </>
      )}
    </Await>
  );
}

/** How the charts are looked at: all of it stands in the URL. */
function useSeenOf(chosen: Chosen, publisher: string): Seen {
  const [scale] = useParam("scale");
  const [ranges] = useParam("ranges");
  return useMemo(() => {
    const only = Object.fromEntries(Object.entries(chosen).filter(([name, value]) => name !== "year" && value !== ""));
    return { only, publisher, log: scale === "log", ranges: ranges !== "no" };
  }, [chosen, publisher, scale, ranges]);
}

function Sentence({ found, asked, seen, year, last }: { found: Totals; asked: Asked; seen: Seen; year: string; last: string }) {
  const asOf = found.as_of ?? "";
  const span = year ? found.years.find((one) => String(one.year) === year) : found;
  const held = span?.held;
  const of: Sum | undefined = asOf ? span?.known : held;
  const when = year ? `in ${year}` : "in the ledger";
  const only = narrowed(seen) ? " that pass the filters" : "";
  const who = asked.actor === EVERYBODY ? `All thefts ${when}${only}` : `Thefts ${when}${only} attributed to ${named(asked.actor)}`;
  if (!of || !held || held.incidents === 0) return <h1>{who}: none{asked.actor !== EVERYBODY && ` that rule ${asked.rule} counts`}, as of {asOf || last}.</h1>;
  const share = span?.share_held ?? null;
  const ofAll = share !== null && asked.actor !== EVERYBODY && <>, {percent(share)} of all {narrowed(seen) ? "of these" : "that the ledger holds"}{year && ` of ${year}`}</>;
  return (
    <>
      <h1>
        {who}{asOf && `, as known on ${asOf},`} add up to <Dollars micro={of.usd} to="#rows" from={`${plural(of.incidents, "theft")}, rule ${asked.rule}, as of ${asOf || last}`} />
        {!asOf && ofAll}.
      </h1>
      <p className="lead">
        The claims leave a range of <span className="nowrap">{dollarRange(of.low, of.high)}</span>, over {plural(of.incidents, "theft")}
        {of.without_amount > 0 && `, ${String(of.without_amount)} of them without an amount`}. Counted by rule <b>{asked.rule}</b> ({RULES[asked.rule]}), as of{" "}
        <b>{asOf || last}</b>.{" "}
        {asOf && (
          <>
            Of the same days the ledger holds <Dollars micro={held.usd} /> in {plural(held.incidents, "theft")} today{ofAll}.
          </>
        )}
      </p>
    </>
  );
}

function Controls({ asked, publisher, printed }: { asked: Asked; publisher: string; printed: Printed[] }) {
  const actors = useAnswer<Actors>(question("actors"));
  const names = [...new Set(printed.filter((one) => !one.derived).map((one) => one.publisher))].sort();
  const known = actors.value?.ledger ?? [];
  return (
    <div className="controls no-print">
      <label className="field">
        <span>Who</span>
        <select value={asked.actor} onChange={(event) => { setParams({ actor: event.target.value === "dprk" ? null : event.target.value, publisher: null }, false); }}>
          <option value={EVERYBODY}>everybody</option>
          {!known.some((one) => one.actor === asked.actor) && asked.actor !== EVERYBODY && <option value={asked.actor}>{spoken(asked.actor)}</option>}
          {known.map((one) => (
            <option key={one.actor} value={one.actor}>
              {one.actor === "dprk" ? "North Korea-linked groups" : spoken(one.actor)} ({one.incidents})
            </option>
          ))}
        </select>
      </label>
      <div className="switch" role="group" aria-label="Counting rule">
        {Object.entries(RULES).map(([name, says]) => (
          <button key={name} type="button" aria-pressed={asked.rule === name} title={says} onClick={() => { setParams({ rule: name === RULE ? null : name }); }}>
            {name}
          </button>
        ))}
      </div>
      <label className="field">
        <span>Printed by</span>
        <select value={publisher} onChange={(event) => { setParams({ publisher: event.target.value }); }}>
          <option value="">all publishers</option>
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Look />
    </div>
  );
}

/** The scale of the charts, and whether the range of the claims is drawn. */
function Look() {
  const [scale, setScale] = useParam("scale");
  const [ranges, setRanges] = useParam("ranges");
  return (
    <>
      <div className="switch" role="group" aria-label="Scale of the charts">
        <button type="button" aria-pressed={scale !== "log"} onClick={() => { setScale(null); }}>
          linear
        </button>
        <button type="button" aria-pressed={scale === "log"} title="Each line ten times the one below: small years show beside large ones" onClick={() => { setScale("log"); }}>
          log
        </button>
      </div>
      <label className="field check">
        <input type="checkbox" checked={ranges !== "no"} onChange={(event) => { setRanges(event.target.checked ? null : "no"); }} />
        <span>Ranges</span>
      </label>
    </>
  );
}

function daysOf(printed: Printed[]): string[] {
  return [...new Set(printed.filter((one) => !one.derived).map((one) => one.known_by))].sort();
}

/** A few days worth going to: the last word of each publisher that prints most, and the partial figures of a year. */
function presets(printed: Printed[]): { day: string; says: string }[] {
  const days = new Map<string, Printed[]>();
  for (const one of printed) if (!one.derived && one.published.length === 10) days.set(one.known_by, [...(days.get(one.known_by) ?? []), one]);
  const partial = [...days].filter(([, ones]) => ones.some((one) => one.partial)).slice(0, 2);
  const large = [...days].sort(([, a], [, b]) => b.length - a.length).slice(0, 3);
  const chosen = new Map([...partial, ...large]);
  return [...chosen]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, ones]) => ({ day, says: `${[...new Set(ones.map((one) => one.publisher))].join(", ")} printed figures` }));
}
