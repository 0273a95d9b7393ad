/** Keys that do something, and the one listener that knows which are in force. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { pressed, type Key } from "./chords";

let inForce: readonly Key[] = [];
let pending = "";
const listeners = new Set<() => void>();

function change(to: readonly Key[]): void {
  inForce = to;
  listeners.forEach((tell) => {
    tell();
  });
}

/** These keys work while the part that names them is shown. */
export function useKeys(keys: readonly Key[]): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  const names = keys.map((one) => `${one.key}\t${one.says}`).join("\n");
  useEffect(() => {
    const mine = names.split("\n").filter(Boolean).map((line) => {
      const [key = "", says = ""] = line.split("\t");
      return { key, says, run: () => latest.current.find((one) => one.key === key)?.run() };
    });
    change([...inForce, ...mine]);
    return () => {
      change(inForce.filter((one) => !mine.includes(one)));
    };
  }, [names]);
}

export function useKeysInForce(): readonly Key[] {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => inForce,
  );
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, select, textarea, dialog[open], [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const press = pressed(inForce, pending, event.key);
  pending = press.pending;
  if (!press.found) return;
  event.preventDefault();
  press.found.run();
});
