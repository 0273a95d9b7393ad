"""From an explorer's three lists about addresses to movements of their transactions, one transaction at a time.

What stands in these lists is what touches the addresses: other movements of the same transactions are not in them,
and conversions by netting see only a part. The order inside a transaction is: fee, value, calls as listed, tokens as
listed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dyepack.errors import InputError
from dyepack.ingest import assets
from dyepack.ingest.evm import frames, multitoken, recorded, shapes
from dyepack.ingest.evm.networks import ZERO, Network
from dyepack.ingest.evm.notes import unread_whole
from dyepack.ingest.evm.records import NOBODY_SAID, Decoded, Frame, Head, Left, Moved
from dyepack.ingest.evm.rows import Refusal
from dyepack.ingest.explorer.shown import Shown, begun, movements
from dyepack.model import Transfer

Row = Mapping[str, Any]


class Lists(Protocol):
    """What has the lists: a chain, and the places of transactions that lists leave away."""

    network: Network

    def place(self, tx_hash: str) -> Row | None:
        """A transaction as a node has it."""


@dataclass(slots=True)
class Gathered:
    """The movements of a transaction as far as the lists show them."""

    head: Head
    tx_hash: str
    tx_index: int
    decoded: Decoded
    names: dict[str, assets.Recognised] = field(default_factory=dict)


def gathered(lists: Lists, found: Mapping[str, Mapping[str, Sequence[Row]]]) -> Shown:
    """The movements of these transactions, or what was refused of them."""
    sink, rows = begun(lists.network.chain)
    moves = list[Transfer]()
    for tx_hash, parts in found.items():
        try:
            one = _one(lists, shapes.digest(tx_hash, "hash"), parts)
        except InputError as error:
            sink.refused.append(Refusal(lists.network.chain, Left("transaction", str(error), tx_hash)))
            parties = [(row.get("from"), row.get("to")) for part in parts.values() for row in part]
            sink.notes += unread_whole(lists.network.chain, tx_hash, parties, str(error), sink.source)
        else:
            sink.tokens.told |= one.names
            moves += rows.transaction(one.head, (one.tx_hash, one.tx_index), one.decoded, sink)
    return movements(multitoken.settled(moves), sink)


def _one(explorer: Lists, tx_hash: str, lists: Mapping[str, Sequence[Row]]) -> Gathered:
    rows = [row for part in lists.values() for row in part]
    numbers = {shapes.number(row.get("blockNumber"), "blockNumber") for row in rows}
    times = {shapes.seconds(row.get("timeStamp"), "timeStamp") for row in rows}
    if len(numbers) != 1 or len(times) != 1 or None in times:
        raise InputError(f"{tx_hash}: its rows speak of different blocks or times")
    head = Head(explorer.network, numbers.pop(), time=times.pop())
    names: dict[str, assets.Recognised] = {}
    out = Decoded()
    for row in lists.get("txlist", ())[:1]:
        out.moves += _own(row, out, explorer.network)
    calls = [_frame(row) for row in lists.get("txlistinternal", ())]
    numbered = any(row.get("index") and not row.get("traceId") for row in lists.get("txlistinternal", ()))
    out.moves += [_step(move) if numbered else move for _, move in frames.moved(calls, out)]
    for row in lists.get("tokentx", ()):
        out.moves += _token(row, out, explorer.network, names)
    return Gathered(head, tx_hash, _index(explorer, tx_hash, rows), out, names)


def _index(explorer: Lists, tx_hash: str, rows: Sequence[Row]) -> int:
    told = next((row["transactionIndex"] for row in rows if row.get("transactionIndex") not in (None, "")), None)
    if told is None:
        told = (explorer.place(tx_hash) or {}).get("transactionIndex")
    if told is None:
        raise InputError(f"{tx_hash}: neither its rows nor the explorer say its place in the block")
    return shapes.number(told, "transactionIndex")


def _own(row: Row, out: Decoded, network: Network) -> Iterator[Moved]:
    """The transaction itself: what it cost and what it paid."""
    sender = shapes.address(row.get("from"), "from")
    fee = _fee(row, network)
    if fee is None:
        out.left.append(
            Left("fee", f"the list says no gasPrice, or no {_L1}: the fee is unknown", str(row), None, sender)
        )
    elif fee:
        yield Moved("fee", sender, NOBODY_SAID, None, fee, "fee")
    if "isError" not in row:
        out.left.append(Left("isError", "the list does not say whether the transaction failed", str(row), None, sender))
        return
    if str(row["isError"]) == "1":
        out.passed["failed transaction"] += 1
        return
    amount = shapes.number(row.get("value"), "value")
    if amount:
        yield Moved(
            "native", sender, shapes.address(row.get("to") or row.get("contractAddress"), "to"), None, amount, "call"
        )


_L1 = "L1FeesPaid"
"""How explorers of rollups call what is paid for data on the layer below; not all of them list it."""


def _fee(row: Row, network: Network) -> int | None:
    """What a transaction paid; none where the list leaves a part of it away."""
    more = "0" if not network.l1_fee else row.get(_L1) or row.get("l1Fee")
    price = row.get("gasPrice")
    if more is None or price in (None, ""):
        return None
    return shapes.number(row.get("gasUsed"), "gasUsed") * shapes.number(price, "gasPrice") + shapes.number(more, _L1)


def _frame(row: Row) -> Frame:
    try:
        one = recorded.Internal(
            from_=str(row["from"]),
            to=str(row.get("to") or ""),
            value=str(row["value"]),
            type=str(row.get("type") or "call"),
            call_type=str(row.get("callType") or ""),
            contract_address=str(row.get("contractAddress") or ""),
            is_error=str(row["isError"]),
        )
    except KeyError as error:
        raise InputError(f"an internal call without {error}") from None
    return recorded.internal([one])[0]._replace(path=_path(row))


def _step(move: Moved) -> Moved:
    """A call of a list that numbers calls one after the other, which is no address in their tree."""
    return move._replace(name=move.name and move.name.replace("call ", "step "))


def _path(row: Row) -> tuple[int, ...] | None:
    """Where a call is in its transaction, where the list says it: the tree's `0_1` in one kind, a number in another."""
    told = str(row.get("traceId") or row.get("index") or "")
    steps = told.split("_")
    return tuple(map(int, steps)) if all(step.isascii() and step.isdecimal() for step in steps) else None


