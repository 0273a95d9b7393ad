import type { ReactNode } from "react";
import { count } from "./format";

/** One column: its head, and what a row has in it. */
export interface Column<Row> {
  head: string;
  cell: (row: Row) => ReactNode;
  /** Figures, right aligned. */
  n?: boolean;
  /** What the row is called by. */
  names?: boolean;
  nowrap?: boolean;
}

interface Props<Row> {
  /** What a screen reader calls the part that can be scrolled. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row, n: number) => string;
  classOf?: (row: Row) => string | undefined;
  className?: string;
}

/** A table as every page has it: it scrolls by itself where it is wide, and can be reached by Tab. */
export function Table<Row>({ label, columns, rows, keyOf, classOf, className }: Props<Row>) {
  return (
    <div className="scroll" role="region" aria-label={label} tabIndex={0}>
      <table className={className}>
        <thead>
          <tr>
            {columns.map(({ head, n }) => (
              <th key={head} scope="col" className={n ? "n" : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={keyOf(row, index)} className={classOf?.(row)}>
              {columns.map(({ head, cell, n, names, nowrap }) =>
                names ? (
                  <th key={head} scope="row" className={n ? "n" : undefined}>
                    {cell(row)}
                  </th>
                ) : (
                  <td key={head} className={n ? "n" : nowrap ? "nowrap" : undefined}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The way through a list that is longer than what is shown of it. */
export function Pager({ size, shown, total, offset, set }: { size: number; shown: number; total: number; offset: number; set: (offset: number) => void }) {
  if (total <= size) return null;
  return (
    <p className="pager no-print">
      <button type="button" disabled={offset === 0} onClick={() => { set(Math.max(0, offset - size)); }}>
        before
      </button>
      <span role="status">
        {count(offset + 1)}–{count(offset + shown)} of {count(total)}
      </span>
      <button type="button" disabled={offset + shown >= total} onClick={() => { set(offset + size); }}>
        next
      </button>
    </p>
  );
}

/** The whole list in a form for other programs; `url` asks for it as CSV. */
export function Save({ url }: { url: string }) {
  return (
    <p className="soft no-print">
      Save all as{" "}
      <a href={url} download>
        CSV
      </a>{" "}
      or{" "}
      <a href={url.replace("format=csv", "format=parquet")} download>
        Parquet
      </a>
      .
    </p>
  );
}
