"""Reads CSV files that people wrote, row by row, and says plainly what is wrong with one.

Three rooms read such files (movements, tags, seeds and stops), and all of them must survive the same accidents: an
empty file, a NUL byte, another encoding, a doubled or missing column, a row of the wrong length. What spreadsheets
write is read: semicolons or tabs between the cells, a first line `sep=;`, UTF-16 with its mark, empty cells at the end.
"""

import codecs
import csv
import hashlib
import os
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from dyepack.errors import InputError, RecordError, SourceError
from dyepack.lines import opened, short

NO_COLUMN = "-"
MAX_LINE = 4_000_000
MAX_COLUMNS = 10_000
_LONGEST_NAME = 40
"""Letters of a column's name that are compared with names of fields."""
_SEPARATORS = ",;\t|"
_SAID = re.compile(r"sep=(.)\r?\n?")
_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def printable(path: Path) -> str:
    """A file's name as text that can be kept and shown, in any locale: bytes that are not UTF-8 are written out."""
    return os.fsencode(path.name).decode("utf-8", "backslashreplace")


def named(columns: Sequence[str], most: int = 12) -> str:
    """Columns by name, at most so many, as a person is told them."""
    more = f" and {len(columns) - most} more" if len(columns) > most else ""
    return f"the column{'s' if len(columns) > 1 else ''} {', '.join(repr(one)[:60] for one in columns[:most])}{more}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it ends on, its cells by column, the text as it came, and what is wrong with its length."""

    line: int
    cells: Mapping[str, str]
    text: str
    problem: str | None


