"""What a transaction paid to be included.

The sender buys gas before anything else happens and gets back what is left over, so the fee is the transaction's first
movement. On Ethereum the base fee is burnt and the rest goes to the block's maker; where the block's head is not in the
data, or on chains that share fees out otherwise, it is one movement whose payee is `unknown`.
"""

from dyepack.ingest.evm.networks import ZERO
from dyepack.ingest.evm.records import NOBODY_SAID, Decoded, Left, Moved, Tx

_LEAST_GAS = 10_500
"""A transaction needs 21,000 gas, of which refunds gave back at most half."""
_MOST_GAS = 2**40
_FREE = {0x64, 0x7E, 0x7F}
"""Deposits from the layer below and state syncs: paid for elsewhere, or by nobody."""
_ESCROWED = {0x65, 0x66, 0x68, 0x69}
"""Arbitrum's retryable tickets: paid from what was put down at submission."""


def movements(tx: Tx, out: Decoded) -> list[Moved]:
    """The fee's movements, none where it is zero; a fee that cannot be known goes to `out` with the reason."""
    gas = tx.gas
    if tx.type in _FREE:
        return []
    if gas is None or gas.lacks:
        lacks = gas.lacks if gas else "what the transaction paid"
        return _refuse(tx, out, f"the data lacks {lacks}: the fee is unknown")
    if tx.type in _ESCROWED:
        return _refuse(tx, out, f"a transaction of type {tx.type:#x} was paid for when its ticket was submitted")
    if not gas.used and not gas.price:
        return []
    if not _LEAST_GAS <= gas.used < _MOST_GAS:
        return _refuse(tx, out, f"expected at least {_LEAST_GAS} gas used, got {gas.used}: the fee cannot be known")
    return [move for move in _parts(tx, gas.used * gas.price + gas.extra, gas.used) if move.amount]


def _parts(tx: Tx, total: int, used: int) -> list[Moved]:
    head = tx.head
    if head.network.fees == "burnt-base" and head.base_fee is not None and head.maker is not None:
        burnt = min(total, used * head.base_fee + _blobs(tx))
        return [
            Moved("burn", tx.sender, ZERO, None, burnt, "fee burnt"),
            Moved("fee", tx.sender, head.maker, None, total - burnt, "fee"),
        ]
    payee = head.maker if head.network.fees == "maker" and head.maker else NOBODY_SAID
    return [Moved("fee", tx.sender, payee, None, total, "fee")]


def _blobs(tx: Tx) -> int:
    """On Ethereum what is paid beside gas is for blobs, and burnt."""
    return tx.gas.extra if tx.gas else 0


def _refuse(tx: Tx, out: Decoded, reason: str) -> list[Moved]:
    out.left.append(Left("fee", reason, tx.hash, payer=tx.sender))
    return []
