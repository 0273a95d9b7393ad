import type { ReactNode } from "react";
import { Link } from "../shell/Link";
import { dollars, exact } from "./format";

interface Door {
  /** Where the rows that sum to it are. */
  to?: string | undefined;
  /** Its source or run, said on hover. */
  from?: string | undefined;
  children?: ReactNode;
}

interface FigureProps extends Door {
  /** What is copied: the exact integer. */
  units: string;
  /** The exact value with its unit, shown on hover and focus. */
  says: string;
}

/** A number that opens: exact on hover and focus, `c` or a click copies the integer, and a link leads to its rows. */
export function Figure({ units, says, to, from, children }: FigureProps) {
  const data = { "data-exact": says, "data-copy": units, "data-from": from };
  if (to !== undefined) {
    return (
      <Link className="figure" href={to} {...data}>
        {children}
      </Link>
    );
  }
  return (
    <button type="button" className="figure" {...data}>
      {children}
    </button>
  );
}

/** Dollars, from micro-dollars: $340.4 M. */
export function Dollars({ micro, children, ...door }: Door & { micro: string }) {
  return (
    <Figure units={micro} says={`${exact(micro, 6)} USD`} {...door}>
      {children ?? dollars(micro)}
    </Figure>
  );
}

/** An amount of an asset, from base units. */
export function Amount({ units, decimals, asset, shown, children, ...door }: Door & { units: string; decimals: number; asset: string; shown?: string }) {
  return (
    <Figure units={units} says={`${exact(units, decimals)} ${asset}`} {...door}>
      {children ?? shown ?? `${exact(units, decimals)} ${asset}`}
    </Figure>
  );
}
