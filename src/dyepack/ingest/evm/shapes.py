"""Transactions, receipts and events as nodes answer them over JSON-RPC, and what they mean.

Numbers are hex text, addresses in any case. What a node leaves out (`null`, or no such key) stays unknown.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from dyepack.addresses import normalise
from dyepack.amounts import WORD, base_units
from dyepack.errors import InputError, InvalidAmount
from dyepack.ingest.evm.networks import Network
from dyepack.ingest.evm.records import SILENT, Gas, Head, Left, Log, Tx

_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_HASH = re.compile(r"0x[0-9a-f]{64}")
_BLOB_TYPE = 3
_HEX = re.compile(r"0x(?:[0-9a-f]{2})*")


class RawLog(msgspec.Struct, rename="camel"):
    """An event of a receipt; one without an address is refused by itself."""

    topics: list[str]
    data: str
    log_index: str
    address: str | None = None
    removed: bool = False


class RawTx(msgspec.Struct, rename="camel"):
    """A transaction as `eth_getBlockByNumber` or `eth_getTransactionByHash` gives it."""

    hash: str
    block_number: str
    transaction_index: str
    from_: str = msgspec.field(name="from")
    value: str
    to: str | None = None
    gas: str | None = None
    gas_price: str | None = None
    type: str | None = None
    mint: str | None = None
    block_hash: str | None = None
    block_timestamp: str | None = None


class RawReceipt(msgspec.Struct, rename="camel"):
    """A receipt, with the fields that rollups add."""

    transaction_hash: str
    gas_used: str
    logs: list[RawLog]
    block_hash: str | None = None
    contract_address: str | None = None
    status: str | None = None
    effective_gas_price: str | None = None
    l1_fee: str | None = None
    blob_gas_used: str | None = None
    blob_gas_price: str | None = None
    operator_fee_scalar: str | None = None
    operator_fee_constant: str | None = None


def number(text: str | int | None, name: str) -> int:
    """A whole number as hex with 0x, as decimal text or as it is.

    Raises:
        InputError: no such number.
    """
    try:
        return base_units(text, WORD)
    except InvalidAmount as error:
        raise InputError(f"{name}: {error}") from None


def address(text: str | None, name: str) -> str:
    """An address in its one form.

    Raises:
        InputError: no EVM address, or its checksum is wrong.
    """
    if text is not None and _ADDRESS.fullmatch(text):
        return text
    try:
        return normalise(text or "", "ethereum")
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def carried(text: str | int | None, kind: str) -> int:
    """What a call carried. Kinds that can carry nothing of their own may leave it away; of the others, absent is not
    zero.

    Raises:
        InputError: no number, or none where there must be one.
    """
    return 0 if text is None and kind in SILENT else number(text, "value")


def digest(text: str | None, name: str) -> str:
    """A hash in lower case.

    Raises:
        InputError: not 32 bytes in hex.
    """
    lower = (text or "").lower()
    if not _HASH.fullmatch(lower):
        raise InputError(f"{name}: expected 64 hex digits with 0x, got {text!r:.80}")
    return lower


def seconds(value: str | int | None, name: str) -> datetime | None:
    """A time as nodes give it; none stays none.

    Raises:
        InputError: no number, or a time that no block can have.
    """
    if value is None:
        return None
    count = number(value, name)
    if count >= 2**33:
        raise InputError(f"{name}: expected seconds since 1970, got {count}")
    return datetime.fromtimestamp(count, UTC)


def log(raw: RawLog) -> Log:
    """An event, checked."""
    topics = tuple(map(str.lower, raw.topics))
    data = raw.data.lower()
    if not (_HEX.fullmatch(data) and all(map(_HASH.fullmatch, topics))):
        raise InputError(f"log: expected topics and data in hex, got {raw.topics!r:.80} and {raw.data!r:.160}")
    return Log(number(raw.log_index, "logIndex"), address(raw.address, "address"), topics, data)


def gas(tx: RawTx, receipt: RawReceipt, network: Network) -> Gas:
    """What a transaction paid, and what the receipt does not say of it."""
    limit = None if tx.gas is None else number(tx.gas, "gas")
    used = number(receipt.gas_used, "gasUsed")
    price = receipt.effective_gas_price or tx.gas_price
    lacks = _lacking(tx, receipt, network)
    if lacks:
        return Gas(limit, used, 0 if price is None else number(price, "effectiveGasPrice"), lacks=lacks)
    return Gas(limit, used, number(price, "effectiveGasPrice"), _extra(receipt))


def _lacking(tx: RawTx, receipt: RawReceipt, network: Network) -> str:
    """What a receipt leaves out of a fee, by name: what is absent is not zero."""
    operator = (receipt.operator_fee_scalar, receipt.operator_fee_constant)
    blobs = _optional(tx.type, "type") == _BLOB_TYPE
    if receipt.effective_gas_price is None and tx.gas_price is None:
        return "a price of gas (effectiveGasPrice)"
    if network.l1_fee and receipt.l1_fee is None:
        return f"the fee for data on the layer below (l1Fee), which {network.chain} adds to every fee"
    if any(map(_optional, operator, ("operatorFeeScalar", "operatorFeeConstant"))):
        return "the amount of the operator's fee, of which it has the parameters alone"
    if blobs and (receipt.blob_gas_price is None or receipt.blob_gas_used is None):
        return "what blobs cost (blobGasUsed, blobGasPrice)"
    return ""


def _extra(receipt: RawReceipt) -> int:
    """Fees beside gas: for data on the layer below, for blobs; of a transaction that has neither, nothing."""
    blobs = _optional(receipt.blob_gas_price, "blobGasPrice") * _optional(receipt.blob_gas_used, "blobGasUsed")
    return _optional(receipt.l1_fee, "l1Fee") + blobs


def _optional(text: str | None, name: str) -> int:
    """A number that is left away where there is none of it."""
    return 0 if text is None else number(text, name)


def _logs(raw: Sequence[RawLog]) -> tuple[list[Log], list[Left]]:
    """The events of a receipt by their place, and those that are none, each refused alone."""
    found, refused = list[Log](), list[Left]()
    for one in raw:
        try:
            found.append(log(one))
        except InputError as error:
            refused.append(Left("log", str(error), str(one)[:2000]))
    return sorted(found, key=lambda one: one.number), refused


def transaction(head: Head, raw: RawTx, receipt: RawReceipt) -> Tx:
    """A transaction with its receipt, without its internal calls.

    Raises:
        InputError: the two do not belong together, or a field is malformed.
    """
    hash_ = digest(raw.hash, "hash")
    if digest(receipt.transaction_hash, "transactionHash") != hash_:
        raise InputError(f"receipt: expected that of {hash_}, got that of {receipt.transaction_hash}")
    if any(one.removed for one in receipt.logs):
        raise InputError("receipt: an event was removed by a reorganisation; read the block again")
    logs, refused = _logs(receipt.logs)
    if len({one.number for one in logs}) < len(logs):
        raise InputError("receipt: two events have one place")
    return Tx(
        head=head,
        index=number(raw.transaction_index, "transactionIndex"),
        hash=hash_,
        sender=address(raw.from_, "from"),
        to=None if raw.to is None else address(raw.to, "to"),
        value=number(raw.value, "value"),
        gas=gas(raw, receipt, head.network),
        ok=None if receipt.status is None else number(receipt.status, "status") == 1,
        type=_optional(raw.type, "type"),
        minted=_optional(raw.mint, "mint"),
        created=None if receipt.contract_address is None else address(receipt.contract_address, "contractAddress"),
        logs=tuple(logs),
        refused=tuple(refused),
    )
