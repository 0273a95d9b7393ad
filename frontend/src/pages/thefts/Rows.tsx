import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useRef, type KeyboardEvent } from "react";
import { Dollars } from "../../parts/Figure";
import { dollarRange, plain, spoken } from "../../parts/format";
import { Empty, Failed, Loading } from "../../parts/states";
import type { Pages } from "../../parts/usePages";
import { Link } from "../../shell/Link";
import { href, pathOf, setParams, useParam } from "../../shell/route";
import type { Line, Lines } from "./shapes";

const HEIGHT = 36;
const COLUMNS = [
  { name: "Date", sort: "date" },
  { name: "Victim", sort: "victim" },
  { name: "Taken", sort: "usd" },
  { name: "Range", sort: null },
  { name: "Attributed", sort: null },
  { name: "How", sort: null },
  { name: "Chains", sort: null },
  { name: "Victim is", sort: null },
] as const;

/** The thefts, one a row; only those in sight are drawn, and fetched. */
export function Rows({ pages, csv }: { pages: Pages<Line, Lines>; csv: string }) {
  const [sort] = useParam("sort", "-date");
  const scroller = useRef<HTMLDivElement>(null);
  const total = pages.head?.total ?? 0;
  const virtual = useVirtualizer({ count: total, getScrollElement: () => scroller.current, estimateSize: () => HEIGHT, overscan: 12 });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  const { see } = pages;
  useEffect(() => {
    see(first, last);
  }, [see, first, last]);
  useEffect(() => {
    scroller.current?.scrollTo(0, 0);
  }, [sort]);

  function walk(event: KeyboardEvent) {
    const row = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>("[aria-rowindex]") : null;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!row || !step) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(total - 1, Number(row.getAttribute("aria-rowindex")) - 2 + step));
    virtual.scrollToIndex(to);
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[aria-rowindex="${String(to + 2)}"] a`)?.focus({ preventScroll: true });
    });
  }

  if (pages.error) return <Failed error={pages.error} />;
  if (!pages.head) return <Loading what="the thefts" />;
  if (total === 0) return <Empty fill="Take a filter away, or ask by a wider rule.">No theft in the ledger is like this.</Empty>;
  return (
    <>
      {/* The arrow keys are a shortcut over links that are all reachable by Tab. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div className={pages.waiting ? "grid renewing" : "grid"} role="table" aria-label="Thefts" aria-rowcount={total + 1} aria-colcount={COLUMNS.length} onKeyDown={walk}>
        <div className="grid-scroll" style={{ maxHeight: (total + 1) * HEIGHT + 18 }} ref={scroller} tabIndex={0} role="rowgroup" aria-label="Rows">
          <div className="grid-row grid-head" role="row" aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <Head key={column.name} {...column} sort={sort} by={column.sort} />
            ))}
          </div>
          <div className="grid-body" role="presentation" style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => (
              <Row key={item.key} index={item.index} start={item.start} line={pages.row(item.index)} />
            ))}
          </div>
        </div>
      </div>
      <p className="soft print-only">On paper stand the rows that were in sight; all {total} are saved as CSV from the page.</p>
      <p className="soft no-print">
        Save all of these rows as{" "}
        <a href={csv} download>
          CSV
        </a>{" "}
        or{" "}
        <a href={csv.replace("format=csv", "format=parquet")} download>
          Parquet
        </a>
        . Arrows walk the rows.
      </p>
    </>
  );
}

function Head({ name, sort, by }: { name: string; sort: string; by: string | null }) {
  const at = by === null ? "none" : sort === by ? "ascending" : sort === `-${by}` ? "descending" : "none";
  const cls = name === "Taken" || name.startsWith("Range") ? "n" : undefined;
  if (by === null) {
    return (
      <div role="columnheader" className={cls}>
        {name}
      </div>
    );
  }
  return (
    <div role="columnheader" aria-sort={at} className={cls}>
      <button
        type="button"
        className="bare"
        onClick={() => {
          setParams({ sort: at === "descending" ? by : by === "date" ? null : `-${by}` });
        }}
      >
        {name} <span aria-hidden="true">{at === "ascending" ? "▲" : at === "descending" ? "▼" : ""}</span>
      </button>
    </div>
  );
}

const Row = memo(function Row({ index, start, line }: { index: number; start: number; line: Line | undefined }) {
  const at = { transform: `translateY(${String(start)}px)` };
  if (!line) {
    return (
      <div className="grid-row" role="row" aria-rowindex={index + 2} style={at}>
        <div role="cell" className="soft">
          …
        </div>
      </div>
    );
  }
  const { attribution, held } = line;
  return (
    <div className="grid-row" role="row" aria-rowindex={index + 2} style={at}>
      <div role="cell">{line.date}</div>
      <div role="cell">
        <Link href={href(pathOf("incident", line.incident))}>{plain(line.victim)}</Link>
      </div>
      <div role="cell" className="n">
        {held ? <Dollars micro={held.median} from={`the middle of ${String(held.claims)} claims`} /> : <span className="statement unknown">not said</span>}
      </div>
      <div role="cell" className="n soft">
        {held && held.low !== held.high && dollarRange(held.low, held.high)}
      </div>
      <div role="cell" title={attribution ? `${attribution.confidence} by ${plain(attribution.by)}${attribution.published ? `, ${attribution.published}` : ""}` : undefined}>
        {attribution ? (
          <span className="statement claim">
            {plain(attribution.actor)}, {attribution.confidence} by {plain(attribution.by)}
          </span>
        ) : (
          <span className="soft">nobody</span>
        )}
      </div>
      <div role="cell">{spoken(line.vector ?? "")}</div>
      <div role="cell" title={line.chains.map(spoken).join(", ")}>
        {line.chains.slice(0, 2).map(spoken).join(", ")}
        {line.chains.length > 2 && ` +${String(line.chains.length - 2)}`}
      </div>
      <div role="cell">{spoken(line.victim_type ?? "")}</div>
    </div>
  );
});
