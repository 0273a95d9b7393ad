"""The ledger as tables that other programs read: CSV, Parquet, JSON, and a description of them in JSON-LD.

Amounts are exact dollars everywhere: decimal text in CSV and JSON, decimal(38, 6) in Parquet. Every row carries the
rule and the day it was made under; nothing else in the file could say so once it is mailed on.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from dyepack import inert
from dyepack.amounts import USD, show
from dyepack.errors import InputError
from dyepack.ledger.book import Ledger, known_by
from dyepack.ledger.claims import summary
from dyepack.ledger.rules import RULES
from dyepack.ledger.totals import Sum, Totals
from dyepack.model import AmountClaim, AttributionClaim
from dyepack.store import disk
from dyepack.version import version

Kind = Literal["text", "dollars", "count", "date"]
FORMATS = ("csv", "parquet", "json", "jsonld")
_MEDIA = {"csv": "text/csv", "json": "application/json", "parquet": "application/vnd.apache.parquet"}


@dataclass(frozen=True, slots=True)
class Variable:
    """One column: its name, what kind of value it has, and what it says."""

    name: str
    kind: Kind
    says: str


@dataclass(frozen=True, slots=True)
class Export:
    """A table with what a stranger must know to quote it."""

    name: str
    says: str
    variables: tuple[Variable, ...]
    rows: tuple[tuple[Any, ...], ...]
    rule: str = ""
    as_of: dt.date | None = None
    sources: tuple[str, ...] = ()


_SUMS = (
    ("usd", "dollars", "sum of the medians"),
    ("low_usd", "dollars", "every theft at its lowest claim"),
    ("high_usd", "dollars", "every theft at its highest claim"),
    ("thefts", "count", "how many thefts"),
    ("without_amount", "count", "thefts among them that add nothing, for want of a comparable claim"),
)
_SETS = {
    "known": "known by the as-of day",
    "held": "held today of thefts up to that day",
    "all_known": "all thefts, known by the as-of day",
    "all_held": "all thefts, held today",
}
_MADE: tuple[Variable, ...] = (
    Variable("rule", "text", "the counting rule"),
    Variable("as_of", "date", "the as-of day; empty: with all claims held today"),
    Variable("dyepack", "text", "the version that made the row"),
)


def totals_export(ledger: Ledger, found: Totals) -> Export:
    """Yearly sums, one row per year."""
    sums = tuple(
        Variable(f"{set_}_{name}", kind, f"{says}; {meaning}")  # type: ignore[arg-type]
        for set_, meaning in _SETS.items()
        for name, kind, says in _SUMS
    )
    rows = tuple((year.year, *(cell for set_ in _SETS for cell in _cells(getattr(year, set_)))) for year in found.years)
    says = f"Sums of stolen crypto per year{f', attributed to {found.actor}' if found.actor else ''}."
    variables = (Variable("year", "count", "year of the theft"), *sums)
    return _made(ledger, found, Export("totals", says, variables, rows))


def incidents_export(ledger: Ledger, found: Totals) -> Export:
    """The thefts that a total sums, one row per theft."""
    variables = (
        Variable("incident", "text", "slug: date and victim"),
        Variable("date", "text", "day, month or year of the theft"),
        Variable("victim", "text", "who lost the money"),
        Variable("victim_type", "text", "cex, defi, bridge, ..."),
        Variable("vector", "text", "how it was done"),
        Variable("chains", "text", "chains, separated by blanks"),
        Variable("known_usd", "dollars", "median of the comparable claims known by the as-of day"),
        Variable("low_usd", "dollars", "lowest comparable claim"),
        Variable("usd", "dollars", "median of the comparable claims"),
        Variable("high_usd", "dollars", "highest comparable claim"),
        Variable("claims", "count", "how many comparable claims"),
    )
    rows = []
    for slug in found.held.slugs:
        incident, losses = ledger.incident(slug), ledger.losses.get(slug, ())
        known, held = summary(known_by(losses, found.as_of)), summary(losses)
        said = (held.low, held.median, held.high, held.claims) if held else (None, None, None, 0)
        what = (incident.victim, incident.victim_type, incident.vector, " ".join(incident.chains))
        rows.append((slug, incident.date, *what, known.median if known else None, *said))
    says = "Thefts, each with the range of the claims about it."
    return _made(ledger, found, Export("incidents", says, variables, tuple(rows)))


def claims_export(ledger: Ledger, found: Totals) -> Export:
    """Every claim about the amount and the author of the thefts that a total sums, one row per claim."""
    variables = (
        Variable("incident", "text", "slug: date and victim"),
        Variable("measure", "text", "loss, returned, or attribution"),
        Variable("usd", "dollars", "what is claimed, for an amount"),
        Variable("kind", "text", "why an amount cannot be set beside others, where it cannot"),
        Variable("covers", "text", "all incidents that a figure speaks of, where it is more than this one"),
        Variable("actor", "text", "who is named, for an attribution"),
        Variable("confidence", "text", "as the source puts it"),
        Variable("by", "text", "who says so"),
        Variable("published", "text", "when it was said"),
        Variable("retrieved", "text", "when a running database was read: said by then, not then"),
        Variable("source_url", "text", "where it was read"),
        Variable("source_part", "text", "row, page or section"),
    )
    rows = []
    for slug in found.held.slugs:
        amounts = (*ledger.losses.get(slug, ()), *ledger.returns.get(slug, ()))
        claims: list[AmountClaim | AttributionClaim] = [*amounts, *ledger.attributed.get(slug, ())]
        for claim in known_by(claims, found.as_of):
            source = ledger.by_source[claim.source]
            when = (claim.by, claim.published, claim.retrieved, source.url, source.part)
            rows.append((slug, *_claimed(claim), *when))
    says = "Claims about thefts, each with its source."
    return _made(ledger, found, Export("claims", says, variables, tuple(rows)))


EXPORTS: dict[str, Callable[[Ledger, Totals], Export]] = {
    "totals": totals_export,
    "incidents": incidents_export,
    "claims": claims_export,
}


def write(export: Export, path: Path, form: str) -> None:
    """Write an export in one of `FORMATS`.

    Raises:
        InputError: no such format.
        StoreError: the disk refuses.
    """
    if form not in FORMATS:
        raise InputError(f"expected a format, one of {', '.join(FORMATS)}, got {form!r}")
    with disk.delivered(path) as fresh:
        if form == "parquet":
            _parquet(export, fresh)
        else:
            text = {"csv": as_csv, "json": as_json, "jsonld": description}[form](export)
            fresh.write_text(text, encoding="utf-8", newline="")


def as_csv(export: Export) -> str:
    """The rows under a header; a cell that a spreadsheet would run as a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([variable.name for variable in export.variables])
    writer.writerows([inert.cell(value) for value in _text(export, row)] for row in export.rows)
    return out.getvalue()


