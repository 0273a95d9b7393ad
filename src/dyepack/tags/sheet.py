"""Tables in text as authorities publish them: without a header, below a line of its own, with another separator."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from dyepack.errors import RecordError, SourceError
from dyepack.lines import MAX_LINE, short

END_OF_FILE = "\x1a"
"""What a list made on an old system ends with."""
_LONGEST_CELL = 10_000_000


class Line(NamedTuple):
    """One row: the line it ends on, its cells, and the text as it came."""

    number: int
    cells: list[str]
    text: str


def lines(path: Path, separator: str = ",") -> Iterator[Line]:
    """The rows of a file in UTF-8 that have anything in them.

    Raises:
        SourceError, RecordError: it cannot be read as such; says the line.
    """
    csv.field_size_limit(_LONGEST_CELL)
    taken: list[str] = []
    reader = csv.reader(_noted(path, taken), delimiter=separator)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise RecordError(f"not a table: {error}", source=path.name, line=reader.line_num) from None
        if any(cell.strip(END_OF_FILE + " ") for cell in cells):
            yield Line(reader.line_num, cells, "".join(taken).rstrip("\r\n"))
        taken.clear()


def under(header: Sequence[str], line: Line) -> Mapping[str, str]:
    """The cells of a row by column; of doubled columns the first."""
    cells: dict[str, str] = {}
    for name, cell in zip(header, line.cells, strict=False):
        cells.setdefault(name.strip(), cell.strip())
    return cells


def texts(path: Path) -> Iterator[str]:
    """The lines of a text file in UTF-8, with their ends.

    Raises:
        SourceError, RecordError: it cannot be read as such; says the line.
    """
    number = 0
    try:
        for number, raw in enumerate(short(path, MAX_LINE), 1):
            if b"\0" in raw:
                raise RecordError("a NUL byte: expected a text file in UTF-8", source=path.name, line=number)
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise RecordError("expected text in UTF-8, got another encoding", source=path.name, line=number) from None


def _noted(path: Path, taken: list[str]) -> Iterator[str]:
    for text in texts(path):
        taken.append(text)
        yield text
