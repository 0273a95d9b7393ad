import { useState } from "react";
import { question, useAnswer } from "../../api/client";
import { Address } from "../../parts/Address";
import { count, percent, plain, plural, spoken } from "../../parts/format";
import { Statement } from "../../parts/Kind";
import { Await } from "../../parts/states";
import { Pager, Save, Table, type Column } from "../../parts/Table";
import { Units } from "../../parts/units";
import { useSeen } from "../../parts/useSeen";
import { Link } from "../../shell/Link";
import { href, pathOf, useParam } from "../../shell/route";
import { path, type Props } from "./Others";
import type { Exposure, Indirect } from "./shapes";

const ROWS = 25;

/** What kinds of places its money came from and went to: of those that paid it, and of those behind them. */
export function Exposures({ about, chain }: Props) {
  return (
    <section aria-labelledby="exposure">
      <h2 id="exposure">What is it exposed to?</h2>
      <h3 id="direct">Directly: those that paid it, and that it paid</h3>
      <Direct about={about} chain={chain} />
      <h3 id="indirect">Indirectly: where what came to it began</h3>
      {about.sums.some((sum) => sum.received !== "0") ? <Behind about={about} chain={chain} /> : <p>Nothing came to it, as far as the tables go.</p>}
    </section>
  );
}

function Direct({ about, chain }: Props) {
  const [offset, set] = useState(0);
  const url = (more: Record<string, string | number>) => question(path(about, "exposure"), { chain, ...more });
  const answer = useAnswer<Exposure>(url({ offset, limit: ROWS }));
  return (
    <Await answer={answer} what="its exposures">
      {(found) => (
        <>
          {found.rows.length === 0 ? (
            <p>{about.sums.length > 0 ? `None is known: ${found.remark}.` : "Nothing came in or went out."}</p>
          ) : (
            <Table
              label="Exposures"
              columns={[
                { head: "Way", names: true, cell: (row) => row.direction },
                { head: "counterparties are", cell: (row) => <Said concept={row.concept} name={row.name} /> },
                { head: "amount", n: true, cell: (row) => <Units of={row.amount} asset={row.asset} units={found.assets} /> },
                ...shares<Exposure["rows"][number]>((row) => row.concept !== null),
                { head: "addresses", n: true, cell: (row) => count(row.addresses) },
              ]}
              rows={found.rows}
              keyOf={(row) => [row.chain, row.asset, row.direction, row.concept, row.name].join(" ")}
            />
          )}
          <Pager size={ROWS} shown={found.rows.length} total={found.total} {...{ offset, set }} />
          <p className="soft">
            By rule: {found.rule}.
          </p>
        </>
      )}
    </Await>
  );
}

const STEPS = ["1", "2", "4", "8", "12"];
const BEGINS: Record<string, string> = {
  opening: "already there when the movements begin",
  cut: "not followed farther back",
  minted: "newly minted",
  mined: "newly mined",
  itself: "paid out by this address before",
};

