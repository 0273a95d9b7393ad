import { describe, expect, test } from "vitest";
import { full, range, short } from "./amounts";
import type { Asset } from "./graph";

const USD: Asset = { asset: "USD", symbol: "USD", decimals: 6, weight: "1" };
const ETH: Asset = { asset: "ETH", symbol: "ETH", decimals: 18, weight: "1" };
const WHOLE: Asset = { asset: "X", symbol: "X", decimals: 0, weight: "1" };

describe("short has one decimal and the unit that leaves one to three digits", () => {
  test.each([
    ["0", USD, "$0"],
    ["999000000", USD, "$999.0"],
    ["1000000000", USD, "$1.0 k"],
    ["53799940000000", USD, "$53.8 M"],
    ["2500000000000000000", ETH, "2.5 ETH"],
    ["1", ETH, "0.000000000000000001 ETH"],
    ["123456789000000000", ETH, "0.123457 ETH"],
    ["9999999900000", USD, "$10.0 M"],
    ["100", USD, "$0.0001"],
    ["-5", WHOLE, "−5 X"],
    ["1500000000", WHOLE, "1.5 bn X"],
  ])("%s", (units, asset, text) => {
    expect(short(units, asset)).toBe(text);
  });
});

describe("a range names its unit once, that of its upper end", () => {
  test.each([
    ["53800000000000", "68500000000000", USD, "$53.8–68.5 M"],
    ["900000000000", "68500000000000", USD, "$0.9–68.5 M"],
    ["53800000000000", "53800000000001", USD, "$53.8 M"],
    ["1500000000000000000", "2500000000000000000", ETH, "1.5–2.5 ETH"],
    ["0", "0", USD, "$0"],
  ])("%s to %s", (low, high, asset, text) => {
    expect(range(low, high, asset)).toBe(text);
  });
});

test("full keeps every digit", () => {
  expect(full("1234567890123456789", ETH)).toBe("1.234567890123456789 ETH");
});
