/** One way of drawing for two surfaces: the screen's canvas and an SVG file. */
export interface Stroke {
  colour: string;
  width: number;
  alpha?: number;
  dash?: readonly number[];
}

export interface Lettering {
  size: number;
  colour: string;
  align?: "left" | "center" | "right";
  bold?: boolean;
  mono?: boolean;
  /** The colour of the ground, drawn around the letters so that they can be read over a ribbon. */
  halo?: string;
}

export interface Pen {
  begin(): void;
  move(x: number, y: number): void;
  line(x: number, y: number): void;
  curve(ax: number, ay: number, bx: number, by: number, x: number, y: number): void;
  close(): void;
  fill(colour: string, alpha?: number): void;
  stroke(style: Stroke): void;
  text(said: string, x: number, y: number, how: Lettering): void;
}

export const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
export const MONO = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

export function fontOf(how: Lettering): string {
  return `${how.bold ? "600 " : ""}${String(how.size)}px ${how.mono ? MONO : SANS}`;
}

let ruler: CanvasRenderingContext2D | null = null;

/** How wide a text is, on either surface. */
export function widthOf(text: string, how: Pick<Lettering, "size" | "bold" | "mono">): number {
  ruler ??= document.createElement("canvas").getContext("2d")!;
  ruler.font = fontOf({ colour: "", ...how });
  return ruler.measureText(text).width;
}

/** A text that fits, with a mark where it was cut. */
export function clipped(text: string, room: number, how: Pick<Lettering, "size" | "bold" | "mono">): string {
  if (widthOf(text, how) <= room) return text;
  let [least, most] = [1, text.length];
  while (least < most) {
    const half = Math.ceil((least + most) / 2);
    if (widthOf(`${text.slice(0, half)}…`, how) <= room) least = half;
    else most = half - 1;
  }
  return `${text.slice(0, least)}…`;
}

export class CanvasPen implements Pen {
  constructor(readonly to: CanvasRenderingContext2D) {}

  begin(): void {
    this.to.beginPath();
  }
  move(x: number, y: number): void {
    this.to.moveTo(x, y);
  }
  line(x: number, y: number): void {
    this.to.lineTo(x, y);
  }
  curve(ax: number, ay: number, bx: number, by: number, x: number, y: number): void {
    this.to.bezierCurveTo(ax, ay, bx, by, x, y);
  }
  close(): void {
    this.to.closePath();
  }
  fill(colour: string, alpha = 1): void {
    this.to.globalAlpha = alpha;
    this.to.fillStyle = colour;
    this.to.fill();
    this.to.globalAlpha = 1;
  }
  stroke({ colour, width, alpha = 1, dash = [] }: Stroke): void {
    this.to.globalAlpha = alpha;
    this.to.strokeStyle = colour;
    this.to.lineWidth = width;
    this.to.setLineDash([...dash]);
    this.to.stroke();
    this.to.globalAlpha = 1;
  }
  text(said: string, x: number, y: number, how: Lettering): void {
    this.to.font = fontOf(how);
    this.to.textAlign = how.align ?? "left";
    if (how.halo) {
      this.to.setLineDash([]);
      this.to.lineJoin = "round";
      this.to.lineWidth = 3.5;
      this.to.strokeStyle = how.halo;
      this.to.strokeText(said, x, y);
    }
    this.to.fillStyle = how.colour;
    this.to.fillText(said, x, y);
  }
}

const tenth = (value: number): string => String(Math.round(value * 10) / 10);

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${String(sign.charCodeAt(0))};`);
}

export class SvgPen implements Pen {
  private parts: string[] = [];
  private d = "";

  begin(): void {
    this.d = "";
  }
  move(x: number, y: number): void {
    this.d += `M${tenth(x)} ${tenth(y)}`;
  }
  line(x: number, y: number): void {
    this.d += `L${tenth(x)} ${tenth(y)}`;
  }
  curve(ax: number, ay: number, bx: number, by: number, x: number, y: number): void {
    this.d += `C${[ax, ay, bx, by, x, y].map(tenth).join(" ")}`;
  }
  close(): void {
    this.d += "Z";
  }
  fill(colour: string, alpha = 1): void {
    this.parts.push(`<path d="${this.d}" fill="${colour}"${alpha < 1 ? ` fill-opacity="${alpha.toFixed(2)}"` : ""}/>`);
  }
  stroke({ colour, width, alpha = 1, dash = [] }: Stroke): void {
    const more = (alpha < 1 ? ` stroke-opacity="${alpha.toFixed(2)}"` : "") + (dash.length ? ` stroke-dasharray="${dash.join(" ")}"` : "");
    this.parts.push(`<path d="${this.d}" fill="none" stroke="${colour}" stroke-width="${tenth(width)}"${more}/>`);
  }
  text(said: string, x: number, y: number, how: Lettering): void {
    const anchor = { left: "start", center: "middle", right: "end" }[how.align ?? "left"];
    const halo = how.halo ? ` stroke="${how.halo}" stroke-width="3.5" paint-order="stroke" stroke-linejoin="round"` : "";
    const face = escapeXml(how.mono ? MONO : SANS);
    this.parts.push(
      `<text x="${tenth(x)}" y="${tenth(y)}" font-size="${String(how.size)}" font-family="${face}"${how.bold ? ' font-weight="600"' : ""}` +
        ` text-anchor="${anchor}" fill="${how.colour}"${halo}>${escapeXml(said)}</text>`,
    );
  }
  /** The whole file. `says` is read by whoever opens it as text or with a screen reader. */
  file(width: number, height: number, ground: string, says: string): string {
    const size = `width="${String(width)}" height="${String(height)}" viewBox="0 0 ${String(width)} ${String(height)}"`;
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img"><title>${escapeXml(says)}</title>` +
      `<rect width="100%" height="100%" fill="${ground}"/>${this.parts.join("")}</svg>`
    );
  }
}
