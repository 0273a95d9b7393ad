import { Dollars } from "../../parts/Figure";
import { dollarRange, forDrawing, plain } from "../../parts/format";
import { Statement } from "../../parts/Kind";
import { Said } from "./Said";
import type { View } from "./shapes";
import { MARKS } from "./verdict";

/** What was taken, by source, side by side on one scale. */
export function Claims({ view }: { view: View }) {
  const rows = view.losses.map((claim) => ({ claim, ...view.standings[claim.claim]! }));
  const most = Math.max(1, ...[...view.losses, ...view.returned].map((claim) => forDrawing(claim.usd, 12)));
  const loss = view.loss;
  const x = (units: string) => 3 + (forDrawing(units, 12) / most) * 194;
  const band = loss ? { from: x(loss.low), to: x(loss.high), median: x(loss.median) } : null;
  return (
    <section aria-labelledby="claims">
      <h2 id="claims">Who says how much?</h2>
      {rows.length === 0 ? (
        <p>
          <span className="statement unknown">Nobody has said how much was taken.</span>
        </p>
      ) : (
        <div className="scroll" role="region" aria-label="Claims" tabIndex={0}>
          <table className="claims">
            <thead>
              <tr>
                <th scope="col">Said by</th>
                <th scope="col" className="n">
                  taken
                </th>
                <th scope="col">{loss && `0 to the largest; band ${dollarRange(loss.low, loss.high)}`}</th>
                <th scope="col">when</th>
                <th scope="col">stands</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ claim, stand, says }) => (
                <tr key={claim.claim} className={stand}>
                  <th scope="row">
                    <Statement kind="claim">{plain(claim.by)}</Statement>
                  </th>
                  <td className="n">
                    <Dollars micro={claim.usd} from={`“${plain(claim.by)}`} />
                  </td>
                  <td>
                    <svg className="strip" viewBox="0 0 200 14" width="200" height="14" aria-hidden="true">
                      {band && <rect className="band" x={band.from} width={Math.max(band.to - band.from, 1)} y="1" height="12" />}
                      <path className="axis" d="M3 7h194" />
                      {band && <path className="median" d={`M${String(band.median)} 1v12`} />}
                      <circle cx={x(claim.usd)} cy="7" r="3.6" />
                    </svg>
                  </td>
                  <td>
                    <Said claim={claim} />
                  </td>
                  <td>
                    <span className="mark-of" aria-hidden="true">
                      {MARKS[stand]}
                    </span>
                    {says}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {view.returned.length > 0 && (
        <>
          <h3>Came back, or was made good</h3>
          <ul>
            {view.returned.map((claim) => (
              <li key={claim.claim}>
                <Dollars micro={claim.usd} /> <Statement kind="claim">{plain(claim.by)}</Statement>, <Said claim={claim} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
