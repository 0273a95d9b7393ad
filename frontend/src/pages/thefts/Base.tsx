import { question, useAnswer } from "../../api/client";
import { Dollars } from "../../parts/Figure";
import { dollars, percent, plain, plural } from "../../parts/format";
import { Await } from "../../parts/states";
import { useSettled } from "../../parts/useSeen";
import { Link } from "../../shell/Link";
import { href, pathOf } from "../../shell/route";
import { asQuery, type Asked } from "./said";
import type { Compared, Period } from "./shapes";

function change(value: number): string {
  return `${value < 0 ? "−" : "+"}${percent(Math.abs(value))}`;
}

/** Whether a change says something of this year or of the year that it is measured against. */
export function Base({ asked, year }: { asked: Asked; year: string }) {
  const answer = useAnswer<Compared>(useSettled(question("compare", { ...asQuery(asked), year }), 200));
  return (
    <section aria-labelledby="base">
      <h2 id="base">More or less than the year before?</h2>
      <Await answer={answer} what="the comparison">
        {(found) => (found.held ? <Change found={found} held={found.held} day={asked.asOf} /> : <p>The ledger holds nothing to compare.</p>)}
      </Await>
    </section>
  );
}

type Side = NonNullable<Compared["held"]>;

/** The year so far and the same days of the year before, by one of the two clocks. */
function Sums({ found, of }: { found: Compared; of: Side }) {
  const { this: now, same_days_of_year_before: before, change_against_same_days: ratio } = of;
  return (
    <>
      {found.partial ? `${String(now.year)} up to ${now.until}` : String(now.year)}: <Dollars micro={now.usd} /> in {plural(now.thefts, "theft")}
      {before && (
        <>
          ; {found.partial ? "the same days of " : ""}
          {before.year}: <Dollars micro={before.usd} /> in {plural(before.thefts, "theft")}
          {ratio !== null && (
            <>
              {" "}
              (<b>{change(ratio)}</b>)
            </>
          )}
        </>
      )}
    </>
  );
}

/** With a day chosen what was known on it comes first, and what the ledger holds today of the same days stands beside it. */
function Change({ found, held, day }: { found: Compared; held: Side; day: string }) {
  const { this: now, same_days_of_year_before: before } = held;
  const without = held.change_against_same_days_without_largest;
  return (
    <>
      <p className="lead">
        {day && found.known && (
          <>
            As known on {day}, <Sums found={found} of={found.known} />. As the ledger holds it today,{" "}
          </>
        )}
        <Sums found={found} of={held} />.
      </p>
      {before?.largest && without !== null && (
        <p>
          <b>The base:</b> {before.share_largest !== null && percent(before.share_largest)} of it is one theft, <Theft of={before} />
          {held.rank_of_year_before && (
            <>
              , and {before.year} is number {held.rank_of_year_before.place} of {held.rank_of_year_before.of} years
            </>
          )}
          . Without the largest theft of each it would be <Dollars micro={now.without_largest} /> against <Dollars micro={before.without_largest} /> (
          <b>{change(without)}</b>).
        </p>
      )}
      {found.reporting_delay?.median_days != null && (
        <p className="soft">
          Reports come late: of {found.reporting_delay.thefts} thefts with dated claims half counted within {found.reporting_delay.median_days} days, nine in ten within{" "}
          {found.reporting_delay.ninth_decile_days}; the latest months are incomplete.
        </p>
      )}
    </>
  );
}

function Theft({ of }: { of: Period }) {
  if (!of.largest) return null;
  return (
    <>
      <Link href={href(pathOf("incident", of.largest.incident))}>{plain(of.largest.victim)}</Link> ({of.largest.usd ? dollars(of.largest.usd) : "an amount not said"})
    </>
  );
}
