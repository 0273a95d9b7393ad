"""Reads one file of the ledger: what it says as records, or what is wrong with it as rejects."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dyepack.errors import RecordError
from dyepack.ledger import restate
from dyepack.ledger.files import IncidentFile, LaunderingFile, TotalsFile
from dyepack.ledger.mistakes import Mistakes, at, checked, rejected, unsourced
from dyepack.yamltext import Document, read

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TOTALS, LAUNDERING = "published-totals.yaml", "laundering.yaml"


def file_records(path: Path, source: str, taken: dict[str, str]) -> Iterator[Any]:
    """The records of one file, or rejects; errors call it `source`, and `taken` gathers the slugs seen so far."""
    try:
        document = read(path, source)
        if path.name == TOTALS:
            for edition in checked(document, TotalsFile).editions:
                yield from restate.edition(edition)
        elif path.name == LAUNDERING:
            for index, form in enumerate(checked(document, LaunderingFile).laundering):
                yield from restate.laundering(index, form, document)
        else:
            yield from restate.incident(path.stem, theft(path.stem, document, taken), document)
    except RecordError as error:
        yield rejected(error)
    except Mistakes as mistakes:
        yield from map(rejected, mistakes.errors)


def theft(slug: str, document: Document, taken: dict[str, str]) -> IncidentFile:
    """An incident file as a filled-in form, under a slug that is free.

    Raises:
        Mistakes: everything that is wrong with it.
    """
    form = checked(document, IncidentFile)
    errors = [at(document, where, reason, value) for where, reason, value in unsourced(form)]
    if not _SLUG.fullmatch(slug):
        errors.append(at(document, (), f"expected a file name in small letters, digits and dashes, got {slug!r}", slug))
    if not slug.startswith(f"{form.date}-"):
        reason = f"expected a file name that begins with the date of the theft, {form.date}-, got {slug!r}"
        errors.append(at(document, ("date",), reason, form.date))
    if slug in taken:
        errors.append(at(document, (), f"the slug {slug!r} is taken by {taken[slug]}", slug))
    if errors:
        raise Mistakes(errors)
    taken[slug] = document.source
    return form
