"""Loads a range of blocks of an EVM chain from a node, piece by piece, each piece one commit.

A load that was stopped goes on where it was; the names of parts tell what is there. Where the node's chain has changed
since (a reorg), the pieces from the fork on are taken away first and read again.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

from dyepack.errors import SourceMismatch
from dyepack.ingest import assets, ranges
from dyepack.ingest.commit import Step, commit
from dyepack.ingest.evm import multitoken, tokens
from dyepack.ingest.evm.networks import Network
from dyepack.ingest.evm.records import Head
from dyepack.ingest.evm.rows import Rows, Sink
from dyepack.ingest.files import resettle
from dyepack.ingest.pieces import Work, in_pieces, wanted
from dyepack.ingest.progress import Tell, silent
from dyepack.ingest.ranges import Range
from dyepack.model import Block, Reject, Transfer
from dyepack.schema import TABLES
from dyepack.store import Draft, Store

VERB = "ingest evm"
STAGE = "ingest"
WRITTEN = ("blocks", "transfers", "assets", "freezes", "notes")
CHUNK = 20
DEEPEST = 200
"""A reorg of more blocks than this is taken for another chain."""


class Whole(Protocol):
    """One block that was read whole."""

    @property
    def head(self) -> Head:
        """What is known of it."""

    @property
    def parent(self) -> str:
        """The hash of the block before."""

    @property
    def root(self) -> str:
        """The root of its transactions."""

    @property
    def size(self) -> int:
        """How many transactions it has."""

    def rows(self, rows: Rows, sink: Sink) -> Iterator[Transfer]:
        """Its movements."""


class Counted(Protocol):
    """What a source answered since it was last reset."""

    size: int

    def reset(self) -> None:
        """Begin to count anew."""

    @property
    def digest(self) -> str:
        """The hash of all that was answered."""


class Source(Protocol):
    """Blocks of one chain by height."""

    network: Network
    name: str
    traces: Any

    @property
    def answers(self) -> Counted:
        """What it answered."""

    def span(self) -> Range:
        """The blocks that it has."""

    def hash_at(self, height: int) -> str:
        """The hash of the block at this height."""

    def read(self, wanted: Range) -> Sequence[Whole]:
        """These blocks."""

    def tokens(self, read: Sequence[Any], known: Mapping[str, assets.Recognised]) -> dict[str, assets.Recognised]:
        """Tokens in these blocks that are not listed: as they were known, else as the source says they are."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which blocks to load, up to some behind the tip unless said otherwise; `names` asks tokens what they are."""

    first: int
    last: int | None = None
    confirmations: int | None = None
    chunk: int = CHUNK
    names: bool = True


@dataclass(slots=True)
class LoadedChain:
    """What became of a load; `traces` is how the node gave the calls inside transactions, `none` if it did not."""

    chain: str
    source: str
    first: int
    last: int
    tip: int
    traces: str = "auto"
    blocks: int = 0
    there: int = 0
    pieces: int = 0
    rewound: int = 0
    bytes: int = 0
    transactions: int = 0
    rows: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        values = {name.name: getattr(self, name.name) for name in fields(self)}
        return {name: dict(sorted(v.items())) if isinstance(v, Counter) else v for name, v in values.items()}


def load_chain(store: Store, source: Source, asked: Asked, tell: Tell = silent) -> LoadedChain:
    """Load what is missing of a range.

    Raises:
        WorkspaceBusy: another process is loading some of these blocks.
        InputError: the node does not have the range.
        SourceError: the node does not answer, or not what the block's hash commits to; pieces before are loaded.
    """
    chain = source.network.chain
    whole = wanted(source, chain, asked)
    result = LoadedChain(chain, source.name, whole.first, whole.last, source.span().last)

    def back() -> None:
        result.rewound = rewind(store, source)

    work = Work(chain, back, lambda piece: _load_piece(store, source, piece, result, names=asked.names))
    result.there = in_pieces(store, whole, asked.chunk, work, tell)
    result.traces = str(source.traces)
    resettle(store)
    multitoken.reread(store)
    return result


