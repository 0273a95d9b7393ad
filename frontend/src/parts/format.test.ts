import { describe, expect, test } from "vitest";
import { dollarRange, dollars, exact, lastDay, millions, moment, percent, plain, plural, rounded, spoken, thousands } from "./format";

const THIN = "\u2009";

describe("thousands", () => {
  test.each([
    ["0", "0"],
    ["999", "999"],
    ["1000", `1${THIN}000`],
    ["123456789", `123${THIN}456${THIN}789`],
  ])("%s", (digits, text) => {
    expect(thousands(digits)).toBe(text);
  });
});

describe("exact keeps every digit, and none that says nothing", () => {
  test.each([
    ["0", 18, "0"],
    ["1", 18, "0.000000000000000001"],
    ["1500000", 6, "1.5"],
    ["-1500000", 6, "−1.5"],
    ["12345678901234567890123456789012345678", 0, ["12", "345", "678", "901", "234", "567", "890", "123", "456", "789", "012", "345", "678"].join(THIN)],
    ["115792089237316195423570985008687907853269984665640564039457584007913129639935", 77, "1.15792089237316195423570985008687907853269984665640564039457584007913129639935"],
    ["1000", 0, `1${THIN}000`],
  ])("%s with %i decimals", (units, decimals, text) => {
    expect(exact(units, decimals)).toBe(text);
  });
});

describe("rounded goes half to even, as the server does", () => {
  test.each([
    ["250", 3, 1, "0.2"],
    ["350", 3, 1, "0.4"],
    ["251", 3, 1, "0.3"],
    ["-250", 3, 1, "−0.2"],
    ["5", 0, 2, "5.00"],
    ["259650000000000", 12, 1, "259.6"],
    ["259650000000001", 12, 1, "259.7"],
    ["2500000000000", 12, 0, "2"],
    ["3500000000000", 12, 0, "4"],
    ["999950000000000", 12, 1, `1${THIN}000.0`],
    ["999949999999999", 12, 1, "999.9"],
  ])("%s with %i decimals, %i shown", (units, decimals, shown, text) => {
    expect(rounded(units, decimals, shown)).toBe(text);
  });
});

test("dollars are in millions, with the sign before them, and a range names its unit once", () => {
  expect(millions("340400000000000")).toBe("340.4");
  expect(dollars("-57190000000000")).toBe("−$57.2 M");
  expect(dollarRange("53800000000000", "68500000000000")).toBe("$53.8–68.5 M");
  expect(dollarRange("53800000000000", "53800000000000")).toBe("$53.8 M");
});

test("shares, counts and plurals", () => {
  expect(percent(0.23712)).toBe("23.7 %");
  expect(percent(0.5, 0)).toBe("50 %");
  expect(plural(1, "theft")).toBe("1 theft");
  expect(plural(12345, "address", "addresses")).toBe(`12${THIN}345 addresses`);
});

test("a moment is in UTC to the second", () => {
  expect(moment("2023-01-13T20:34:11Z")).toBe("2023-01-13 20:34:11");
  expect(moment("2023-01-13T20:34:11.123456+00:00")).toBe("2023-01-13 20:34:11");
});

describe("the last day of what a person writes", () => {
  test.each([
    ["2023", "2023-12-31"],
    ["2023-02", "2023-02-28"],
    ["2024-02", "2024-02-29"],
    ["2023-09-14", "2023-09-14"],
    ["2023-02-29", null],
    ["2023-13", null],
    ["2023-00", null],
    ["2023-04-00", null],
    ["14.9.2023", null],
    ["", null],
    ["9999", "9999-12-31"],
  ])("%s", (text, day) => {
    expect(lastDay(text)).toBe(day);
  });
});

test("words of the data, and what cannot be seen", () => {
  expect(spoken("private-key-compromise")).toBe("private key compromise");
  expect(spoken("cex")).toBe("exchange");
  expect(plain("a\u202eb\u200b\u{e0041}")).toBe("a<U+202E>b<U+200B><U+E0041>");
  expect(plain("Binance 14")).toBe("Binance 14");
});
