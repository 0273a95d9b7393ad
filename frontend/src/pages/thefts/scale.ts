/** The upright scale of a chart of dollars: from zero, or logarithmic from a power of ten below the least sum. */
import { forDrawing, thousands } from "../../parts/format";

const STEPS = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000, 10000, 20000, 50000];

export interface Scale {
  /** Where an amount of micro-dollars stands, from the top. */
  y: (units: string) => number;
  ticks: { at: number; text: string }[];
}

interface Room {
  top: number;
  base: number;
}

export function linear(room: number, { top, base }: Room): Scale {
  const step = STEPS.find((one) => room <= one * 6) ?? 100000;
  const most = step * Math.max(1, Math.ceil(room / step));
  const at = (millions: number) => base - (millions / most) * (base - top);
  const values = Array.from({ length: Math.round(most / step) + 1 }, (_, n) => n * step);
  return { y: (units) => at(forDrawing(units, 12)), ticks: values.map((value) => ({ at: at(value), text: said(value, value === most) })) };
}

export function logarithmic(sums: readonly string[], room: number, { top, base }: Room): Scale {
  const positive = sums.map((units) => forDrawing(units, 12)).filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...positive, room)));
  const high = Math.max(low + 1, Math.log10(room * 1.3));
  const at = (millions: number) => base - Math.max(0, (Math.log10(Math.max(millions, 10 ** low)) - low) / (high - low)) * (base - top);
  const powers = Array.from({ length: Math.floor(high) - low + 1 }, (_, n) => low + n);
  return { y: (units) => at(forDrawing(units, 12)), ticks: powers.map((power) => ({ at: at(10 ** power), text: said(10 ** power, power === Math.floor(high)) })) };
}

function said(millions: number, marked: boolean): string {
  const text = millions >= 1 ? thousands(String(millions)) : millions.toPrecision(1);
  return marked ? `$${text} M` : text;
}
