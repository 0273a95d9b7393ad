import { useState } from "react";
import { Address } from "../../parts/Address";
import { plain, plural, spoken } from "../../parts/format";
import { Statement } from "../../parts/Kind";
import { Link } from "../../shell/Link";
import { href, pathOf } from "../../shell/route";
import type { AddressClaim, View } from "./shapes";

const SHOWN = 60;

/** The addresses that sources name, by the part they are said to have played; and those that other thefts share. */
export function Addresses({ view }: { view: View }) {
  const roles = new Map<string, Map<string, AddressClaim[]>>();
  for (const claim of view.addresses) {
    const of = roles.get(claim.role) ?? new Map<string, AddressClaim[]>();
    const key = `${claim.chain} ${claim.address}`;
    roles.set(claim.role, of.set(key, [...(of.get(key) ?? []), claim]));
  }
  const names = new Map(view.sources.map((source) => [source.source, source.name]));
  return (
    <>
      <section aria-labelledby="addresses">
        <h2 id="addresses">Which addresses?</h2>
        {roles.size === 0 && (
          <p>
            <span className="statement unknown">No source in the ledger names one.</span>
          </p>
        )}
        {[...roles].map(([role, of], n) => (
          <details key={role} open={n === 0}>
            <summary>
              <b>{spoken(plain(role))}</b> <span className="soft">{plural(of.size, "address", "addresses")}</span>
            </summary>
            <Named claims={[...of.values()]} names={names} />
          </details>
        ))}
      </section>
      <section aria-labelledby="shared">
        <h2 id="shared">Shared with other thefts</h2>
        {view.shared_addresses.length === 0 ? (
          <p>None of its addresses is named in another theft of the ledger.</p>
        ) : (
          <>
            <p>{view.shared_addresses[0]!.reading}</p>
            <ul className="plain shared">
              {view.shared_addresses.map(({ address, elsewhere }) => (
                <li key={address}>
                  <Address address={address} />
                  <span>
                    {[...new Set(elsewhere.map((one) => one.incident))].map((slug) => (
                      <Link key={slug} href={href(pathOf("incident", slug))}>
                        {slug}
                      </Link>
                    ))}
                  </span>
                  <span className="soft">{[...new Set(elsewhere.map((one) => `${one.chain}: ${spoken(one.role)}`))].join(", ")}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
    </>
  );
}

function Named({ claims: role, names }: { claims: AddressClaim[][]; names: Map<string, string> }) {
  const [all, show] = useState(false);
  const shown = all ? role : role.slice(0, SHOWN);
  return (
    <>
      <ul className="plain addresses">
        {shown.map((claims) => {
          const one = claims[0]!;
          const said = [...new Set(claims.flatMap((claim) => [claim.by ?? names.get(claim.source) ?? "", ...claim.also.map((id) => names.get(id) ?? "")]))].filter(Boolean);
          return (
            <li key={one.claim}>
              <span className="soft">{one.chain}</span> <Address address={one.address} chain={one.chain} />{" "}
              <Statement kind="claim">
                <span className="soft">{said.map(plain).join(", ")}</span>
              </Statement>
            </li>
          );
        })}
      </ul>
      {role.length > shown.length && (
        <button type="button" onClick={() => { show(true); }}>
          Show all {role.length}
        </button>
      )}
    </>
  );
}
