"""From one transaction to its movements, in order: the fee, the value, then calls and events as `order` merges them."""

from dyepack.amounts import LIMIT, MAX_DIGITS
from dyepack.ingest.evm import events, fees, frames, order
from dyepack.ingest.evm.networks import ZERO
from dyepack.ingest.evm.records import BlockData, Decoded, Left, Moved, Tx

_DEPOSIT = 0x64
"""Arbitrum's deposit from the layer below: its value is made on arrival."""


def decode(tx: Tx) -> Decoded:
    """The movements of a transaction.

    A failed transaction pays its fee and moves nothing else; money that a rollup's deposit brings up arrives even so.
    """
    out = Decoded()
    minted = tx.value if tx.type == _DEPOSIT else tx.minted
    if minted:
        out.moves.append(Moved("mint", ZERO, tx.sender, None, minted, "mint"))
    out.moves += fees.movements(tx, out)
    if _succeeded(tx, out):
        out.moves += _value(tx, out)
        if tx.frames is None:
            out.passed["transaction without internal calls in the data"] += 1
        calls = frames.moved(tx.frames or (), out)
        out.left += tx.refused
        tokens = events.moved(tx.logs, tx.head.network, out)
        out.moves += order.merged(calls, tokens, tx.head.network.wrapped)
    return out


def made(block: BlockData) -> Decoded:
    """What a block makes outside of its transactions."""
    out = Decoded()
    out.moves += [
        Moved(one.kind, ZERO, one.payee, None, one.amount, f"{one.kind} {number}")
        for number, one in enumerate(block.credits)
        if one.amount
    ]
    return out


def fits(move: Moved) -> str | None:
    """Why a movement's amount cannot be kept, if it cannot."""
    if move.amount < LIMIT:
        return None
    return f"expected an amount of at most {MAX_DIGITS} digits, got {len(str(move.amount))}: {move.amount}"


def _value(tx: Tx, out: Decoded) -> list[Moved]:
    payee = tx.to or tx.created
    if not tx.value:
        return []
    if payee is None:
        out.left.append(
            Left("to", "a contract was made with value, and the data does not name it", tx.hash, payer=tx.sender)
        )
        return []
    return [Moved("native", tx.sender, payee, None, tx.value, "call")]


def _succeeded(tx: Tx, out: Decoded) -> bool:
    """Before Byzantium a receipt does not say; what failed used all its gas, and left no events."""
    if tx.ok is None:
        gas = tx.gas
        certain = bool(tx.logs) or (gas is not None and gas.limit is not None and gas.used < gas.limit)
        if not certain and (tx.value or tx.logs):
            out.left.append(
                Left("status", "no status, and all gas used: it may have failed", tx.hash, None, tx.sender, tx.to)
            )
        return certain
    if not tx.ok:
        out.passed["failed transaction"] += 1
    return tx.ok
