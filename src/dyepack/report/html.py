"""The report: one HTML file that opens offline, asks for nothing, and is the same bytes for the same workspace and
version.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from dyepack.amounts import Asset
from dyepack.inert import visible
from dyepack.ledger import Ledger
from dyepack.model import UNKNOWN
from dyepack.report import answer, cells, charts, figures, whatever
from dyepack.report.case import Group, Moved, Trace, low_high, method_name, read, together, unit
from dyepack.report.identicon import identicon
from dyepack.report.limits import inputs, limits, version_line
from dyepack.report.pictures import pictures
from dyepack.report.thefts import ACTOR, DEFAULT_RULE, Thefts, thefts
from dyepack.store import Store, disk
from dyepack.trace.case import Case
from dyepack.trace.result import TraceResult
from dyepack.version import version

PRESETS = ("2023-09-14", "2024-01-24", "2024-12-19")
MOST_ARRIVALS = 1000
_TEMPLATES = "templates"
_PAGE = (
    '@page{size:A4;margin:16mm 14mm 18mm;@bottom-left{content:"LINE";font:8pt monospace;color:#444}'
    '@bottom-right{content:counter(page) " / " counter(pages);font:8pt monospace;color:#444}}'
)
_UNBROKEN = re.compile(r"\d{4}-\d{2}-\d{2}|\$[\d.–\N{THIN SPACE}]+ M")


def write(
    path: Path | str,
    ledger: Ledger,
    *,
    store: Store | None = None,
    result: TraceResult | None = None,
    case: Case | None = None,
) -> Path:
    """Write the report; an existing file is replaced as a whole or not at all.

    With `store` and `result` it shows that trace, under the title of its `case` where there is one, with what holds
    under every rule where the result has its bounds; without them the case part says how to follow one.
    """
    path = Path(path)
    with disk.delivered(path) as fresh:
        fresh.write_text(render(ledger, store=store, result=result, case=case), encoding="utf-8", newline="\n")
    return path


def render(
    ledger: Ledger, *, store: Store | None = None, result: TraceResult | None = None, case: Case | None = None
) -> str:
    """The report as text; see `write`."""
    found = thefts(ledger)
    trace = None if store is None or result is None else read(store, result, *_told(result, case))
    shown, moved = (None, None) if trace is None else _case(trace, ledger)
    bounds = None if trace is None else trace.result.bounds
    css, script = _asset("report.css") + _paper(trace), _asset("report.js")
    context = {
        "version": version(),
        "title": "Stolen crypto: how much, by whom, and where it went",
        "css": Markup(css),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "policy": policy([css], [script]),
        "data": embed({"thefts": cells.data(found), "case": moved}),
        "patterns": PATTERNS,
        "case": shown,
        "whatever": whatever.told(bounds, ledger) if bounds else [],
        "limits": limits(ledger, found, trace),
        "inputs": inputs(ledger, store, trace),
        "version_line": version_line(result.run if result else None),
        **_yearly(found, ledger),
    }
    return _environment().get_template("page.html.j2").render(context) + "\n"


def _told(result: TraceResult, case: Case | None) -> tuple[str, tuple[str, ...]]:
    """Title and paragraphs of a case: what its file says, or its slugs."""
    if case is None:
        return " and ".join(result.incidents), ()
    source = f"Source: {case.source.name}, {case.source.url}, licence {case.source.licence}."
    return case.title, (case.about.strip(), case.unit.strip(), source)


def _case(trace: Trace, ledger: Ledger) -> tuple[dict[str, Any], dict[str, Any]]:
    drawn, moved = pictures(trace)
    incidents, methods = trace.result.incidents, trace.methods
    stolen = {group.key: together([group], incidents, methods) for group in trace.groups}
    unknown = {group.key: together([group], [UNKNOWN], methods) for group in trace.groups}
    most = {asset: max(max(stolen[g.key].values()) for g in trace.groups if g.asset == asset) for asset in trace.assets}
    shown = {
        "trace": trace,
        "headline": answer.headline(trace, [whatever.theft(ledger, slug) for slug in incidents]),
        "otherwise": answer.otherwise(trace),
        "pictures": drawn,
        "most_arrivals": MOST_ARRIVALS,
        "undrawn": sorted({a.symbol for a in trace.assets} - {picture.asset.symbol for picture in drawn}),
        "sheets": answer.sheets(trace),
        "ids": {group.key: number for number, group in enumerate(trace.groups)},
        "stolen": stolen,
        "unknown": unknown,
        "strips": {g.key: charts.strip(stolen[g.key], most[g.asset]) for g in trace.groups},
        "arrivals": {group.key: _arrivals(trace, group) for group in trace.groups},
        "seeds": sorted(trace.result.seeds, key=lambda s: (s.origin == UNKNOWN, s.origin, -s.amount, s.address)),
        "stolen_of": lambda moved, method: sum(moved.carried.get(i, {}).get(method, 0) for i in incidents),
    }
    return shown, moved


def _arrivals(trace: Trace, group: Group) -> list[Moved]:
    """Movements into the addresses of a group; what merely rests has too many to list, and none that ends there."""
    if group.reason == "held":
        return []
    wanted = set(group.addresses)
    few = trace.bystanders.get(group.asset.id, set())
    found = [m for m in trace.moved if m.flow.to_address in wanted and m.flow.asset == group.asset.id]
    return [m for m in found if m.flow.from_address not in few][:MOST_ARRIVALS]


def _paper(trace: Trace | None) -> str:
    """What every printed page carries: run, hash of what was read, page number."""
    line = version_line(trace.result.run if trace else None)
    return _PAGE.replace("LINE", line) + "\n"


def _yearly(found: Thefts, ledger: Ledger) -> dict[str, Any]:
    fig = cells.Cells(found, DEFAULT_RULE)
    actor = charts.Chart(
        "actor", ACTOR, "Thefts of North Korea-linked groups per year; the table below has every figure"
    )
    every = charts.Chart(
        "all", "all", "All thefts per year, those of North Korea-linked groups at the bottom; figures in the table"
    )
    drawn = {
        f"{chart.kind}_{name}": charts.draw(chart, found, DEFAULT_RULE, size)
        for chart in (actor, every)
        for name, size in (("wide", charts.WIDE), ("narrow", charts.NARROW))
    }
    days = [day.isoformat() for day in found.days]
    signs = {mark.initial: mark.total.publisher for marks in found.marks.values() for mark in marks}
    years = [(year, list(rows)) for year, rows in groupby(found.rows, key=lambda row: row.incident.first_day.year)]
    return {
        "thefts": found,
        "fig": fig,
        "rule": DEFAULT_RULE,
        "actor": ACTOR,
        "charts": drawn,
        "presets": [
            *((days.index(day), day) for day in PRESETS if day in days[:-1]),
            (len(days) - 1, f"latest, {days[-1]}"),
        ],
        "signs": sorted(signs.items()),
        "years": years[::-1],
        "said": {row.incident.incident: cells.said(row, ledger) for row in found.rows},
    }


def embed(data: object) -> Markup:
    """JSON for a script element of a data type: nothing in it can end the element or open a comment."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - no character of markup is left


