import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { ask, question, Refused, useAnswer } from "../../api/client";
import { plain, plural } from "../../parts/format";
import { Moment } from "../../parts/Moment";
import { Empty, Failed, TooLarge } from "../../parts/states";
import { useTitle } from "../../parts/title";
import { useKeys } from "../../shell/keys";
import { Link as Door } from "../../shell/Link";
import { currentPlace, href, pathOf, setParams, useParam } from "../../shell/route";
import type { RunView } from "./bounds";
import { CaseBar, type Kept } from "./CaseBar";
import { useDesk, type Colour, type DeskOf, type Saved } from "./desk";
import { asCsv, asGraphml, asPng, asSvg, save } from "./files";
import type { Hit } from "./geometry";
import { drawing as drawingOf, url, toggled, widestWay, type Drawing, type Graph, type Place } from "./graph";
import { Inspector } from "./Inspector";
import { Making } from "./Making";
import { PictureLegend } from "./PictureLegend";
import type { Picture } from "./picture";
import { Remarks } from "./Remarks";
import { Stage } from "./Stage";
import { Tools, type Form } from "./Tools";
import { inWords, step, Twin } from "./Twin";
import { bare, folded, fromFile, METHODS, opened, seenIn, UNFILTERED, type Seen } from "./view";
import "./trace.css";

/** Where is the money? One run as a picture that is folded, opened, filtered, noted, and handed on. */
export default function Trace({ run }: { run: string }) {
  const desk = useDesk(run);
  const [saved, setSaved] = useState<Saved | null>(null);
  const [caseId] = useParam("case");
  const [failed, setFailed] = useState<Refused | null>(null);
  const [seen, setSeen] = useState<Seen | null>(() => (caseId ? null : { eye: currentPlace().query.get("eye") ?? "", sel: "", way: [] }));
  useTitle(`Trace ${run}`);
  const { begin } = desk;
  const asked = useRef("");
  useEffect(() => {
    if (!caseId || asked.current === caseId) return;
    asked.current = caseId;
    ask<Kept>(question(`case-files/${encodeURIComponent(caseId)}`)).then(
      ({ id, edition, case: file }) => {
        setSaved({ id, edition });
        const found = seenIn(file.view);
        setSeen(found);
        setParams({ sel: found.sel, eye: found.eye });
        begin({ view: fromFile(file.view), notes: file.notes.map((note) => ({ ...note, colour: note.colour as Colour | null })), ways: file.ways, title: file.title });
      },
      (error: unknown) => {
        setSeen({ eye: "", sel: "", way: [] });
        setFailed(error instanceof Refused ? error : new Refused(0, { message: String(error) }));
      },
    );
  }, [caseId, begin]);
  const answer = useAnswer<Graph>(seen && url(`${pathOf("runs", run).slice(1)}/graph`, desk.view));
  const drawing = useMemo(() => (answer.value ? drawingOf(answer.value) : null), [answer.value]);
  return (
    <div className="trace" aria-busy={answer.waiting}>
      {failed && <Failed error={failed} />}
      {answer.error && (
        <>
          <Failed error={answer.error} />
          {desk.undoable && (
            <button type="button" onClick={desk.undo}>
              Back to the view before
            </button>
          )}
        </>
      )}
      {!drawing && !answer.error && <Making run={run} />}
      {drawing && seen && !answer.error && <Workbench drawing={drawing} desk={desk} run={run} saved={saved} onSaved={setSaved} seen={seen} />}
      {drawing && answer.waiting && <Remaking run={run} />}
    </div>
  );
}

const LONG = 700;

/** A view that takes long to make says so; the one before stays meanwhile. */
function Remaking({ run }: { run: string }) {
  const [long, set] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => { set(true); }, LONG);
    return () => { window.clearTimeout(timer); };
  }, []);
  return long ? <div className="remaking"><Making run={run} /></div> : null;
}

interface Props {
  drawing: Drawing;
  desk: DeskOf;
  run: string;
  saved: Saved | null;
  onSaved: (saved: Saved) => void;
  seen: Seen;
}

