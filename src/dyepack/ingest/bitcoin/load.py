"""Loads a range of blocks into the four tables of an output chain, piece by piece, each piece one commit.

A load that was stopped, by whatever, goes on where it was: what is there is told by the names of parts. Where the
source's chain has changed since (a reorg), what is no longer on it is taken away first, and kept as refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from dyepack.errors import SourceMismatch
from dyepack.ingest import ranges
from dyepack.ingest.bitcoin.columns import Tables
from dyepack.ingest.bitcoin.network import Network
from dyepack.ingest.bitcoin.resolve import resolve
from dyepack.ingest.commit import Step, commit
from dyepack.ingest.pieces import Work, in_pieces, wanted
from dyepack.ingest.progress import Tell, silent
from dyepack.ingest.ranges import Range
from dyepack.model import Reject
from dyepack.store import Draft, Store

VERB = "ingest bitcoin"
STAGE = "ingest"
TABLES = ("blocks", "transactions", "inputs", "outputs")
CHUNK = 100
DEEPEST = 100
"""A reorg of more blocks than this is taken for another chain."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A block, or bytes, that were not loaded: from where, and why."""

    source: str
    reason: str
    row: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What a source gave for a range: the tables, the bytes that were read and their hash, and what was refused."""

    tables: Tables
    size: int
    sha256: str
    refused: Sequence[Refused] = ()


class Source(Protocol):
    """Blocks of one chain by height: a node's files, or a node."""

    network: Network
    name: str

    def span(self) -> Range:
        """The blocks that it has, from the first to the tip."""

    def hash_at(self, height: int) -> str:
        """The hash of the block at this height on its best chain."""

    def read(self, wanted: Range) -> Piece:
        """All of these blocks as tables."""

    def refused(self) -> Sequence[Refused]:
        """What it found besides blocks of the chain, and belongs to no range."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which blocks to load: from the first that the source has to some blocks behind its tip unless said otherwise."""

    first: int | None = None
    last: int | None = None
    confirmations: int | None = None
    chunk: int = CHUNK


@dataclass(slots=True)
class Loaded:
    """What became of a load. `unknown` counts inputs of which neither undo data nor the tables show the output."""

    chain: str
    source: str
    first: int
    last: int
    tip: int
    blocks: int = 0
    transactions: int = 0
    inputs: int = 0
    outputs: int = 0
    pieces: int = 0
    there: int = 0
    bytes: int = 0
    resolved: int = 0
    unknown: int = 0
    rewound: int = 0
    refused: list[Refused] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return asdict(self)


def load_blocks(store: Store, source: Source, asked: Asked, tell: Tell = silent) -> Loaded:
    """Load what is missing of a range.

    Raises:
        WorkspaceBusy: another process is loading some of these blocks.
        InputError: the source does not have the range.
        RecordError, SourceMismatch: a block is not what it should be; pieces before it are loaded.
    """
    chain = source.network.name
    whole = wanted(source, chain, asked)
    result = Loaded(chain, source.name, whole.first, whole.last, source.span().last)

    def back() -> None:
        result.rewound = rewind(store, source, result)

    def finish() -> None:
        _note_rest(store, source, result)
        result.resolved, result.unknown = resolve(store, chain)

    work = Work(chain, back, lambda piece: _load_piece(store, source, piece, result), finish)
    result.there = in_pieces(store, whole, asked.chunk, work, tell)
    return result


def _load_piece(store: Store, source: Source, piece: Range, result: Loaded) -> int:
    read = source.read(piece)
    part = piece.part(source.network.name)

    def work(draft: Draft) -> None:
        for name in TABLES:
            draft.put(name, part, read.tables[name])
        _reject(draft, read.refused)

    said = {"chain": source.network.name, "from": piece.first, "to": piece.last, "source": source.name}
    commit(store, Step(VERB, said, {part: read.sha256}), work)
    counts = {name: rows.num_rows for name, rows in read.tables.items()}
    result.blocks += counts["blocks"]
    result.transactions += counts["transactions"]
    result.inputs += counts["inputs"]
    result.outputs += counts["outputs"]
    result.pieces += 1
    result.bytes += read.size
    result.refused += read.refused
    return read.size


def _note_rest(store: Store, source: Source, result: Loaded) -> None:
    rest = source.refused()
    result.refused += rest
    if rest:
        said = {"chain": source.network.name, "source": source.name, "besides": len(rest)}
        commit(store, Step(VERB, said), lambda draft: _reject(draft, rest))


def _reject(draft: Draft, refused: Sequence[Refused]) -> None:
    for one in refused:
        draft.reject(Reject(draft.run, STAGE, one.source, None, "block", one.reason, one.row))


def rewind(store: Store, source: Source, result: Loaded) -> int:
    """Take away the blocks that have left the source's best chain; returns how many.

    Raises:
        SourceMismatch: more than a hundred blocks differ: another chain, rather than a reorg.
    """
    there = ranges.loaded(store, source.network.name)
    span = source.span()
    heights = [one for one in there if one.first <= span.last and one.last >= span.first]
    if not heights:
        return 0
    gone = _gone(store, source, min(heights[-1].last, span.last))
    if not gone:
        return 0
    fork = min(gone) - 1
    left = [
        Refused(source.name, f"left the best chain in a reorg above block {fork}", f"{height} {name}")
        for height, name in sorted(gone.items())
    ]
    said = {"chain": source.network.name, "source": source.name, "rewind to": fork, "left": sorted(gone.values())}
    store.view(*TABLES)

    def work(draft: Draft) -> None:
        _cut(draft, source.network.name, there, fork)
        _reject(draft, left)

    commit(store, Step(VERB, said), work)
    result.refused += left
    return len(gone)


def _gone(store: Store, source: Source, top: int) -> Mapping[int, str]:
    """Blocks of the tables from `top` down that the source has another block for, and all above them."""
    rows = store.fetch(
        "select block, hash from blocks where chain = $chain and block > $low order by block desc",
        "blocks",
        chain=source.network.name,
        low=top - DEEPEST - 1,
    ).to_pylist()
    gone: dict[int, str] = {}
    above = {row["block"]: row["hash"] for row in rows if row["block"] > top}
    for row in (row for row in rows if row["block"] <= top):
        if row["hash"] is None or source.hash_at(row["block"]) == row["hash"]:
            return {**gone, **above} if gone else {}
        gone[row["block"]] = row["hash"]
    if len(gone) >= DEEPEST:
        raise SourceMismatch(
            f"{source.name} and the workspace differ in all of the {len(gone)} blocks up to {top}: expected the same"
            f" chain; is it another network, or a source that is not in step? nothing was changed"
        )
    return {**gone, **above} if gone else {}


def _cut(draft: Draft, chain: str, there: Sequence[Range], fork: int) -> None:
    for one in there:
        if one.last <= fork:
            continue
        for name in TABLES:
            draft.drop(name, one.part(chain))
            if one.first <= fork:
                draft.put_query(
                    name,
                    Range(one.first, fork).part(chain),
                    f"select * from {name} where chain = $chain and block >= $first and block <= $fork",
                    chain=chain,
                    first=one.first,
                    fork=fork,
                )
