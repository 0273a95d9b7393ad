import { memo } from "react";
import { sha256 } from "./sha256";

/** The picture that the report draws of the same address: five by five cells, mirrored, from its SHA-256. */
export const Identicon = memo(function Identicon({ of }: { of: string }) {
  const digest = sha256(of);
  let path = "";
  for (let y = 0; y < 5; y++) {
    for (let x = 0; x < 5; x++) if (digest[3 * y + Math.min(x, 4 - x)]! & 1) path += `M${String(x)} ${String(y)}.5h1`;
  }
  return (
    <svg className={`icon h${String(digest[31]! % 6)}`} viewBox="0 0 5 5" aria-hidden="true">
      <path d={path} />
    </svg>
  );
});
