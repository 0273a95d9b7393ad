"use strict";
// The page is complete without this script, as of the last day. It moves the figures to another day or rule, shows the rows
// behind a figure, lets the arrow keys walk the flow, and copies exact values. Amounts are BigInt: no digit is lost.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const THIN = "\u2009", MILLION_USD = 1000000000000n;
  const say = (text) => { $("#said").textContent = text; };
  document.documentElement.classList.add("scripted");

  // ── figures, as figures.py prints them ──
  const grouped = (text) => text.replace(/\B(?=(\d{3})+$)/g, THIN);
  function even(amount, unit) {
    const rest = amount % unit, whole = amount / unit;
    return rest * 2n > unit || (rest * 2n === unit && whole % 2n === 1n) ? whole + 1n : whole;
  }
  function tenths(amount, unit) {
    const whole = even(amount * 10n, unit);
    return `${grouped(String(whole / 10n))}.${whole % 10n}`;
  }
  const usd = (amount) => `$${tenths(amount, MILLION_USD)} M`;
  const span = (low, high) => usd(low) === usd(high) ? usd(low) : `$${tenths(low, MILLION_USD)}–${tenths(high, MILLION_USD)} M`;
  function exact(amount) {
    const part = String(amount % 1000000n).padStart(6, "0").replace(/0+$/, "");
    return `${grouped(String(amount / 1000000n))}${part && "." + part} USD`;
  }

  // ── the yearly part ──
  const { days, years, rules, figures, apart } = data.thefts;
  const state = { day: days.length - 1, rule: $("input[name=rule]:checked").value };
  // On a day that was chosen what was known on it is the figure; on the last, what the ledger holds.
  const meant = (basis) => basis !== "shown" ? basis : state.day === days.length - 1 ? "held" : "known";
  const at = (steps) => steps.findLast((entry) => entry[0] <= state.day);
  function stored(which, basis, year) {
    const step = at(figures[`${which} ${meant(basis)} ${year}`]);
    return { usd: BigInt(step[1]), low: BigInt(step[2]), high: BigInt(step[3]), n: step[4], without: step[5] };
  }
  function figure(which, basis, year) {
    if (which === "rule") return stored(state.rule, basis, year);
    if (which !== "others") return stored(which, basis, year);
    const step = at(apart[`${state.rule} ${meant(basis)} ${year}`]);
    return { usd: BigInt(step[2]), low: 0n, high: 0n, n: step[3], without: 0 };
  }
  function text(which, basis, year, part) {
    const f = figure(which, basis, year);
    if (part === "range") return f.low === f.high ? "" : span(f.low, f.high);
    if (part === "count") return String(f.n);
    if (part === "n") return `${f.n}${f.without ? ` (${f.without} without amount)` : ""}`;
    if (part === "share") return at(apart[`${state.rule} ${meant(basis)} ${year}`])[1];
    return usd(f.usd);
  }
  const lastYear = () => Number(days[state.day].slice(0, 4));
  const until = (year) => year === lastYear() && !days[state.day].endsWith("12-31") ? `to ${days[state.day].slice(5)}` : "";
  const sentences = {
    day: () => days[state.day],
    rule: () => state.rule,
    "as-known": () => meant("shown") === "held" ? "" : `, as known on ${days[state.day]},`,
    "of-all": () => meant("shown") === "held" ? `, ${text("all", "held", -1, "share")} of all that the ledger holds` : "",
    "held-today": () => meant("shown") === "held" ? "" : `Of the same days the ledger holds ${text("rule", "held", 0, "usd")} in ${text("rule", "held", 0, "count")} thefts today, ${text("all", "held", -1, "share")} of all that it holds of them.`,
    "rule-words": () => rules[state.rule],
    partial: () => until(lastYear()) && `${lastYear()} was not over: its hatched bar counts thefts up to ${days[state.day]}.`,
    "year-sentence": () => {
      if (!years.includes(lastYear())) return "";
      const f = figure("rule", "shown", lastYear());
      if (!f.n) return `No theft of ${lastYear()} up to that day is attributed to them under this rule.`;
      const range = f.low === f.high ? "" : ` (range ${span(f.low, f.high)})`;
      return `Of it, ${usd(f.usd)}${range} was stolen in ${lastYear()} up to that day.`;
    },
  };
  function writeFigures() {
    for (const cell of $$("[data-part]")) {
      const { set, basis, year, part } = cell.dataset;
      cell.textContent = text(set, basis, year, part);
      if (cell.title) cell.title = exact(figure(set, basis, year).usd);
    }
    for (const cell of $$("[data-text]")) cell.textContent = sentences[cell.dataset.text]();
    for (const cell of $$("[data-until]")) cell.textContent = until(Number(cell.dataset.until));
    for (const row of $$("[data-row-year]")) row.hidden = Number(row.dataset.rowYear) > lastYear();
    for (const mark of $$("[data-since]")) {
      mark.classList.toggle("later", Number(mark.dataset.since) > state.day);
      mark.classList.toggle("revised", mark.dataset.revised !== undefined && Number(mark.dataset.revised) <= state.day);
    }
  }
  const most = (a, b) => a > b ? a : b;
  function bar(kind, year) {
    const held = figure("rule", "held", year), known = figure("rule", "known", year);
    const own = figure("rule", "shown", year), every = figure("all", "shown", year);
    if (kind === "actor") return { pieces: [[0n, held.usd], [0n, known.usd]], low: own.low, high: own.high, top: own.usd };
    const all = figure("all", "held", year), said = figure("all", "known", year);
    const pieces = [[0n, held.usd], [held.usd, all.usd], [0n, known.usd], [known.usd, said.usd]];
    return { pieces, low: every.low, high: every.high, top: every.usd };
  }
  const number = (value) => String(Number(value.toFixed(1)));
  function drawChart(chart) {
    const base = Number(chart.dataset.base), scale = Number(chart.dataset.scale), y = (amount) => base - Number(amount) * scale;
    for (const group of $$(".year", chart)) {
      const year = Number(group.dataset.year), found = bar(chart.dataset.kind, year);
      group.classList.toggle("later", year > lastYear());
      group.classList.toggle("partial", until(year) !== "");
      const rects = $$("rect", group);
      for (const [start, end] of found.pieces) {
        const height = Number(end - start) * scale, rect = rects.shift();
        rect.setAttribute("y", number(y(start) - height));
        rect.setAttribute("height", number(height));
      }
      const whisker = $(".whisker", group), x = Number(whisker.dataset.x), cap = Number(whisker.dataset.cap);
      const [a, b] = [number(x - cap), number(x + cap)];
      whisker.setAttribute("d", `M${a} ${number(y(found.high))}H${b}M${number(x)} ${number(y(found.high))}V${number(y(found.low))}M${a} ${number(y(found.low))}H${b}`);
      const value = $(".value", group);
      if (value) {
        value.textContent = found.top ? grouped(String(even(found.top, MILLION_USD))) : "";
        value.setAttribute("y", number(y(found.pieces.map(([, end]) => end).reduce(most, found.high)) - 6));
      }
      $(".until", group).textContent = until(year);
    }
  }

  // ── the rows behind a figure ──
  const counted = (toggles) => toggles.split(",").filter(Boolean).filter((day) => Number(day) <= state.day).length % 2 === 1;
  function membership(row) {
    return Object.fromEntries(row.dataset.m.split(" ").filter(Boolean).map((entry) => entry.split(":")));
  }
  function saidAmount(row) {
    const step = row.dataset.k.split(" ").filter(Boolean).findLast((entry) => Number(entry.split(":")[0]) <= state.day);
    return step && step.split(":")[1] ? usd(BigInt(step.split(":")[1])) : "";
  }
  let asked = null;
  function belongs(row) {
    const sets = membership(row), inSet = (name) => counted(sets[name + asked.basis[0]] || "");
    if (asked.set === "others") return inSet("all") && !inSet(state.rule);
    return inSet(asked.set === "rule" ? state.rule : asked.set);
  }
  const groupNames = { rule: "North Korea-linked", all: "all thefts", others: "all others" };
  function showRows() {
    for (const section of $$(".year-rows")) {
      const mine = asked && (asked.year === 0 || section.id === `y${asked.year}`);
      const rows = $$("tbody > tr", section);
      for (const row of rows) {
        $(".k-said", row).textContent = saidAmount(row);
        row.hidden = Boolean(mine) && !belongs(row);
      }
      const filter = $(".filter", section);
      filter.hidden = !mine;
      if (!mine) continue;
      const shown = rows.filter((row) => !row.hidden).length, year = Number(section.id.slice(1));
      const sum = years.includes(year) ? `, ${usd(figure(asked.set, asked.basis, year).usd)}` : "";
      const basis = asked.basis === "known" ? "by claims known by the day" : "by what the ledger holds today";
      $("span", filter).textContent = `${groupNames[asked.set]}, rule ${state.rule}, as of ${days[state.day]}, ${basis}: ${shown} rows${sum}.`;
    }
  }
  function openRows(link) {
    const { set, basis, year } = link.dataset;
    asked = { set, basis: meant(basis), year: Number(year) };
    showRows();
    const section = asked.year ? $(`#y${asked.year}`) : $("#rows");
    if (asked.year && section) section.open = true;
    if (section) {
      section.scrollIntoView({ block: "start" });
      const target = $("summary", section) || section;
      target.focus({ preventScroll: true });
      say($(".filter span", section)?.textContent || "");
    }
  }
  function update(change) {
    Object.assign(state, change);
    $("#day").value = String(state.day);
    $("#day").setAttribute("aria-valuetext", days[state.day]);
    $("#day-text").textContent = days[state.day];
    for (const button of $$("[data-day]")) button.setAttribute("aria-pressed", String(Number(button.dataset.day) === state.day));
    writeFigures();
    $$("svg.chart").forEach(drawChart);
    showRows();
  }
  $("#day").addEventListener("input", (event) => update({ day: Number(event.target.value) }));
  for (const button of $$("[data-day]")) button.addEventListener("click", () => update({ day: Number(button.dataset.day) }));
  for (const radio of $$("input[name=rule]")) radio.addEventListener("change", () => update({ rule: radio.value }));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.fig[data-set]");
    if (link) { event.preventDefault(); openRows(link); }
    if (event.target.closest(".filter button")) { asked = null; showRows(); }
  });

  // ── the flow ──
  const flow = data.case, inspector = $("#inspector");
  const element = (name, text, attributes = {}) => {
    const made = document.createElement(name);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const running = (differences) => { let sum = 0; return differences.map((step) => (sum += step)); };
  const movements = flow && { ...flow, time: running(flow.time), block: running(flow.block) };
  const cut = (text) => text.length <= 13 ? text : `${text.slice(0, 6)}…${text.slice(-4)}`;
  function amountText(text, asset) {
    const [id, symbol, decimals] = movements.assets[asset];
    const amount = BigInt(text), unit = 10n ** BigInt(decimals), rest = amount % unit;
    if (id !== "USD") return `${grouped(String(amount / unit))}.${String(rest).padStart(decimals, "0")}`.replace(/\.?0+$/, "") + ` ${symbol}`;
    const up = rest * 2n > unit || (rest * 2n === unit && (amount / unit) % 2n === 1n);
    return `$${grouped(String(amount / unit + (up ? 1n : 0n)))}`;
  }
  function movementTable(numbers, method, caption) {
    const table = element("table", ""), body = document.createElement("tbody"), asset = (n) => movements.asset[n] || 0;
    const stolen = (n) => movements.stolen[method][n] ?? movements.moved[n];
    table.append(element("caption", caption));
    const head = table.createTHead().insertRow();
    for (const name of ["Time (UTC)", "Block", "From", "To", "Whole", "Stolen"]) head.append(element("th", name, { scope: "col", class: name === "Whole" || name === "Stolen" ? "n" : "" }));
    for (const n of numbers.slice(0, 200)) {
      const row = body.insertRow();
      row.append(
        element("td", new Date(movements.time[n] * 1000).toISOString().slice(0, 19).replace("T", " ")),
        element("td", String(movements.block[n])),
        ...[movements.from[n], movements.to[n]].map((a) => element("td", cut(movements.accounts[a]), { title: movements.accounts[a], "data-copy": movements.accounts[a] })),
        element("td", amountText(movements.moved[n], asset(n)), { class: "n", title: movements.moved[n] }),
        element("td", amountText(stolen(n), asset(n)), { class: "n", title: stolen(n) }),
      );
    }
    table.append(body);
    return table;
  }
  function inspect(place) {
    for (const other of $$(".place.chosen")) other.classList.remove("chosen");
    place.classList.add("chosen");
    const [title, ...detail] = place.getAttribute("aria-label").split(": ");
    inspector.replaceChildren(element("h4", title), element("p", detail.join(": ")));
    const picture = flow.pictures[place.closest("[data-picture]").dataset.picture], number = Number(place.dataset.p);
    if (!picture) {
      inspector.append(element("p", "This case has too many movements for one page; they are in the workspace, in the table flows."));
      return;
    }
    const accounts = picture.accounts[number].map((a) => movements.accounts[a]);
    const list = element("details", ""), names = element("p", "");
    list.append(element("summary", `${accounts.length} account${accounts.length === 1 ? "" : "s"}`), names);
    for (const account of accounts) names.append(element("code", account, { "data-copy": account }), " ");
    inspector.append(list);
    for (const [side, words] of [["in", "came"], ["out", "went on"], ["inside", "stayed among its accounts"]]) {
      const numbers = running(picture[side][number]);
      if (!numbers.length) continue;
      const part = element("details", ""), region = element("div", "", { class: "scroll", role: "region", tabindex: "0", "aria-label": `Movements that ${words}` });
      const more = numbers.length > 200 ? ", the first 200 shown" : "";
      part.append(element("summary", `${numbers.length} movement${numbers.length === 1 ? "" : "s"} ${words}, ${amountText(picture.sums[side][number], movements.asset[numbers[0]] || 0)}${more}`));
      part.addEventListener("toggle", () => { if (part.open && !region.firstChild) region.append(movementTable(numbers, picture.method, `Movements that ${words}`)); });
      part.append(region);
      inspector.append(part);
    }
  }
  function step(place, key) {
    const svg = place.closest("svg"), at = (id) => id && $(`[data-p="${id}"]`, svg);
    if (key === "ArrowRight") return at(place.dataset.out);
    if (key === "ArrowLeft") return at(place.dataset.in);
    const x = $("rect", place).getAttribute("x");
    const column = $$(".place", svg).filter((other) => $("rect", other).getAttribute("x") === x)
      .sort((a, b) => Number($("rect", a).getAttribute("y")) - Number($("rect", b).getAttribute("y")));
    return column[column.indexOf(place) + (key === "ArrowDown" ? 1 : -1)];
  }
  for (const svg of $$("svg.flow")) {
    svg.addEventListener("click", (event) => { const place = event.target.closest(".place"); if (place) inspect(place); });
    svg.addEventListener("focusin", (event) => {
      for (const other of $$(".place", svg)) other.setAttribute("tabindex", other === event.target ? "0" : "-1");
      inspect(event.target);
    });
    svg.addEventListener("keydown", (event) => {
      const place = event.target.closest(".place");
      if (!place || !event.key.startsWith("Arrow")) return;
      event.preventDefault();
      step(place, event.key)?.focus();
    });
  }
  for (const radio of $$("input[name=picture]")) radio.addEventListener("change", () => {
    for (const picture of $$("[data-picture]")) picture.toggleAttribute("data-other", picture.dataset.picture !== radio.value);
  });
  function reveal() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) { target.open = true; target.scrollIntoView({ block: "start" }); }
  }
  addEventListener("hashchange", reveal);
  reveal();

  // ── copy: a click on an address or hash takes the whole of it, Enter too ──
  const whole = (target) => target.closest?.("[data-copy]")?.dataset.copy || target.closest?.(".cut")?.textContent;
  function copy(event) {
    const text = whole(event.target);
    if (!text || String(getSelection())) return;
    navigator.clipboard?.writeText(text).then(() => say(`copied ${text}`), () => {});
  }
  document.addEventListener("click", copy);
  document.addEventListener("keydown", (event) => { if (event.key === "Enter") copy(event); });

  // ── light, dark, paper ──
  const dark = matchMedia("(prefers-color-scheme: dark)"), root = document.documentElement;
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
  const nameTheme = () => { $("#theme").textContent = isDark() ? "Light" : "Dark"; };
  $("#theme").addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; nameTheme(); });
  dark.addEventListener("change", nameTheme);
  $("#print").addEventListener("click", () => print());
  nameTheme();
  update({});
})();
