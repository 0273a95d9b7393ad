import { useEffect, useId, useRef, useState } from "react";
import { question, useAnswer } from "../api/client";
import type { components } from "../api/types";
import { plain } from "../parts/format";
import { useKeys } from "./keys";
import { go } from "./route";

type Found = components["schemas"]["HitList"];
type Hit = Found["rows"][number];

/** The one box for anything: an address, a transaction, a theft, an actor, a run. */
export function Search() {
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  useKeys([{ key: "/", says: "search", run: () => { input.current?.select(); input.current?.focus(); } }]);
  useEffect(() => {
    const soon = window.setTimeout(() => {
      setAsked(text.trim());
      setActive(0);
    }, 120);
    return () => {
      window.clearTimeout(soon);
    };
  }, [text]);
  const answer = useAnswer<Found>(asked ? question("search", { q: asked }) : null);
  const found = asked ? (answer.value?.rows ?? []) : [];
  const shown = open && asked !== "";
  const fresh = asked === text.trim() && !answer.waiting;
  const awaited = useRef(false); // Enter came before the answer
  useEffect(() => {
    if (!fresh || !awaited.current) return;
    awaited.current = false;
    follow(found[0]);
  });

  function follow(one: Hit | undefined) {
    if (!one) return;
    setOpen(false);
    setText("");
    input.current?.blur();
    go(one.href);
  }

  return (
    <search className="search">
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label="Search: address, transaction, theft, actor, run"
        aria-expanded={shown}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={shown && found[active] ? `${list}-${String(active)}` : undefined}
        placeholder="Address, transaction, theft, actor, run"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setOpen(true);
        }}
        onFocus={() => {
          setOpen(true);
        }}
        onBlur={() => {
          setOpen(false);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            const step = event.key === "ArrowDown" ? 1 : -1;
            setActive((active + step + found.length) % Math.max(found.length, 1));
          } else if (event.key === "Enter") {
            if (fresh) follow(found[active]);
            else awaited.current = text.trim() !== "";
          }
          else if (event.key === "Escape") {
            setText("");
            input.current?.blur();
          }
        }}
      />
      <kbd aria-hidden="true">/</kbd>
      <div className={shown ? "found" : "found closed"}>
        <div id={list} role="listbox" aria-label="Found">
          {shown &&
            found.map((one, n) => (
              <div
                key={`${one.kind} ${one.id} ${String(n)}`}
                id={`${list}-${String(n)}`}
                role="option"
                aria-selected={n === active}
                tabIndex={-1}
                onPointerDown={(event) => {
                  event.preventDefault();
                }}
                onClick={() => {
                  follow(one);
                }}
                onKeyDown={(event) => {
                  if (event.key === "Enter") follow(one);
                }}
              >
                <span className="what">{one.kind}</span>
                <span className="title">{plain(one.title)}</span>
                {one.note && <span className="soft note">{plain(one.note)}</span>}
              </div>
            ))}
        </div>
        {shown && found.length === 0 && (
          <p className="soft">
            {answer.error ? answer.error.message : answer.waiting || asked !== text.trim() ? "Looking …" : `Nothing is known of “${plain(asked)}”.`}
          </p>
        )}
      </div>
    </search>
  );
}
