"""Reads tags from CSV files: one row, one tag."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dyepack.csvrows import CsvFile, Row
from dyepack.tags.reader import Head, Said
from dyepack.tags.statement import Refused, Statement

FIELDS = (
    *("address", "chain", "name", "concept", "actor", "confidence"),
    *("creator", "source", "licence", "valid_from", "valid_to", "last_modified", "subject", "code"),
)
_OTHERWISE = {"name": ", or give one of every row with --name", "chain": ", or give that of every row with --chain"}
SUBJECTS = ("address", "asset")


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns of a CSV file give which field, and what holds for all its rows."""

    columns: Mapping[str, str] = field(default_factory=dict)
    chain: str | None = None
    concept: str | None = None
    confidence: str | None = None
    source: str | None = None
    name: str | None = None


class CsvTags:
    """One CSV file of tags: iterating gives line, text and either the statement or the reason why there is none."""

    def __init__(self, path: Path, layout: Layout) -> None:
        """Read its header.

        Raises:
            SourceError, RecordError: not such a file.
            InputError: a column is missing.
        """
        self._file = CsvFile(path)
        self._layout = layout
        self.columns = self._file.columns(layout.columns, FIELDS)
        self.head = Head("CSV", path.name)
        for name, constant in (("address", None), ("name", layout.name), ("chain", layout.chain)):
            if name not in self.columns and constant is None:
                raise self._file.missing(name, f"name it with --map {name}=COLUMN{_OTHERWISE.get(name, '')}")

    def __iter__(self) -> Iterator[Said]:
        for row in self._file:
            yield row.line, row.text, Refused("row", row.problem) if row.problem else self._statement(row)

    def unread(self) -> list[str]:
        """Names of columns that nothing was read from."""
        return sorted(set(self._file.header) - set(self.columns.values()))

    def _statement(self, row: Row) -> Statement | Refused:
        cells = {name: row.cells[column].strip() or None for name, column in self.columns.items()}
        concept = cells.get("concept") or self._layout.concept
        subject = cells.get("subject") or "address"
        if subject not in SUBJECTS:
            return Refused("subject", f"expected {' or '.join(SUBJECTS)}, got {subject!r}")
        return Statement(
            pack=self.head.title,
            chain=cells.get("chain") or self._layout.chain or "",
            address=cells.get("address") or "",
            name=cells.get("name") or self._layout.name or "",
            concepts=(concept,) if concept else (),
            actor=cells.get("actor"),
            confidence=cells.get("confidence") or self._layout.confidence,
            creator=cells.get("creator"),
            source=cells.get("source") or self._layout.source,
            licence=cells.get("licence"),
            valid_from=cells.get("valid_from"),
            valid_to=cells.get("valid_to"),
            last_modified=cells.get("last_modified"),
            code=cells.get("code"),
            of_asset=subject == "asset",
        )
