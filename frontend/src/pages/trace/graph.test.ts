import { expect, test } from "vitest";
import { drawing, ofUnknown, params, toggled, widestWay, type Graph, type Link, type Place } from "./graph";
import { bare, folded, fromFile, opened, PLAIN, toFile, viewOf } from "./view";

const place = (id: string, more: Partial<Place> = {}) => ({ id, side: null, by_source: {}, ...more }) as Place;
const link = (from: string, to: string, h: number) => ({ id: `${from}-${to}`, from, to, h }) as Link;

function graph(...links: Link[]) {
  const names = [...new Set(links.flatMap((one) => [one.from, one.to]))];
  return drawing({ places: names.map((one) => place(one)), links, bait: { marks: [] } } as unknown as Graph);
}

test("the widest way goes over what is chosen, by the narrowest link that is widest", () => {
  const drawn = graph(link("s", "a", 5), link("s", "b", 9), link("a", "c", 4), link("b", "c", 1), link("c", "e", 3), link("c", "f", 2));
  expect(widestWay(drawn, "c")).toEqual(["s-a", "a-c", "c-e"]);
  expect(widestWay(drawn, "b-c")).toEqual(["s-b", "b-c", "c-e"]);
});

test("a link is put into a way and taken out of it", () => {
  expect(toggled(null, "x")).toEqual(["x"]);
  expect(toggled(["x", "y"], "x")).toEqual(["y"]);
  expect(toggled(["x"], "x")).toBeNull();
});

test("what is of unknown origin is said of ends alone, and only where there is some", () => {
  expect(ofUnknown(place("e", { side: "end", by_source: { unknown: "5" } }))).toBe("5");
  expect(ofUnknown(place("e", { side: "end", by_source: { unknown: "0" } }))).toBeNull();
  expect(ofUnknown(place("e", { side: "start", by_source: { unknown: "5" } }))).toBeNull();
});

test("a view is the same after its URL and its file", () => {
  const view = { ...PLAIN, method: "lifo", open: ["held~3", "service:htx"], from: "2023-01-13", least: "10.5" };
  expect(viewOf(params(view))).toEqual(view);
  expect(fromFile(toFile(view, { eye: "", sel: "", way: [] }))).toEqual(view);
});

test("a lane is opened once, further, and folded with what was opened inside", () => {
  const once = opened(PLAIN, "held");
  const further = opened(once, "held~24");
  expect(further.open).toEqual(["held~24"]);
  expect(bare("held~24")).toBe("held");
  expect(folded(opened(further, "held\u241fothers~12"), "held").open).toEqual([]);
});
