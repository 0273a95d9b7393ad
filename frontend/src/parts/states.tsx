/** What stands where an answer will be, is not, or cannot be. */
import type { ReactNode } from "react";
import type { Answer, Refused } from "../api/client";

export function Loading({ what }: { what: string }) {
  return (
    <p className="state loading" role="status">
      <span className="pulse" aria-hidden="true" />
      Reading {what} …
    </p>
  );
}

/** Nothing there, and what would put something there. */
export function Empty({ children, fill }: { children: ReactNode; fill?: ReactNode }) {
  return (
    <div className="state empty">
      <p>{children}</p>
      {fill && <p>{fill}</p>}
    </div>
  );
}

export function Failed({ error }: { error: Refused }) {
  if (error.status === 413) return <TooLarge>{error.message}{error.next && <>: {error.next}</>}</TooLarge>;
  return (
    <div className="state failed" role="alert">
      <p>
        <b>{error.status === 404 ? "Not here" : "No answer"}:</b> {error.message}
      </p>
      {error.where && <p className="soft">Where: {error.where}</p>}
      {error.next && <p>Next: {error.next}</p>}
    </div>
  );
}

/** More than a picture or a page can hold; says how much, and what makes it less. */
export function TooLarge({ children }: { children: ReactNode }) {
  return (
    <div className="state large">
      <p>
        <b>Too much to show at once.</b> {children}
      </p>
    </div>
  );
}

/** We do not know, calmly, with the reason. */
export function Unknown({ children }: { children: ReactNode }) {
  return <span className="statement unknown">{children}</span>;
}

interface AwaitProps<T> {
  answer: Answer<T>;
  what: string;
  children: (value: T) => ReactNode;
}

/** An answer in whichever state it is; one that is being renewed stays, a little paler. */
export function Await<T>({ answer, what, children }: AwaitProps<T>) {
  if (answer.error) return <Failed error={answer.error} />;
  if (answer.value === null) return answer.waiting ? <Loading what={what} /> : null;
  return (
    <div className={answer.waiting ? "renewing" : undefined} aria-busy={answer.waiting}>
      {children(answer.value)}
    </div>
  );
}
