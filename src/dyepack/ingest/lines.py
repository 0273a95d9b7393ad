"""Lines of a file, also one packed with gzip, each of a bounded length, so that none takes the memory there is."""

import gzip
from collections.abc import Iterator
from pathlib import Path

MAX_LINE = 64_000_000
"""A whole block with all its calls stays well below; more than that is another kind of file."""
_PIECE = 1 << 20


def lines(path: Path, most: int = MAX_LINE) -> Iterator[tuple[int, bytes | None]]:
    """The lines with their numbers; nothing in place of one that is longer, whose rest is passed over.

    Raises:
        OSError, EOFError, zlib.error: the file cannot be read.
    """
    number = 0
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        while line := file.readline(most + 1):
            number += 1
            whole = len(line) <= most
            while not whole and line and not line.endswith(b"\n"):
                line = file.readline(_PIECE)
            yield number, line if whole else None
