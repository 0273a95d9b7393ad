import { useKeys, useKeysInForce } from "./keys";

function dialog(): HTMLDialogElement | null {
  return document.querySelector<HTMLDialogElement>("dialog.keys");
}

export function openKeyHelp(): void {
  dialog()?.showModal();
}

/** All keys that work on the page that is open. */
export function KeyHelp() {
  useKeys([{ key: "?", says: "this list", run: openKeyHelp }]);
  const keys = useKeysInForce();
  return (
    <dialog className="keys" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl>
        {keys.map(({ key, says }) => (
          <div key={key + says}>
            <dt>
              {key.split(" ").map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{says}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Tab</kbd>
            <kbd>Enter</kbd>
          </dt>
          <dd>to what comes next, and into it</dd>
        </div>
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
