import { question, useAnswer } from "../../api/client";
import { Address } from "../../parts/Address";
import { plain, plural, spoken } from "../../parts/format";
import { Moment } from "../../parts/Moment";
import { Await } from "../../parts/states";
import { useTitle } from "../../parts/title";
import { copyText } from "../../parts/Tip";
import { useKeys } from "../../shell/keys";
import { Link } from "../../shell/Link";
import { href, pathOf, useParam } from "../../shell/route";
import { ClusterOf } from "./ClusterOf";
import { Exposures } from "./Exposures";
import { Hours } from "./Hours";
import { Counterparties, Movements, Sums } from "./Others";
import type { About } from "./shapes";
import { Tags } from "./Tags";
import "./address.css";

/** Can I take this deposit? What is said of an address, and what the chain shows of it. */
export default function AddressPage({ address }: { address: string }) {
  const [chain] = useParam("chain");
  const [asOf] = useParam("as_of");
  const answer = useAnswer<About>(question(`addresses/${encodeURIComponent(address)}`, { chain, as_of: asOf }));
  useTitle(address);
  useKeys([{ key: "y", says: "copy this page’s address", run: () => { void copyText(answer.value?.address ?? address); } }]);
  return (
    <Await answer={answer} what="what is known of the address">
      {(about) => (
        <>
          <Head about={about} chain={chain} />
          <Tags about={about} />
          <section aria-labelledby="sums">
            <h2 id="sums">What went through it?</h2>
            <Sums about={about} />
          </section>
          <Exposures about={about} chain={chain} />
          <Hours address={about.address} chain={chain} />
          <Counterparties about={about} chain={chain} />
          <ClusterOf address={about.address} chain={chain} />
          <Movements about={about} chain={chain} />
        </>
      )}
    </Await>
  );
}

function Head({ about, chain }: { about: About; chain: string }) {
  const said = about.tags.filter((tag) => tag.status === "in force");
  const slugs = [...new Set(about.incidents.map((one) => one.incident))];
  const moves = about.movements;
  return (
    <>
      <h1 className="of-address">
        <Address address={about.address} chain={chain || about.chain} full still />
        {said.length > 0 ? `is said to be ${[...new Set(said.map((tag) => plain(tag.name)))].slice(0, 3).join(", ")}` : "is nobody that this workspace knows"}
        {slugs.length > 0 && `, and is named in ${plural(slugs.length, "theft")}`}.
      </h1>
      <p className="lead">
        {moves > 0 && about.first_time && about.last_time ? (
          <>
            {plural(moves, "movement")} on {about.seen_on.join(", ")}, from <Moment of={about.first_time} /> to <Moment of={about.last_time} />.
          </>
        ) : (
          "No movement of it is in the tables."
        )}
      </p>
      <dl className="facts">
        <div>
          <dt>Valid on</dt>
          <dd title={about.valid_on.join(", ")}>
            {about.valid_on.slice(0, 4).map(spoken).join(", ") || "no chain whose addresses are checked"}
            {about.valid_on.length > 4 && ` and ${String(about.valid_on.length - 4)} more`}
          </dd>
        </div>
        {slugs.length > 0 && (
          <div>
            <dt>Thefts that name it</dt>
            <dd>
              {about.incidents
                .filter((one, n) => about.incidents.findIndex((other) => other.incident === one.incident && other.role === one.role) === n)
                .map((one) => (
                  <span key={one.incident + one.role} className="in-row">
                    <Link href={href(pathOf("incident", one.incident))}>{one.incident}</Link> <span className="soft">as {spoken(plain(one.role))}</span>
                  </span>
                ))}
            </dd>
          </div>
        )}
        {about.runs.length > 0 && (
          <div>
            <dt>Runs that it is part of</dt>
            <dd>
              {about.runs.map((one) => (
                <span key={one.run} className="in-row">
                  <Link href={href(pathOf("runs", one.run), { address: about.address })}>
                    <code>{one.run}</code>
                  </Link>{" "}
                  <span className="soft">{one.as.map(spoken).join(", ")}</span>
                </span>
              ))}
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}