def _load_piece(store: Store, source: Source, piece: Range, result: LoadedChain, *, names: bool) -> int:
    source.answers.reset()
    read = source.read(piece)
    rows, part = Rows({}), piece.part(source.network.chain)
    sink = Sink(f"{source.name} {part}")
    sink.tokens.told = source.tokens(read, _known(store, source.network.chain)) if names else {}
    digest = source.answers.digest
    moves = [row for one in read for row in one.rows(rows, sink)]
    moves = multitoken.settled(moves, multitoken.fungible(store, moves))
    blocks = [_block(one, source.name) for one in read]

    def work(draft: Draft) -> None:
        draft.put("transfers", part, TABLES["transfers"].rows(moves))
        draft.put("blocks", part, blocks)
        draft.put("assets", part, sink.tokens.found.values())
        draft.put("freezes", part, sink.freezes)
        draft.put("notes", part, sink.notes)
        for of, left in sink.refused:
            draft.reject(Reject(draft.run, STAGE, source.name, None, left.field, f"{of}: {left.reason}", left.what))

    said = {
        "chain": result.chain,
        "from": piece.first,
        "to": piece.last,
        "source": source.name,
        "traces": source.traces,
    }
    commit(store, Step(VERB, said, {part: digest}), work)
    result.blocks += len(blocks)
    result.pieces += 1
    result.bytes += source.answers.size
    result.transactions += sum(one.size for one in read)
    result.rows += len(moves)
    result.kinds.update(row.kind for row in moves)
    result.flagged.update(row.flag for row in moves if row.flag is not None)
    result.passed.update(rows.passed)
    result.refused.update(left.field for _, left in sink.refused)
    return source.answers.size


def _known(store: Store, chain: str) -> dict[str, assets.Recognised]:
    """Tokens as the workspace knows them: what one said at an earlier block stays."""
    if not store.parts("assets"):
        return {}
    rows = [row for row in store.records("assets") if row.chain == chain and row.contract]
    return {row.contract: tokens.recognised(row) for row in rows}


def _block(one: Whole, source: str) -> Block:
    head = one.head
    if head.hash is None or head.time is None:
        raise SourceMismatch(f"{source} block {head.number}: expected a hash and a time, got none")
    return Block(head.network.chain, head.number, head.hash, one.parent, head.time, one.size, one.root, source)


def rewind(store: Store, source: Source) -> int:
    """Take away the pieces with blocks that have left the node's chain; returns how many blocks had left.

    Raises:
        SourceMismatch: more than two hundred differ: another chain, rather than a reorg.
    """
    chain, there = source.network.chain, ranges.loaded(store, source.network.chain)
    if not there:
        return 0
    tip = source.span().last
    rows = store.fetch(
        "select block, hash from blocks where chain = $chain and block > $low order by block desc",
        "blocks",
        chain=chain,
        low=there[-1].last - DEEPEST - 1,
    ).to_pylist()
    gone = _gone(source, rows, tip)
    if not gone:
        return 0
    if len(gone) == len(rows) and len(rows) > DEEPEST:
        raise SourceMismatch(f"{source.name} and the workspace differ in {len(gone)} blocks: is it another network?")
    leaving = [one for one in there if one.last >= gone[-1]["block"]]

    def work(draft: Draft) -> None:
        for one in leaving:
            for name in WRITTEN:
                draft.drop(name, one.part(chain))
        for row in gone:
            reason = "left the best chain in a reorg"
            draft.reject(Reject(draft.run, STAGE, source.name, None, "block", reason, f"{row['block']} {row['hash']}"))

    commit(store, Step(VERB, {"chain": chain, "source": source.name, "rewind": [r["hash"] for r in gone]}), work)
    return len(gone)


def _gone(source: Source, rows: Sequence[dict[str, Any]], tip: int) -> list[dict[str, Any]]:
    """Blocks, highest first, that the node has another for; down to the first that is the same."""
    gone: list[dict[str, Any]] = []
    for row in rows:
        if row["block"] <= tip and source.hash_at(row["block"]) == row["hash"]:
            return gone
        gone.append(row)
    return gone
