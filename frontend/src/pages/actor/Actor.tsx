import { question, useAnswer } from "../../api/client";
import type { components } from "../../api/types";
import { plain, plural, spoken } from "../../parts/format";
import { Statement } from "../../parts/Kind";
import { Await, Empty } from "../../parts/states";
import { useTitle } from "../../parts/title";
import { Link } from "../../shell/Link";
import { href, pathOf } from "../../shell/route";

type Actors = components["schemas"]["ActorList"];

const RELATIONS: Record<string, string> = { same: "is the same as", different: "is not", name: "is also called", "part-of": "is part of" };

/** Who is who: what packs say of an actor, whom others say it is the same as, and the thefts under its name. */
export default function Actor({ name }: { name: string }) {
  useTitle(name);
  const answer = useAnswer<Actors>(question("actors", { name }));
  return (
    <Await answer={answer} what="the actor">
      {(found) => {
        const thefts = found.ledger.find((one) => one.actor === name);
        return (
          <>
            <h1>
              {plain(found.rows[0]?.name ?? name)} {found.total > 0 ? `is described by ${plural(found.rows.flatMap((row) => row.described).length, "pack")}` : "is described by no pack here"}.
            </h1>
            {thefts && (
              <p className="lead">
                <Link href={href("/", { actor: name })}>{plural(thefts.incidents, "theft")} in the ledger</Link> are attributed to it by somebody.
              </p>
            )}
            {found.rows.length === 0 && !thefts && <Empty fill={<code>dyepack load-tags</code>}>No pack in this workspace knows it.</Empty>}
            {found.rows.map((row) => (
              <section key={row.actor} aria-label={row.actor}>
                <h2>{plain(row.name ?? row.actor)}</h2>
                <p>
                  <code>{plain(row.actor)}</code>
                  {row.canonical !== row.actor && (
                    <>
                      , goes under <code>{plain(row.canonical)}</code>
                    </>
                  )}
                </p>
                <ul>
                  {row.described.map((one) => (
                    <li key={one.pack + one.name}>
                      <Statement kind="claim">
                        {plain(one.name)}: {one.concepts.map((concept) => spoken(plain(concept))).join(", ")}
                      </Statement>
                      {one.jurisdictions.length > 0 && `, ${one.jurisdictions.map(plain).join(", ")}`} <span className="soft">({plain(one.pack)})</span>
                    </li>
                  ))}
                  {row.statements.map((one) => (
                    <li key={one.claim}>
                      <Statement kind="claim">
                        {plain(one.actor)} {RELATIONS[one.relation] ?? spoken(plain(one.relation))} <Link href={href(pathOf("actor", one.other))}>{plain(one.other)}</Link>
                      </Statement>{" "}
                      <span className="soft">
                        says {plain(one.by)}
                        {one.published && `, ${one.published}`}
                      </span>
                    </li>
                  ))}
                </ul>
              </section>
            ))}
          </>
        );
      }}
    </Await>
  );
}
