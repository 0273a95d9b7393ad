import { count } from "../../parts/format";

/** The button below a list that is not all there. */
export function MoreOf({ shown, total, more }: { shown: number; total: number; more: () => void }) {
  if (shown >= total) return null;
  return (
    <button type="button" onClick={more}>
      More of {count(total)}
    </button>
  );
}