def policy(styles: list[str], scripts: list[str]) -> str:
    """A content security policy that allows these inline texts and no request at all."""

    def hashes(texts: list[str]) -> str:
        return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(t.encode()).digest()).decode()}'" for t in texts)

    allowed = f"style-src {hashes(styles)}; script-src {hashes(scripts)}"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def web(url: str | None) -> str | None:
    """The address of a page if it is one: no other scheme becomes a link."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("dyepack.report", _TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.globals["icon"] = identicon
    environment.filters |= {
        "usd": figures.short,
        "exact": figures.exact,
        "amount": _amount,
        "fine_span": _fine_span,
        "span_of": lambda amounts, asset: figures.span(*low_high(amounts), asset),
        "kept": _kept,
        "fine": figures.fine,
        "grouped": figures.grouped,
        "minute": figures.minute,
        "cut": _cut,
        "method": method_name,
        "unit": unit,
        "span": lambda amounts: figures.span(amounts[0], amounts[-1]),
        "web": web,
        "member": cells.member,
        "said_steps": cells.said_steps,
        "said_last": cells.said_last,
        "rules": cells.rules,
    }
    return environment


def _amount(amount: int, asset: Asset) -> str:
    return figures.short(amount, asset)


def _kept(text: str) -> Markup:
    """A sentence whose dates and dollar figures are not broken over two lines."""
    safe = str(escape(visible(text)))
    return Markup(_UNBROKEN.sub(r'<span class="keep">\g<0></span>', safe))  # noqa: S704 - escaped above


def _fine_span(amounts: Mapping[str, int], asset: Asset) -> str:
    low, high = (figures.fine(amount, asset) for amount in low_high(amounts))
    return low if low == high else f"{low}–{high.removeprefix('$')}"


def _cut(text: str) -> Markup:
    """An address or hash, shown shortened, copied whole: the middle is there and only the style sheet hides it."""
    text = visible(text)
    if len(text) <= 13:
        return escape(text)
    return Markup("{}<s>{}</s>{}").format(text[:6], text[6:-4], text[-4:])


def _asset(name: str) -> str:
    return (Path(__file__).parent / _TEMPLATES / name).read_text(encoding="utf-8")


PATTERNS = Markup(
    '<svg class="sr" aria-hidden="true" width="0" height="0"><defs>'
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="hatch-ground" width="6" height="6"/><rect class="hatch-line" width="2.2" height="6"/></pattern>'
    '<pattern id="hatch-actor" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="actor-ground" width="6" height="6"/><rect class="actor-line" width="3" height="6"/></pattern>'
    '<pattern id="hatch-others" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="others-ground" width="6" height="6"/><rect class="others-line" width="3" height="6"/></pattern>'
    "</defs></svg>"
)
"""Hatching, defined once; the style sheet gives it its colours in light, dark and on paper."""
