"""From a TRON transaction and its record to movements: TRX, TRC-10, TRC-20, internal, and the fee.

A transaction says what it is by the type of its one contract. Payments of TRX and of TRC-10 tokens are types of their
own; calls of contracts carry TRX or TRC-10 along and emit events, of which those named Transfer with three topics are
TRC-20. Internal transactions that were rejected moved nothing. Freezing, voting and selling bandwidth leave the money
with its owner, and are passed over. The fee is first; since 2021 it is destroyed, before that it went to an account
that nobody holds, so its payee is not named.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from dyepack.addresses import normalise
from dyepack.errors import InputError
from dyepack.ingest.evm import issuers, shapes
from dyepack.ingest.evm.events import TRANSFER
from dyepack.ingest.evm.records import NOBODY_SAID, Decoded, Left, Log, Moved

NOBODY = "T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb"
"""The address of twenty zero bytes, as TRON writes it."""
_WORD = 64


class Value(msgspec.Struct):
    """What a contract says; which of the fields there are depends on its type."""

    owner_address: str | None = None
    to_address: str | None = None
    contract_address: str | None = None
    amount: int | None = None
    asset_name: str | None = None
    call_value: int = 0
    call_token_value: int = 0
    token_id: int | None = None
    new_contract: dict[str, Any] | None = None


class Parameter(msgspec.Struct):
    """A contract's parameter."""

    value: Value


class Contract(msgspec.Struct):
    """The one contract of a transaction."""

    type: str
    parameter: Parameter


class RawData(msgspec.Struct):
    """What was signed."""

    contract: list[Contract]


class Result(msgspec.Struct):
    """How it ended."""

    contract_ret: str | None = msgspec.field(name="contractRet", default=None)


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
    """What an internal transaction carried: TRX, or a TRC-10 token."""

    call_value: int = 0
    token_id: str | None = None


class Internal(msgspec.Struct):
    """A call inside a transaction."""

    caller_address: str
    to: str = msgspec.field(name="transferTo_address")
    worth: list[Worth] = msgspec.field(name="callValueInfo", default_factory=list)
    rejected: bool = False


class Info(msgspec.Struct):
    """The record of a transaction: fee, events, calls inside, and staked money that came back."""

    id: str
    fee: int = 0
    contract_address: str | None = None
    log: list[RawLog] = []
    internal_transactions: list[Internal] = []
    withdraw_amount: int = 0


def decode(tx: RawTx, info: Info) -> Decoded:
    """The movements of a transaction.

    Raises:
        InputError: it is malformed, or the record is another's.
    """
    if info.id.lower() != tx.tx_id.lower():
        raise InputError(f"info: expected the record of {tx.tx_id}, got that of {info.id}")
    if len(tx.raw_data.contract) != 1:
        raise InputError(f"contract: expected one, got {len(tx.raw_data.contract)}")
    contract, out = tx.raw_data.contract[0], Decoded()
    owner = address(contract.parameter.value.owner_address, "owner_address")
    if info.fee:
        out.moves.append(Moved("fee", owner, NOBODY_SAID, None, _amount(info.fee)))
    if any(one.contract_ret not in (None, "SUCCESS") for one in tx.ret):
        out.passed["failed transaction"] += 1
        return out
    out.moves += _own(contract, owner, info, out)
    out.moves += _inside(info, out)
    out.moves += _tokens(info, out)
    return out


def _own(contract: Contract, owner: str, info: Info, out: Decoded) -> Iterator[Moved]:
    value = contract.parameter.value
    if contract.type == "TransferContract":
        yield Moved("native", owner, address(value.to_address, "to_address"), None, _amount(value.amount))
    elif contract.type == "TransferAssetContract":
        yield Moved("token", owner, address(value.to_address, "to_address"), _asset(value), _amount(value.amount))
    elif contract.type in ("TriggerSmartContract", "CreateSmartContract"):
        made = value.new_contract or {}
        payee = value.contract_address or info.contract_address
        for token, amount in (
            (None, _amount(value.call_value or made.get("call_value", 0))),
            (str(value.token_id), _amount(value.call_token_value)),
        ):
            if amount:
                yield Moved("token" if token else "native", owner, address(payee, "contract_address"), token, amount)
    elif contract.type == "WithdrawBalanceContract" and info.withdraw_amount:
        yield Moved("reward", NOBODY, owner, None, _amount(info.withdraw_amount))
    else:
        out.passed[f"{contract.type} moves nothing to another"] += 1


def _inside(info: Info, out: Decoded) -> Iterator[Moved]:
    for one in info.internal_transactions:
        if one.rejected:
            out.passed["failed call"] += 1
            continue
        payer, payee = address(one.caller_address, "caller_address"), address(one.to, "transferTo_address")
        for worth in one.worth:
            if worth.call_value and payer != payee:
                kind = "token" if worth.token_id else "internal"
                yield Moved(kind, payer, payee, worth.token_id or None, _amount(worth.call_value))  # type: ignore[arg-type]


def _tokens(info: Info, out: Decoded) -> Iterator[Moved]:
    for number, log in enumerate(info.log):
        if log.topics and "0x" + log.topics[0].lower() in issuers.EVENTS:
            topics = tuple("0x" + topic.lower() for topic in log.topics)
            said = Log(number, address(log.address, "address"), topics, "0x" + log.data.lower())
            if (move := issuers.noted(said, "tron", out, NOBODY)) is not None:
                yield move
        elif not log.topics or log.topics[0].lower() != TRANSFER[2:]:
            out.passed["event of another kind"] += 1
        elif len(log.topics) == 4:
            out.passed["piece of a collection"] += 1
        elif len(log.topics) != 3 or len(log.data) != _WORD:
            out.left.append(Left("log", "expected a Transfer with 3 topics and 32 bytes of data", str(log)))
        else:
            payer, payee = address(log.topics[1][-40:], "topics"), address(log.topics[2][-40:], "topics")
            kind = "mint" if payer == NOBODY else "burn" if payee == NOBODY else "token"
            amount = shapes.number("0x" + log.data, "data")
            yield Moved(kind, payer, payee, address(log.address, "address"), amount)  # type: ignore[arg-type]


def address(text: str | None, name: str) -> str:
    """An address in base58, from hex with or without its first byte.

    Raises:
        InputError: none.
    """
    try:
        return normalise("41" + text if text is not None and len(text) == 40 else text or "", "tron")
    except InputError as error:
        raise InputError(f"{name}: {error}") from None


def _asset(value: Value) -> str:
    """The number of a TRC-10 token, which comes as hex of its digits."""
    name = value.asset_name or ""
    try:
        digits = name if name.isdecimal() and len(name) == 7 else bytes.fromhex(name).decode("ascii")
    except ValueError:
        digits = ""
    if not (digits.isascii() and digits.isdecimal()):
        raise InputError(f"asset_name: expected the number of a TRC-10 token, got {name!r:.60}")
    return digits


def _amount(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InputError(f"amount: expected a whole number, got {value!r:.40}")
    return value