function Workbench({ drawing, desk, run, saved, onSaved, seen }: Props) {
  const { graph } = drawing;
  const [selected, select] = useParam("sel");
  const [pointed, point] = useState<string | null>(null);
  const [way, setWay] = useState<string[] | null>(seen.way.length ? seen.way : null);
  const [turn, again] = useState(0);
  const told = useAnswer<RunView>(`${question(pathOf("runs", graph.run).slice(1))}#${String(turn)}`).value;
  const [explained, explain] = useState<string | null>(null);
  const [anchor, setAnchor] = useState<{ lane: string; id: string } | null>(null);
  const picture = useRef<Picture>(null);
  const bench = useRef<HTMLDivElement>(null);
  const chosen = drawing.places.has(selected) || drawing.links.has(selected) || drawing.baits.has(selected) ? selected : null;
  const shownWay = useMemo(() => (way?.some((id) => drawing.links.has(id)) ? new Set(way) : null), [way, drawing]);
  const look = useMemo(() => ({ selected: chosen, pointed, way: shownWay, notes: desk.notes }), [chosen, pointed, shownWay, desk.notes]);
  const choose = useCallback((id: string | null) => {
    explain(null);
    select(id);
    if (id) picture.current?.reveal(id);
  }, [select]);
  // What was opened is gone; its first part is selected in its place, so that the keyboard goes on from there.
  useEffect(() => {
    if (!selected || chosen || !anchor) return;
    const now = graph.places.find((one) => one.lane === anchor.lane) ?? graph.places.find((one) => one.folds === anchor.lane);
    if (now) select(now.id);
  }, [selected, chosen, anchor, graph, select]);
  /** A change around a place, which stays where the eye has it. */
  const around = useCallback((place: Place, change: () => void) => {
    setAnchor({ lane: place.lane, id: place.id });
    change();
  }, []);
  const openAt = (id: string | null) => {
    const place = id === null ? undefined : drawing.places.get(id);
    if (place?.opens) around(place, () => { desk.change({ view: opened(desk.view, place.opens!) }); });
  };
  const foldAt = (id: string | null) => {
    const place = id === null ? undefined : drawing.places.get(id);
    const lane = place && (place.folds ?? (desk.view.open.some((one) => bare(one) === place.lane) ? place.lane : null));
    if (place && lane) around(place, () => { desk.change({ view: folded(desk.view, lane) }); });
  };
  const hit = (what: Hit) => what?.id ?? null;
  const walk = (event: KeyboardEvent) => {
    if (!event.key.startsWith("Arrow") || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (event.shiftKey) {
      const by = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] }[event.key];
      if (by) picture.current?.pan(by[0]!, by[1]!);
    } else choose(step(drawing, chosen, event.key));
  };
  useKeys([
    { key: "← → ↑ ↓", says: "in the picture: along the widest ribbon, up and down a column; with Shift: move the picture", run: () => undefined },
    { key: "↵", says: "open the place that is selected (a double click does too)", run: () => { openAt(chosen); } },
    { key: "f", says: "fold it again", run: () => { foldAt(chosen); } },
    { key: "e", says: "explain: the movements of the ribbon that is selected", run: () => {
      const link = chosen ? (drawing.links.has(chosen) ? chosen : (drawing.into.get(chosen)?.[0]?.id ?? drawing.out.get(chosen)?.[0]?.id)) : null;
      if (link && link !== chosen) choose(link);
      else document.querySelector<HTMLElement>(".inspector .rows .explain")?.click();
    } },
    { key: "b", says: "bait on or off: movements that nobody followed", run: () => { if (graph.bait.movements) desk.look({ bait: graph.bait.shown ? "" : "true" }); } },
    { key: "w", says: "the widest way through what is selected", run: () => { setWay(way || !chosen ? null : widestWay(drawing, chosen)); } },
    { key: "p", says: "a way of your own: the selected ribbon into it, or out of it", run: () => { if (chosen && drawing.links.has(chosen)) setWay(toggled(way, chosen)); } },
    { key: "z", says: "undo", run: desk.undo },
    { key: "y", says: "redo", run: desk.redo },
    { key: "0", says: "show all of it", run: () => { picture.current?.fit(); } },
    { key: "+", says: "larger", run: () => { picture.current?.zoom(1.4); } },
    { key: "-", says: "smaller", run: () => { picture.current?.zoom(1 / 1.4); } },
    { key: "Escape", says: "select nothing", run: () => { choose(null); setWay(null); } },
  ]);
  // Enter belongs to whatever has the focus; where that is the picture, or nothing, it opens what is selected.
  const entered = useRef<() => void>(() => undefined);
  useEffect(() => {
    entered.current = () => { openAt(chosen); };
  });
  useEffect(() => {
    const enter = (event: globalThis.KeyboardEvent) => {
      const at = event.target;
      const ours = at === document.body || (at instanceof HTMLElement && at.matches(".walker, main"));
      if (event.key === "Enter" && ours && !event.ctrlKey && !event.metaKey) entered.current();
    };
    document.addEventListener("keydown", enter);
    return () => { document.removeEventListener("keydown", enter); };
  }, []);
  useEffect(() => {
    const both = (event: globalThis.KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
      event.preventDefault();
      (event.shiftKey ? desk.redo : desk.undo)();
    };
    document.addEventListener("keydown", both);
    return () => { document.removeEventListener("keydown", both); };
  }, [desk.undo, desk.redo]);
  const exported = (form: Form) => {
    const says = `dyepack run ${graph.run}, ${METHODS[graph.method] ?? graph.method}, ${graph.incidents.map(plain).join(", ")}, ${graph.times.first?.slice(0, 10) ?? ""} to ${graph.times.last?.slice(0, 10) ?? ""} UTC`;
    const name = `dyepack-${graph.run}-${graph.method}`;
    const sheet = picture.current?.sheet();
    if (form === "csv") save(`${name}.csv`, "text/csv", asCsv(drawing));
    else if (form === "graphml") save(`${name}.graphml`, "application/xml", asGraphml(drawing, says));
    else if (sheet && form === "svg") save(`${name}.svg`, "image/svg+xml", asSvg(sheet, says));
    else if (sheet) void asPng(sheet, says).then((made) => { if (made) save(`${name}.png`, "image/png", made); });
  };
  const first = graph.times.first;
  const last = graph.times.last;
  return (
    <>
      <header className="answer">
        <div>
          <h1>{graph.too_large ? "This fold is too large to draw." : plain(graph.sentence)}</h1>
          <p className="soft tight">
            {graph.incidents.map((slug) => (
              <Door key={slug} href={href(pathOf("incident", slug))}>
                {plain(slug)}
              </Door>
            ))}
            {" · run "}
            <code>{graph.run}</code>
            {first && last && (
              <>
                {" · "}
                <Moment of={first.slice(0, 10)} /> to <Moment of={last.slice(0, 10)} /> UTC
              </>
            )}
            {` · ${plural(graph.fold.movements, "movement")} · `}
            <Door href={href(pathOf("runs", run, "balance"))}>Balance over time</Door>
          </p>
        </div>
        <CaseBar graph={graph} desk={desk} saved={saved} onSaved={onSaved} seen={() => ({ eye: picture.current?.eye() ?? "", sel: chosen ?? "", way: way ?? [] })} />
      </header>
      <Tools graph={graph} desk={desk} onFit={() => { picture.current?.fit(); }} onZoom={(by) => { picture.current?.zoom(by); }} onExport={exported} />
      <div className="bench" ref={bench}>
        <section className="picture" aria-label="The flow of money, left to right in time">
          {graph.too_large ? (
            <TooLarge>
              This fold has {plural(graph.fold.places, "place")} and {plural(graph.fold.links, "ribbon")}. Fold further, or filter by time or amount.{" "}
              <button type="button" onClick={() => { desk.look({ level: "", open: [], periods: "" }); }}>
                Fold as far as fits
              </button>
            </TooLarge>
          ) : graph.places.length === 0 ? (
            <Empty fill={<button type="button" onClick={() => { desk.look(UNFILTERED); }}>Take the filters away</button>}>Nothing of this run is left under these filters.</Empty>
          ) : (
            <>
              <Stage
                ref={picture}
                drawing={drawing}
                look={look}
                anchor={anchor}
                onPoint={(what) => { point(hit(what)); }}
                onChoose={(what) => { choose(hit(what)); }}
                onOpen={(what) => { openAt(hit(what)); }}
                eye={seen.eye}
                onMoved={(eye) => { setParams({ eye }); }}
              />
              <div
                className="walker"
                role="listbox"
                tabIndex={0}
                aria-label="Places and ribbons of the picture: arrows walk the flow"
                aria-activedescendant={chosen ? "walked" : undefined}
                onKeyDown={walk}
              >
                <div id="walked" role="option" aria-selected={chosen !== null} className="sr">
                  {chosen ? inWords(drawing, chosen) : "nothing selected; an arrow key begins at the theft"}
                </div>
              </div>
              <p className="pointed" aria-hidden="true">
                {pointed ? inWords(drawing, pointed) : ""}
              </p>
            </>
          )}
          <PictureLegend drawing={drawing} />
        </section>
        <Inspector told={told} onBounds={() => { again(turn + 1); }} drawing={drawing} desk={desk} selected={chosen} explained={explained} onSelect={choose} onExplain={explain} onChange={around} onWay={setWay} way={way} />
      </div>
      {drawing.places.size > 0 && <Twin drawing={drawing} onSelect={(id) => { choose(id); bench.current?.scrollIntoView({ block: "nearest" }); }} />}
      {told && <Remarks run={told} />}
    </>
  );
}
