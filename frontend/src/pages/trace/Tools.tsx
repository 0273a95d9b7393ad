import { useState } from "react";
import { count, plain } from "../../parts/format";
import type { DeskOf } from "./desk";
import type { Graph } from "./graph";
import { LEVELS, METHODS, SAYS, UNFILTERED, type View } from "./view";

interface Props {
  graph: Graph;
  desk: DeskOf;
  onFit: () => void;
  onZoom: (by: number) => void;
  onExport: (form: Form) => void;
}

export type Form = "png" | "svg" | "csv" | "graphml";
const FORMS: Record<Form, string> = { png: "PNG picture", svg: "SVG picture", csv: "CSV of the ribbons", graphml: "GraphML" };

/** What is asked of the run: the rule, how far it is folded, and which part. */
export function Tools({ graph, desk, onFit, onZoom, onExport }: Props) {
  const { view } = desk;
  const [open, setOpen] = useState(false);
  const filters = [view.from || view.to, view.least, view.asset.length, view.source.length, view.hide.length, view.focus].filter(Boolean).length;
  const shown = open || filters > 0;
  return (
    <div className="tools no-print" role="toolbar" aria-label="The view">
      <div className="segments" role="group" aria-label="Rule by which money is followed">
        {graph.methods.map((name) => (
          <button key={name} type="button" aria-pressed={name === graph.method} title={SAYS[name]} onClick={() => { desk.look({ method: name }); }}>
            {METHODS[name] ?? name}
          </button>
        ))}
      </div>
      <label className="field">
        <span>Fold</span>
        <select value={view.level || "auto"} onChange={(event) => { desk.look({ level: event.target.value === "auto" ? "" : event.target.value, open: [] }); }}>
          {graph.fold.levels.map((name) => (
            <option key={name} value={name}>
              {LEVELS[name] ?? name}
              {name === "auto" && ` (${LEVELS[graph.fold.level] ?? graph.fold.level})`}
            </option>
          ))}
        </select>
      </label>
      <button type="button" aria-expanded={shown} onClick={() => { setOpen(!open); }}>
        Filter{filters > 0 && ` (${String(filters)})`}
      </button>
      {graph.bait.movements > 0 && (
        <button type="button" aria-pressed={graph.bait.shown} title="Movements that nobody followed: address poisoning, decoys, movements of nothing (b)" onClick={() => { desk.look({ bait: graph.bait.shown ? "" : "true" }); }}>
          <i className="swatch bait" aria-hidden="true" /> Bait ({count(graph.bait.movements)})
        </button>
      )}
      <span className="gap" />
      <div className="joined">
        <button type="button" aria-label="Undo" title="Undo (z)" disabled={!desk.undoable} onClick={desk.undo}>
          ↶
        </button>
        <button type="button" aria-label="Redo" title="Redo (y)" disabled={!desk.redoable} onClick={desk.redo}>
          ↷
        </button>
      </div>
      <div className="joined">
        <button type="button" aria-label="Smaller" title="Smaller (-)" onClick={() => { onZoom(1 / 1.4); }}>
          −
        </button>
        <button type="button" title="Show all of it (0)" onClick={onFit}>
          Fit
        </button>
        <button type="button" aria-label="Larger" title="Larger (+)" onClick={() => { onZoom(1.4); }}>
          +
        </button>
      </div>
      <select className="export" aria-label="Export what is seen" value="" onChange={(event) => { onExport(event.target.value as Form); }}>
        <option value="" disabled>
          Export
        </option>
        {Object.entries(FORMS).map(([form, name]) => (
          <option key={form} value={form}>
            {name}
          </option>
        ))}
      </select>
      {shown && <Filters graph={graph} desk={desk} view={view} />}
    </div>
  );
}

function Filters({ graph, desk, view }: { graph: Graph; desk: DeskOf; view: View }) {
  const day = (text: string | null) => text?.slice(0, 10) ?? "";
  const main = graph.assets[0];
  const [least, setLeast] = useState(view.least);
  const [seen, setSeen] = useState(view.least);
  if (seen !== view.least) {
    setSeen(view.least);
    setLeast(view.least);
  }
  const asked = graph.sources.map((one) => one.source).filter((one) => (view.source.length ? view.source.includes(one) : one !== "unknown"));
  const drawn = asked.length ? asked : graph.sources.map((one) => one.source);
  return (
    <div className="filters">
      <label className="field">
        <span>From</span>
        <input type="date" value={view.from.slice(0, 10)} min={day(graph.times.first)} max={day(graph.times.last)} onChange={(event) => { desk.look({ from: event.target.value }); }} />
      </label>
      <label className="field">
        <span>to</span>
        <input type="date" value={view.to.slice(0, 10)} min={day(graph.times.first)} max={day(graph.times.last)} onChange={(event) => { desk.look({ to: event.target.value }); }} />
      </label>
      <label className="field">
        <span>At least{main && ` (${main.symbol})`}</span>
        <input className="least" inputMode="decimal" value={least} placeholder="0" onChange={(event) => { setLeast(event.target.value); }} onBlur={() => { desk.look({ least }); }} onKeyDown={(event) => { if (event.key === "Enter") desk.look({ least }); }} />
      </label>
      <label className="field">
        <span>Columns</span>
        <select value={view.periods} onChange={(event) => { desk.look({ periods: event.target.value }); }}>
          <option value="">as fit</option>
          {["3", "6", "9", "14", "24", "40"].map((n) => (
            <option key={n}>{n}</option>
          ))}
        </select>
      </label>
      {graph.assets.length > 1 && (
        <fieldset>
          <legend>Assets</legend>
          {graph.assets.map(({ asset, symbol }) => {
            const all = graph.assets.map((one) => one.asset);
            const on = view.asset.length === 0 || view.asset.includes(asset);
            return (
              <label key={asset}>
                <input type="checkbox" checked={on} onChange={() => {
                  const now = view.asset.length ? view.asset : all;
                  const to = on ? now.filter((one) => one !== asset) : [...now, asset];
                  desk.look({ asset: to.length === all.length ? [] : to });
                }} />
                {plain(symbol)}
              </label>
            );
          })}
        </fieldset>
      )}
      {graph.sources.length > 1 && (
        <fieldset>
          <legend>Money</legend>
          {graph.sources.map(({ source }) => {
            const on = drawn.includes(source);
            return (
              <label key={source}>
                <input type="checkbox" checked={on} disabled={on && drawn.length === 1} onChange={() => { desk.look({ source: on ? drawn.filter((one) => one !== source) : [...drawn, source] }); }} />
                {source === "unknown" ? "of unknown origin" : plain(source)}
              </label>
            );
          })}
        </fieldset>
      )}
      <button type="button" className="quiet" onClick={() => { desk.look(UNFILTERED); }}>
        Clear
      </button>
    </div>
  );
}
