"""Reads single transactions, one to a line: `{"chain_id", "timestamp", "tx", "receipt", "internal"}`.

`tx` and `receipt` are as a node answers; `internal` is the list of internal transactions as Etherscan or Blockscout
give it, or null where nobody asked. Such lists leave the tree of calls away: a call inside a failed one is known as
such only where the explorer marks it.
"""

from dataclasses import replace

import msgspec

from dyepack import chains
from dyepack.errors import InputError
from dyepack.ingest.evm import networks, shapes
from dyepack.ingest.evm.records import BlockData, Frame, Head
from dyepack.lines import names_once


class Internal(msgspec.Struct, rename="camel"):
    """One internal transaction, as explorers list them."""

    from_: str = msgspec.field(name="from")
    value: str
    type: str
    to: str = ""
    call_type: str = ""
    contract_address: str = ""
    is_error: str = "0"
    index: str | None = None


class Line(msgspec.Struct):
    """One transaction."""

    tx: shapes.RawTx
    receipt: shapes.RawReceipt
    chain_id: int | None = None
    timestamp: int | None = None
    internal: list[Internal] | None = None


_decoder = msgspec.json.Decoder(Line)


def read(text: bytes, chain: str | None) -> BlockData:
    """The transaction of a line; `chain` is what the caller says of lines that name none.

    Raises:
        InputError: a line of another shape, of an unknown chain, or of another than the caller said.
    """
    try:
        line = _decoder.decode(text)
        names_once(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"expected a transaction with its receipt: {error}") from None
    head = Head(
        network=_network(line.chain_id, chain),
        number=shapes.number(line.tx.block_number, "blockNumber"),
        hash=shapes.digest(line.receipt.block_hash, "blockHash"),
        time=shapes.seconds(line.tx.block_timestamp if line.timestamp is None else line.timestamp, "timestamp"),
    )
    tx = shapes.transaction(head, line.tx, line.receipt)
    frames = None if line.internal is None else tuple(internal(line.internal))
    return BlockData(head, [replace(tx, frames=frames)])


def named(text: bytes, chain: str | None) -> tuple[str, str, object, object] | None:
    """The chain, transaction, payer and payee that a line names which cannot be read; nothing if it names none."""
    try:
        said = msgspec.json.decode(text)
        tx, number = said["tx"], said.get("chain_id")
        network = _network(number if isinstance(number, int) else None, chain)
        return network.chain, shapes.digest(str(tx["hash"]), "hash"), tx.get("from"), tx.get("to")
    except (msgspec.DecodeError, UnicodeDecodeError, InputError, LookupError, TypeError, AttributeError):
        return None


def _network(number: int | None, chain: str | None) -> networks.Network:
    said = None if chain is None else networks.by_chain(chains.chain(chain).name)
    if number is None and said is None:
        raise InputError("chain_id: the line names no chain; say which with --chain")
    found = networks.by_id(number) if number is not None else said
    if said is not None and found is not said:
        raise InputError(f"chain_id: expected {said.chain} ({said.id}) as --chain says, got {number}")
    assert found is not None
    return found


def internal(listed: list[Internal]) -> list[Frame]:
    """An explorer's list as calls, in order: by index where it has one, else as listed."""
    if all(one.index is not None for one in listed):
        listed = sorted(listed, key=lambda one: shapes.number(one.index, "index"))
    return [_frame(one) for one in listed]


def _frame(one: Internal) -> Frame:
    kind = one.call_type if one.type == "call" and one.call_type else one.type
    payee = one.to or one.contract_address
    return Frame(
        type=kind,
        payer=shapes.address(one.from_, "from"),
        payee=shapes.address(payee, "to"),
        amount=shapes.number(one.value, "value"),
        failed=one.is_error not in ("", "0"),
    )
