/** The canvas: one drawing a frame, panning and zooming, what is under the pointer. Knows nothing of React. */
import { baitUnder } from "./bait";
import { fit, HEAD, hit, zoomed, type Hit, type Lens, type Size } from "./geometry";
import type { Drawing } from "./graph";
import { dates, guides, paint, paintShapes, paintWords, type Look, type Sheet } from "./paint";
import { palette, type Palette } from "./palette";
import { CanvasPen } from "./pen";

/** More than so many elements are not drawn anew in every frame of a motion: their picture is moved instead. */
const MANY = 900;
const SETTLED = 90;
/** How much of the stage is drawn beyond each edge, so that there is something to move in. */
const BEYOND = 0.4;
const FADE = 150;

export interface Heard {
  point: (what: Hit) => void;
  choose: (what: Hit) => void;
  open: (what: Hit) => void;
  /** The eye has come to rest somewhere else. */
  moved: (eye: string) => void;
}

export class Picture {
  private drawing: Drawing | null = null;
  private look: Look = { selected: null, pointed: null, way: null, notes: [] };
  private lens: Lens = { kx: 1, ky: 1, x: 0, y: 0 };
  private base: Lens = this.lens;
  private size: Size = { width: 0, height: 0 };
  private colours: Palette = palette();
  private readonly pen: CanvasPen;
  private readonly layer = document.createElement("canvas");
  private layerLens: Lens | null = null;
  private frame = 0;
  private settling = 0;
  private before: { picture: HTMLCanvasElement; since: number } | null = null;
  private waits = "";
  private grip: { x: number; y: number; moved: boolean } | null = null;
  private readonly fingers = new Map<number, { x: number; y: number }>();
  private readonly watch: ResizeObserver;
  private readonly stop = new AbortController();

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly heard: Heard,
  ) {
    this.pen = new CanvasPen(canvas.getContext("2d")!);
    this.watch = new ResizeObserver(() => {
      this.resize();
    });
    this.watch.observe(canvas);
    this.listen();
  }

  close(): void {
    this.watch.disconnect();
    this.stop.abort();
    cancelAnimationFrame(this.frame);
    window.clearTimeout(this.settling);
  }

  /** Another graph. What is at `anchor` (of the one before, and of this) stays where the eye is. */
  show(drawing: Drawing, anchor: { before: string; now: string } | null): void {
    const old = anchor && this.drawing?.places.get(anchor.before);
    const now = anchor && drawing.places.get(anchor.now);
    const first = this.drawing === null;
    const whole = this.isWhole();
    const alike = this.drawing?.places.size === drawing.places.size && [...drawing.places.keys()].every((id) => this.drawing!.places.has(id));
    if (!first) this.remember();
    const at = old ? { x: old.x * this.lens.kx + this.lens.x, y: (old.y + old.h / 2) * this.lens.ky + this.lens.y } : null;
    this.drawing = drawing;
    if (this.size.width) this.base = fit(drawing, this.size);
    if (first || whole || ((!at || !now) && !alike)) this.lens = this.base;
    else if (at && now) this.lens = { ...this.lens, x: at.x - now.x * this.lens.kx, y: at.y - (now.y + now.h / 2) * this.lens.ky };
    this.layerLens = null;
    if (this.waits) this.aim(this.waits);
    this.draw();
    if (!first) this.settle();
  }

  /** Where the eye is, on any screen: the middle in the picture's coordinates, and how much larger than whole. */
  eye(): string {
    if (!this.drawing || this.isWhole()) return "";
    const { kx, ky, x, y } = this.lens;
    const at = [(this.size.width / 2 - x) / kx, (this.size.height / 2 - y) / ky];
    return [...at, kx / this.base.kx, ky / this.base.ky].map((one) => String(Number(one.toPrecision(9)))).join(",");
  }

  /** Put the eye where it was said to be; as soon as there is something to look at. */
  aim(eye: string): void {
    const [x = NaN, y = NaN, wide = NaN, high = NaN] = eye.split(",").map(Number);
    if (!this.drawing || !this.size.width) {
      this.waits = eye;
      return;
    }
    this.waits = "";
    if (![x, y].every(Number.isFinite) || !(wide > 0 && wide <= 200 && high > 0 && high <= 200)) return;
    const [kx, ky] = [this.base.kx * wide, this.base.ky * high];
    this.lens = { kx, ky, x: this.size.width / 2 - x * kx, y: this.size.height / 2 - y * ky };
    this.layerLens = null;
    this.draw();
  }

  set(look: Look): void {
    this.look = look;
    this.layerLens = null;
    this.draw();
  }

  dress(): void {
    this.colours = palette();
    this.layerLens = null;
    this.draw();
  }

  fit(): void {
    this.lens = this.base;
    this.layerLens = null;
    this.draw();
    this.settle();
  }

  zoom(by: number, at = { x: this.size.width / 2, y: this.size.height / 2 }): void {
    this.lens = zoomed(this.lens, by, at, this.base);
    this.draw();
    this.settle();
  }

  pan(x: number, y: number): void {
    this.lens = { ...this.lens, x: this.lens.x + x, y: this.lens.y + y };
    this.draw();
    this.settle();
  }

  /** Bring a place or a link into sight. */
  reveal(id: string): void {
    const { places, links, baits } = this.drawing ?? { places: new Map<string, never>(), links: new Map<string, never>(), baits: new Map<string, never>() };
    const place = places.get(id) ?? places.get(links.get(id)?.to ?? "") ?? places.get(baits.get(id)?.to ?? baits.get(id)?.from ?? "");
    if (!place) return;
    const x = place.x * this.lens.kx + this.lens.x;
    const y = (place.y + place.h / 2) * this.lens.ky + this.lens.y;
    const edge = 60;
    const dx = x < edge ? edge - x : x > this.size.width - edge ? this.size.width - edge - x : 0;
    const dy = y < HEAD + edge ? HEAD + edge - y : y > this.size.height - edge ? this.size.height - edge - y : 0;
    if (dx || dy) this.pan(dx, dy);
  }

  /** What a file of it is made from: what is seen, as it is seen. */
  sheet(): Sheet | null {
    return this.drawing && { drawing: this.drawing, lens: this.lens, size: this.size, colours: this.colours, look: { ...this.look, pointed: null, selected: null } };
  }

  private isWhole(): boolean {
    return this.lens === this.base;
  }

  private resize(): void {
    const box = this.canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    const whole = this.isWhole();
    this.size = { width: box.width, height: box.height };
    this.canvas.width = Math.round(box.width * ratio);
    this.canvas.height = Math.round(box.height * ratio);
    if (this.drawing && box.width) {
      this.base = fit(this.drawing, this.size);
      if (whole) this.lens = this.base;
      if (this.waits) this.aim(this.waits);
    }
    this.layerLens = null;
    this.draw();
  }

  private draw(): void {
    if (!this.frame) this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.drawNow();
    });
  }

  private settle(): void {
    window.clearTimeout(this.settling);
    this.settling = window.setTimeout(() => {
      if (this.layerLens !== this.lens) this.layerLens = null;
      this.draw();
      this.heard.moved(this.eye());
    }, SETTLED);
  }

  private drawNow(): void {
    if (!this.drawing || !this.size.width) return;
    const ratio = window.devicePixelRatio || 1;
    const { to } = this.pen;
    to.setTransform(ratio, 0, 0, ratio, 0, 0);
    to.clearRect(0, 0, this.size.width, this.size.height);
    const sheet = this.sheetNow(this.lens, this.size);
    guides(this.pen, sheet);
    if (this.drawing.links.size + this.drawing.places.size > MANY) this.fromLayer(ratio);
    else paint(this.pen, sheet);
    dates(this.pen, sheet);
    this.fade(ratio);
  }

  private sheetNow(lens: Lens, size: Size): Sheet {
    return { drawing: this.drawing!, lens, size, colours: this.colours, look: this.look };
  }

  /** Draw from a picture that reaches beyond the edges; it is made anew when the motion has ended or left it. */
  private fromLayer(ratio: number): void {
    const { width, height } = this.size;
    const [dx, dy] = [Math.round(width * BEYOND), Math.round(height * BEYOND)];
    const size = { width: Math.ceil(width) + 2 * dx, height: Math.ceil(height) + 2 * dy };
    const made = this.layerLens;
    const moved = made && { x: this.lens.x - made.x, y: this.lens.y - made.y, by: this.lens.kx / made.kx };
    if (!moved || (moved.by === 1 && (Math.abs(moved.x) > dx || Math.abs(moved.y) > dy))) {
      this.layer.width = Math.round(size.width * ratio);
      this.layer.height = Math.round(size.height * ratio);
      const pen = new CanvasPen(this.layer.getContext("2d")!);
      pen.to.setTransform(ratio, 0, 0, ratio, 0, 0);
      paintShapes(pen, this.sheetNow({ ...this.lens, x: this.lens.x + dx, y: this.lens.y + dy }, size));
      this.layerLens = this.lens;
    }
    const from = this.layerLens!;
    const by = this.lens.kx / from.kx;
    const x = this.lens.x - (from.x + dx) * by;
    const y = this.lens.y - (from.y + dy) * by;
    this.pen.to.drawImage(this.layer, x, y, (this.layer.width / ratio) * by, (this.layer.height / ratio) * by);
    paintWords(this.pen, this.sheetNow(this.lens, this.size), this.layerLens !== this.lens);
  }

  private remember(): void {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches || !this.canvas.width) return;
    const picture = document.createElement("canvas");
    picture.width = this.canvas.width;
    picture.height = this.canvas.height;
    picture.getContext("2d")!.drawImage(this.canvas, 0, 0);
    this.before = { picture, since: performance.now() };
  }

  private fade(ratio: number): void {
    if (!this.before) return;
    const left = 1 - (performance.now() - this.before.since) / FADE;
    if (left <= 0) {
      this.before = null;
      return;
    }
    this.pen.to.globalAlpha = left;
    this.pen.to.drawImage(this.before.picture, 0, 0, this.before.picture.width / ratio, this.before.picture.height / ratio);
    this.pen.to.globalAlpha = 1;
    this.draw();
  }

  // ── pointer

  private at(event: { clientX: number; clientY: number }): { x: number; y: number } {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private under(event: { clientX: number; clientY: number }): Hit {
    if (!this.drawing) return null;
    const bait = baitUnder(this.drawing, this.lens, this.at(event));
    return bait ? { kind: "bait", id: bait } : hit(this.drawing, this.lens, this.at(event));
  }

  private listen(): void {
    const { signal } = this.stop;
    const on = <K extends keyof HTMLElementEventMap>(name: K, run: (event: HTMLElementEventMap[K]) => void) => {
      this.canvas.addEventListener(name, run, { signal, passive: name !== "wheel" });
    };
    on("wheel", (event) => {
      event.preventDefault();
      if (event.shiftKey) this.pan(-event.deltaY - event.deltaX, 0);
      else this.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), this.at(event));
    });
    on("pointerdown", (event) => {
      this.fingers.set(event.pointerId, this.at(event));
      this.grip = { ...this.at(event), moved: false };
      this.canvas.setPointerCapture(event.pointerId);
    });
    on("pointermove", (event) => {
      if (!this.grip) {
        const found = this.under(event);
        this.canvas.style.cursor = found ? "pointer" : "grab";
        this.heard.point(found);
        return;
      }
      this.drag(event);
    });
    on("pointerup", (event) => {
      const still = this.grip && !this.grip.moved;
      this.letGo(event);
      if (still) this.heard.choose(this.under(event));
    });
    on("pointercancel", (event) => { this.letGo(event); });
    on("pointerleave", () => { this.heard.point(null); });
    on("dblclick", (event) => { this.heard.open(this.under(event)); });
  }

  private letGo(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    this.grip = null;
    this.settle();
  }

  private drag(event: PointerEvent): void {
    const now = this.at(event);
    const before = this.fingers.get(event.pointerId) ?? now;
    const other = [...this.fingers].find(([id]) => id !== event.pointerId)?.[1];
    this.fingers.set(event.pointerId, now);
    if (!this.grip) return;
    if (other) {
      const apart = (a: { x: number; y: number }) => Math.max(Math.hypot(a.x - other.x, a.y - other.y), 1);
      this.grip.moved = true;
      this.zoom(apart(now) / apart(before), other);
      return;
    }
    if (!this.grip.moved && Math.hypot(now.x - this.grip.x, now.y - this.grip.y) < 4) return;
    this.grip.moved = true;
    this.pan(now.x - before.x, now.y - before.y);
  }
}
