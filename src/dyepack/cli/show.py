"""What commands print: the answer first, then a small table; the same data as JSON or CSV.

Names and texts come from outside, so control characters, terminal escapes and direction overrides are printed as their
code points, and CSV cells that a spreadsheet would run as a formula get a leading apostrophe.
"""

import csv
import json
import sys
import unicodedata
from collections.abc import Container, Iterable, Sequence
from typing import Any, Literal

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_THIN = "\N{THIN SPACE}"
_GLUE = "\ue000"
"""Stands for a thin space while lines are broken; `clean` lets no such character in."""
_NARROWEST = 24
"""A column of text below which words are hard to read."""
_GAP = 2


def clean(text: str) -> str:
    """The text with every control, format and private character shown as its code point."""
    return "".join(c if unicodedata.category(c)[0] != "C" else f"<U+{ord(c):04X}>" for c in text)


def answer(text: str) -> None:
    """Print the sentence that answers the question."""
    _console().print(Text(clean(text), "bold"), soft_wrap=True)


def note(text: str) -> None:
    """Print a remark below the data."""
    _console().print(Text(clean(text), "dim"), soft_wrap=True)


def address(text: str) -> str:
    """An address whole, or with its middle left out on a terminal of fewer than 100 columns.

    What is left is more than anybody can imitate: look-alikes are made by trying keys, and 18 digits are out of reach.
    """
    console = _console()
    roomy = not console.is_terminal or console.width >= 100 or len(text) <= 24
    return text if roomy else f"{text[:12]}…{text[-8:]}"


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
    """Print rows under headers; columns in `right` (numbers) are right aligned.

    Nothing is ever cut. On a narrow terminal long cells go on in the next line, but not those in `right` or `whole`,
    nor a number at its thin space; a last column that has no room is printed below, beside the first one again. When
    piped every row is one line.
    """
    cells = [["" if cell is None else clean(str(cell)).replace(_THIN, _GLUE) for cell in row] for row in rows]
    cells = [row + [""] * (len(headers) - len(row)) for row in cells]
    numbers, uncut = {*right}, {*right, *whole, 0}
    console = _console()
    room = console.width if console.is_terminal else 0
    last = len(headers) - 1
    if room and last > 1 and last not in uncut and _least(headers, cells, uncut) > room:
        _draw(headers[:-1], [row[:-1] for row in cells], numbers, uncut, room)
        _draw([headers[0], headers[-1]], [[row[0], row[-1]] for row in cells if row[-1]], numbers & {0}, {0}, room)
    else:
        _draw(headers, cells, numbers, uncut, room)


def _draw(
    headers: Sequence[str], cells: Sequence[Sequence[str]], numbers: set[int], uncut: set[int], room: int
) -> None:
    """Print a table within so many columns, or without bound where they are 0."""
    drawn = Table(box=None, pad_edge=False, header_style="dim")
    for index, header in enumerate(headers):
        justify: Literal["left", "right"] = "right" if index in numbers else "left"
        drawn.add_column(header, justify=justify, no_wrap=not room or index in uncut, overflow="fold")
    for row in cells:
        drawn.add_row(*(Text(cell) for cell in row))
    console = _console()
    console.width = max(room, _least(headers, cells, uncut)) if room else max(_least(headers, cells), 80)
    with console.capture() as lines:
        console.print(drawn)
    sys.stdout.write(lines.get().replace(_GLUE, _THIN))


def _least(headers: Sequence[str], cells: Sequence[Sequence[str]], uncut: Container[int] | None = None) -> int:
    """The least width of a table in which the columns in `uncut`, or all, keep their cells whole."""
    widths = []
    for index, column in enumerate(zip(headers, *cells, strict=True)):
        natural = max(cell_len(cell) for cell in column)
        widths.append(natural if uncut is None or index in uncut else min(natural, _NARROWEST))
    return sum(widths) + _GAP * (len(widths) - 1)


def as_json(value: Any) -> None:
    """Print one JSON value, indented, keys in the order given."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def as_csv(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as CSV with a header line."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(headers)
    writer.writerows([_cell(cell) for cell in row] for row in rows)


def complain(text: str) -> None:
    """Print one line on stderr."""
    sys.stderr.write(f"dyepack: {clean(' '.join(text.split()))}\n")


def _cell(value: object) -> object:
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


def _console() -> Console:
    return Console(highlight=False)
