/** The chart as a file that needs no style sheet: what the page's styles make of each element is written into it. */
import { plain } from "../../parts/format";
import { save } from "../trace/files";

const KEPT = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "paint-order", "font-size", "font-weight", "font-family", "text-anchor", "visibility"];
const CAPTION = 22;

function styled(chart: SVGSVGElement, says: string): string {
  const copy = chart.cloneNode(true) as SVGSVGElement;
  const [old, fresh] = [chart.querySelectorAll("*"), copy.querySelectorAll("*")];
  old.forEach((element, n) => {
    const style = getComputedStyle(element);
    for (const name of KEPT) fresh[n]!.setAttribute(name, style.getPropertyValue(name).replaceAll('"', "'"));
  });
  const { width, height } = chart.getBoundingClientRect();
  const root = getComputedStyle(document.documentElement);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `0 0 ${String(width)} ${String(height + CAPTION)}`);
  copy.setAttribute("height", String(height + CAPTION));
  const make = (name: string, with_: Record<string, string>) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(with_)) made.setAttribute(key, value);
    return made;
  };
  const title = make("title", {});
  title.textContent = plain(says);
  const caption = make("text", { x: "8", y: String(height + 15), "font-size": "11", "font-family": "sans-serif", fill: root.getPropertyValue("--soft").trim() });
  caption.textContent = plain(says);
  copy.prepend(title, make("rect", { width: "100%", height: "100%", fill: root.getPropertyValue("--raised").trim() }));
  copy.append(caption);
  return new XMLSerializer().serializeToString(copy);
}

export function saveChart(chart: SVGSVGElement, form: "svg" | "png", name: string, says: string): void {
  const text = styled(chart, says);
  if (form === "svg") {
    save(`${name}.svg`, "image/svg+xml", text);
    return;
  }
  const picture = new Image();
  const source = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  picture.onload = () => {
    const { width, height } = chart.getBoundingClientRect();
    const canvas = document.createElement("canvas");
    canvas.width = width * 2;
    canvas.height = (height + CAPTION) * 2;
    canvas.getContext("2d")!.drawImage(picture, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(source);
    canvas.toBlob((made) => { if (made) save(`${name}.png`, "image/png", made); }, "image/png");
  };
  picture.src = source;
}
