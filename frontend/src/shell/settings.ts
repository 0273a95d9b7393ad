/** What a reader prefers on this machine: light or dark, and whether local time stands beside UTC. */
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";
interface Settings {
  theme: Theme;
  local: boolean;
}

const NAME = "dyepack";
const listeners = new Set<() => void>();
let now: Settings = { theme: "system", local: false, ...stored() };

function stored(): Partial<Settings> {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(NAME) ?? "{}");
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {}; // a browser that keeps nothing, or something that is not ours
  }
}

export function setSettings(change: Partial<Settings>): void {
  now = { ...now, ...change };
  try {
    localStorage.setItem(NAME, JSON.stringify(now));
  } catch {
    /* kept for this page only */
  }
  dress();
  listeners.forEach((tell) => {
    tell();
  });
}

/** Tell the style sheet which dress to wear. */
export function dress(): void {
  if (now.theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = now.theme;
}

export function useSettings(): Settings {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => now,
  );
}
