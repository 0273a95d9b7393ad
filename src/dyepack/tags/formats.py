"""Which reader a tag file wants, by what it begins with; its name decides only where its content cannot."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path

from dyepack.errors import InputError, RecordError, SourceError
from dyepack.tags import ofac, sheet, xmltext
from dyepack.tags.actorpack import ActorPack
from dyepack.tags.csvtags import CsvTags, Layout
from dyepack.tags.lists import Categories, Explorer, Reserves
from dyepack.tags.ofac import AddressList, FirstLastSeen, SdnAdvancedXml, SdnCsv, SdnEnhancedXml, SdnXml
from dyepack.tags.opensanctions import FtmLines, SimpleCsv
from dyepack.tags.reader import Reader
from dyepack.tags.sanctions import EuCsv, EuXml, UkCsv, UkXml, UnXml
from dyepack.tags.seizures import SeizureOrders
from dyepack.tags.tagpack import TagPack
from dyepack.yamltext import Map, read

KINDS = "a TagPack or ActorPack (.yaml), a CSV file (.csv), a list of addresses (.txt), XML or JSON of a sanctions list"
_ROOTS: dict[str, Callable[[Path], Reader]] = {
    "sdnList": SdnXml,
    "Sanctions": SdnAdvancedXml,
    "sanctionsData": SdnEnhancedXml,
    "export": EuXml,
    "Designations": UkXml,
    "CONSOLIDATED_LIST": UnXml,
}
_PEEK = 4096
MAX_BYTES = 64_000_000
"""Of a pack: YAML is read as a whole."""


def reader(path: Path, layout: Layout) -> Reader | ActorPack:
    """The reader of this file. A layout of columns is for plain CSV, which is then what the file is.

    Raises:
        SourceError, RecordError: it cannot be read as what it seems to be.
        InputError: it seems to be nothing that is known.
    """
    suffix = path.suffix.lower()
    if suffix in (".yaml", ".yml"):
        return _pack(path)
    if suffix == ".csv":
        return CsvTags(path, layout) if layout.columns else _table(path, layout)
    if suffix == ".xml":
        return _xml(path)
    if suffix in (".json", ".jsonl", ".ndjson"):
        return _json(path)
    if suffix == ".txt":
        return _addresses(path)
    raise InputError(f"{path.name}: expected {KINDS}")


def _pack(path: Path) -> TagPack | ActorPack:
    document = read(path, path.name, MAX_BYTES)
    if not isinstance(document.value, Map):
        raise RecordError("expected a map with a list of tags or of actors", source=path.name, line=1)
    return ActorPack(document, path.stem) if "actors" in document.value else TagPack(document, path.stem)


def _table(path: Path, layout: Layout) -> Reader:
    first, second = (*islice(sheet.lines(path), 2), None, None)[:2]
    if first is None:
        raise RecordError("expected a header and rows, got an empty file", source=path.name)
    cells = [cell.strip() for cell in first.cells]
    if any(row and len(row.cells) == ofac.COLUMNS and _has_empty(row) for row in (first, second)):
        return SdnCsv(path)
    if cells[0].startswith(EuCsv.FIRST):
        return EuCsv(path)
    if UkCsv.begins(cells):
        return UkCsv(path)
    for known in (FirstLastSeen, Reserves, Categories):
        if tuple(cells) == known.HEADER:
            return known(path)
    return _wide(path, cells, layout)


def _wide(path: Path, cells: list[str], layout: Layout) -> Reader:
    """The reader of a table that may have further columns."""
    if set(cells) >= SimpleCsv.HEADER:
        return SimpleCsv(path)
    return SeizureOrders(path, layout.name) if set(cells) >= SeizureOrders.HEADER else CsvTags(path, layout)


def _has_empty(row: sheet.Line) -> bool:
    return ofac.EMPTY in (cell.strip() for cell in row.cells)


def _xml(path: Path) -> Reader:
    name = xmltext.root(path).name
    if name not in _ROOTS:
        raise RecordError(f"expected {', '.join(_ROOTS)} as first element, got {name!r}", source=path.name, line=1)
    return _ROOTS[name](path)


def _json(path: Path) -> Reader:
    return Explorer(path) if Explorer.begins(_peek(path)) else FtmLines(path)


def _addresses(path: Path) -> Reader:
    named = AddressList.NAMED.fullmatch(path.name)
    if named is None:
        raise InputError(
            f"{path.name}: expected {KINDS}; of .txt only sanctioned_addresses_CODE.txt, whose name has the code"
        )
    return AddressList(path, named[1])


def _peek(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_PEEK)
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}") from None
