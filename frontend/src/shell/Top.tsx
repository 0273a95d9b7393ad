import { useEffect, useState } from "react";
import { lastDay } from "../parts/format";
import { openKeyHelp } from "./KeyHelp";
import { useKeys } from "./keys";
import { useParam } from "./route";
import { Search } from "./Search";
import { setSettings, useSettings, type Theme } from "./settings";

/** What each rule counts; the words of `dyepack totals --help`. */
export const RULES: Record<string, string> = {
  R1: "confirmed by a government",
  R2: "confirmed by a government, or assessed by anybody but the running lists",
  R3: "confirmed or assessed by anybody, and not denied",
  R4: "named by anybody, suspicions and disputed claims included",
};
export const RULE = "R2";

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const THEMES: Record<Theme, string> = { system: "System", light: "Light", dark: "Dark" };

export function Top() {
  const [asOf, setAsOf] = useParam("as_of");
  const [rule, setRule] = useParam("rule", RULE);
  const { theme } = useSettings();
  useKeys([{ key: "t", says: "system’s, light or dark", run: () => { setSettings({ theme: NEXT[theme] }); } }]);
  return (
    <header className="top">
      <Search />
      <label className="field">
        <span>As of</span>
        <DayBox key={asOf} day={asOf} set={setAsOf} />
      </label>
      <label className="field">
        <span>Rule</span>
        <select value={rule} title={RULES[rule]} onChange={(event) => { setRule(event.target.value); }}>
          {Object.entries(RULES).map(([name, says]) => (
            <option key={name} value={name} title={says}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Clock />
      <button type="button" className="quiet" onClick={() => { setSettings({ theme: NEXT[theme] }); }} aria-label={`Light or dark: ${THEMES[theme]}`}>
        ◐ {THEMES[theme]}
      </button>
      <button type="button" className="quiet" onClick={openKeyHelp} aria-label="Keys" aria-keyshortcuts="?">
        ?
      </button>
    </header>
  );
}

/** A day as we write days; a month or a year means its end, as everywhere. */
function DayBox({ day, set }: { day: string; set: (day: string | null) => void }) {
  const [typed, type] = useState(day);
  const meant = lastDay(typed.trim());
  return (
    <input
      size={9}
      placeholder="latest"
      title="YYYY-MM-DD; a month or a year means its end"
      value={typed}
      aria-invalid={typed.trim() !== "" && meant === null}
      onChange={(event) => {
        type(event.target.value);
      }}
      onBlur={() => {
        if (typed.trim() === "") set(null);
        else if (meant) set(meant);
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
      }}
    />
  );
}

function Clock() {
  const { local } = useSettings();
  const [now, set] = useState(() => new Date());
  useEffect(() => {
    const tick = window.setInterval(() => {
      set(new Date());
    }, 10_000);
    return () => {
      window.clearInterval(tick);
    };
  }, []);
  const two = (n: number) => String(n).padStart(2, "0");
  useKeys([{ key: "l", says: "local time beside UTC, or not", run: () => { setSettings({ local: !local }); } }]);
  const utc = now.toISOString();
  return (
    <button
      type="button"
      className="quiet clock"
      aria-pressed={local}
      aria-label={`${utc.slice(0, 10)} ${utc.slice(11, 16)} UTC; local time beside it`}
      onClick={() => {
        setSettings({ local: !local });
      }}
    >
      {utc.slice(11, 16)} UTC{local && <span className="soft"> {two(now.getHours())}:{two(now.getMinutes())} local</span>}
    </button>
  );
}
