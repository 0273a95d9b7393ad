import { expect, test } from "vitest";
import { marksOn, signs, spread } from "./marks";
import { linear } from "./scale";
import type { Printed } from "./shapes";

const printed = (publisher: string, known_by: string, more: Partial<Printed> = {}) => ({ publisher, known_by, year: 2022, usd: "1", derived: false, ...more }) as Printed;

test("who prints more has the first choice of letters", () => {
  const all = [printed("TRM", "2023-01-01"), printed("TRM", "2023-02-01"), printed("Tayvano", "2023-01-01"), printed("Sum", "2023-01-01", { derived: true })];
  expect([...signs(all)]).toEqual([["TRM", "T"], ["Tayvano", "Ta"]]);
});

test("on a day only what was printed by it stands, and what was revised by then is fainter", () => {
  const all = [printed("TRM", "2023-01-01"), printed("TRM", "2023-06-01"), printed("TRM", "2024-01-01")];
  const on = (day: string) => marksOn(all, new Map([["TRM", "T"]]), day, "").map((one) => [one.printed.known_by, one.revised]);
  expect(on("2023-06-01")).toEqual([["2023-01-01", true], ["2023-06-01", false]]);
  expect(on("")).toHaveLength(3);
  expect(on("2022-01-01")).toEqual([]);
});

test("labels keep their distance, their order and the limits", () => {
  expect(spread([10, 11, 50], 12, 0, 100)).toEqual([10, 22, 50]);
  expect(spread([99, 98], 12, 0, 100)).toEqual([100, 88]);
});

test("an axis has round steps and room for what it must show", () => {
  const { ticks, y } = linear(259.6, { top: 0, base: 100 });
  expect(ticks.map((one) => one.text)).toEqual(["0", "50", "100", "150", "200", "250", "$300 M"]);
  expect(y("150000000000000")).toBe(50);
});
