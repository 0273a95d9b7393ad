"""Holds a block against its own hash: the header's fields, and the roots of transactions, receipts and withdrawals.

So no value, payee, event, status or gas that a node answers can be other than the chain's. Two things are not under any
root that can be worked out from these answers: who sent a transaction (it follows from the signature, which is not
recovered here) and the calls inside it. The calls are held against balances instead: `dyepack ingest check`.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from dyepack.errors import SourceMismatch
from dyepack.ingest.evm.shapes import number
from dyepack.ingest.evm.trie import Item, integer, keccak, rlp, root

_HEADER = (
    *("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom"),
    *("#difficulty", "#number", "#gasLimit", "#gasUsed", "#timestamp", "extraData", "mixHash", "nonce"),
)
_LATER = (
    "#baseFeePerGas",
    "withdrawalsRoot",
    "#blobGasUsed",
    "#excessBlobGas",
    "parentBeaconBlockRoot",
    "requestsHash",
)
_LEGACY = ("#nonce", "#gasPrice", "#gas", "to", "#value", "input", "#v", "#r", "#s")
_START = ("#chainId", "#nonce")
_END = ("#gas", "to", "#value", "input", "accessList")
_TYPED = {
    1: (*_START, "#gasPrice", *_END),
    2: (*_START, "#maxPriorityFeePerGas", "#maxFeePerGas", *_END),
    3: (*_START, "#maxPriorityFeePerGas", "#maxFeePerGas", *_END, "#maxFeePerBlobGas", "blobVersionedHashes"),
    4: (*_START, "#maxPriorityFeePerGas", "#maxFeePerGas", *_END, "authorizationList"),
}
Said = Mapping[str, Any]
Known = frozenset(_TYPED) | {0}
"""Types of transactions whose bytes are put together here."""


def check(block: Said, receipts: Sequence[Said] | None, name: str) -> None:
    """A block as a node answers it, with its transactions and receipts.

    Raises:
        SourceMismatch: something of it is not what the header commits to.
    """
    _agree(f"{name}: hash", block.get("hash"), lambda: keccak(header(block)))
    sent = block.get("transactions") or ()
    for place, tx in enumerate(sent):
        _agree(f"{name}: transaction {place}: hash", tx.get("hash"), partial(_signed_hash, tx))
    _agree(f"{name}: transactionsRoot", block.get("transactionsRoot"), lambda: root([signed(tx) for tx in sent]))
    if receipts is not None:
        _agree(f"{name}: receiptsRoot", block.get("receiptsRoot"), lambda: root([receipt(one) for one in receipts]))
    if block.get("withdrawals") is not None:
        _agree(
            f"{name}: withdrawalsRoot",
            block.get("withdrawalsRoot"),
            lambda: root([*map(_withdrawal, block["withdrawals"])]),
        )


def header(block: Said) -> bytes:
    """The header's bytes; later forks each added fields at its end."""
    return rlp(
        [*(_field(block, name) for name in _HEADER), *(_field(block, name) for name in _LATER if _has(block, name))]
    )


def _signed_hash(tx: Said) -> bytes:
    return keccak(signed(tx))


def signed(tx: Said) -> bytes:
    """A transaction's bytes, of which its hash is the hash."""
    kind = _number(tx.get("type"))
    if kind == 0:
        return rlp([_field(tx, name) for name in _LEGACY])
    end = [integer(_number(tx.get("yParity", tx.get("v")))), _field(tx, "#r"), _field(tx, "#s")]
    return bytes([kind]) + rlp([*(_field(tx, name) for name in _TYPED[kind]), *end])


def receipt(said: Said) -> bytes:
    """A receipt's bytes: the state before Byzantium, the status since."""
    outcome = _bytes(said["root"]) if said.get("status") is None else integer(_number(said["status"]))
    logs: list[Item] = [
        [_bytes(log["address"]), [*map(_bytes, log["topics"])], _bytes(log["data"])] for log in said["logs"]
    ]
    body = rlp([outcome, _field(said, "#cumulativeGasUsed"), _bytes(said["logsBloom"]), logs])
    kind = _number(said.get("type"))
    return bytes([kind]) + body if kind else body


def _withdrawal(said: Said) -> bytes:
    return rlp([_field(said, name) for name in ("#index", "#validatorIndex", "address", "#amount")])


def _agree(what: str, said: object, work: Callable[[], bytes]) -> None:
    try:
        found = "0x" + work().hex()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourceMismatch(f"{what}: cannot be worked out from what was answered ({error!r:.80})") from None
    if found != str(said).lower():
        raise SourceMismatch(
            f"{what}: expected {str(said)[:80]}, and what was answered gives {found}: one of the values is wrong"
        )


def _has(block: Said, name: str) -> bool:
    return block.get(name.lstrip("#")) is not None


def _field(said: Said, name: str) -> Item:
    value = said.get(name.lstrip("#"))
    if name.startswith("#"):
        return integer(_number(value))
    if name == "accessList":
        pairs: list[Item] = [[_bytes(one["address"]), [*map(_bytes, one["storageKeys"])]] for one in value or ()]
        return pairs
    if name == "authorizationList":
        return [_authorization(one) for one in value or ()]
    if name == "blobVersionedHashes":
        return [*map(_bytes, value or ())]
    return _bytes(value)


def _authorization(said: Said) -> Item:
    end: list[Item] = [integer(_number(said.get(name))) for name in ("yParity", "r", "s")]
    return [_field(said, "#chainId"), _bytes(said["address"]), _field(said, "#nonce"), *end]


def _number(value: Any) -> int:
    return 0 if value is None else number(value, "number")


def _bytes(value: Any) -> bytes:
    return b"" if value is None else bytes.fromhex(value.removeprefix("0x"))
