import { plain, spoken } from "../../parts/format";
import { Statement } from "../../parts/Kind";
import type { About, Tag } from "./shapes";

/** What is said of an address: by whom, since when, until when, and what disagrees, side by side. */
export function Tags({ about }: { about: About }) {
  return (
    <section aria-labelledby="tags">
      <h2 id="tags">Who is it said to be?</h2>
      {about.tags.length === 0 && about.inferred.length === 0 && (
        <p>
          <span className="statement unknown">No tag in this workspace speaks of it.</span> Load some: <code>dyepack load-tags</code>
        </p>
      )}
      {about.conflict && (
        <p>
          <b>The tags in force disagree:</b> they name {about.actors.map(plain).join(" and ")}. Both stand.
        </p>
      )}
      {about.tags.length > 0 && <Table tags={about.tags} />}
      {about.inferred.length > 0 && (
        <details>
          <summary>Said of the same key on other chains: {about.inferred.length}</summary>
          <p className="soft">The same form is the same key on every chain of this kind; a contract there may still be somebody else’s.</p>
          <Table tags={about.inferred} />
        </details>
      )}
      {about.incidents.length > 0 && <p className="soft">Sources of the ledger name it too; see the thefts above.</p>}
    </section>
  );
}

function Table({ tags }: { tags: Tag[] }) {
  return (
    <div className="scroll" role="region" aria-label="Tags" tabIndex={0}>
      <table className="tags">
        <thead>
          <tr>
            <th scope="col">Called</th>
            <th scope="col">is</th>
            <th scope="col">actor</th>
            <th scope="col">chain</th>
            <th scope="col">how it is known</th>
            <th scope="col">says</th>
            <th scope="col">from</th>
            <th scope="col">until</th>
            <th scope="col">now</th>
          </tr>
        </thead>
        <tbody>
          {tags.map((tag) => (
            <tr key={tag.tag} className={tag.status === "in force" ? undefined : "over"}>
              <th scope="row">
                <Statement kind="claim">{plain(tag.name)}</Statement>
              </th>
              <td>{spoken(plain(tag.concept ?? ""))}</td>
              <td>{plain(tag.canonical_actor ?? tag.actor ?? "")}</td>
              <td>{plain(tag.chain ?? "")}</td>
              <td>{spoken(plain(tag.confidence ?? ""))}</td>
              <td>{plain(tag.creator ?? tag.pack ?? "")}</td>
              <td className="nowrap">{tag.valid_from ?? "not said"}</td>
              <td className="nowrap">{tag.valid_to ?? ""}</td>
              <td className="nowrap">{tag.status}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
