"""What commands print: the answer first, then a small table; the same data as JSON or CSV.

Names and texts come from outside, so control characters, terminal escapes and direction overrides are printed as their
code points, and CSV cells that a spreadsheet would run as a formula get a leading apostrophe.
"""

import csv
import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_THIN = "\N{THIN SPACE}"
_GLUE = "\ue000"
"""Stands for a thin space while lines are broken; `clean` lets no such character in."""


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
    """An address whole, or with its middle left out on a terminal of fewer than 100 columns."""
    console = _console()
    roomy = not console.is_terminal or console.width >= 100 or len(text) <= 14
    return text if roomy else f"{text[:8]}…{text[-4:]}"


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

    On a narrow terminal long cells go on in the next line, but not those in `whole` or `right`, nor a number at its
    thin space. When piped every row is one line.
    """
    numbers, uncut = {*right}, {*right, *whole}
    console = _console()
    drawn = Table(box=None, pad_edge=False, header_style="dim")
    for index, header in enumerate(headers):
        drawn.add_column(
            header,
            justify="right" if index in numbers else "left",
            no_wrap=index in uncut or not console.is_terminal,
            overflow="ellipsis" if index in uncut else "fold",
        )
    for row in rows:
        drawn.add_row(*(Text("" if cell is None else clean(str(cell)).replace(_THIN, _GLUE)) for cell in row))
    if not console.is_terminal:
        unbounded = console.options.update(max_width=100_000)
        console.width = max(console.measure(drawn, options=unbounded).maximum, 80)
    with console.capture() as lines:
        console.print(drawn)
    sys.stdout.write(lines.get().replace(_GLUE, _THIN))


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
