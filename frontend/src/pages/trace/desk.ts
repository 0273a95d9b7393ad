/** What a person does to a run: the view, notes, colours and kept ways, with undo and redo for all of it. */
import { useCallback, useEffect, useMemo, useReducer, useRef } from "react";
import { go } from "../../shell/route";
import { params } from "./graph";
import { viewOf, type View } from "./view";

export const COLOURS = ["amber", "lime", "cyan", "indigo", "rose", "slate"] as const;
export type Colour = (typeof COLOURS)[number];

export interface Note {
  of: string;
  on: "place" | "link";
  text: string;
  colour: Colour | null;
}

export interface Way {
  name: string;
  links: string[];
}

export interface Desk {
  view: View;
  notes: Note[];
  ways: Way[];
  title: string;
}

export interface Saved {
  id: string;
  edition: number;
}

interface State {
  past: Desk[];
  now: Desk;
  future: Desk[];
}

type Step = { do: "change"; to: Desk } | { do: "undo" } | { do: "redo" } | { do: "begin"; with: Desk };
const MOST = 200;

function next(state: State, step: Step): State {
  if (step.do === "begin") return { past: [], now: step.with, future: [] };
  if (step.do === "change") {
    if (JSON.stringify(step.to) === JSON.stringify(state.now)) return state;
    return { past: [...state.past, state.now].slice(-MOST), now: step.to, future: [] };
  }
  const [from, to] = step.do === "undo" ? (["past", "future"] as const) : (["future", "past"] as const);
  const found = state[from].at(-1);
  if (!found) return state;
  return { ...state, [from]: state[from].slice(0, -1), [to]: [...state[to], state.now], now: found };
}

const draftOf = (run: string) => `dyepack-draft-${run}`;

/** What was added and not saved in a case file yet; it stays on this machine. */
function draft(run: string): Pick<Desk, "notes" | "ways" | "title"> {
  try {
    const found = JSON.parse(localStorage.getItem(draftOf(run)) ?? "{}") as Partial<Desk>;
    return { notes: found.notes ?? [], ways: found.ways ?? [], title: found.title ?? "" };
  } catch {
    return { notes: [], ways: [], title: "" };
  }
}

export function useDesk(run: string) {
  const [state, step] = useReducer(next, null, () => ({
    past: [],
    now: { view: viewOf(new URLSearchParams(location.search)), ...draft(run) },
    future: [],
  }));
  const { now } = state;
  const latest = useRef(now);
  useEffect(() => {
    latest.current = now;
    try {
      const { notes, ways, title } = now;
      if (notes.length + ways.length + title.length) localStorage.setItem(draftOf(run), JSON.stringify({ notes, ways, title }));
      else localStorage.removeItem(draftOf(run));
    } catch {
      /* a browser that keeps nothing */
    }
  }, [now, run]);
  useEffect(() => {
    const query = params(now.view);
    const before = new URLSearchParams(location.search);
    for (const name of ["as_of", "rule", "case", "sel", "eye"]) {
      const value = before.get(name);
      if (value) query.set(name, value);
    }
    const text = query.toString();
    go(text ? `${location.pathname}?${text}` : location.pathname, true);
  }, [now.view]);
  const change = useCallback((part: Partial<Desk>) => {
    step({ do: "change", to: { ...latest.current, ...part } });
  }, []);
  return useMemo(
    () => ({
      ...now,
      change,
      look: (part: Partial<View>) => {
        change({ view: { ...latest.current.view, ...part } });
      },
      begin: (desk: Desk) => {
        step({ do: "begin", with: desk });
      },
      undo: () => {
        step({ do: "undo" });
      },
      redo: () => {
        step({ do: "redo" });
      },
      undoable: state.past.length > 0,
      redoable: state.future.length > 0,
    }),
    [now, change, state.past.length, state.future.length],
  );
}

export type DeskOf = ReturnType<typeof useDesk>;

/** The notes with one of them changed; a note without text and colour is none. */
export function noted(notes: Note[], note: Note): Note[] {
  const others = notes.filter((one) => one.of !== note.of || one.on !== note.on);
  return note.text || note.colour ? [...others, note] : others;
}
