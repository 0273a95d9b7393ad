import { useState } from "react";
import { count, plain, plural } from "../../parts/format";
import { KINDS, Mark, type KindName } from "../../parts/Kind";
import { assetOf, range, short } from "./amounts";
import { flagsOf, type BaitMark } from "./bait";
import type { Drawing, Link, Place } from "./graph";
import { MoreOf } from "./MoreOf";

/** A place or a ribbon in a sentence. */
export function inWords(drawing: Drawing, id: string): string {
  const { graph } = drawing;
  const place = drawing.places.get(id);
  if (place) {
    const asset = assetOf(graph, place.asset);
    const came = place.side === "start" ? `${short(place.out, asset)} starts here` : asset.symbol ? `${short(place.in, asset)} came, ${range(place.low, place.high, asset)} over the rules` : "two assets";
    const ways = `${plural(drawing.into.get(id)?.length ?? 0, "ribbon")} in, ${String(drawing.out.get(id)?.length ?? 0)} out`;
    return `${plain(place.name)}, ${place.kind}: ${came}; ${ways}${place.opens ? "; can be opened" : ""}`;
  }
  const link = drawing.links.get(id);
  if (link) return ofLink(drawing, link);
  const bait = drawing.baits.get(id);
  return bait ? ofBait(drawing, bait) : "";
}

function ofBait(drawing: Drawing, mark: BaitMark): string {
  const name = (at: string | null) => (at === null ? plural(mark.outside, "address", "addresses") + " outside" : plain(drawing.places.get(at)?.name ?? ""));
  return `Bait from ${name(mark.from)} to ${name(mark.to)}, never followed: ${flagsOf(mark)}`;
}

function ofLink(drawing: Drawing, link: Link): string {
  const asset = assetOf(drawing.graph, link.asset);
  const [from, to] = [drawing.places.get(link.from)?.name ?? "", drawing.places.get(link.to)?.name ?? ""];
  const kind = link.kept ? "kept" : KINDS[link.kind as KindName];
  return `Ribbon from ${plain(from)} to ${plain(to)}: ${short(link.amount, asset)}, ${kind}${link.marks.length ? `, ${link.marks.join(", ")}` : ""}`;
}

/** Where an arrow key leads: along the widest ribbon, or up and down among what stands in one column. */
export function step(drawing: Drawing, at: string | null, key: string): string | null {
  const { graph } = drawing;
  if (at === null) return graph.places.find((one) => one.side === "start")?.id ?? graph.places[0]?.id ?? null;
  const mark = drawing.baits.get(at);
  if (mark) return (key === "ArrowLeft" ? mark.from : mark.to) ?? mark.to ?? mark.from;
  const link = drawing.links.get(at);
  if (key === "ArrowRight") return link ? link.to : (drawing.out.get(at)?.[0]?.id ?? at);
  if (key === "ArrowLeft") return link ? link.from : (drawing.into.get(at)?.[0]?.id ?? at);
  const by = key === "ArrowDown" ? 1 : -1;
  if (link) {
    const all = drawing.out.get(link.from) ?? [];
    return all[(all.indexOf(link) + by + all.length) % all.length]?.id ?? at;
  }
  const place = drawing.places.get(at);
  if (!place) return null;
  const column = graph.places.filter((one) => Math.abs(one.x - place.x) < 0.5).sort((a, b) => a.y - b.y);
  return column[(column.indexOf(place) + by + column.length) % column.length]?.id ?? at;
}

const PAGE = 50;

/** The same as the picture, as two tables: for a screen reader, for paper, and for who likes lists. */
export function Twin({ drawing, onSelect }: { drawing: Drawing; onSelect: (id: string) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="twin" open={open} onToggle={(event) => { setOpen(event.currentTarget.open); }}>
      <summary>
        As a list: {plural(drawing.places.size, "place")}, {plural(drawing.links.size, "ribbon")}
      </summary>
      {open && <Places drawing={drawing} onSelect={onSelect} />}
      {open && <Ribbons drawing={drawing} onSelect={onSelect} />}
      {open && drawing.baits.size > 0 && <Baits drawing={drawing} onSelect={onSelect} />}
    </details>
  );
}

