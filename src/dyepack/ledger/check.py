"""Checks a folder of incident files beyond their form: days in order, units, dead and doubled sources, doubled thefts.

An *error* cannot be right: the file is to be mended. A *warning* is unusual, and somebody should look once. The form
itself (keys, dates, amounts, chains, address checksums) is checked by the reader; what it refuses is an error here.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from dyepack.errors import RecordError
from dyepack.ledger import files, incident_checks, total_checks
from dyepack.ledger.book import Ledger
from dyepack.ledger.duplicates import pairs
from dyepack.ledger.incident_checks import Remark
from dyepack.ledger.load import ledger_files, load_ledger
from dyepack.ledger.mistakes import Mistakes, at, checked
from dyepack.ledger.reading import LAUNDERING, TOTALS
from dyepack.yamltext import Document, read

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person should look at: where, which check, and what was found."""

    level: Level
    check: str
    source: str
    line: int | None
    field: str | None
    text: str

    def as_json(self) -> dict[str, Any]:
        """The finding's fields."""
        return asdict(self)


def check_ledger(folder: Path, today: dt.date) -> tuple[Finding, ...]:
    """All findings, by file and line; `today` is the day after which nothing can have happened.

    Raises:
        InputError: no such folder, or no YAML file in it.
    """
    ledger = load_ledger(folder)
    found, where = _by_file(ledger, folder, today)
    for pair in pairs(ledger):
        if not pair.against and pair.slugs[1] in where:
            text = f"perhaps the same theft as {pair.slugs[0]}: {'; '.join(pair.reasons)}"
            found.append(Finding("warning", "doubled-theft", where[pair.slugs[1]].source, 1, None, text))
    return tuple(sorted(found, key=lambda f: (f.source, f.line or 0, f.check, f.text)))


def errors(ledger: Ledger, folder: Path, today: dt.date) -> int:
    """How many errors `check_ledger` finds in the folder that this ledger was loaded from."""
    return sum(each.level == "error" for each in _by_file(ledger, folder, today)[0])


def _by_file(ledger: Ledger, folder: Path, today: dt.date) -> tuple[list[Finding], dict[str, Document]]:
    """What is found in each file by itself, and the readable files by their slugs."""
    found = [Finding("error", "form", r.source, r.line, r.field, r.reason) for r in ledger.rejects]
    where: dict[str, Document] = {}
    slugs = frozenset(ledger.by_slug)
    for path in ledger_files(folder):
        source = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        try:
            document = read(path, source)
            found += [_finding(document, remark) for remark in _remarks(path, document, slugs, today)]
        except (RecordError, Mistakes):
            continue  # among the rejects
        where[path.stem] = document
    return found, where


def _remarks(path: Path, document: Document, slugs: Collection[str], today: dt.date) -> Iterator[Remark]:
    if path.name == TOTALS:
        yield from total_checks.totals(checked(document, files.TotalsFile), today)
    elif path.name == LAUNDERING:
        yield from total_checks.laundering(checked(document, files.LaunderingFile), slugs)
    else:
        form = checked(document, files.IncidentFile)
        yield from incident_checks.incident(form, slugs, today)
        if path.parent.name.isdecimal() and path.parent.name != form.date[:4]:
            yield "error", "folder", ("date",), f"stands in the folder {path.parent.name}, and is of {form.date}"


def _finding(document: Document, remark: Remark) -> Finding:
    level, check, where, text = remark
    error = at(document, where, text, "")
    return Finding(level, check, error.source, error.line, error.field, text)
