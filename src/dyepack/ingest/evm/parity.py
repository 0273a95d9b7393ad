"""Reads whole blocks with Parity traces (`trace_block`): calls as a flat list with trace addresses, rewards at the end.

The file is one JSON object: `block_number`, `miner`, `base_fee_per_gas`, `block_timestamp`, `traces`, `receipts`, as
recorders of blocks for MEV studies write it. Their receipts have no events, so what is read from them has no tokens.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from dyepack.errors import InputError
from dyepack.ingest.evm import shapes
from dyepack.ingest.evm.networks import Network
from dyepack.ingest.evm.records import BlockData, Credit, Frame, Gas, Head, Tx
from dyepack.lines import names_once


class Action(msgspec.Struct, rename="camel"):
    """What a trace did; which of the fields there are depends on its type."""

    from_: str | None = msgspec.field(name="from", default=None)
    to: str | None = None
    value: str | None = None
    call_type: str | None = None
    author: str | None = None
    reward_type: str | None = None
    address: str | None = None
    refund_address: str | None = None
    balance: str | None = None


class Trace(msgspec.Struct):
    """One trace."""

    type: str
    action: Action
    block_hash: str | None = None
    block_number: int | None = None
    trace_address: list[int] = []
    transaction_hash: str | None = None
    transaction_position: int | None = None
    error: str | None = None
    result: dict[str, Any] | None = None


class RpcTrace(msgspec.Struct, rename="camel"):
    """One trace, as nodes name its parts."""

    type: str
    action: Action
    block_hash: str | None = None
    block_number: int | None = None
    trace_address: list[int] = []
    transaction_hash: str | None = None
    transaction_position: int | None = None
    error: str | None = None
    result: dict[str, Any] | None = None


class Receipt(msgspec.Struct):
    """What a block recorder keeps of a receipt."""

    transaction_hash: str
    gas_used: int
    effective_gas_price: int


class RawBlock(msgspec.Struct):
    """A block with its traces."""

    block_number: int
    traces: list[Trace]
    receipts: list[Receipt]
    miner: str | None = None
    base_fee_per_gas: int | None = None
    block_timestamp: int | None = None


_decoder = msgspec.json.Decoder(RawBlock)


def read(text: bytes, network: Network) -> BlockData:
    """A block with its traces.

    Raises:
        InputError: of another shape, or its parts speak of different blocks or transactions.
    """
    try:
        raw = _decoder.decode(text)
        names_once(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"expected a block with traces and receipts: {error}") from None
    maker = None if raw.miner is None else shapes.address(raw.miner, "miner")
    time = shapes.seconds(raw.block_timestamp, "block_timestamp")
    number = shapes.number(raw.block_number, "block_number")
    base = None if raw.base_fee_per_gas is None else shapes.number(raw.base_fee_per_gas, "base_fee_per_gas")
    head = Head(network, number, _block_hash(raw), time, maker, base)
    paid = {shapes.digest(one.transaction_hash, "transaction_hash"): one for one in raw.receipts}
    lacks = "the fee for data on the layer below" if network.l1_fee else ""
    gas = {name: _gas(one, lacks) for name, one in paid.items()}
    return block(head, raw.traces, gas)


def block(head: Head, traces: Sequence[Trace | RpcTrace], gas: dict[str, Gas]) -> BlockData:
    """The transactions and rewards that a block's traces describe, with what each transaction paid.

    Raises:
        InputError: traces without their transaction, or a transaction whose payment is not there.
    """
    out = BlockData(head)
    calls: dict[str, list[Frame]] = {}
    for trace in traces:
        if trace.type == "reward":
            out.credits.append(_credit(trace))
        elif not trace.trace_address:
            out.txs.append(_transaction(head, trace, gas))
            calls[out.txs[-1].hash] = []
        elif (name := (trace.transaction_hash or "").lower()) in calls:
            calls[name].append(_frame(trace))
        else:
            raise InputError(f"traces: a call of {trace.transaction_hash} comes before its transaction")
    if len(gas) != len(out.txs) or any(tx.index != n for n, tx in enumerate(out.txs)):
        raise InputError(f"expected {len(gas)} transactions, as there are receipts; traces show {len(out.txs)}")
    out.txs = [replace(tx, frames=tuple(calls[tx.hash])) for tx in out.txs]
    out.size = len(out.txs)
    return out


def _gas(paid: Receipt, lacks: str) -> Gas:
    used, price = shapes.number(paid.gas_used, "gas_used"), shapes.number(paid.effective_gas_price, "gas price")
    return Gas(None, used, price, lacks=lacks)


def _transaction(head: Head, trace: Trace | RpcTrace, gas: dict[str, Gas]) -> Tx:
    name = shapes.digest(trace.transaction_hash, "transaction_hash")
    if name not in gas:
        raise InputError(f"receipts: none for transaction {name}")
    frame, made = _frame(trace), trace.type == "create"
    return Tx(
        head=head,
        index=shapes.number(trace.transaction_position, "transaction_position"),
        hash=name,
        sender=frame.payer,
        to=None if made else frame.payee,
        value=frame.amount,
        gas=gas[name],
        ok=trace.error is None,
        created=frame.payee if made and trace.error is None else None,
        frames=(),
    )


def _frame(trace: Trace | RpcTrace) -> Frame:
    action, path = trace.action, tuple(trace.trace_address)
    failed = trace.error is not None
    if trace.type == "suicide":
        payer, payee = shapes.address(action.address, "address"), shapes.address(action.refund_address, "refundAddress")
        return Frame("selfdestruct", payer, payee, shapes.number(action.balance, "balance"), failed, path)
    payer, amount = shapes.address(action.from_, "from"), shapes.carried(action.value, action.call_type or trace.type)
    if trace.type == "create":
        made = (trace.result or {}).get("address")
        payee = payer if failed and made is None else shapes.address(made, "result.address")
        return Frame("create", payer, payee, amount, failed, path)
    if trace.type != "call":
        raise InputError(f"type: expected call, create, suicide or reward, got {trace.type!r}")
    return Frame(action.call_type or "call", payer, shapes.address(action.to, "to"), amount, failed, path)


def _credit(trace: Trace | RpcTrace) -> Credit:
    payee, amount = shapes.address(trace.action.author, "author"), shapes.number(trace.action.value, "value")
    return Credit("reward", payee, amount, trace.action.reward_type or "reward")


def _block_hash(raw: RawBlock) -> str | None:
    found = {trace.block_hash for trace in raw.traces}
    numbers = {trace.block_number for trace in raw.traces} - {None}
    if len(found) > 1 or numbers - {raw.block_number}:
        raise InputError(f"traces: expected those of block {raw.block_number} alone, got {sorted(map(str, numbers))}")
    return None if not found or None in found else shapes.digest(found.pop(), "block_hash")