def as_json(export: Export) -> str:
    """An object with what the table is, under which rule and as of when, and its rows as objects."""
    names = [variable.name for variable in export.variables]
    told = {
        "says": export.says,
        "rule": export.rule,
        "as_of": export.as_of.isoformat() if export.as_of else None,
        "dyepack": version(),
        "sources": list(export.sources),
        "rows": [dict(zip(names, _text(export, row), strict=True)) for row in export.rows],
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def description(export: Export) -> str:
    """The table described as a schema.org Dataset: variables with units, licence, sources, rule and day."""
    units = {"dollars": "US dollar", "count": None, "text": None, "date": None}
    measured = [
        {
            "@type": "PropertyValue",
            "name": variable.name,
            "description": variable.says,
            **({"unitText": units[variable.kind]} if units[variable.kind] else {}),
        }
        for variable in export.variables
    ]
    first, last = export.rows[0] if export.rows else None, export.rows[-1] if export.rows else None
    covered = f"{str(first[0])[:4]}/{str(last[0])[:4]}" if first and last else None
    told = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": f"dyepack {export.name}",
        "description": f"{export.says} Counting rule: {export.rule}. {_as_of(export)}.",
        "license": "https://www.apache.org/licenses/LICENSE-2.0",
        "creator": {"@type": "Organization", "name": "The dyepack maintainers"},
        "version": version(),
        "temporalCoverage": covered,
        "isAccessibleForFree": True,
        "measurementTechnique": "median of the comparable claims per theft; see docs/explanation/counting-rules.md",
        "variableMeasured": measured,
        "citation": list(export.sources),
        "distribution": [
            {"@type": "DataDownload", "name": f"{export.name}.{ending}", "encodingFormat": media}
            for ending, media in _MEDIA.items()
        ],
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def _parquet(export: Export, path: Path) -> None:
    import pyarrow as pa  # noqa: PLC0415 (the other formats need none)
    import pyarrow.parquet as pq  # noqa: PLC0415

    kinds = {"text": pa.string(), "dollars": pa.decimal128(38, USD.decimals), "count": pa.int64(), "date": pa.date32()}
    columns = list(zip(*export.rows, strict=True)) or [()] * len(export.variables)
    arrays = [
        pa.array([_exact(cell, variable.kind) for cell in column], kinds[variable.kind])
        for variable, column in zip(export.variables, columns, strict=True)
    ]
    schema = pa.schema(
        [pa.field(v.name, kinds[v.kind], metadata={"description": v.says}) for v in export.variables],
        metadata={"rule": export.rule, "as_of": str(export.as_of or ""), "dyepack": version(), "says": export.says},
    )
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd")


def _made(ledger: Ledger, found: Totals, plain: Export) -> Export:
    """The table with its rule, day and version in every row, and with the sources of the claims behind it."""
    rule = f"{found.rule}: {RULES[found.rule]}" if found.rule else "all incidents of class theft"
    stamped = tuple((*row, found.rule or "", found.as_of, version()) for row in plain.rows)
    behind = [*map(ledger.losses.get, found.held.slugs), *map(ledger.attributed.get, found.held.slugs)]
    used = {claim.source for claims in behind for claim in claims or ()}
    sources = sorted({f"{each.name}: {each.url}" for each in ledger.sources if each.source in used and each.url})
    columns = (*plain.variables, *_MADE)
    return replace(plain, variables=columns, rows=stamped, rule=rule, as_of=found.as_of, sources=tuple(sources))


def _cells(sum_: Sum) -> tuple[int, ...]:
    return sum_.usd, sum_.low, sum_.high, sum_.incidents, sum_.without_amount


def _claimed(claim: AmountClaim | AttributionClaim) -> tuple[Any, ...]:
    if isinstance(claim, AmountClaim):
        return claim.measure, claim.usd, claim.kind, " ".join(claim.covers) or None, None, None
    return "attribution", None, None, None, claim.actor, claim.confidence


def _text(export: Export, row: Sequence[Any]) -> list[Any]:
    """Cells as CSV and JSON have them: dollars and dates as text, counts as numbers, nothing as nothing."""
    out: list[Any] = []
    for variable, cell in zip(export.variables, row, strict=True):
        if cell is not None and variable.kind == "dollars":
            cell = show(cell, USD.decimals)  # noqa: PLW2901
        out.append(cell.isoformat() if isinstance(cell, dt.date) else cell)
    return out


def _exact(cell: Any, kind: Kind) -> Any:
    if cell is None or kind != "dollars":
        return cell
    return Decimal(cell).scaleb(-USD.decimals)


def _as_of(export: Export) -> str:
    return f"As of {export.as_of}" if export.as_of else "With all claims held today"
