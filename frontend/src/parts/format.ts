/** How numbers and dates are written. Amounts are strings of base units and become BigInt, never a number. */
const THIN = "\u2009";

export function thousands(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, THIN);
}

/** Base units as a decimal: exact, without zeros that say nothing. */
export function exact(units: string, decimals: number): string {
  const value = BigInt(units);
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const part = decimals ? digits.slice(digits.length - decimals).replace(/0+$/, "") : "";
  return (value < 0n ? "−" : "") + thousands(whole) + (part ? `.${part}` : "");
}

/** Base units rounded to some decimals, halves to even as the server rounds them. */
export function rounded(units: string, decimals: number, shown: number): string {
  const value = BigInt(units);
  const size = 10n ** BigInt(Math.max(decimals - shown, 0));
  const positive = value < 0n ? -value : value;
  let whole = positive / size;
  const twice = 2n * (positive % size);
  if (twice > size || (twice === size && whole % 2n === 1n)) whole += 1n;
  const scaled = decimals < shown ? positive * 10n ** BigInt(shown - decimals) : whole;
  const digits = scaled.toString().padStart(shown + 1, "0");
  const text = thousands(digits.slice(0, digits.length - shown)) + (shown ? `.${digits.slice(digits.length - shown)}` : "");
  return (value < 0n ? "−" : "") + text;
}

/** Micro-dollars in millions, one decimal. */
export function millions(micro: string): string {
  return rounded(micro, 12, 1);
}

export function dollars(micro: string): string {
  return `$${millions(micro)} M`.replace("$−", "−$");
}

export function dollarRange(low: string, high: string): string {
  return low === high ? dollars(low) : `$${millions(low)}–${millions(high)} M`;
}

/** What a drawing may use to place a mark; nothing that is shown or copied goes through here. */
export function forDrawing(units: string, decimals: number): number {
  return Number(BigInt(units)) / 10 ** decimals;
}

export function percent(share: number, decimals = 1): string {
  return `${(100 * share).toFixed(decimals)} %`;
}

export function count(number: number): string {
  return thousands(String(number));
}

export function plural(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** A moment in UTC to the second, as 2023-01-13 18:20:11. */
export function moment(value: string): string {
  return value.replace("T", " ").replace(/(\.\d+)?(Z|\+00:00)$/, "");
}

/** The same moment on the reader's own clock, with its name. */
export function localMoment(value: string): string {
  const date = new Date(/(Z|[+-]\d\d:\d\d)$/.test(value) ? value : `${value.replace(" ", "T")}Z`);
  if (Number.isNaN(date.getTime())) return "";
  const two = (n: number) => String(n).padStart(2, "0");
  const zone = new Intl.DateTimeFormat("en", { timeZoneName: "short" }).formatToParts(date).find((p) => p.type === "timeZoneName")?.value ?? "local";
  return `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())} ${zone}`;
}

const WORDS: Record<string, string> = { cex: "exchange", dex: "decentralised exchange", defi: "DeFi" };

/** A word of the data as a person reads it: `private-key-compromise` is private key compromise. */
export function spoken(word: string): string {
  return WORDS[word] ?? word.replace(/[-_]/g, " ");
}

const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/gu;

/** Text from data with what cannot be seen, or turns the direction of what follows, as its code point: <U+202E>. */
export function plain(text: string): string {
  return text.replace(UNSEEN, (sign) => `<U+${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}>`);
}

/** The last day of a day, month or year as people write them; null where it is none. */
export function lastDay(text: string): string | null {
  const found = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(text);
  if (!found) return null;
  const [, year, month = "12", day] = found;
  const last = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  const whole = `${year!}-${month}-${day ?? String(last)}`;
  return Number(month) >= 1 && Number(month) <= 12 && (day === undefined || (Number(day) >= 1 && Number(day) <= last)) ? whole : null;
}
