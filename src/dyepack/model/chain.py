"""What the chain shows."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Literal

from dyepack.model.values import Amount


@dataclass(frozen=True, slots=True)
class Transfer:
    """One movement of one asset on an account chain. Chain order is (block, tx_index, seq), never the time."""

    chain: str
    block: int
    time: dt.datetime
    tx_hash: str
    tx_index: Annotated[int, "place of the transaction in its block"]
    seq: Annotated[int, "place of the movement in its transaction"]
    kind: Annotated[
        Literal["native", "internal", "token", "fee", "mint", "burn", "reward", "value"], "`value`: given in dollars"
    ]
    from_address: str
    to_address: str
    asset: Annotated[str, "see `assets`"]
    amount: Amount
    flag: Annotated[str | None, "why it is not followed: decoy-token, zero-value, ..."]
    source: Annotated[str, "the file or node it came from"]
    index: Annotated[
        str | None,
        "what the chain calls it in its transaction: `log 12`, `call 0.1`, `fee`; empty where no source says",
    ] = None
    placed: Annotated[
        bool, "whether a source says where its transaction stands in the block; else `tx_index` is ours"
    ] = True
    others: Annotated[
        int, "how many equal rows other lists have beside, where nothing says whether they are movements"
    ] = 0


@dataclass(frozen=True, slots=True)
class ListedMovement:
    """One movement as one list gives it: a file, or what an explorer shows of addresses.

    `transfers` has what all lists of a workspace come to together.
    """

    chain: str
    block: int
    time: dt.datetime
    tx_hash: str
    tx_index: Annotated[int | None, "place of the transaction in its block, where the list says it"]
    seq: Annotated[int | None, "place of the movement in its transaction, where the list says it"]
    index: Annotated[str | None, "what the chain calls it in its transaction, where the list says it"]
    kind: Literal["native", "internal", "token", "fee", "mint", "burn", "reward", "value"]
    from_address: str
    to_address: str
    asset: str
    amount: Amount
    flag: str | None
    source: Annotated[str, "the list"]
    line: Annotated[int, "the line of the list that it stands in"]
    number: Annotated[int, "1 for the fee that a line names beside its movement, else 0"]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a chain, as its source gives it. Blocks are ordered by height; their clocks may run backwards."""

    chain: str
    block: int
    hash: Annotated[str | None, "empty where the source does not say"]
    previous: Annotated[str | None, "hash of the block before; empty where the source does not say"]
    time: Annotated[dt.datetime | None, "as the block's maker set it; empty where the source does not say"]
    transactions: Annotated[int, "how many it holds"]
    root: Annotated[str | None, "Merkle root of its transactions"]
    source: Annotated[str, "the file or node it came from"]


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction of an output chain."""

    chain: str
    block: int
    time: Annotated[dt.datetime | None, "of its block; empty where the source does not say"]
    tx_index: Annotated[int, "place of the transaction in its block"]
    tx_hash: str
    coinbase: bool
    inputs: int
    outputs: int
    fee: Annotated[Amount | None, "what the outputs leave of the inputs; empty where the data does not show all inputs"]
    source: str


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a transaction on an output chain: an earlier output, spent. A coinbase has none."""

    chain: str
    block: int
    tx_index: int
    tx_hash: str
    index: Annotated[int, "place among the inputs"]
    spent_hash: Annotated[str, "transaction whose output is spent"]
    spent_index: Annotated[int, "place of the output in it"]
    address: Annotated[str | None, "of the spent output; empty where it has none or the data does not show it"]
    amount: Annotated[Amount | None, "of the spent output; empty where the data does not show it"]


@dataclass(frozen=True, slots=True)
class Output:
    """One output of a transaction on an output chain."""

    chain: str
    block: int
    tx_index: int
    tx_hash: str
    index: Annotated[int, "place among the outputs"]
    script: Annotated[
        str,
        "its type: p2pk, p2pkh, p2sh, p2wpkh, p2wsh, p2tr, multisig, op_return (nobody can ever spend it), witness,"
        " other, or unknown",
    ]
    address: Annotated[str | None, "normalised; empty where the script has none"]
    amount: Amount


@dataclass(frozen=True, slots=True)
class Freeze:
    """An issuer's word about an address, as an event of its token: frozen, free again, or its balance destroyed.

    Events of listed tokens alone are kept: any contract may say such a thing of any address.
    """

    chain: str
    block: int
    time: dt.datetime
    tx_hash: str
    tx_index: int
    log: Annotated[int, "number of the event in its block, or in its transaction where that is all that is said"]
    asset: Annotated[str, "the token, see `assets`"]
    address: str
    what: Literal["frozen", "held", "destroyed"]
    amount: Annotated[Amount | None, "what was destroyed"]
    event: Annotated[str, "the event's name"]
    source: Annotated[str, "the file or node it came from"]


@dataclass(frozen=True, slots=True)
class Note:
    """What the data says of a transaction beside its movements: what could not be read, or why tokens were destroyed.

    What could not be read may have moved value; a trace that passes it says so. Tokens that are destroyed because they
    leave for another chain, or are given back for what backs them, are not burned.
    """

    chain: str
    block: Annotated[int | None, "empty where it could not be read either"]
    tx_hash: str
    what: Annotated[
        Literal["event", "fee", "movement", "crossing", "redemption"],
        "what was not read: an event, a fee, another movement; or what explains a destruction",
    ]
    contract: Annotated[str | None, "who emitted the event"]
    from_address: Annotated[str | None, "who pays, or the first address that it names, as far as that can be read"]
    to_address: Annotated[str | None, "who is paid, or the second address that it names"]
    says: Annotated[str, "why it was refused, or which event says it"]
    source: Annotated[str, "the file or node it came from"]


@dataclass(frozen=True, slots=True)
class Price:
    """What one whole unit of an asset cost on a day or in an hour, according to one source."""

    asset: Annotated[str, "see `assets`"]
    time: Annotated[dt.datetime, "start of the day or hour, in UTC"]
    span: Literal["day", "hour"]
    usd: Annotated[Amount, "millionths of a US dollar for one whole unit, at the close"]
    source: Annotated[str, "who says so"]


@dataclass(frozen=True, slots=True)
class AssetRow:
    """What the amounts of an asset count."""

    asset: Annotated[str, "symbol of a native asset, or chain:contract"]
    chain: str | None
    contract: str | None
    symbol: str
    decimals: int
    verified: Annotated[bool, "a listed asset; decoys and unknown tokens are not"]
    source: str


@dataclass(frozen=True, slots=True)
class Opening:
    """A balance that is known to have been there before the first movement in the tables."""

    chain: str
    address: str
    asset: str
    amount: Amount
    block: Annotated[int, "the balance at the end of this block"]
    source: str
