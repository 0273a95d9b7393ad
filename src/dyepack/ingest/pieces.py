"""A range of blocks loaded piece by piece, each piece one commit; the same for every kind of chain.

A load that was stopped, by whatever, goes on where it was: what is there is told by the names of parts. What has left
the source's chain since (a reorg) is taken away first, in the way of the kind of chain.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from dyepack import chains
from dyepack.errors import InputError
from dyepack.ingest import ranges
from dyepack.ingest.progress import Progress, Tell
from dyepack.ingest.ranges import Range
from dyepack.store import Store


class Source(Protocol):
    """Where blocks come from: a node's files, or a node."""

    name: str

    def span(self) -> Range:
        """The blocks that it has, from the first to the tip."""


class Asked(Protocol):
    """Which blocks to load: from the first that the source has to some blocks behind its tip unless said otherwise."""

    @property
    def first(self) -> int | None:
        """The first block."""

    @property
    def last(self) -> int | None:
        """The last block."""

    @property
    def confirmations(self) -> int | None:
        """How far to stay behind the tip; the chain's where nothing is said."""

    @property
    def chunk(self) -> int:
        """How many blocks are one piece."""


def wanted(source: Source, chain: str, asked: Asked) -> Range:
    """The range to load.

    Raises:
        InputError: the source does not have it, or the tip is too near.
    """
    span = source.span()
    behind = chains.chain(chain).confirmations if asked.confirmations is None else asked.confirmations
    settled = span.last - behind
    first = span.first if asked.first is None else asked.first
    last = settled if asked.last is None else asked.last
    if first > last:
        raise InputError(
            f"nothing to load: {source.name} has blocks {span.first} to {span.last}, of which the last {behind} may"
            f" still change; asked were {first} to {last}"
        )
    if first < span.first or last > settled:
        raise InputError(
            f"{source.name} has blocks {span.first} to {span.last}, and {settled} is {behind} behind its tip; asked"
            f" were {first} to {last}: take a range within (--confirmations says how far to stay behind)"
        )
    return Range(first, last)


def plan(store: Store | None, source: Source, chain: str, asked: Asked) -> tuple[Range, list[Range]]:
    """The range, and the pieces of it that are not there yet."""
    whole = wanted(source, chain, asked)
    there = [] if store is None else ranges.loaded(store, chain)
    return whole, list(ranges.pieces(whole, asked.chunk, there))


@dataclass(frozen=True, slots=True)
class Work:
    """What is done with the blocks of a chain: `rewind` before the first piece, `load` for each, `finish` at the end.

    `load` gives the bytes that were read.
    """

    chain: str
    rewind: Callable[[], None]
    load: Callable[[Range], int]
    finish: Callable[[], None] = lambda: None


def in_pieces(store: Store, whole: Range, chunk: int, work: Work, tell: Tell) -> int:
    """Load what is missing of a range; returns how many of its blocks were there.

    Raises:
        WorkspaceBusy: another process is loading some of these blocks.
    """
    with ranges.alone(store.path, work.chain, whole):
        store.refresh()
        work.rewind()
        missing = list(ranges.pieces(whole, chunk, ranges.loaded(store, work.chain)))
        count = sum(map(len, missing))
        progress = Progress(f"{work.chain} blocks", count, tell)
        for piece in missing:
            size = work.load(piece)
            progress.add(len(piece), size)
        work.finish()
    return len(whole) - count
