import { useRef, useState } from "react";
import { Refused } from "../../api/client";
import { Failed } from "../../parts/states";
import { plain } from "../../parts/format";
import { setParams } from "../../shell/route";
import type { DeskOf, Saved } from "./desk";
import { save } from "./files";
import type { Graph } from "./graph";
import { send } from "./send";
import { toFile, type Seen } from "./view";

export interface CaseFile {
  form: string;
  form_version: number;
  title: string;
  run: string;
  view: Record<string, string | string[]>;
  notes: { of: string; on: "place" | "link"; text: string; colour: string | null }[];
  ways: { name: string; links: string[] }[];
}

export interface Kept {
  id: string;
  edition: number;
  saved: string;
  case: CaseFile;
}

interface Props {
  graph: Graph;
  desk: DeskOf;
  saved: Saved | null;
  onSaved: (saved: Saved) => void;
  /** What else is seen now. */
  seen: () => Seen;
}

/** Keep the view with its notes and ways, here or as a file for somebody else. */
export function CaseBar({ graph, desk, saved, onSaved, seen }: Props) {
  const [error, setError] = useState<Refused | null>(null);
  const [said, say] = useState("");
  const form = useRef<HTMLDialogElement>(null);
  const content = () => ({ run: graph.run, form: "dyepack-case", title: desk.title || graph.incidents.join(", "), view: toFile(desk.view, seen()), notes: desk.notes, ways: desk.ways });
  async function keep(): Promise<Kept | null> {
    setError(null);
    try {
      const kept = saved
        ? await send<Kept>("PUT", `case-files/${saved.id}?edition=${String(saved.edition)}`, content())
        : await send<Kept>("POST", "case-files", content());
      onSaved({ id: kept.id, edition: kept.edition });
      setParams({ case: kept.id });
      say(`Saved, edition ${String(kept.edition)}`);
      window.setTimeout(() => { say(""); }, 3000);
      return kept;
    } catch (caught) {
      setError(caught instanceof Refused ? caught : new Refused(0, { message: String(caught) }));
      return null;
    }
  }
  async function download(): Promise<void> {
    const kept = await keep();
    if (kept) save(`dyepack-${graph.run}.case.json`, "application/json", JSON.stringify(kept.case, null, 1));
  }
  return (
    <div className="casebar no-print">
      <button type="button" onClick={() => { form.current?.showModal(); }}>
        {saved ? "Case file" : "Save as a case file"}
      </button>
      <span className="soft" role="status">
        {said}
      </span>
      <dialog ref={form} aria-labelledby="case-title">
        <h2 id="case-title">Case file</h2>
        <p>This view with its notes, colours and kept ways. Whoever opens it over the same tables sees the same.</p>
        <label className="stacked">
          <span>Title</span>
          <input value={desk.title} maxLength={200} placeholder={plain(graph.incidents.join(", "))} onChange={(event) => { desk.change({ title: event.target.value }); }} />
        </label>
        {error && <Failed error={error} />}
        <p className="doing">
          <button type="button" onClick={() => { void keep().then((kept) => { if (kept) form.current?.close(); }); }}>
            Save here
          </button>
          <button type="button" onClick={() => { void download(); }}>
            Save and download
          </button>
          <button type="button" className="quiet" onClick={() => { form.current?.close(); }}>
            Close
          </button>
        </p>
      </dialog>
    </div>
  );
}
