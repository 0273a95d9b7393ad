import { useState } from "react";
import { Address } from "../../parts/Address";
import { count, percent, plain, plural } from "../../parts/format";
import { Amount } from "../../parts/Figure";
import { KINDS, Mark, Statement, type KindName } from "../../parts/Kind";
import { Moment } from "../../parts/Moment";
import { assetOf, full, range, short } from "./amounts";
import { COLOURS, noted, type Colour, type DeskOf, type Note } from "./desk";
import { ofUnknown, toggled, widestWay, type Asset, type Drawing, type Graph, type Link, type Place } from "./graph";
import { BaitHere, OfBait } from "./BaitRows";
import { boundAt, boundOfEnds, type RunView } from "./bounds";
import { OrderBounds, Whatever } from "./Bounds";
import { GoOn } from "./GoOn";
import { longest, RangeBar } from "./RangeBar";
import { Rows } from "./Rows";
import { bare, folded, METHODS, opened, SAYS } from "./view";

interface Props {
  drawing: Drawing;
  desk: DeskOf;
  selected: string | null;
  explained: string | null;
  onSelect: (id: string | null) => void;
  onExplain: (key: string | null) => void;
  onChange: (place: Place, change: () => void) => void;
  onWay: (links: string[] | null) => void;
  way: readonly string[] | null;
  /** What is known of the whole run, and what to do when bounds were worked out. */
  told: RunView | null;
  onBounds: () => void;
}

/** What is selected, and why it is so; where nothing is, the answer in rows. */
export function Inspector(props: Props) {
  const { drawing, selected, onSelect } = props;
  const place = selected === null ? undefined : drawing.places.get(selected);
  const link = selected === null ? undefined : drawing.links.get(selected);
  const bait = selected === null ? undefined : drawing.baits.get(selected);
  return (
    <aside className="inspector" aria-label="What is selected">
      {(place ?? link ?? bait) && (
        <button type="button" className="quiet tiny back" onClick={() => { onSelect(null); }}>
          ← All ends
        </button>
      )}
      {place ? <OfPlace key={place.id} {...props} place={place} /> : link ? <OfLink key={link.id} {...props} link={link} /> : bait ? <OfBait key={bait.id} drawing={drawing} view={props.desk.view} mark={bait} onSelect={onSelect} /> : <Ends {...props} />}
    </aside>
  );
}

const NAMES: Record<string, string> = {
  start: "Where the trace starts", account: "Account", accounts: "Accounts, folded", transaction: "Transaction", conversion: "Conversion", service: "Service", mixer: "Mixer", bridge: "Bridge",
  frozen: "Frozen", analyst: "The analyst stopped here", behaviour: "Behaves like a service", pooled: "Holds the money of many", held: "Held", budget: "Beyond the budget", unreached: "Not reached in the data", dust: "Dust", fees: "Fees",
  burned: "Burned", destroyed: "Destroyed by its issuer", others: "Smaller ends, folded", stolen: "Taken by another theft",
};

export function kindName(kind: string): string {
  return NAMES[kind] ?? plain(kind);
}

function Range({ graph, low, high, asset }: { graph: Graph; low: string; high: string; asset: string | null }) {
  const of = assetOf(graph, asset);
  if (low === high) return <p className="soft tight">the same under every rule</p>;
  return (
    <p className="soft tight" title={`${full(low, of)} to ${full(high, of)}`}>
      {range(low, high, of)} over the {plural(graph.methods.length, "rule")}
    </p>
  );
}

/** How much of what is at a place is not known to be stolen, where such money is drawn at all. */
function Unknown({ graph, place }: { graph: Graph; place: Place }) {
  const units = ofUnknown(place);
  return units === null ? null : <small className="soft of-unknown">{short(units, assetOf(graph, place.asset))} of it of unknown origin</small>;
}

