"""Ranges of blocks as parts of tables: their names, what is there already, and who may write which.

A part is named by chain and range (`bitcoin-000100000-000100099`), so that names alone tell what is missing.
While a range is being written it is locked, byte by byte: byte N of one file stands for block N. So two processes may
write two ranges of one workspace, but not one range both. The locks belong to the process and go when it does.
"""

import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dyepack.errors import WorkspaceBusy
from dyepack.store import Store
from dyepack.store.disk import refusals

_PART = re.compile(r"(?P<chain>[a-z0-9_]+)-(?P<first>\d{9})-(?P<last>\d{9})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """Blocks from `first` to `last`, both included."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1

    def part(self, chain: str) -> str:
        """The name of the part that holds these blocks of a chain."""
        return f"{chain}-{self.first:09}-{self.last:09}"


def loaded(store: Store, chain: str, table: str = "blocks") -> list[Range]:
    """The ranges of this chain that a table has, in order."""
    matches = filter(None, map(_PART.fullmatch, store.parts(table)))
    return sorted(Range(int(m["first"]), int(m["last"])) for m in matches if m["chain"] == chain)


def pieces(wanted: Range, size: int, there: Iterable[Range]) -> Iterator[Range]:
    """What is missing of a range, cut at multiples of `size`: the same pieces whatever was loaded when."""
    gaps, at = list[Range](), wanted.first
    for one in sorted(there):
        if one.last < at or one.first > wanted.last:
            continue
        if one.first > at:
            gaps.append(Range(at, one.first - 1))
        at = max(at, one.last + 1)
    if at <= wanted.last:
        gaps.append(Range(at, wanted.last))
    for gap in gaps:
        first = gap.first
        while first <= gap.last:
            last = min(gap.last, first - first % size + size - 1)
            yield Range(first, last)
            first = last + 1


@contextmanager
def alone(folder: Path, chain: str, wanted: Range) -> Iterator[None]:
    """Be the only process that writes these blocks.

    Raises:
        WorkspaceBusy: another process is writing some of them.
        StoreError: the folder cannot be written to.
    """
    with refusals(folder, "write to"):
        handle = os.open(folder / f".ingest-{chain}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, len(wanted), wanted.first)
        except OSError:
            raise WorkspaceBusy(
                f"another process is loading blocks of {chain} between {wanted.first} and {wanted.last} into {folder};"
                " give it another range with --from and --to, or wait until it is done"
            ) from None
        yield
    finally:
        os.close(handle)
