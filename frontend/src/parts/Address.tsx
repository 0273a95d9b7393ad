import { memo } from "react";
import { Link } from "../shell/Link";
import { href, pathOf } from "../shell/route";
import { plain } from "./format";
import { Identicon } from "./Identicon";
import { sha256 } from "./sha256";

interface Props {
  address: string;
  chain?: string | null;
  /** All of it, as on its own page. */
  full?: boolean;
  /** Without a door, for example on its own page. */
  still?: boolean;
}

export function addressHref(address: string, chain?: string | null): string {
  return href(pathOf("address", address), { chain: chain ?? null });
}

/**
 * An address. Its middle is hidden from the eye only: what is selected or copied is the whole. Head and tail take their
 * colours from a digest of all of it, so that one made to look alike is coloured differently.
 */
export const Address = memo(function Address({ address, chain, full, still }: Props) {
  const shown = plain(address);
  const digest = sha256(address);
  const head = shown.startsWith("0x") ? 6 : 5;
  const short = !full && shown.length > 16;
  const text = (
    <>
      <span className={`t${String(digest[30]! % 6)}`}>{short ? shown.slice(0, head) : shown.slice(0, -4)}</span>
      {short && <span className="middle">{shown.slice(head, -4)}</span>}
      <span className={`t${String(digest[29]! % 6)}`}>{shown.slice(-4)}</span>
    </>
  );
  const data = { "data-exact": address, "data-copy": address, "data-from": chain ? `address on ${chain}` : "address" };
  return (
    <span className={short ? "address short" : "address"} translate="no">
      <Identicon of={address} />
      {still ? (
        <span {...data}>{text}</span>
      ) : (
        <Link href={addressHref(address, chain)} aria-label={chain ? `${shown} on ${chain}` : shown} {...data}>
          {text}
        </Link>
      )}
    </span>
  );
});

/** A hash of a transaction, shortened in the same way; it leads to what moved in it. */
export function Hash({ of, chain, still }: { of: string; chain?: string | null; still?: boolean }) {
  const shown = plain(of);
  const data = { "data-exact": of, "data-copy": of, "data-from": chain ? `transaction on ${chain}` : "transaction" };
  const text = (
    <>
      {shown.slice(0, 8)}
      <span className="middle">{shown.slice(8, -4)}</span>
      {shown.slice(-4)}
    </>
  );
  return (
    <span className="address short" translate="no">
      {still ? (
        <button type="button" className="bare" {...data}>
          {text}
        </button>
      ) : (
        <Link href={href(pathOf("transaction", of))} aria-label={shown} {...data}>
          {text}
        </Link>
      )}
    </span>
  );
}