class CsvFile:
    """A CSV file in UTF-8 with a header; iterating gives its rows.

    Where `plain` is given, a file of one cell a line may do without a header: all its cells are of that column.

    Raises:
        SourceError: the file cannot be read.
        RecordError: the file as a whole is no such thing: empty, binary, in another encoding, without a usable header.
    """

    def __init__(self, path: Path | str, *, plain: str | None = None, alike: Collection[str] = ()) -> None:
        self._alike, self._doubled = alike, False
        self.path = Path(path)
        self.name = printable(self.path)
        self._encoding = self._marked()
        self._skipped, self.separator = self._separated()
        header = next(self._parsed(), None)
        if header is None:
            raise RecordError("expected a header and rows, got an empty file", source=self.name)
        self._bare = plain is not None and len(header[1]) == 1 and header[1][0].strip().lower() != plain
        self.header = (plain,) if plain is not None and self._bare else self._checked_header(header[1])

    def __iter__(self) -> Iterator[Row]:
        rows = self._parsed()
        if not self._bare:
            next(rows)
        for line, cells, text in rows:
            if cells:
                while len(cells) > len(self.header) and not cells[-1].strip():
                    cells.pop()
                wrong = len(cells) != len(self.header)
                problem = f"expected {len(self.header)} cells, got {len(cells)}" if wrong else self._unlike(cells)
                shown = _shown(text)
                if shown != text:
                    problem = "expected text in UTF-8, got another encoding"
                yield Row(line, dict(zip(self.header, cells, strict=False)), shown, problem)

    def _unlike(self, cells: Sequence[str]) -> str | None:
        """What is wrong with a row in which a column that stands twice says two things."""
        first: dict[str, str] = {}
        for name, cell in zip(self.header, cells, strict=True) if self._doubled else ():
            if first.setdefault(name, cell) != cell:
                return f"the column {name!r} stands twice, with {first[name]!r:.60} and {cell!r:.60}"
        return None

    def sha256(self) -> str:
        """The hash of the file's bytes."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def columns(self, mapping: Mapping[str, str], fields: Sequence[str]) -> dict[str, str]:
        """Which column gives each field: the one that the mapping names, or else the one of the field's name.

        Names match in any case.

        A field mapped to `-` is left to be worked out, though a column of its name is there.

        Raises:
            InputError: the mapping names a field or a column that there is not; all are listed, the nearest first.
        """
        for field, column in mapping.items():
            if field not in fields:
                raise InputError(f"cannot map {field!r}; the fields are {', '.join(fields)}")
            if column not in (*self.header, NO_COLUMN):
                raise InputError(f"{self.name} has no column {column!r} for {field}; it has {self._nearest(column)}")
        own = {name.lower(): name for name in reversed(self.header) if name.lower() in fields}
        return {field: column for field, column in {**own, **mapping}.items() if column != NO_COLUMN}

    def check_spelling(self, columns: Mapping[str, str], fields: Sequence[str]) -> None:
        """Refuse a column that nothing is read from where its name is nearly that of a field: `amonut`, `txhash`.

        Raises:
            InputError: there is one.
        """
        left = [field for field in fields if field not in columns]
        for name in self.header:
            near = get_close_matches(name[:_LONGEST_NAME].lower().replace(" ", "_"), left, n=1, cutoff=0.8)
            if near and name not in columns.values():
                raise InputError(
                    f"{self.name}: nothing is read from the column {name!r:.60}; if it is {near[0]!r}, call it so"
                )

    def missing(self, field: str, hint: str, *more: str) -> InputError:
        """The error for a field, and more of them, that no column gives."""
        fields = ", ".join(map(repr, (field, *more)))
        return InputError(f"no column of {self.name} gives {fields}; {hint} (columns there: {self._nearest(field)})")

    def _nearest(self, name: str) -> str:
        """All columns, the likest names first."""
        lower = {column: column.lower() for column in self.header}
        near = get_close_matches(name.lower(), list(lower.values()), n=3, cutoff=0.4)
        return ", ".join(
            sorted(self.header, key=lambda column: near.index(lower[column]) if lower[column] in near else 3)
        )

    def _checked_header(self, cells: list[str]) -> tuple[str, ...]:
        header = tuple(cell.strip() for cell in cells)
        if len(header) > MAX_COLUMNS:
            raise RecordError(
                f"expected at most {MAX_COLUMNS:,} columns, got {len(header):,}", source=self.name, line=1
            )
        doubled = sorted(name for name, count in Counter(header).items() if count > 1 and name not in self._alike)
        if doubled:
            raise RecordError(
                f"the header has {', '.join(map(repr, doubled))} more than once", source=self.name, line=1
            )
        self._doubled = len({*header}) < len(header)
        if not any(header):
            raise RecordError("expected a header, got an empty line", source=self.name, line=1)
        return header

    def _parsed(self) -> Iterator[tuple[int, list[str], str]]:
        taken: list[str] = []
        csv.field_size_limit(MAX_LINE)
        reader = csv.reader(self._lines(taken), strict=True, delimiter=self.separator)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise RecordError(f"not CSV: {error}", source=self.name, line=reader.line_num) from None
            yield reader.line_num + self._skipped, cells, "".join(taken).rstrip("\r\n")
            taken.clear()

    def _lines(self, taken: list[str]) -> Iterator[str]:
        for number, line in enumerate(self._text(), 1):
            if number > self._skipped:
                taken.append(line)
                yield line

    def _text(self) -> Iterator[str]:
        try:
            if self._encoding is not None:
                yield from self._wide(self._encoding)
                return
            for number, raw in enumerate(short(self.path, MAX_LINE), 1):
                yield self._decoded(raw, number)
        except UnicodeDecodeError:
            raise RecordError("its mark says UTF-16, and it is none", source=self.name) from None
        except OSError as error:
            raise SourceError(f"cannot read {self.path}: {error.strerror}") from None

    def _wide(self, encoding: str) -> Iterator[str]:
        """The lines of a file in UTF-16, each of a bounded length."""
        with self.path.open(encoding=encoding, newline="") as file:
            number = 0
            while line := file.readline(MAX_LINE + 1):
                number += 1
                if len(line) > MAX_LINE:
                    what = f"expected lines of at most {MAX_LINE:,} letters, got more"
                    raise RecordError(what, source=self.name, line=number)
                yield line.removeprefix("\ufeff")

    def _marked(self) -> str | None:
        """The encoding that a mark at the file's beginning names; none for UTF-8."""
        try:
            with opened(self.path) as file:
                return _MARKS.get(file.read(2))
        except OSError as error:
            raise SourceError(f"cannot read {self.path}: {error.strerror}") from None

    def _separated(self) -> tuple[int, str]:
        """How many lines come before the header, and what stands between cells: said, or what it has most of."""
        first = next(self._text(), "")
        if said := _SAID.fullmatch(first):
            return 1, said[1]
        return 0, max(_SEPARATORS, key=first.count)

    def _decoded(self, raw: bytes, number: int) -> str:
        if b"\0" in raw:
            raise RecordError("a NUL byte: expected a text file in UTF-8", source=self.name, line=number)
        try:
            return raw.decode("utf-8-sig") if number == 1 else raw.decode("utf-8", "surrogateescape")
        except UnicodeDecodeError:
            hint = "expected text in UTF-8, got another encoding; save it as CSV in UTF-8"
            raise RecordError(hint, source=self.name, line=number) from None


def _shown(text: str) -> str:
    """The text with a mark in place of bytes that were none of UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def parse_mapping(texts: Sequence[str]) -> dict[str, str]:
    """`field=Column` pairs, several in one text separated by commas.

    Raises:
        InputError: a part without `=`, or a field mapped twice.
    """
    mapping: dict[str, str] = {}
    for part in (part for text in texts for part in text.split(",")):
        field, equals, column = (piece.strip() for piece in part.partition("="))
        if not (field and equals and column):
            raise InputError(f"expected field=Column in the mapping, got {part!r}")
        if field in mapping:
            raise InputError(f"{field!r} is mapped twice, to {mapping[field]!r} and to {column!r}")
        mapping[field] = column
    return mapping