function Baits({ drawing, onSelect }: { drawing: Drawing; onSelect: (id: string) => void }) {
  return (
    <div className="scroll">
      <table>
        <caption>Bait, never followed</caption>
        <tbody>
          {[...drawing.baits.values()].map((mark) => (
            <tr key={mark.id}>
              <th scope="row">
                <button type="button" className="bare" onClick={() => { onSelect(mark.id); }}>
                  {ofBait(drawing, mark)}
                </button>
              </th>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Places({ drawing, onSelect }: { drawing: Drawing; onSelect: (id: string) => void }) {
  const [shown, setShown] = useState(PAGE);
  const all = [...drawing.places.values()].sort((a, b) => a.x - b.x || a.y - b.y);
  return (
    <div className="scroll">
      <table>
        <caption>Places, left to right</caption>
        <thead>
          <tr>
            <th scope="col">Place</th>
            <th scope="col">Period (UTC)</th>
            <th scope="col" className="n">In</th>
            <th scope="col" className="n">Over the rules</th>
            <th scope="col" className="n">Out</th>
          </tr>
        </thead>
        <tbody>
          {all.slice(0, shown).map((place) => (
            <PlaceRow key={place.id} drawing={drawing} place={place} onSelect={onSelect} />
          ))}
        </tbody>
      </table>
      <MoreOf shown={shown} total={all.length} more={() => { setShown(shown + 4 * PAGE); }} />
    </div>
  );
}

function PlaceRow({ drawing, place, onSelect }: { drawing: Drawing; place: Place; onSelect: (id: string) => void }) {
  const asset = assetOf(drawing.graph, place.asset);
  const period = place.period === null ? null : drawing.graph.periods[place.period];
  const amount = (units: string) => (asset.symbol ? short(units, asset) : "");
  return (
    <tr>
      <th scope="row">
        <button type="button" className="bare" onClick={() => { onSelect(place.id); }}>
          {plain(place.name)}
        </button>
      </th>
      <td>{period ? `${period.from.slice(0, 10)}${period.to.slice(0, 10) === period.from.slice(0, 10) ? "" : ` … ${period.to.slice(0, 10)}`}` : place.side}</td>
      <td className="n">{amount(place.in)}</td>
      <td className="n">{asset.symbol ? range(place.low, place.high, asset) : ""}</td>
      <td className="n">{amount(place.out)}</td>
    </tr>
  );
}

function Ribbons({ drawing, onSelect }: { drawing: Drawing; onSelect: (id: string) => void }) {
  const [shown, setShown] = useState(PAGE);
  const all = [...drawing.links.values()].sort((a, b) => b.h - a.h);
  return (
    <div className="scroll">
      <table>
        <caption>Ribbons, widest first</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">Kind</th>
            <th scope="col" className="n">Amount</th>
            <th scope="col" className="n">Over the rules</th>
            <th scope="col" className="n">Movements</th>
          </tr>
        </thead>
        <tbody>
          {all.slice(0, shown).map((link) => {
            const asset = assetOf(drawing.graph, link.asset);
            return (
              <tr key={link.id}>
                <th scope="row">
                  <button type="button" className="bare" onClick={() => { onSelect(link.id); }}>
                    {plain(drawing.places.get(link.from)?.name ?? "")}
                  </button>
                </th>
                <td>{plain(drawing.places.get(link.to)?.name ?? "")}</td>
                <td className="nowrap">
                  <Mark kind={link.kind} />
                  {link.kept ? "kept" : link.kind}
                </td>
                <td className="n">{short(link.amount, asset)}</td>
                <td className="n">{range(link.low, link.high, asset)}</td>
                <td className="n">{link.kept ? "" : count(link.movements)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <MoreOf shown={shown} total={all.length} more={() => { setShown(shown + 4 * PAGE); }} />
    </div>
  );
}
