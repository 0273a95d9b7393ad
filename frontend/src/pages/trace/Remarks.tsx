import type { components } from "../../api/types";
import { question } from "../../api/client";
import { Address } from "../../parts/Address";
import { count, plain, plural, spoken, thousands } from "../../parts/format";
import { Amount } from "../../parts/Figure";
import { Moment } from "../../parts/Moment";
import { pathOf } from "../../shell/route";
import { range, short } from "./amounts";
import type { RunView } from "./bounds";
import type { Asset } from "./graph";

const ROWS = 12;

/** What the trace says beside its figures: what was looked at, what to keep in mind, who paid whom, the other reading. */
export function Remarks({ run }: { run: RunView }) {
  const { scope, warnings } = run;
  if (!scope || !warnings) {
    return (
      <section className="remarks" aria-label="What the trace said">
        <h2>What the trace said</h2>
        <p className="soft">
          Warnings, scope, deposits and the other reading were not kept by the version that made this run ({plain(run.made.version)}). Trace the same again to have them.
        </p>
      </section>
    );
  }
  return (
    <section className="remarks" aria-label="What the trace said">
      <h2>What the trace said</h2>
      <Headlines run={run} />
      <Scope scope={scope} run={run} />
      <Small run={run} />
      <ul className="warnings">
        {warnings.map((text) => (
          <li key={text}>{plain(text)}</li>
        ))}
      </ul>
      <Deposits run={run} />
      <Unexplained run={run} />
      <Other run={run} />
    </section>
  );
}

/** The one sentence over all assets, where money changed its asset; worked out by the trace. */
function Headlines({ run }: { run: RunView }) {
  if (run.conversions === 0) return null;
  return Object.entries(run.headlines).map(([incident, text]) => (
    <p key={incident} className="headline">
      {plain(incident)}: {plain(text)}.
    </p>
  ));
}

/** Who got next to nothing: how many, how much in all, and below which threshold. */
function Small({ run }: { run: RunView }) {
  return run.small.filter((one) => one.addresses > 0).map((one) => {
    const asset = assetIn(run, one.asset);
    return (
      <p key={`${one.origin} ${one.asset}`} className="soft small-addresses">
        {plural(one.addresses, "address", "addresses")} with <Amount units={one.high} decimals={asset.decimals} asset={asset.symbol} shown={range(one.low, one.high, asset)} /> in all got next to nothing each: {plain(one.says)}. They are
        not named, as anybody can be sent so little; the table <code>destinations</code> has them.
      </p>
    );
  });
}

function assetIn(run: RunView, id: string): Asset {
  const found = run.assets[id];
  return { asset: id, symbol: found?.symbol ?? id, decimals: found?.decimals ?? 0, weight: "1" };
}

function Scope({ scope, run }: { scope: components["schemas"]["Scope"]; run: RunView }) {
  const { past, max } = asked(run);
  const flags = Object.entries(scope.not_followed);
  return (
    <p>
      It looked at {plural(scope.movements, "movement")} of {plural(scope.addresses, "address", "addresses")} in {plural(scope.hops, "hop")}, from <Moment of={scope.first_time} /> to{" "}
      <Moment of={scope.last_time} /> (blocks {thousands(String(scope.first_block))} to {thousands(String(scope.last_block))}).
      {flags.length > 0 && ` Not followed: ${flags.map(([flag, n]) => `${count(n)} ${spoken(flag)}`).join(", ")}.`}
      {(scope.cut_forward > 0 || scope.cut_backward > 0) && ` The budget${max} left out ${plural(scope.cut_forward, "place")} ahead and ${plural(scope.cut_backward, "payer")} behind.`}
      {past.length > 0 && (
        <>
          {" It went on past "}
          {past.map((address, n) => (
            <span key={address}>
              {n > 0 && ", "}
              <Address address={address} chain={run.chain} />
            </span>
          ))}
          {", as was asked."}
        </>
      )}
    </p>
  );
}

