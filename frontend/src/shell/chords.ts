/** Which key is meant: one alone, or two in a row. */
export interface Key {
  /** As the browser names it, or two in a row: "g t". */
  key: string;
  says: string;
  run: () => void;
}

/** What a press does, after one that waits: the key that it is, or that it waits for a second. */
export function pressed(inForce: readonly Key[], pending: string, key: string): { found: Key | undefined; pending: string } {
  const said = pending ? `${pending} ${key}` : key;
  const found = inForce.findLast((one) => one.key === said) ?? inForce.findLast((one) => one.key === key);
  return { found, pending: !found && inForce.some((one) => one.key.startsWith(`${key} `)) ? key : "" };
}
