"""Transactions and their records as TRON's nodes write them in JSON; each is read alone, and spoils no other."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from dyepack.errors import InputError

Read = TypeVar("Read", bound=msgspec.Struct)


class Parameter(msgspec.Struct):
    """A contract's parameter; which fields its value has depends on the type of the contract."""

    value: dict[str, Any]


class Contract(msgspec.Struct):
    """The one contract of a transaction."""

    type: str
    parameter: Parameter


class RawData(msgspec.Struct):
    """What was signed."""

    contract: list[Contract]


class Result(msgspec.Struct):
    """How it ended: in the machine, and at all."""

    contract_ret: str | None = msgspec.field(name="contractRet", default=None)
    ret: str | None = None


class RawTx(msgspec.Struct):
    """A transaction, as blocks have it."""

    tx_id: str = msgspec.field(name="txID")
    raw_data: RawData
    ret: list[Result] = []


class RawLog(msgspec.Struct):
    """An event; its address and topics are hex without any prefix."""

    address: str
    topics: list[str] = []
    data: str = ""


class Worth(msgspec.Struct, rename="camel"):
    """What an internal transaction shows: TRX, or a TRC-10 token."""

    call_value: int = 0
    token_id: str | None = None


class Internal(msgspec.Struct):
    """A call inside a transaction; `note` is its kind in hex, and a vote has no target."""

    caller_address: str | None = None
    to: str | None = msgspec.field(name="transferTo_address", default=None)
    worth: list[Worth] = msgspec.field(name="callValueInfo", default_factory=list)
    note: str | None = None
    rejected: bool = False


class Receipt(msgspec.Struct):
    """What a transaction used, and how it ended in the machine."""

    result: str | None = None


class Filled(msgspec.Struct, rename="camel"):
    """One fill of an order: what the order gave to another one and got from it."""

    maker_order_id: str
    fill_sell_quantity: int = 0
    fill_buy_quantity: int = 0


class Info(msgspec.Struct):
    """The record of a transaction: fee, events, calls inside, and what its contract brought."""

    id: str
    fee: int = 0
    block: int = msgspec.field(name="blockNumber", default=-1)
    contract_address: str | None = None
    log: list[RawLog] = []
    internal_transactions: list[Internal] = []
    receipt: Receipt = msgspec.field(default_factory=Receipt)
    result: str | None = None
    withdraw_amount: int = 0
    issued: str | None = msgspec.field(name="assetIssueID", default=None)
    exchange_id: int = 0
    exchange_received_amount: int = 0
    exchange_inject_another_amount: int = 0
    exchange_withdraw_another_amount: int = 0
    order_id: str | None = msgspec.field(name="orderId", default=None)
    fills: list[Filled] = msgspec.field(name="orderDetails", default_factory=list)


class Named(msgspec.Struct):
    """What every record says: which transaction's it is."""

    id: str


def transaction(raw: object) -> RawTx:
    """A transaction of a block.

    Raises:
        InputError: it is not of this form.
    """
    return _read(raw, RawTx, "transaction")


def record(raw: object) -> Info:
    """A transaction's record.

    Raises:
        InputError: it is not of this form.
    """
    return _read(raw, Info, "record")


def named(raw: object, key: str) -> str | None:
    """The id under which a node shows something, if it says one."""
    found = raw.get(key) if isinstance(raw, Mapping) else None
    return found.lower() if isinstance(found, str) else None


def _read(raw: object, kind: type[Read], what: str) -> Read:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise InputError(f"{what}: {error}") from None
