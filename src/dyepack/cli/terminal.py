"""How answers look on a terminal: styled, and wrapped to its width so that nothing is cut."""

from collections.abc import Container, Sequence
from typing import Literal

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

_THIN = "\N{THIN SPACE}"
_GLUE = "\ue000"
"""Stands for a thin space while lines are broken; `show.clean` lets no such character in."""
_NARROWEST = 24
"""A column of text below which words are hard to read."""
_GAP = 2


def line(text: str, style: str) -> None:
    """One line of prose."""
    _console().print(Text(text, style), soft_wrap=True)


def address(text: str) -> str:
    """An address whole, or with its middle left out on a terminal of fewer than 100 columns.

    What is left is more than anybody can imitate: look-alikes are made by trying keys, and 18 digits are out of reach.
    """
    roomy = _console().width >= 100 or len(text) <= 24
    return text if roomy else f"{text[:12]}…{text[-8:]}"


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], numbers: set[int], whole: set[int]) -> None:
    """A table. Long cells go on in the next line; not those in `numbers` or `whole`, nor a number at its thin space.

    A last column that has no room is printed below, beside the first one again.
    """
    cells = [[cell.replace(_THIN, _GLUE) for cell in row] for row in rows]
    uncut = {*numbers, *whole, 0}
    room, last = _console().width, len(headers) - 1
    if last > 1 and last not in uncut and _least(headers, cells, uncut) > room:
        _draw(headers[:-1], [row[:-1] for row in cells], numbers, uncut)
        _draw([headers[0], headers[-1]], [[row[0], row[-1]] for row in cells if row[-1]], numbers & {0}, {0})
    else:
        _draw(headers, cells, numbers, uncut)


def _draw(headers: Sequence[str], cells: Sequence[Sequence[str]], numbers: set[int], uncut: set[int]) -> None:
    drawn = Table(box=None, pad_edge=False, header_style="dim")
    for index, header in enumerate(headers):
        justify: Literal["left", "right"] = "right" if index in numbers else "left"
        drawn.add_column(header, justify=justify, no_wrap=index in uncut, overflow="fold")
    for row in cells:
        drawn.add_row(*map(Text, row))
    console = _console()
    console.width = max(console.width, _least(headers, cells, uncut))
    with console.capture() as lines:
        console.print(drawn)
    console.file.write(lines.get().replace(_GLUE, _THIN))


def _least(headers: Sequence[str], cells: Sequence[Sequence[str]], uncut: Container[int]) -> int:
    """The least width of a table in which the columns in `uncut` keep their cells whole."""
    widths = []
    for index, column in enumerate(zip(headers, *cells, strict=True)):
        natural = max(cell_len(cell) for cell in column)
        widths.append(natural if index in uncut else min(natural, _NARROWEST))
    return sum(widths) + _GAP * (len(widths) - 1)


def _console() -> Console:
    return Console(highlight=False)