/** The answer in rows: every end with its range. */
function Ends({ drawing, onSelect, desk, onWay, told, onBounds }: Props) {
  const { graph } = drawing;
  const ends = graph.places.filter((one) => one.side === "end").sort((a, b) => b.h - a.h);
  return (
    <>
      <h2>Where it is</h2>
      {graph.sums.map((sum) => {
        const asset = assetOf(graph, sum.asset);
        const mine = ends.filter((one) => one.asset === sum.asset || graph.assets.length === 1);
        if (sum.rests === "0") return null;
        return (
          <section key={sum.asset}>
            {graph.assets.length > 1 && <h3>{plain(asset.symbol)}</h3>}
            <ul className="ends plain">
              {mine.map((place) => (
                <li key={place.id}>
                  <button type="button" className="bare end" onClick={() => { onSelect(place.id); }}>
                    <span className={`dot ${place.kind}`} aria-hidden="true" />
                    <span className="what">
                      {place.statement === "fact" ? plain(place.name) : <Statement kind={place.statement}>{plain(place.name)}</Statement>}
                      <Unknown graph={graph} place={place} />
                    </span>
                    <span className="n">{short(place.in, asset)}</span>
                    <RangeBar byMethod={place.by_method} asset={asset} method={graph.method} whole={sum.drawn} bound={boundAt(told, place.asset, place.kind, place.kind === "held" ? "" : place.name)} />
                  </button>
                </li>
              ))}
            </ul>
            <table className="sum">
              <tbody>
                <tr>
                  <th scope="row">{graph.too_large ? "Asked for" : "Drawn"}</th>
                  <td className="n">
                    <Amount units={sum.drawn} decimals={asset.decimals} asset={asset.symbol} shown={short(sum.drawn, asset)} />
                  </td>
                </tr>
                {sum.hidden.map((one) => (
                  <tr key={one.why}>
                    <th scope="row" className="soft">
                      Hidden, {one.why}
                      {one.links > 0 && ` (${plural(one.links, "ribbon")})`}
                    </th>
                    <td className="n">
                      <Amount units={one.amount} decimals={asset.decimals} asset={asset.symbol} shown={short(one.amount, asset)} />
                    </td>
                  </tr>
                ))}
                <tr className="total">
                  <th scope="row">All of it</th>
                  <td className="n">
                    <Amount units={sum.rests} decimals={asset.decimals} asset={asset.symbol} shown={short(sum.rests, asset)} />
                  </td>
                </tr>
              </tbody>
            </table>
            <Whatever bound={boundOfEnds(told, sum.asset)} asset={asset} at={graph.sources.some((one) => one.drawn && one.source === "unknown") ? "at all ends together, of the stolen money" : "at all ends together"} />
            {sum.beside.map(({ source, amount }) => (
              <p key={source} className="soft tight">
                Beside it <Amount units={amount} decimals={asset.decimals} asset={asset.symbol} shown={short(amount, asset)} /> {source === "unknown" ? "of unknown origin" : `of ${plain(source)}`}, not asked for.
              </p>
            ))}
          </section>
        );
      })}
      {desk.ways.length > 0 && (
        <section>
          <h3>Kept ways</h3>
          <ul className="plain kept">
            {desk.ways.map((way, n) => (
              <li key={n}>
                <button type="button" className="quiet" onClick={() => { onWay(way.links); }}>
                  {plain(way.name)}
                </button>
                <button type="button" className="quiet tiny" aria-label={`Forget ${plain(way.name)}`} onClick={() => { desk.change({ ways: desk.ways.filter((_, m) => m !== n) }); }}>
                  ×
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <OrderBounds run={told} onDone={onBounds} />
      <Hidden desk={desk} />
    </>
  );
}

function Hidden({ desk }: { desk: DeskOf }) {
  const { hide, focus } = desk.view;
  if (hide.length === 0 && !focus) return null;
  return (
    <section>
      <h3>Not shown</h3>
      <ul className="plain kept">
        {hide.map((lane) => (
          <li key={lane}>
            <button type="button" className="quiet" onClick={() => { desk.look({ hide: hide.filter((one) => one !== lane) }); }}>
              Show {laneName(lane)} again
            </button>
          </li>
        ))}
        {focus && (
          <li>
            <button type="button" className="quiet" onClick={() => { desk.look({ focus: "", back: "", forward: "" }); }}>
              Show all, not only what is near {laneName(focus)}
            </button>
          </li>
        )}
      </ul>
    </section>
  );
}

export function laneName(lane: string): string {
  const text = plain(lane.replaceAll("\u241f", " · ").replaceAll("\u241e", " "));
  return text.length > 34 ? `${text.slice(0, 33)}…` : text;
}

// ── a place

function OfPlace({ drawing, desk, place, onChange, onSelect, onWay, way, told }: Props & { place: Place }) {
  const { graph } = drawing;
  const asset = assetOf(graph, place.asset);
  const into = drawing.into.get(place.id) ?? [];
  const out = drawing.out.get(place.id) ?? [];
  const { view } = desk;
  const near = view.focus === place.lane;
  return (
    <>
      <p className="kind">
        {kindName(place.kind)}
        {place.concept && <span className="soft"> · {plain(place.concept)}</span>}
      </p>
      <h2>{place.statement === "fact" ? plain(place.name) : <Statement kind={place.statement}>{plain(place.name)}</Statement>}</h2>
      {place.kind !== "start" && (
        <ul className="plain addresses">
          {place.addresses.map((address) => (
            <li key={address}>{/^(fees|burned|destroyed|conversion )/.test(address) ? plain(address) : <Address address={address} chain={graph.chain} full={place.accounts === 1} />}</li>
          ))}
          {place.more > 0 && <li className="soft">and {count(place.more)} more</li>}
        </ul>
      )}
      <dl className="figures">
        {place.side !== "start" && <Line name={place.side === "end" ? "Rests here" : "Came"} units={place.in} graph={graph} asset={place.asset} />}
        {place.side !== "end" && <Line name="Left" units={place.out} graph={graph} asset={place.asset} />}
        {place.side === null && place.rests !== "0" && <Line name="of it still here" units={place.rests} graph={graph} asset={place.asset} />}
        {place.hidden_in !== "0" && <Line name="Came, not drawn" units={place.hidden_in} graph={graph} asset={place.asset} />}
        {place.hidden_out !== "0" && <Line name="Left, not drawn" units={place.hidden_out} graph={graph} asset={place.asset} />}
      </dl>
      <Range graph={graph} low={place.low} high={place.high} asset={place.asset} />
      {place.side === "end" && <Whatever bound={boundAt(told, place.asset, place.kind, place.kind === "held" ? "" : place.name)} asset={asset} />}
      <Unknown graph={graph} place={place} />
      {place.asset !== null && <Methods graph={graph} by={place.by_method} asset={asset} />}
      {place.inside > 0 && <p className="soft tight">{plural(place.inside, "movement")} among these accounts are not drawn.</p>}
      {place.bait > 0 && (
        <p className="soft tight">
          <span className="chip bait">bait</span> {plural(place.bait, "movement")} of bait touched it and were never followed.
          {!graph.bait.shown && (
            <>
              {" "}
              <button type="button" className="quiet tiny" onClick={() => { desk.look({ bait: "true" }); }}>
                Show it
              </button>
            </>
          )}
        </p>
      )}
      <div className="doing">
        {place.opens && (
          <button type="button" onClick={() => { onChange(place, () => { desk.change({ view: opened(view, place.opens!) }); }); }}>
            Open <kbd>Enter</kbd>
          </button>
        )}
        {(place.folds ?? (view.open.some((one) => bare(one) === place.lane) ? place.lane : null)) && (
          <button type="button" onClick={() => { onChange(place, () => { desk.change({ view: folded(view, place.folds ?? place.lane) }); }); }}>
            Fold <kbd>f</kbd>
          </button>
        )}
        <button type="button" onClick={() => { desk.look({ hide: [...view.hide, place.lane] }); onSelect(null); }}>
          Hide
        </button>
        <button type="button" aria-pressed={near} onClick={() => { onChange(place, () => { desk.look(near ? { focus: "", back: "", forward: "" } : { focus: place.lane, back: "1", forward: "1" }); }); }}>
          Only what is near
        </button>
        {near && (
          <>
            <button type="button" onClick={() => { onChange(place, () => { desk.look({ back: String(Number(view.back || "1") + 1) }); }); }}>
              ← A step back
            </button>
            <button type="button" onClick={() => { onChange(place, () => { desk.look({ forward: String(Number(view.forward || "1") + 1) }); }); }}>
              A step forward →
            </button>
          </>
        )}
        <WayButtons drawing={drawing} id={place.id} desk={desk} onWay={onWay} way={way} name={place.name} />
      </div>
      <GoOn graph={graph} place={place} />
      <NoteEditor desk={desk} on="place" of={place.lane} />
      <BaitHere drawing={drawing} id={place.id} onSelect={onSelect} />
      <Beside title="In" links={into} drawing={drawing} side="from" onSelect={onSelect} />
      <Beside title="Out" links={out} drawing={drawing} side="to" onSelect={onSelect} />
      {asset.symbol === "" && <p className="soft tight">Two assets meet here; amounts are on the ribbons.</p>}
    </>
  );
}

function Line({ name, units, graph, asset }: { name: string; units: string; graph: Graph; asset: string | null }) {
  const of = assetOf(graph, asset);
  if (of.symbol === "") return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <Amount units={units} decimals={of.decimals} asset={of.symbol} shown={short(units, of)} from={`run ${graph.run}, ${METHODS[graph.method] ?? graph.method}`} />
      </dd>
    </div>
  );
}

function Methods({ graph, by, asset }: { graph: Graph; by: Record<string, string>; asset: Asset }) {
  return (
    <table className="methods">
      <caption className="sr">By rule</caption>
      <tbody>
        {graph.methods.map((name) => (
          <tr key={name} className={name === graph.method ? "drawn" : undefined}>
            <th scope="row" title={SAYS[name]}>
              {METHODS[name] ?? name}
            </th>
            <td>
              <RangeBar byMethod={{ [name]: by[name]! }} asset={asset} method={graph.method} whole={longest(Object.values(by))} />
            </td>
            <td className="n">
              <Amount units={by[name]!} decimals={asset.decimals} asset={asset.symbol} shown={short(by[name]!, asset)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const BESIDE = 8;

function Beside({ title, links, drawing, side, onSelect }: { title: string; links: readonly Link[]; drawing: Drawing; side: "from" | "to"; onSelect: (id: string) => void }) {
  const [all, setAll] = useState(false);
  if (links.length === 0) return null;
  return (
    <section>
      <h3>
        {title} <span className="soft">{plural(links.length, "ribbon")}</span>
      </h3>
      <ul className="plain beside">
        {(all ? links : links.slice(0, BESIDE)).map((link) => {
          const asset = assetOf(drawing.graph, link.asset);
          return (
            <li key={link.id}>
              <button type="button" className="bare" onClick={() => { onSelect(link.id); }}>
                <Mark kind={link.kind} />
                <span className="what">{plain(drawing.places.get(link[side])?.name ?? "")}</span>
                <span className="n">{short(link.amount, asset)}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {links.length > BESIDE && !all && (
        <button type="button" className="quiet tiny" onClick={() => { setAll(true); }}>
          All {count(links.length)}
        </button>
      )}
    </section>
  );
}

// ── a link

const KIND_SAYS: Record<string, string> = {
  fact: "All that moved here is stolen money, whichever rule is preferred.",
  rule: "How much of what moved is stolen money follows from the rule.",
  statistical: "Following ended here because the account behaves like a service: not a tag, and not certain.",
  analyst: "An analyst decided that following ends here.",
};

function OfLink({ drawing, desk, link, explained, onExplain, onSelect, onWay, way }: Props & { link: Link }) {
  const { graph } = drawing;
  const asset = assetOf(graph, link.asset);
  const [from, to] = [drawing.places.get(link.from)!, drawing.places.get(link.to)!];
  return (
    <>
      <p className="kind">
        <Mark kind={link.kind} />
        {link.kept ? "kept; nothing moved" : KINDS[link.kind as KindName]}
        {link.marks.map((mark) => (
          <span key={mark} className={`chip ${mark}`}>
            {mark}
          </span>
        ))}
      </p>
      <h2>
        <button type="button" className="bare" onClick={() => { onSelect(from.id); }}>
          {plain(from.name)}
        </button>{" "}
        →{" "}
        <button type="button" className="bare" onClick={() => { onSelect(to.id); }}>
          {plain(to.name)}
        </button>
      </h2>
      <p className="big">
        <Amount units={link.amount} decimals={asset.decimals} asset={asset.symbol} shown={short(link.amount, asset)} from={`run ${graph.run}, ${METHODS[graph.method] ?? graph.method}`} />
      </p>
      <Range graph={graph} low={link.low} high={link.high} asset={link.asset} />
      <Methods graph={graph} by={link.by_method} asset={asset} />
      <p className="soft tight">
        {!link.kept && KIND_SAYS[link.kind]}
        {link.moved && link.traced_share !== null && ` ${percent(link.traced_share)} of the ${short(link.moved, asset)} that moved.`}
        {link.first && link.last && (
          <>
            {" "}
            <Moment of={link.first} />
            {link.last !== link.first && (
              <>
                {" to "}
                <Moment of={link.last} />
              </>
            )}
          </>
        )}
      </p>
      <div className="doing">
        <WayButtons drawing={drawing} id={link.id} desk={desk} onWay={onWay} way={way} name={`${from.name} → ${to.name}`} />
      </div>
      <NoteEditor desk={desk} on="link" of={link.id} />
      <h3>
        {link.kept ? "What was kept" : "Movements"} <kbd>e</kbd>
      </h3>
      <Rows graph={graph} view={desk.view} link={link} explained={explained} onExplain={onExplain} />
    </>
  );
}

function WayButtons({ drawing, id, desk, onWay, way, name }: { drawing: Drawing; id: string; desk: DeskOf; onWay: (links: string[] | null) => void; way: readonly string[] | null; name: string }) {
  return (
    <>
      <button type="button" aria-pressed={way !== null} onClick={() => { onWay(way ? null : widestWay(drawing, id)); }}>
        {way ? "Way off" : "Widest way"} <kbd>w</kbd>
      </button>
      {drawing.links.has(id) && (
        <button type="button" onClick={() => { onWay(toggled(way, id)); }}>
          {way?.includes(id) ? "Take out of the way" : way ? "Add to the way" : "Begin a way"} <kbd>p</kbd>
        </button>
      )}
      {way && (
        <button type="button" onClick={() => { desk.change({ ways: [...desk.ways, { name: plain(name).slice(0, 120), links: [...way] }] }); }}>
          Keep this way
        </button>
      )}
    </>
  );
}

// ── notes

function NoteEditor({ desk, on, of }: { desk: DeskOf; on: Note["on"]; of: string }) {
  const note = desk.notes.find((one) => one.on === on && one.of === of) ?? { of, on, text: "", colour: null };
  const [text, setText] = useState(note.text);
  const [seen, setSeen] = useState(note.text);
  if (seen !== note.text) {
    setSeen(note.text);
    setText(note.text);
  }
  const put = (part: Partial<Note>) => {
    desk.change({ notes: noted(desk.notes, { ...note, text, ...part }) });
  };
  return (
    <details className="note" open={note.text !== "" || note.colour !== null}>
      <summary>
        {note.colour && <span className={`pin ${note.colour}`} aria-hidden="true" />}
        Note and colour
      </summary>
      <label>
        <span className="sr">Note</span>
        <textarea rows={2} maxLength={4000} value={text} placeholder="What you know, and from whom" onChange={(event) => { setText(event.target.value); }} onBlur={() => { put({}); }} />
      </label>
      <div className="pins" role="group" aria-label="Colour">
        {COLOURS.map((colour: Colour) => (
          <button key={colour} type="button" className={`pin ${colour}`} aria-label={colour} aria-pressed={note.colour === colour} onClick={() => { put({ colour: note.colour === colour ? null : colour }); }} />
        ))}
      </div>
    </details>
  );
}
