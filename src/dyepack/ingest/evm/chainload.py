"""Loads a range of blocks of an EVM chain from a node, piece by piece, each piece one commit.

A load that was stopped goes on where it was; the names of parts tell what is there. Where the node's chain has changed
since (a reorg), the pieces from the fork on are taken away first and read again.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

from dyepack import chains
from dyepack.errors import InputError, SourceMismatch
from dyepack.ingest import assets, ranges
from dyepack.ingest.commit import Step, commit
from dyepack.ingest.evm import tokens
from dyepack.ingest.evm.events import TRANSFER
from dyepack.ingest.evm.networks import Network
from dyepack.ingest.evm.node import NodeBlock
from dyepack.ingest.evm.rows import Rows, Sink
from dyepack.ingest.evm.rpc import Rpc
from dyepack.ingest.progress import Progress, Tell, silent
from dyepack.ingest.ranges import Range
from dyepack.model import Block, Reject, Transfer
from dyepack.schema import TABLES
from dyepack.store import Draft, Store

VERB = "ingest evm"
STAGE = "ingest"
WRITTEN = ("blocks", "transfers", "assets")
CHUNK = 20
DEEPEST = 200
"""A reorg of more blocks than this is taken for another chain."""


class Source(Protocol):
    """Blocks of one chain by height."""

    network: Network
    name: str
    rpc: Rpc
    traces: Any

    def span(self) -> Range:
        """The blocks that it has."""

    def hash_at(self, height: int) -> str:
        """The hash of the block at this height."""

    def read(self, wanted: Range) -> Sequence[NodeBlock]:
        """These blocks."""


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


def wanted(source: Source, asked: Asked) -> Range:
    """The range to load.

    Raises:
        InputError: the node does not have it, or its end is too near the tip.
    """
    tip = source.span().last
    behind = chains.chain(source.network.chain).confirmations if asked.confirmations is None else asked.confirmations
    last = tip - behind if asked.last is None else asked.last
    if not 0 <= asked.first <= last <= tip - behind:
        raise InputError(
            f"{source.name} has blocks to {tip}, and {tip - behind} is {behind} behind its tip; asked were"
            f" {asked.first} to {last}: take a range within (--confirmations says how far to stay behind)"
        )
    return Range(asked.first, last)


def plan(store: Store | None, source: Source, asked: Asked) -> tuple[Range, list[Range]]:
    """The range, and the pieces of it that are not there yet."""
    whole = wanted(source, asked)
    there = [] if store is None else ranges.loaded(store, source.network.chain)
    return whole, list(ranges.pieces(whole, asked.chunk, there))


def load_chain(store: Store, source: Source, asked: Asked, tell: Tell = silent) -> LoadedChain:
    """Load what is missing of a range.

    Raises:
        WorkspaceBusy: another process is loading some of these blocks.
        InputError: the node does not have the range.
        SourceError: the node does not answer, or not what the block's hash commits to; pieces before are loaded.
    """
    chain = source.network.chain
    whole = wanted(source, asked)
    with ranges.alone(store.path, chain, whole):
        store.refresh()
        result = LoadedChain(chain, source.name, whole.first, whole.last, source.span().last)
        result.rewound = rewind(store, source)
        missing = list(ranges.pieces(whole, asked.chunk, ranges.loaded(store, chain)))
        result.there = len(whole) - sum(map(len, missing))
        progress = Progress(f"{chain} blocks", sum(map(len, missing)), tell)
        for piece in missing:
            source.rpc.reset()
            _load_piece(store, source, piece, result, names=asked.names)
            progress.add(len(piece), source.rpc.size)
        result.traces = str(source.traces)
    return result


def _load_piece(store: Store, source: Source, piece: Range, result: LoadedChain, *, names: bool) -> None:
    read = source.read(piece)
    digest, rows = source.rpc.digest, Rows({})
    sink = Sink(f"{source.name} {piece.part(source.network.chain)}")
    sink.tokens.told = _known(store, source, read, piece.last) if names else {}
    moves: list[Transfer] = [row for one in read for row in rows.of(one.data, sink)]
    blocks = [_block(one, source.name) for one in read]
    part = piece.part(source.network.chain)

    def work(draft: Draft) -> None:
        draft.put("transfers", part, TABLES["transfers"].rows(moves))
        draft.put("blocks", part, blocks)
        draft.put("assets", part, sink.tokens.found.values())
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
    result.bytes += source.rpc.size
    result.transactions += sum(len(one.data.txs) for one in read)
    result.rows += len(moves)
    result.kinds.update(row.kind for row in moves)
    result.flagged.update(row.flag for row in moves if row.flag is not None)
    result.passed.update(rows.passed)
    result.refused.update(left.field for _, left in sink.refused)


def _known(store: Store, source: Source, read: Sequence[NodeBlock], block: int) -> dict[str, assets.Recognised]:
    """Tokens that are not listed: as the workspace knows them from an earlier block, else as they say at this one."""
    chain = source.network.chain
    listed = assets.listed(chain)
    seen = {log.contract for one in read for tx in one.data.txs for log in tx.logs} - listed.keys()
    before = (
        {}
        if not store.parts("assets")
        else {row.contract: row for row in store.records("assets") if row.chain == chain}
    )
    found = {contract: tokens.recognised(before[contract]) for contract in sorted(seen & before.keys())}
    moved = {log.contract for one in read for tx in one.data.txs for log in tx.logs if _moves(log.topics)}
    return found | tokens.ask(source.rpc, chain, sorted((moved & seen) - found.keys()), block)


def _moves(topics: Sequence[str]) -> bool:
    return len(topics) == 3 and topics[0] == TRANSFER


def _block(one: NodeBlock, source: str) -> Block:
    head = one.data.head
    if head.hash is None or head.time is None:
        raise SourceMismatch(f"{source} block {head.number}: expected a hash and a time, got none")
    return Block(head.network.chain, head.number, head.hash, one.parent, head.time, len(one.data.txs), one.root, source)


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
