import type { Drawing } from "./graph";

/** What the picture's own signs mean; the kinds of statement are told at the foot of every page. */
export function PictureLegend({ drawing }: { drawing: Drawing }) {
  const { graph } = drawing;
  const kinds = new Set(graph.places.map((one) => one.kind));
  const marks = new Set(graph.links.flatMap((one) => one.marks));
  const hidden = graph.places.some((one) => one.hidden_in !== "0" || one.hidden_out !== "0");
  return (
    <ul className="signs plain" aria-label="Signs of the picture">
      <li>
        <i className="swatch dye" aria-hidden="true" />
        stolen money; stronger where more of what moved is stolen
      </li>
      {graph.sources.some((one) => one.drawn && one.source === "unknown") && (
        <li>
          <i className="swatch unknown" aria-hidden="true" />
          of unknown origin
        </li>
      )}
      <li>
        <i className="swatch kept" aria-hidden="true" />
        kept, did not move
      </li>
      {["service", "mixer", "bridge", "frozen", "analyst"].filter((kind) => kinds.has(kind)).map((kind) => (
        <li key={kind}>
          <i className={`swatch place ${kind}`} aria-hidden="true" />
          {kind === "analyst" ? "end by decision" : kind}
        </li>
      ))}
      {marks.has("conversion") && <li>⇄ conversion</li>}
      {marks.has("crossing") && <li>⤳ crossing to another chain</li>}
      {marks.has("mixer") && <li>≋ mixer</li>}
      {graph.bait.shown && (
        <li>
          <i className="swatch bait" aria-hidden="true" />
          bait, never followed{graph.bait.more > 0 && ` (the ${String(graph.bait.marks.length)} largest marks; ${String(graph.bait.more)} more)`}
        </li>
      )}
      {hidden && (
        <li>
          <i className="swatch stub" aria-hidden="true" />
          not drawn
        </li>
      )}
    </ul>
  );
}
