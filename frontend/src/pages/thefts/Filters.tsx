import { useEffect, useMemo, useState } from "react";
import { question, useAnswer } from "../../api/client";
import { count, lastDay, spoken } from "../../parts/format";
import { useSeen } from "../../parts/useSeen";
import { currentPlace, setParams, usePlace } from "../../shell/route";
import type { Cut } from "./shapes";

export const FILTERS = ["year", "chain", "vector", "victim", "min", "max", "from", "to", "q"] as const;
export type FilterName = (typeof FILTERS)[number];
export type Chosen = Record<FilterName, string>;

export function useFilters(): Chosen {
  const { query } = usePlace();
  const all = FILTERS.map((name) => query.get(name) ?? "").join("\n"); // the same object while nothing of it changes
  return useMemo(() => {
    const values = all.split("\n");
    return Object.fromEntries(FILTERS.map((name, n) => [name, values[n] ?? ""])) as Chosen;
  }, [all]);
}

const SIZES = ["1e6", "1e7", "1e8", "1e9"];
const SIZE: Record<string, string> = { "1e6": "$1 M", "1e7": "$10 M", "1e8": "$100 M", "1e9": "$1 000 M" };

/** What there is in the ledger, the most frequent first; asked when the filters come into sight. */
function useKinds(by: string, seen: boolean): string[] {
  const answer = useAnswer<Cut>(seen ? question("cuts", { by }) : null);
  return useMemo(
    () => (answer.value?.parts ?? []).map((part) => part.name),
    [answer.value],
  );
}

/** Everything that narrows the rows; all of it stands in the URL. */
export function Filters({ chosen, total }: { chosen: Chosen; total: number | null }) {
  const [ref, seen] = useSeen();
  const chains = useKinds("chain", seen);
  const vectors = useKinds("vector", seen);
  const victims = useKinds("victim-type", seen);
  const any = FILTERS.some((name) => chosen[name] !== "");
  return (
    <form ref={ref} className="filters no-print" aria-label="Narrow charts and rows" onSubmit={(event) => { event.preventDefault(); }}>
      <Typed name="q" says="Words" value={chosen.q} size={14} />
      <Typed name="year" says="Year" value={chosen.year} size={5} />
      <Typed name="from" says="From" value={chosen.from} size={10} hint="YYYY-MM-DD, YYYY-MM or YYYY" fits={isDay} />
      <Typed name="to" says="To" value={chosen.to} size={10} hint="YYYY-MM-DD, YYYY-MM or YYYY" fits={isDay} />
      <Pick name="chain" says="Chain" value={chosen.chain} options={chains} />
      <Pick name="vector" says="How" value={chosen.vector} options={vectors} />
      <Pick name="victim" says="Victim" value={chosen.victim} options={victims} />
      <Pick name="min" says="At least" value={chosen.min} options={SIZES} words={SIZE} />
      <Pick name="max" says="At most" value={chosen.max} options={SIZES} words={SIZE} />
      <button
        type="button"
        disabled={!any}
        onClick={() => {
          setParams(Object.fromEntries(FILTERS.map((name) => [name, null])));
        }}
      >
        Clear
      </button>
      <span className="soft" role="status">
        {total !== null && `${count(total)} rows`}
      </span>
    </form>
  );
}

const isDay = (text: string) => lastDay(text) !== null;

interface TypedProps {
  name: FilterName;
  says: string;
  value: string;
  size: number;
  hint?: string;
  /** Whether what is typed is of the form that is asked for; until it is, nothing is asked. */
  fits?: (text: string) => boolean;
}

function Typed({ name, says, value, size, hint, fits }: TypedProps) {
  const [typed, type] = useState({ text: value, over: value }); // and what the URL said when it was typed
  const text = typed.text.trim() === value || typed.over === value ? typed.text : value; // else somebody else has changed it
  const wrong = text.trim() !== "" && fits !== undefined && !fits(text.trim());
  useEffect(() => {
    if (wrong || typed.over !== value || typed.text.trim() === value) return;
    const soon = window.setTimeout(() => {
      if ((currentPlace().query.get(name) ?? "") === typed.over) setParams({ [name]: typed.text.trim() });
    }, 250);
    return () => {
      window.clearTimeout(soon);
    };
  }, [typed, name, value, wrong]);
  return (
    <label className="field">
      <span>{says}</span>
      <input size={size} value={text} title={hint} aria-invalid={wrong} onChange={(event) => { type({ text: event.target.value, over: value }); }} />
    </label>
  );
}

function Pick({ name, says, value, options, words }: { name: FilterName; says: string; value: string; options: string[]; words?: Record<string, string> }) {
  const all = value && !options.includes(value) ? [value, ...options] : options;
  return (
    <label className="field">
      <span>{says}</span>
      <select value={value} onChange={(event) => { setParams({ [name]: event.target.value }); }}>
        <option value="">any</option>
        {all.map((option) => (
          <option key={option} value={option}>
            {words?.[option] ?? spoken(option)}
          </option>
        ))}
      </select>
    </label>
  );
}
