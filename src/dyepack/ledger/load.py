"""Loads a folder of incident files into a `Ledger`; what cannot be read comes back as rejects, the rest loads.

A file with a mistake is refused as a whole, so that no theft is half read; an address that its chain's rules refuse is
left out alone.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from dyepack import bundled
from dyepack.errors import InputError, RecordError
from dyepack.ledger import restate
from dyepack.ledger.book import RECORDS, Ledger
from dyepack.ledger.files import IncidentFile, LaunderingFile, TotalsFile
from dyepack.ledger.mistakes import Mistakes, at, checked, rejected, unsourced
from dyepack.model import Reject, Source
from dyepack.yamltext import Document, read

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TOTALS, LAUNDERING = "published-totals.yaml", "laundering.yaml"


def load_ledger(folder: Path | None = None) -> Ledger:
    """The ledger in this folder, or the one that ships with dyepack.

    Raises:
        InputError: no such folder, or no YAML file in it.
    """
    folder = shipped() if folder is None else folder
    files = _files(folder)
    taken: dict[str, str] = {}
    return gather(
        record
        for path in files
        for record in _file(path, f"{folder.name}/{path.relative_to(folder).as_posix()}", taken)
    )


def shipped() -> Path:
    """The folder of the ledger that ships with dyepack."""
    return bundled.folder("incidents")


def fingerprint(folder: Path) -> str:
    """The SHA-256 of a ledger's folder: of the names and contents of its files."""
    whole = sha256()
    for path in _files(folder):
        whole.update(f"{path.relative_to(folder).as_posix()}\0{_digest(path)}\n".encode())
    return whole.hexdigest()


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return "unreadable"


def gather(records: Iterable[Any]) -> Ledger:
    """Records of any kind as a ledger: each once, in key order."""
    found: dict[type[Any], dict[Any, None]] = {kind: {} for kind in (*RECORDS, Reject)}
    for record in records:
        found[type(record)][record] = None
    # A source may be dated in one file and not in another; that it is a running database is then said once for all.
    running = {source.source for source in found[Source] if source.running}
    found[Source] = {source: None for source in found[Source] if source.running or source.source not in running}
    lists = {
        name: sorted(found[kind], key=lambda record: getattr(record, key)) for kind, (name, key) in RECORDS.items()
    }
    return Ledger(**{name: tuple(rows) for name, rows in lists.items()}, rejects=tuple(found[Reject]))


def _files(folder: Path) -> list[Path]:
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".yaml", ".yml") and path.is_file())
    if not files:
        raise InputError(f"expected a folder with incident files (*.yaml), found none in {folder}")
    return files


def _file(path: Path, source: str, taken: dict[str, str]) -> Iterator[Any]:
    try:
        document = read(path, source)
        if path.name == TOTALS:
            for edition in checked(document, TotalsFile).editions:
                yield from restate.edition(edition)
        elif path.name == LAUNDERING:
            for index, form in enumerate(checked(document, LaunderingFile).laundering):
                yield from restate.laundering(index, form, document)
        else:
            yield from restate.incident(path.stem, _theft(path.stem, document, taken), document)
    except RecordError as error:
        yield rejected(error)
    except Mistakes as mistakes:
        yield from map(rejected, mistakes.errors)


def _theft(slug: str, document: Document, taken: dict[str, str]) -> IncidentFile:
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
