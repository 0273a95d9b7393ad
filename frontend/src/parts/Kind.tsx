import type { ReactNode } from "react";

/** The kinds of statement; they differ by form before colour. */
export const KINDS = {
  fact: "fact on the chain",
  rule: "result of a rule",
  statistical: "statistical",
  analyst: "analyst’s decision",
  claim: "somebody’s claim",
  unknown: "unknown",
} as const;

export type KindName = keyof typeof KINDS;

export function Mark({ kind }: { kind: KindName }) {
  return <i className={`k ${kind}`} aria-hidden="true" />;
}

/** Something that is said, in the form of its kind; the kind's name is there for a screen reader. */
export function Statement({ kind, children }: { kind: KindName; children: ReactNode }) {
  return (
    <span className={`statement ${kind}`}>
      <span className="sr">{KINDS[kind]}: </span>
      {children}
    </span>
  );
}

export function Legend() {
  return (
    <aside className="legend" aria-label="Kinds of statement">
      <ul>
        {Object.entries(KINDS).map(([kind, name]) => (
          <li key={kind}>
            <Mark kind={kind as KindName} />
            {name}
          </li>
        ))}
      </ul>
    </aside>
  );
}
