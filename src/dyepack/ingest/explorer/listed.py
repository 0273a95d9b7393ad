"""A list of an explorer, read until it is known to be whole, whatever a page of it shows.

Lists are asked in pages from the first block on. Explorers show at most so many rows of one question, so after a full
window the next question begins at the last block seen. Then the newest rows are asked for: where they are not the last
ones of what came, the list was cut, by a limit that is lower than what was asked for or by an index that is behind. It
is asked further from the last block seen, and in the end anew.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from dyepack.errors import InputError, SourceError, SourceMismatch
from dyepack.ingest.evm import shapes
from dyepack.ingest.patience import Unfinished

Row = Mapping[str, Any]


class Listing(Protocol):
    """The list of an address between two blocks."""

    @property
    def name(self) -> str:
        """What it is called in errors."""

    @property
    def first(self) -> int:
        """The first block of interest."""

    def window(self, first: int) -> tuple[Sequence[Sequence[Row]], bool]:
        """The pages of the oldest rows from a block on, and whether that is all that one question may show."""

    def newest(self) -> Sequence[Row]:
        """The newest rows, newest first."""


@dataclass(slots=True)
class _Rows:
    """Rows in their order, each as often as it stands in the answer that has most of them."""

    kept: list[Row] = field(default_factory=list)
    have: Counter[bytes] = field(default_factory=Counter)
    most: int = 0

    def add(self, rows: Sequence[Row]) -> int:
        """More rows, some of them again; how many are new."""
        seen, new = Counter[bytes](), 0
        for row in rows:
            key = identity(row)
            seen[key] += 1
            if seen[key] > self.have[key]:
                self.have[key] += 1
                self.kept.append(row)
                new += 1
        return new

    def ends_with(self, newest: Sequence[Row]) -> bool:
        """Whether these are the last rows: all of them, where the answer had room for more."""
        tail = Counter(map(identity, newest))
        if len(newest) < self.most:
            return tail == self.have
        low = min((block(row) for row in newest), default=0)
        later = Counter(identity(row) for row in self.kept if block(row) > low)
        return later <= tail <= self.have

    def ordered(self) -> list[Row]:
        """The rows by their blocks."""
        return sorted(self.kept, key=block)


def whole(listing: Listing) -> list[Row]:
    """All rows of a list.

    Raises:
        SourceError: one block has more rows than the explorer shows.
        Unfinished: it does not show all that there is.
    """
    rows, start = _Rows(), listing.first
    while True:
        pages, full = listing.window(start)
        seen = [row for page in pages for row in page]
        new, rows.most = rows.add(seen), max(rows.most, *map(len, pages))
        top = max(map(block, seen), default=start)
        if not full:
            newest = listing.newest()
            rows.most = max(rows.most, len(newest))
            if rows.ends_with(newest):
                return rows.ordered()
            if not new:
                raise Unfinished(
                    f"{listing.name}: the explorer shows {len(rows.kept)} rows from the oldest on, and others from the"
                    " newest: the list is not whole yet; ask again later, or use a node"
                )
        if full and top <= start:
            raise SourceError(f"{listing.name}: block {start} alone has more rows than the explorer shows; use a node")
        start = top


def block(row: Row) -> int:
    """The block of a row."""
    try:
        return shapes.number(row.get("blockNumber"), "blockNumber")
    except InputError as error:
        raise SourceMismatch(f"a row of a list: {error}") from None


def identity(row: Row) -> bytes:
    """A row without what changes from day to day."""
    return msgspec.json.encode({k: v for k, v in row.items() if k != "confirmations"}, order="sorted")


def in_order(rows: Sequence[Row], *, newest: bool) -> bool:
    """Whether rows come as they were asked for, by their blocks."""
    heights = [block(row) for row in rows]
    return heights == sorted(heights, reverse=newest)


def torn(found: Mapping[str, Mapping[str, Sequence[Row]]]) -> Iterator[str]:
    """Blocks that rows give different hashes, in words: they are of two chains."""
    hashes: dict[int, str] = {}
    for lists in found.values():
        for row in (row for rows in lists.values() for row in rows):
            name = str(row.get("blockHash") or "").lower()
            if name and hashes.setdefault(block(row), name) != name:
                yield f"block {block(row)} has the hashes {hashes[block(row)][:20]}… and {name[:20]}…"