def _token(row: Row, out: Decoded, network: Network, names: dict[str, assets.Recognised]) -> Iterator[Moved]:
    """A token's movement; Blockscout lists pieces of collections among them, which have an id and no value."""
    contract = shapes.address(row.get("contractAddress"), "contractAddress")
    payer, payee = shapes.address(row.get("from"), "from"), shapes.address(row.get("to"), "to")
    kind = "mint" if payer == ZERO else "burn" if payee == ZERO else "token"
    said, piece = row.get("logIndex"), row.get("tokenID")
    name = None if said in (None, "") else f"log {shapes.number(said, 'logIndex')}"
    value, of_id = row.get("value"), row.get("tokenValue")
    if piece not in (None, "") and value in (None, "") and of_id in (None, ""):
        out.passed["ERC-721 transfer"] += 1
        return
    if piece not in (None, "") and value in (None, ""):
        asset = f"{contract}{assets.ID}{shapes.number(piece, 'tokenID')}"
        yield Moved(kind, payer, payee, asset, shapes.number(of_id, "tokenValue"), name)  # type: ignore[arg-type]
        return
    if value in (None, "") or piece not in (None, ""):
        reason = "the list says no value, or also the number of a piece: what moved is unknown"
        out.left.append(Left("value", reason, str(row), contract, payer, payee))
        return
    symbol, said = str(row.get("tokenSymbol") or ""), row.get("tokenDecimal")
    places = None if said in (None, "") else shapes.number(said, "tokenDecimal")
    if places is not None and places <= 38:
        names[contract] = assets.recognise(network.chain, symbol if symbol.isprintable() else "", contract, places)
    yield Moved(kind, payer, payee, contract, shapes.number(value, "value"), name)  # type: ignore[arg-type]
