"""What commands print: the answer first, then a small table; the same data as JSON or CSV.

Names and texts come from outside, so control characters, terminal escapes and direction overrides are printed as their
code points, and CSV cells that a spreadsheet would run as a formula get a leading apostrophe.
"""

import csv
import json
import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dyepack.inert import cell, json_text
from dyepack.inert import visible as clean


def answer(text: str) -> None:
    """Print the sentence that answers the question."""
    _line(text, "bold")


def note(text: str) -> None:
    """Print a remark below the data."""
    _line(text, "dim")


def address(text: str) -> str:
    """An address; on a narrow terminal with its middle left out."""
    if not _on_terminal():
        return text
    from dyepack.cli import terminal  # noqa: PLC0415 (rich, which only a terminal pays for)

    return terminal.address(text)


def shortened(text: str) -> str:
    """A transaction's hash; on a terminal with its middle left out, as two of them leave no room for anything else."""
    return text if len(text) <= 20 or not _on_terminal() else f"{text[:10]}…{text[-6:]}"


def blank() -> None:
    """Print an empty line between two answers."""
    sys.stdout.write("\n")


def table(
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Iterable[int] = (),
    whole: Iterable[int] = (),
) -> None:
    """Print rows under headers; columns in `right` (numbers) are right aligned, those in `whole` never broken.

    Nothing is ever cut. When piped every row is one line.
    """
    cells = [["" if cell is None else clean(str(cell)) for cell in row] for row in rows]
    cells = [row + [""] * (len(headers) - len(row)) for row in cells]
    if not _on_terminal():
        sys.stdout.write("".join(f"{line}\n" for line in _aligned([[*headers], *cells], {*right})))
        return
    from dyepack.cli import terminal  # noqa: PLC0415 (as above)

    terminal.table(headers, cells, {*right}, {*whole})


def as_json(value: Any) -> None:
    """Print one JSON value, indented, keys in the order given."""
    sys.stdout.write(json_text(json.dumps(value, indent=2, ensure_ascii=False)) + "\n")


def as_json_lines(values: Iterable[Any]) -> None:
    """Print many JSON values, one a line."""
    import msgspec  # noqa: PLC0415 (ten times as fast as json, for thousands of values)

    sys.stdout.writelines(json_text(msgspec.json.encode(value).decode()) + "\n" for value in values)


def as_csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as CSV with a header line."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(headers)
    writer.writerows([cell(value) for value in row] for row in rows)


def complain(text: str) -> None:
    """Print one line on stderr."""
    sys.stderr.write(f"dyepack: {clean(' '.join(text.split()))}\n")


def _line(text: str, style: str) -> None:
    if not _on_terminal():
        sys.stdout.write(f"{clean(text)}\n")
        return
    from dyepack.cli import terminal  # noqa: PLC0415 (as above)

    terminal.line(clean(text), style)


def _on_terminal() -> bool:
    """Whether somebody looks on; FORCE_COLOR says so too, as for many programs."""
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def _aligned(rows: list[list[str]], right: set[int]) -> Iterator[str]:
    """Rows as lines whose columns stand below each other, two spaces apart."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = []
        for index, text in enumerate(row):
            room = " " * (widths[index] - _width(text))
            cells.append(room + text if index in right else text + room)
        yield "  ".join(cells).rstrip()


def _width(text: str) -> int:
    """Columns that a text takes: two for wide letters, none for marks that stand on the one before."""
    if text.isascii():
        return len(text)
    marks = sum(unicodedata.combining(c) > 0 for c in text)
    return len(text) - marks + sum(unicodedata.east_asian_width(c) in "WF" for c in text)
