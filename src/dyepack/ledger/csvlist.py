"""A plain table of thefts whose columns the caller names; every cell must already be in our form."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from dyepack.csvrows import CsvFile
from dyepack.csvrows import Row as Line
from dyepack.errors import InputError
from dyepack.ledger.importers import Row
from dyepack.ledger.proposal import Attributed, Listed, Proposal, folded

FIELDS = (
    "date",
    "victim",
    "usd",
    "returned",
    "victim_type",
    "class",
    "vector",
    "chains",
    "actor",
    "confidence",
    "by",
    "published",
    "url",
    "reference",
)


def read(path: Path, columns: Mapping[str, str], listed: Listed) -> Iterator[Row]:
    """The rows of a CSV file; `listed` names the list, whose `part` becomes the row.

    Raises:
        SourceError: the file cannot be read.
        InputError: a column is missing, or the list has no name.
    """
    file = CsvFile(path)
    where = file.columns(columns, FIELDS)
    for field in ("date", "victim"):
        if field not in where:
            raise file.missing(field, f"name it with --map {field}=Column")
    if not listed.name:
        raise InputError("say whose list it is: --source NAME")
    for row in file:
        yield row.line, row.text, row.problem or _row(row, where, listed)


def _row(row: Line, where: Mapping[str, str], listed: Listed) -> Proposal:
    said = {field: row.cells[column].strip() or None for field, column in where.items()}
    date, victim = said["date"] or "", said["victim"] or ""
    source = Listed(
        folded(listed.name) or "list",
        listed.name,
        said.get("url") or listed.url,
        f"row {victim} {date}",
        said.get("published") or listed.published,
        listed.retrieved,
    )
    actor = said.get("actor")
    return Proposal(
        date=date,
        victim=victim,
        listed=source,
        victim_type=said.get("victim_type") or "other",
        incident_class=said.get("class") or "theft",
        vector=said.get("vector") or "unknown",
        chains=tuple(each for each in re.split(r"[;,\s]+", said.get("chains") or "") if each),
        usd=said.get("usd"),
        returned=said.get("returned"),
        attributed=Attributed(actor, said.get("confidence") or "suspected", said.get("by")) if actor else None,
        references=tuple(filter(None, [said.get("reference")])),
    )
