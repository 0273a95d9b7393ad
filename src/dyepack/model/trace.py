"""What follows from chain and rule."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Literal

from dyepack.model.values import Amount


@dataclass(frozen=True, slots=True)
class Seed:
    """Stolen money at the point where a trace starts."""

    run: str
    origin: Annotated[str, "the incident"]
    chain: str
    address: str
    asset: str
    amount: Amount
    basis: Annotated[
        Literal["given", "least-opening"], "least-opening: the least that lets the address pay what it paid"
    ]


@dataclass(frozen=True, slots=True)
class Flow:
    """What one transfer carried of one origin's money under one method."""

    run: str
    method: str
    origin: str
    chain: str
    block: int
    time: dt.datetime
    tx_index: int
    seq: int
    tx_hash: str
    kind: Annotated[
        str,
        "of the transfer, or taken, conversion_in, conversion_out, aside; of outputs: input, output, fee or coinbase",
    ]
    from_address: Annotated[str, "the payer; of an output chain's output or fee, the transaction"]
    to_address: Annotated[str, "the payee; of an output chain's input, the transaction"]
    output: Annotated[str | None, "on an output chain, the output that is spent or made, as hash:index"]
    conversion: Annotated[int | None, "number of the conversion in its transaction that this is a leg of"]
    asset: str
    amount: Annotated[Amount, "of this origin"]
    moved: Annotated[Amount, "the whole transfer"]


@dataclass(frozen=True, slots=True)
class Posting:
    """What of one origin's money came to a place in a block, and what left it: the bookkeeping of a trace.

    Over all places of a block as much comes as leaves. Money enters from places without an address, whose reason is
    `seeded`, or `received` for what came out of conversions; what another theft took goes to one that is `stolen`.
    Of methods that do not conserve there are none.
    """

    run: str
    method: str
    origin: str
    chain: str
    block: Annotated[int, "0 for what was there before the first movement"]
    day: Annotated[
        dt.date | None, "of the block, never earlier than that of a block before; empty for what was there before"
    ]
    address: Annotated[str, "where; empty for the places that money enters from, and for what another theft took"]
    asset: str
    reason: Annotated[str, "why money rests there: `held` where it can move on"]
    came: Amount
    went: Amount


@dataclass(frozen=True, slots=True)
class Destination:
    """Where money of one origin rests at the end of a trace, under one method."""

    run: str
    method: str
    origin: str
    chain: str
    address: str
    asset: str
    amount: Amount
    reason: Annotated[
        str,
        "held, or why the trace stopped: service, mixer, bridge, pooled, frozen, destroyed, dust, budget, analyst, …",
    ]
    name: Annotated[str | None, "of the tag or the analyst's note that stopped it"]
    actor: str | None
    concept: str | None
    first_time: Annotated[dt.datetime | None, "first arrival; empty for money that never moved"]
    last_time: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Conversion:
    """One asset became another for the same owner inside one transaction: a swap, a wrap, liquidity in or out.

    One row per asset that went in and asset that came out.
    """

    run: str
    chain: str
    block: int
    tx_index: int
    tx_hash: str
    conversion: Annotated[int, "number of the conversion in its transaction"]
    owner: Annotated[str, "who gave"]
    recipient: Annotated[str, "who got; the owner unless the transaction names another"]
    asset_in: str
    amount_in: Amount
    asset_out: str
    amount_out: Amount


@dataclass(frozen=True, slots=True)
class RestingLot:
    """One lot of a holding at the end of a trace, in the rule's order: what a trace of later blocks goes on from."""

    run: str
    method: str
    chain: str
    address: str
    asset: str
    output: Annotated[str, "on an output chain, the output as hash:index; else empty"]
    position: Annotated[int, "place in the holding, oldest first"]
    origin: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """One line of a case's balance sheet: adds up to what was seeded, at every day."""

    run: str
    method: str
    origin: str
    asset: str
    day: dt.date
    block: Annotated[int, "the last block of that day in the slice"]
    line: Annotated[str, "seeded, or held, service, mixer, bridge, analyst, ..."]
    name: Annotated[str | None, "the service"]
    amount: Amount
