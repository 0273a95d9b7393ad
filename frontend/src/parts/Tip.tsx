import { useCallback, useEffect, useRef, useState } from "react";
import { useKeys } from "../shell/keys";
import { plain } from "./format";

interface Shown {
  exact: string;
  copy: string;
  from: string | null;
  target: HTMLElement;
}

function figureOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-exact]") : null;
}

/**
 * The one small panel that shows what a figure or an address is exactly. It listens for the whole page, so that a table
 * of a hundred thousand rows needs no more than the attributes.
 */
export function Tip() {
  const [shown, show] = useState<Shown | null>(null);
  const [said, say] = useState("");
  const panel = useRef<HTMLDivElement>(null);
  const closing = useRef(0);

  const copy = useCallback((what: HTMLElement | null) => {
    const text = what?.dataset["copy"];
    if (text === undefined) return;
    void copyText(text).then((done) => {
      say(done ? `copied ${plain(text)}` : "this browser did not let us copy");
      window.setTimeout(() => {
        say("");
      }, 2500);
    });
  }, []);

  useKeys([{ key: "c", says: "copy the exact figure or the whole address that is focused or pointed at", run: () => {
    copy(figureOf(document.activeElement) ?? shown?.target ?? null);
  } }]);

  useEffect(() => {
    const open = (event: Event) => {
      const target = figureOf(event.target);
      if (!target && !(event.target instanceof Node && panel.current?.contains(event.target))) {
        closing.current = window.setTimeout(() => {
          show(null);
        }, event.type === "focusin" ? 0 : 180);
        return;
      }
      window.clearTimeout(closing.current);
      if (!target) return;
      const { exact = "", copy: units = "", from = null } = target.dataset;
      show((before) => (before?.target === target ? before : { exact, copy: units, from, target }));
    };
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape") show(null);
    };
    const hide = () => {
      show(null);
    };
    const click = (event: MouseEvent) => {
      const target = figureOf(event.target);
      if (target instanceof HTMLButtonElement && !target.dataset["door"]) copy(target);
    };
    document.addEventListener("pointerover", open);
    document.addEventListener("focusin", open);
    document.addEventListener("keydown", close);
    document.addEventListener("click", click);
    document.addEventListener("scroll", hide, { capture: true, passive: true });
    return () => {
      document.removeEventListener("pointerover", open);
      document.removeEventListener("focusin", open);
      document.removeEventListener("keydown", close);
      document.removeEventListener("click", click);
      document.removeEventListener("scroll", hide, { capture: true });
    };
  }, [copy]);

  useEffect(() => {
    const box = panel.current;
    if (!shown || !box) return;
    const at = shown.target.getBoundingClientRect();
    const own = box.getBoundingClientRect();
    const above = at.top > own.height + 12;
    box.style.left = `${String(Math.max(8, Math.min(at.left, window.innerWidth - own.width - 8)))}px`;
    box.style.top = `${String(above ? at.top - own.height - 6 : at.bottom + 6)}px`;
  }, [shown]);

  return (
    <>
      {shown && (
        <div className="tip" role="tooltip" ref={panel}>
          <b translate="no">{plain(shown.exact)}</b>
          {shown.from && <span className="soft">{plain(shown.from)}</span>}
          <span className="soft">
            <kbd>c</kbd> copies {shown.copy === shown.exact ? "all of it" : <code>{plain(shown.copy)}</code>}
          </span>
        </div>
      )}
      <div className="said" role="status">
        {said}
      </div>
    </>
  );
}

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea"); // off loopback without TLS there is no clipboard object
    area.value = text;
    area.className = "sr";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