/** What of a run's parameters its reader should see here. */
function asked(run: RunView): { past: string[]; max: string } {
  const said = run.made.parameters as { follow?: string[]; budget?: { movements?: number } };
  const most = said.budget?.movements;
  return { past: said.follow ?? [], max: most === undefined ? "" : ` of ${count(most)} movements` };
}

/** Who paid an end: what a letter to a service names. */
function Deposits({ run }: { run: RunView }) {
  const { deposits, deposits_total: total } = run;
  if (!deposits?.length || total === null) return null;
  return (
    <details>
      <summary>{plural(total, "address", "addresses")} paid where following ended: what a request to a service names</summary>
      <div className="scroll" role="region" aria-label="Who paid where following ended" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Paid by</th>
              <th scope="col">To</th>
              <th scope="col" className="n">Of it stolen, over the rules</th>
              <th scope="col" className="n">All that it paid</th>
              <th scope="col" className="n">Movements</th>
            </tr>
          </thead>
          <tbody>
            {deposits.map((one) => {
              const asset = assetIn(run, one.asset);
              return (
                <tr key={`${one.origin} ${one.deposit} ${one.address} ${one.asset}`}>
                  <th scope="row">
                    <Address address={one.deposit} chain={run.chain} />
                  </th>
                  <td>{one.name ? plain(one.name) : <Address address={one.address} chain={run.chain} />}</td>
                  <td className="n">
                    <Amount units={one.high} decimals={asset.decimals} asset={asset.symbol} shown={range(one.low, one.high, asset)} />
                  </td>
                  <td className="n">{short(one.moved, asset)}</td>
                  <td className="n">{count(one.transfers)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {total > deposits.length && <p className="soft">The first {count(deposits.length)} of {count(total)}; the table <code>payments</code> of the workspace has all.</p>}
    </details>
  );
}

function Unexplained({ run }: { run: RunView }) {
  const { unexplained, unexplained_total: total } = run;
  if (!unexplained?.length || total === null) return null;
  return (
    <details>
      <summary>{plural(total, "account pays", "accounts pay")} out more than the data shows coming in</summary>
      <ol className="plain columns">
        {unexplained.slice(0, ROWS * 2).map((one) => (
          <li key={`${one.address} ${one.asset}`}>
            <Address address={one.address} chain={run.chain} /> <span className="n">{short(one.amount, assetIn(run, one.asset))}</span>
          </li>
        ))}
      </ol>
      {total > ROWS * 2 && (
        <p className="soft">
          The largest {ROWS * 2} of {count(total)}; <a href={question(pathOf("runs", run.run).slice(1))}>the run as JSON</a> has more, the table <code>unfunded</code> all.
        </p>
      )}
    </details>
  );
}

/** What the other reading of repeated movements gives, beside this one. */
function Other({ run }: { run: RunView }) {
  const other = run.alternative;
  if (!other) return null;
  const places = (of: RunView["destinations"]) => new Map(of.filter((one) => one.reason !== "held").map((one) => [`${one.address} ${one.asset} ${one.origin}`, one] as const));
  const mine = places(run.destinations);
  const theirs = places(other.destinations);
  const keys = [...new Set([...mine.keys(), ...theirs.keys()])].slice(0, ROWS);
  const moved = Object.entries(other.moved).map(([id, amount]) => short(amount, assetIn(run, id))).join(" and ");
  return (
    <details>
      <summary>
        If {plural(other.movements, "movement")} that repeat another ({moved}) {other.repeated === "once" ? "are rows told twice" : "are movements of their own"}
      </summary>
      <div className="scroll" role="region" aria-label="Under the other reading" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Where</th>
              <th scope="col" className="n">Here</th>
              <th scope="col" className="n">Under the other reading</th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => {
              const [one, two] = [mine.get(key), theirs.get(key)];
              const any = (one ?? two)!;
              const asset = assetIn(run, any.asset);
              return (
                <tr key={key}>
                  <th scope="row">{any.name ? plain(any.name) : plain(any.reason)} <Address address={any.address} chain={any.chain} /></th>
                  <td className="n">{one ? range(one.low, one.high, asset) : "nothing"}</td>
                  <td className="n">{two ? range(two.low, two.high, asset) : "nothing"}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}
