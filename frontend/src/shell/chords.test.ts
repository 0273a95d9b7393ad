import { expect, test } from "vitest";
import { pressed, type Key } from "./chords";

const key = (name: string): Key => ({ key: name, says: name, run: () => undefined });
const inForce = [key("g t"), key("e"), key("t"), key("e")];

test("one key acts at once, the last that took it first", () => {
  expect(pressed(inForce, "", "e")).toEqual({ found: inForce[3], pending: "" });
});

test("two keys in a row: the first waits, the second acts as both", () => {
  const first = pressed(inForce, "", "g");
  expect(first).toEqual({ found: undefined, pending: "g" });
  expect(pressed(inForce, first.pending, "t").found).toBe(inForce[0]);
});

test("a second key that makes no pair acts for itself, and one that is nobody's does nothing", () => {
  expect(pressed(inForce, "g", "e")).toEqual({ found: inForce[3], pending: "" });
  expect(pressed(inForce, "g", "x")).toEqual({ found: undefined, pending: "" });
  expect(pressed(inForce, "g", "g")).toEqual({ found: undefined, pending: "g" });
});