/** The same money, taken back some payments farther: by haircut, with the range over every rule that conserves. */
function Behind({ about, chain }: Props) {
  const [steps, setSteps] = useParam("steps", "4");
  const [offset, set] = useState(0);
  const [ref, seen] = useSeen();
  const url = (more: Record<string, string | number>) => question(path(about, "exposure/indirect"), { chain: chain || about.seen_on[0], steps, ...more });
  const answer = useAnswer<Indirect>(seen ? url({ offset, limit: ROWS }) : null);
  return (
    <div ref={ref}>
      <div className="switch no-print" role="group" aria-label="How many payments back">
        {STEPS.map((one) => (
          <button key={one} type="button" aria-pressed={steps === one} onClick={() => { setSteps(one); set(0); }}>
            {one === "1" ? "1 payment back" : one}
          </button>
        ))}
      </div>
      <Await answer={answer} what="where its money began (the first look on a machine takes a little longer)">
        {(found) => (
          <>
            <Sentence found={found} />
            {found.rows.length > 0 && (
              <Table
                label="Where it began"
                columns={[
                  { head: "Began at", names: true, cell: (row) => <Began row={row} /> },
                  { head: "by haircut", n: true, cell: (row) => <Units of={row.amount} asset={row.asset} units={found.assets} /> },
                  { head: "by any rule", n: true, cell: (row) => <Range row={row} found={found} /> },
                  ...shares<Indirect["rows"][number]>((row) => row.reason !== "cut" && row.reason !== "opening"),
                  { head: "addresses", n: true, cell: (row) => count(row.addresses) },
                  { head: "the largest", cell: (row) => (row.largest ? <Address address={row.largest} chain={chain || about.seen_on[0] || null} /> : "") },
                ]}
                rows={found.rows}
                keyOf={(row) => [row.asset, row.reason, row.concept, row.name].join(" ")}
              />
            )}
            <Pager size={ROWS} shown={found.rows.length} total={found.total} {...{ offset, set }} />
            <Save url={url({ format: "csv" })} />
            <p className="soft">By rule: {found.rule}.</p>
          </>
        )}
      </Await>
    </div>
  );
}

function Sentence({ found }: { found: Indirect }) {
  const stolen = found.rows.filter((row) => row.reason === "theft");
  return (
    <p>
      {stolen.length > 0 && stolen[0]!.share !== null && (
        <>
          <Statement kind="rule">{percent(stolen[0]!.share)}</Statement> of what came to it began at <Theft slugs={stolen[0]!.name ?? ""} />.{" "}
        </>
      )}
      {plural(found.steps_made, "payment")} back, {plural(found.movements, "movement")} looked at.{" "}
      {found.cut > 0 ? (
        <>
          <span className="statement unknown">{plural(found.cut, "payer")} not gone behind</span>: the steps, or what one look may cost, end there. More:{" "}
          <code>dyepack trace --backward {found.address}</code>
        </>
      ) : (
        "Everything was followed to where the tables begin."
      )}
    </p>
  );
}

function Began({ row }: { row: Indirect["rows"][number] }) {
  if (row.reason === "theft") return <Theft slugs={row.name ?? ""} />;
  const word = BEGINS[row.reason];
  if (word) return <span className={row.reason === "cut" || row.reason === "opening" ? "statement unknown" : undefined}>{word}</span>;
  return <Said concept={row.concept ?? row.reason} name={row.name} />;
}

function Theft({ slugs }: { slugs: string }) {
  return (
    <>
      the theft{" "}
      {slugs.split(", ").map((slug) => (
        <Link key={slug} href={href(pathOf("incident", slug))}>
          {plain(slug)}
        </Link>
      ))}
    </>
  );
}

function Range({ row, found }: { row: Indirect["rows"][number]; found: Indirect }) {
  if (row.low === row.high) return <span className="soft">the same</span>;
  return (
    <>
      <Units of={row.low} asset={row.asset} units={found.assets} /> – <Units of={row.high} asset={row.asset} units={found.assets} />
    </>
  );
}

function Said({ concept, name }: { concept: string | null; name: string | null }) {
  if (!concept) return <span className="statement unknown">not tagged</span>;
  return (
    <Statement kind="claim">
      {spoken(plain(concept))}
      {name && `: ${plain(name)}`}
    </Statement>
  );
}

function shares<Row extends { share: number | null }>(known: (row: Row) => boolean): Column<Row>[] {
  return [
    { head: "share", n: true, cell: (row) => (row.share === null ? "" : percent(row.share)) },
    {
      head: "of all that way",
      cell: (row) => (
        <svg className="share" viewBox="0 0 120 10" width="120" height="10" aria-hidden="true">
          <rect className="all" width="120" height="10" />
          <rect className={known(row) ? "part" : "part of-unknown"} width={Math.max(1, (row.share ?? 0) * 120)} height="10" />
        </svg>
      ),
    },
  ];
}
