import { useEffect, useImperativeHandle, useLayoutEffect, useRef, type Ref } from "react";
import { useSettings } from "../../shell/settings";
import type { Hit } from "./geometry";
import type { Drawing } from "./graph";
import type { Look } from "./paint";
import { Picture } from "./picture";

interface Props {
  ref: Ref<Picture | null>;
  drawing: Drawing;
  look: Look;
  anchor: { lane: string; id: string } | null;
  onPoint: (what: Hit) => void;
  onChoose: (what: Hit) => void;
  onOpen: (what: Hit) => void;
  /** Where the eye is to be at first, and who is told when it has moved. */
  eye: string;
  onMoved: (eye: string) => void;
}

/** Where the place at which something was opened or folded is now. */
function anchorIn(drawing: Drawing, anchor: { lane: string; id: string } | null) {
  if (!anchor) return null;
  const places = [...drawing.places.values()];
  const now = drawing.places.get(anchor.id) ?? places.find((one) => one.lane === anchor.lane) ?? places.find((one) => one.folds === anchor.lane);
  return now ? { before: anchor.id, now: now.id } : null;
}

/** The picture's surface. The same is told in words beside it; the canvas itself is for the eye and the pointer. */
export function Stage({ ref, drawing, look, anchor, onPoint, onChoose, onOpen, eye, onMoved }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useRef<Picture>(null);
  const heard = useRef({ onPoint, onChoose, onOpen, onMoved });
  const begin = useRef(eye);
  const { theme } = useSettings();
  useEffect(() => {
    heard.current = { onPoint, onChoose, onOpen, onMoved };
  });
  useLayoutEffect(() => {
    const made = new Picture(canvas.current!, {
      point: (what) => { heard.current.onPoint(what); },
      choose: (what) => { heard.current.onChoose(what); },
      open: (what) => { heard.current.onOpen(what); },
      moved: (at) => { heard.current.onMoved(at); },
    });
    if (begin.current) made.aim(begin.current);
    picture.current = made;
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const dress = () => { made.dress(); };
    dark.addEventListener("change", dress);
    return () => {
      dark.removeEventListener("change", dress);
      made.close();
    };
  }, []);
  useEffect(() => {
    picture.current?.dress();
  }, [theme]);
  const from = useRef(anchor);
  useEffect(() => {
    from.current = anchor;
  });
  useEffect(() => {
    picture.current?.show(drawing, anchorIn(drawing, from.current));
  }, [drawing]);
  useEffect(() => {
    picture.current?.set(look);
  }, [look, drawing]);
  useImperativeHandle<Picture | null, Picture | null>(ref, () => picture.current, []);
  return <canvas ref={canvas} className="stage" aria-hidden="true" data-elements={drawing.places.size + drawing.links.size} />;
}
