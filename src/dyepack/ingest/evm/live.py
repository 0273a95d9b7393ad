"""A node as a source of whole blocks: transactions, receipts and calls, checked against the block's own hash.

What is asked: the block with its transactions; all receipts at once where the node can, else one by one; the calls by
`trace_block` (Erigon, Nethermind, Reth) or `debug_traceBlockByHash` with `callTracer` (Geth), whichever it has. A block
whose parts speak of different hashes was changed while it was read, and is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec

from dyepack.errors import InputError, SourceMismatch
from dyepack.ingest import assets
from dyepack.ingest.evm import geth, parity, seal, shapes, tokens
from dyepack.ingest.evm.events import TRANSFER
from dyepack.ingest.evm.networks import Network, by_id
from dyepack.ingest.evm.records import BlockData, Credit, Head, Tx
from dyepack.ingest.evm.rows import Rows, Sink
from dyepack.ingest.evm.rpc import Failed, Question, Rpc
from dyepack.ingest.patience import Unfinished
from dyepack.ingest.ranges import Range
from dyepack.model import Transfer

Traces = Literal["auto", "trace_block", "callTracer", "none"]
GWEI = 10**9
_TRACER = {"tracer": "callTracer", "tracerConfig": {"withLog": True}}


_WAYS: tuple[Traces, ...] = ("trace_block", "callTracer", "none")


def _question(way: Traces, block: Mapping[str, Any]) -> Question:
    if way == "trace_block":
        return "trace_block", (block["number"],)
    return "debug_traceBlockByHash", (block["hash"], _TRACER)


@dataclass(slots=True)
class WholeBlock:
    """One block as a node has it: what it holds, and what the header says of it."""

    data: BlockData
    parent: str
    root: str

    @property
    def head(self) -> Head:
        """What is known of it."""
        return self.data.head

    @property
    def size(self) -> int:
        """How many transactions it has."""
        return len(self.data.txs)

    def rows(self, rows: Rows, sink: Sink) -> Iterator[Transfer]:
        """Its movements."""
        return rows.of(self.data, sink)


def network_of(rpc: Rpc) -> Network:
    """The network that a node says it is of.

    Raises:
        InputError: none that is known.
        SourceError: it does not answer.
    """
    return by_id(_number(rpc.ask("eth_chainId"), f"{rpc.name} eth_chainId"))


class LiveChain:
    """The best chain of a running node.

    Raises:
        SourceMismatch: it is a node of another chain.
    """

    def __init__(self, rpc: Rpc, network: Network, traces: Traces = "auto") -> None:
        self.network = network
        self.rpc = rpc
        self.name = rpc.name
        self.traces = traces
        self._receipts_at_once = True
        said = _number(rpc.ask("eth_chainId"), f"{rpc.name} eth_chainId")
        if said != network.id:
            raise SourceMismatch(f"{rpc.name} is a node of chain {said}; {network.chain} has the id {network.id}")

    @property
    def answers(self) -> Rpc:
        """What it answered."""
        return self.rpc

    def tokens(
        self, read: Sequence[WholeBlock], known: Mapping[str, assets.Recognised]
    ) -> dict[str, assets.Recognised]:
        """Tokens in these blocks that are not listed: as they were known, else as they say they are at the last one."""
        chain, block = self.network.chain, read[-1].head.number
        logs = [log for one in read for tx in one.data.txs for log in tx.logs]
        moved = {log.contract for log in logs if len(log.topics) == 3 and log.topics[0] == TRANSFER}
        moved -= assets.listed(chain).keys()
        fresh = sorted(moved - known.keys())
        return {name: known[name] for name in moved & known.keys()} | tokens.ask(self.rpc, chain, fresh, block)

    def span(self) -> Range:
        """The blocks that it has."""
        return Range(0, _number(self.rpc.ask("eth_blockNumber"), f"{self.name} eth_blockNumber"))

    def hash_at(self, height: int) -> str:
        """The hash of the block at this height."""
        return str(self._block(self.rpc.ask("eth_getBlockByNumber", hex(height), False), height)["hash"])

    def read(self, wanted: Range) -> list[WholeBlock]:
        """These blocks, each following the one before it.

        Raises:
            SourceUnavailable: the node does not answer.
            SourceMismatch: what it says is not what the block's hash commits to, or the chain changed meanwhile.
        """
        heights = range(wanted.first, wanted.last + 1)
        blocks = self.rpc.patiently(lambda: self._blocks(heights))
        receipts = self.rpc.patiently(lambda: self._receipts(blocks))
        traces = self.rpc.patiently(lambda: self._traces(blocks))
        found = []
        for block, paid, calls in zip(blocks, receipts, traces, strict=True):
            found.append(self._read(block, paid, calls))
            if len(found) > 1 and found[-1].parent != found[-2].data.head.hash:
                raise SourceMismatch(
                    f"{self.name} block {found[-1].data.head.number} does not follow the one before it: the chain"
                    " changed while it was read; start again"
                )
        return found

    def _blocks(self, heights: range) -> list[Mapping[str, Any]]:
        asked = self.rpc.all([("eth_getBlockByNumber", (hex(height), True)) for height in heights])
        return [self._block(said, height) for said, height in zip(asked, heights, strict=True)]

    def _block(self, said: Any, height: int) -> Mapping[str, Any]:
        where = f"{self.name} block {height}"
        if said is None:
            raise Unfinished(f"{where}: the node does not have it yet; ask again later")
        if not isinstance(said, Mapping):
            raise SourceMismatch(f"{where}: expected a block, got {str(said)[:60]!r}")
        if _number(said.get("number"), where) != height:
            raise SourceMismatch(f"{where}: what came is block {said.get('number')}")
        return said

    def _receipts(self, blocks: Sequence[Mapping[str, Any]]) -> list[Sequence[Mapping[str, Any]]]:
        if self._receipts_at_once:
            try:
                return self._there([("eth_getBlockReceipts", (block["number"],)) for block in blocks])
            except Failed:
                self._receipts_at_once = False
        return [
            self._there([("eth_getTransactionReceipt", (tx["hash"],)) for tx in block["transactions"]])
            for block in blocks
        ]

    def _there(self, questions: Sequence[Question]) -> list[Any]:
        """Answers of which none is nothing.

        Raises:
            Unfinished: one is: the node's index is behind its blocks.
        """
        found = self.rpc.all(questions)
        for said, (method, params) in zip(found, questions, strict=True):
            if said is None:
                raise Unfinished(f"{self.name} {method} {str(params[0])[:70]}: nothing yet; ask again later")
        return found

    def _traces(self, blocks: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
        """The calls of each block; which way the node can give them is found out once."""
        for way in _WAYS if self.traces == "auto" else (self.traces,):
            try:
                found = self._there([_question(way, block) for block in blocks if way != "none"])
            except Failed:
                if self.traces != "auto":
                    raise
                continue
            self.traces = way
            return found or [None for _ in blocks]
        raise AssertionError("the last way asks nothing")

    def _read(self, block: Mapping[str, Any], receipts: Any, calls: Any) -> WholeBlock:
        where = f"{self.name} block {_number(block['number'], self.name)}"
        if not isinstance(receipts, list) or not all(isinstance(one, Mapping) for one in receipts):
            raise SourceMismatch(f"{where}: expected receipts, got {str(receipts)[:60]!r}")
        if self.network.sealed:
            seal.check(block, receipts, where)
        try:
            return self._decoded(block, receipts, calls)
        except (InputError, msgspec.ValidationError) as error:
            raise SourceMismatch(f"{where}: {error}") from None

    def _decoded(self, block: Mapping[str, Any], receipts: Sequence[Mapping[str, Any]], calls: Any) -> WholeBlock:
        head = Head(
            network=self.network,
            number=shapes.number(block["number"], "number"),
            hash=shapes.digest(block.get("hash"), "hash"),
            time=shapes.seconds(block.get("timestamp"), "timestamp"),
            maker=shapes.address(block.get("miner"), "miner"),
            base_fee=None if block.get("baseFeePerGas") is None else shapes.number(block["baseFeePerGas"], "baseFee"),
        )
        txs = _transactions(head, block, receipts)
        data = BlockData(head, txs, [*_withdrawals(block)], len(txs))
        if calls is not None and self.traces == "trace_block":
            _with_traces(data, calls)
        elif calls is not None:
            data.txs = _with_calls(txs, calls)
        parent = shapes.digest(block.get("parentHash"), "parentHash")
        return WholeBlock(data, parent, shapes.digest(block.get("transactionsRoot"), "transactionsRoot"))


def _transactions(head: Head, block: Mapping[str, Any], receipts: Sequence[Mapping[str, Any]]) -> list[Tx]:
    raw = msgspec.convert(block.get("transactions"), list[shapes.RawTx])
    paid = msgspec.convert(list(receipts), list[shapes.RawReceipt])
    if len(raw) != len(paid):
        raise InputError(f"expected {len(raw)} receipts, got {len(paid)}")
    found = [shapes.transaction(head, tx, receipt) for tx, receipt in zip(raw, paid, strict=True)]
    for place, (tx, sent, receipt) in enumerate(zip(found, raw, paid, strict=True)):
        if tx.index != place or sent.block_hash != head.hash or receipt.block_hash != head.hash:
            raise InputError(f"transaction {place}: speaks of another place or block; the chain may have changed")
    return found


def _withdrawals(block: Mapping[str, Any]) -> list[Credit]:
    """Staked money that comes back; its amounts are in billionths of a coin."""
    return [
        Credit(
            "reward",
            shapes.address(one.get("address"), "address"),
            shapes.number(one.get("amount"), "amount") * GWEI,
            "withdrawal",
        )
        for one in block.get("withdrawals") or ()
    ]


def _with_traces(data: BlockData, calls: Any) -> None:
    """Calls and rewards of `trace_block`, put to the transactions that the block has."""
    traces = msgspec.convert(calls, list[parity.RpcTrace])
    if any(one.block_hash != data.head.hash for one in traces):
        raise InputError("traces: speak of another block; the chain may have changed")
    traced = parity.block(data.head, traces, {tx.hash: tx.gas for tx in data.txs if tx.gas is not None})
    for tx, told in zip(data.txs, traced.txs, strict=True):
        if (tx.hash, tx.sender, tx.value) != (told.hash, told.sender, told.value) or tx.ok not in (told.ok, None):
            raise InputError(f"traces: transaction {tx.index} is not the one that the block has")
    data.txs = [replace(tx, ok=told.ok, frames=told.frames) for tx, told in zip(data.txs, traced.txs, strict=True)]
    data.credits = traced.credits + data.credits


def _with_calls(txs: Sequence[Tx], calls: Any) -> list[Tx]:
    """Calls of `callTracer`, and the places of events where the tracer gives them and they are the receipt's."""
    traced = msgspec.convert(calls, list[geth.Traced])
    geth.check(traced, len(txs))
    found = []
    for tx, one in zip(txs, traced, strict=True):
        call = one.result
        if call is None or (one.tx_hash is not None and one.tx_hash.lower() != tx.hash):
            raise InputError(f"calls: transaction {tx.index} is not the one that the block has")
        said = geth.places(call)
        logs = tx.logs
        if said is not None and [log.address.lower() for log, _ in said] == [log.contract for log in logs]:
            logs = tuple(log._replace(place=place) for log, (_, place) in zip(logs, said, strict=True))
        found.append(replace(tx, ok=call.error is None, frames=geth.frames(call), logs=logs))
    return found


def _number(value: Any, where: str) -> int:
    try:
        return shapes.number(value, where)
    except InputError as error:
        raise SourceMismatch(str(error)) from None
