"""What readers of EVM formats give and decoders take, whatever the format was."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from dyepack.ingest.evm.networks import Network

Place = tuple[tuple[int, ...], ...]
"""Where something happened in a transaction's tree of calls, so that places compare in true order."""

Kind = Literal["native", "internal", "token", "fee", "mint", "burn", "reward"]
SILENT = frozenset({"delegatecall", "callcode", "staticcall"})
"""Kinds of call that move nothing of their own: they show the value of the call around them, or none."""
NOBODY_SAID = "unknown"
"""The payee of a fee where the data does not say who got it."""


class Frame(NamedTuple):
    """One call below the transaction's own, by what it is: call, create, selfdestruct, delegatecall, staticcall, ..."""

    type: str
    payer: str
    payee: str
    amount: int
    failed: bool = False
    path: tuple[int, ...] | None = None
    """The trace address; none in lists of explorers, which leave the tree away."""
    place: Place | None = None


class Log(NamedTuple):
    """One event, as the receipt has it."""

    number: int
    contract: str
    topics: tuple[str, ...]
    data: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a block: `time`, `maker` and `base_fee` may not be."""

    network: Network
    number: int
    hash: str | None = None
    time: datetime | None = None
    maker: str | None = None
    base_fee: int | None = None


@dataclass(frozen=True, slots=True)
class Gas:
    """What a transaction paid for: gas at a price, and what a rollup adds for its data.

    `lacks` names what the data leaves out of it; then the fee is not known.
    """

    limit: int | None
    used: int
    price: int
    extra: int = 0
    """Fees beside gas: for blobs, for data on the layer below."""
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Tx:
    """One transaction with its receipt: `frames` is none where the data has no internal calls."""

    head: Head
    index: int
    hash: str
    sender: str
    to: str | None
    value: int
    gas: Gas | None
    ok: bool | None
    type: int = 0
    minted: int = 0
    created: str | None = None
    logs: tuple[Log, ...] = ()
    frames: tuple[Frame, ...] | None = None
    refused: tuple["Left", ...] = ()
    """Events that are none, each with the reason."""


class Credit(NamedTuple):
    """Money that a block makes outside of its transactions: a reward, a withdrawal of staked money, an allocation."""

    kind: Literal["reward", "mint"]
    payee: str
    amount: int
    why: str


@dataclass(slots=True)
class BlockData:
    """What a reader gives at a time: transactions of one block, all of them or some, and the block's own credits.

    `size` is how many transactions the block has, where all are there: credits take the place after the last.
    """

    head: Head
    txs: list[Tx] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    size: int | None = None


class Moved(NamedTuple):
    """One movement, without its place: `token` is a contract, or none for the native coin.

    `name` is what the chain calls it in its transaction, where the data says that.
    """

    kind: Kind
    payer: str
    payee: str
    token: str | None
    amount: int
    name: str | None = None


class Left(NamedTuple):
    """Something that may have moved value and was not taken for a movement: which field, why, and what it was."""

    field: str
    reason: str
    what: str
    contract: str | None = None
    payer: str | None = None
    payee: str | None = None


class Explained(NamedTuple):
    """Why tokens were destroyed in a transaction: which event says so, of which contract."""

    what: Literal["crossing", "redemption"]
    contract: str
    says: str


class Noted(NamedTuple):
    """What an issuer did to an address: which token, whose, and the number and name of the event that says so."""

    token: str
    address: str
    what: Literal["frozen", "held", "destroyed"]
    amount: int | None
    log: int
    event: str


@dataclass(slots=True)
class Decoded:
    """A transaction's movements in order, what was refused, and how many things of each kind moved nothing."""

    moves: list[Moved] = field(default_factory=list)
    noted: list[Noted] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    explained: list[Explained] = field(default_factory=list)
    passed: Counter[str] = field(default_factory=Counter)
