import type { KeyboardEvent } from "react";

/**
 * Arrow keys over the marks of a drawing, each with `data-key`, the lane in which it lies (`data-lane`) and how far to
 * the right (`data-x`): left and right in that order, up and down to the nearest mark of the next lane.
 */
export function walk(event: KeyboardEvent<SVGElement>): void {
  const from = (event.target as Element).closest<SVGElement>("[data-key]");
  if (!from || event.altKey || event.ctrlKey || event.metaKey) return;
  const items = [...event.currentTarget.querySelectorAll<SVGElement>("[data-key]")];
  const x = (item: SVGElement) => Number(item.dataset["x"]);
  const inTime = [...items].sort((a, b) => x(a) - x(b));
  const lanes = [...new Set(items.map((item) => item.dataset["lane"]))];
  const near = (step: number) => {
    const lane = lanes[lanes.indexOf(from.dataset["lane"]) + step];
    return items.filter((item) => item.dataset["lane"] === lane).sort((a, b) => Math.abs(x(a) - x(from)) - Math.abs(x(b) - x(from)))[0];
  };
  const n = inTime.indexOf(from);
  const ways: Record<string, () => SVGElement | undefined> = {
    ArrowLeft: () => inTime[n - 1],
    ArrowRight: () => inTime[n + 1],
    Home: () => inTime[0],
    End: () => inTime.at(-1),
    ArrowUp: () => near(-1),
    ArrowDown: () => near(1),
  };
  const way = ways[event.key];
  if (!way) return;
  event.preventDefault();
  way()?.focus();
}
