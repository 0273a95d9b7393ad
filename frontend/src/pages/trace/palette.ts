/** The colours of the picture, read from the style sheet: magenta is stolen money and nothing else. */
import type { Colour } from "./desk";

const NAMES = [
  "paper", "raised", "ink", "soft", "line", "faint", "dye", "dye-pale", "others", "others-pale", "service", "mixer", "bridge", "frozen", "returned", "analyst", "unknown", "unknown-line", "focus",
] as const;

export type Palette = Record<(typeof NAMES)[number], string> & { notes: Record<Colour, string> };

const NOTES: Record<"light" | "dark", Record<Colour, string>> = {
  light: { amber: "#b26a00", lime: "#5c7a00", cyan: "#00788c", indigo: "#4051b5", rose: "#b3413e", slate: "#54626f" },
  dark: { amber: "#ffc069", lime: "#bada55", cyan: "#67e0f0", indigo: "#a5b4ff", rose: "#ff9d94", slate: "#b3c1cc" },
};

export function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const found = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim() || "#777"]));
  const dark = style.colorScheme.includes("dark") && !style.colorScheme.includes("light");
  return { ...found, notes: NOTES[dark ? "dark" : "light"] } as Palette;
}

const KINDS: Record<string, keyof Palette> = {
  service: "service", mixer: "mixer", bridge: "bridge", frozen: "frozen", returned: "returned", analyst: "analyst", behaviour: "service", pooled: "service", start: "dye",
};

/** The colour of a place by what it is. */
export function colourOf(kind: string, colours: Palette): string {
  return colours[KINDS[kind] ?? "others"] as string;
}
