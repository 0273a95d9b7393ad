import { question, useAnswer } from "../../api/client";
import { Hash } from "../../parts/Address";
import { Dollars } from "../../parts/Figure";
import { dollars, plain, plural, spoken } from "../../parts/format";
import { Statement } from "../../parts/Kind";
import { Await } from "../../parts/states";
import { useTitle } from "../../parts/title";
import { useParam } from "../../shell/route";
import { Addresses } from "./Addresses";
import { Attribution } from "./Attribution";
import { Claims } from "./Claims";
import { Timeline } from "./Timeline";
import { Traces } from "./Traces";
import type { AttributionClaim, View } from "./shapes";
import "./incident.css";

/** What happened here? */
export default function Incident({ slug }: { slug: string }) {
  const [asOf] = useParam("as_of");
  const answer = useAnswer<View>(question(`incidents/${encodeURIComponent(slug)}`, { as_of: asOf }));
  useTitle(answer.value?.victim ?? slug);
  return (
    <Await answer={answer} what="the theft">
      {(view) => (
        <article className="incident">
          <Head view={view} />
          <div className="two">
            <Claims view={view} />
            <Attribution view={view} />
          </div>
          <Traces view={view} />
          <Laundering view={view} />
          <Timeline view={view} />
          <Addresses view={view} />
          <Sources view={view} />
        </article>
      )}
    </Await>
  );
}

function Head({ view }: { view: View }) {
  const { loss } = view;
  return (
    <>
      <h1>
        {plain(view.victim)} lost, on <span className="nowrap">{view.date}</span>,{" "}
        {loss ? <Dollars micro={loss.median} to="#claims" from={`the middle of ${plural(loss.claims, "comparable claim")}`} /> : "an amount that nobody has said"}.
      </h1>
      <p className="lead">
        {loss && (
          <>
            The middle of {plural(loss.claims, "comparable claim")}
            {loss.low !== loss.high && <> between {dollars(loss.low)} and {dollars(loss.high)}</>}.{" "}
          </>
        )}
        {attributed(view.attributions)}
      </p>
      <dl className="facts">
        <div>
          <dt>Victim is</dt>
          <dd>{spoken(view.victim_type ?? "not said")}</dd>
        </div>
        <div>
          <dt>How</dt>
          <dd>{spoken(view.vector ?? "not said")}</dd>
        </div>
        <div>
          <dt>Chains</dt>
          <dd>{view.chains.map(spoken).join(", ") || "not said"}</dd>
        </div>
        <div>
          <dt>As of</dt>
          <dd>{view.as_of ?? "latest"}</dd>
        </div>
      </dl>
      {view.said_later > 0 && <p>{plural(view.said_later, "claim")} came after {view.as_of} and are left out here.</p>}
      {view.notes && <p className="soft">{plain(view.notes)}</p>}
      {view.transactions.length > 0 && (
        <p>
          Transactions that sources name:{" "}
          {view.transactions.slice(0, 12).map((one) => (
            <span key={one.claim} className="in-row">
              {one.chain} <Hash of={one.tx_hash} chain={one.chain} />
            </span>
          ))}
          {view.transactions.length > 12 && ` and ${String(view.transactions.length - 12)} more`}
        </p>
      )}
    </>
  );
}

function attributed(claims: readonly AttributionClaim[]): string {
  const word = (confidence: AttributionClaim["confidence"]) => {
    const by = [...new Set(claims.filter((one) => one.confidence === confidence).map((one) => plain(one.by)))];
    return by.length ? `${confidence} by ${by.join(", ")}` : "";
  };
  const said = (["confirmed", "assessed", "suspected", "disputed"] as const).map(word).filter(Boolean);
  const actors = [...new Set(claims.filter((one) => one.confidence !== "disputed").map((one) => spoken(plain(one.actor))))];
  return said.length ? `Attributed to ${actors.join(", ") || "nobody"}: ${said.join("; ")}.` : "Attributed to nobody.";
}

function Laundering({ view }: { view: View }) {
  if (view.laundering.length === 0) return null;
  return (
    <section aria-labelledby="laundering">
      <h2 id="laundering">What came of the money, as reported</h2>
      <ol className="steps">
        {view.laundering.map((one) => (
          <li key={one.claim}>
            <span className="soft nowrap">{one.when ?? "undated"}</span>
            <span className={`place-kind ${one.kind}`}>{spoken(one.kind)}</span>
            <span>
              {one.service && <b>{plain(one.service)}: </b>}
              {plain(one.statement)} <Statement kind="claim">{plain(one.by)}</Statement>
              {one.usd && (
                <>
                  {" "}
                  <Dollars micro={one.usd} />
                </>
              )}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A link out is a reader's own step; nothing is fetched from there by this page. */
function Sources({ view }: { view: View }) {
  return (
    <section aria-labelledby="sources">
      <h2 id="sources">Sources</h2>
      <ul className="sources">
        {view.sources.map((source) => (
          <li key={source.source}>
            {plain(source.name)}
            {source.part && `, ${plain(source.part)}`}
            {source.url && <Out url={source.url} />}
            {source.running && <span className="soft"> (a running list)</span>}
          </li>
        ))}
        {view.references.map((url) => (
          <li key={url}>
            <Out url={url} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Out({ url }: { url: string }) {
  const shown = plain(url);
  if (!/^https?:\/\//.test(url)) return <span className="soft"> {shown}</span>;
  return (
    <>
      {" "}
      <a href={url} target="_blank" rel="noreferrer noopener" className="out">
        {shown.replace(/^https?:\/\/(www\.)?/, "").slice(0, 90)}
      </a>
    </>
  );
}
