import { question, useAnswer } from "../../api/client";
import type { components } from "../../api/types";
import { Hash } from "../../parts/Address";
import { plain } from "../../parts/format";
import { Await, Empty } from "../../parts/states";
import { useTitle } from "../../parts/title";
import { Link } from "../../shell/Link";
import { href, pathOf } from "../../shell/route";

type Found = components["schemas"]["HitList"];

/** Where in the workspace a transaction is known; its movements are on the pages of the addresses that it moved between. */
export default function Transaction({ hash }: { hash: string }) {
  useTitle(hash);
  const answer = useAnswer<Found>(question("search", { q: hash }));
  return (
    <Await answer={answer} what="the transaction">
      {(found) => {
        const known = found.rows.filter((one) => one.kind === "transaction");
        return (
          <>
            <h1>
              Transaction <Hash of={hash} /> {known.length > 0 ? "is in this workspace" : "is not in this workspace"}.
            </h1>
            <ul>
              {known.map((one) => (
                <li key={one.note + one.href}>
                  {one.href.startsWith("/incident/") ? (
                    <Link href={href(pathOf("incident", one.href.slice("/incident/".length)))}>{plain(one.note)}</Link>
                  ) : (
                    plain(one.note)
                  )}
                </li>
              ))}
            </ul>
            <Empty>Each of its movements stands on the pages of the two addresses that it moved between, and in the traces that it is part of.</Empty>
          </>
        );
      }}
    </Await>
  );
}
