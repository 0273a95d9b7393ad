"""The records: each is written once, here; its table, Parquet schema, JSON form and reference page derive from it.

Words: a *claimed* row names the `source` it came from; a *derived* row names the `run` that made it. Amounts are
integers in base units (dollars: millionths). Times are UTC. A date that its source gave only as a year or a month stays
text (`2023`, `2023-09`) and comes with the last day it can mean.
"""

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass
from typing import Annotated, Literal

from dyepack.errors import InvalidDate

Amount = Annotated[int, "amount"]
"""An integer in base units, stored as decimal(38, 0)."""

CLEAN = "clean"
UNKNOWN = "unknown"
"""The two origins that no incident has: untainted money, and money whose coming the data does not show."""


def first_day(text: str) -> dt.date:
    """The first day that a date given as YYYY, YYYY-MM or YYYY-MM-DD can mean."""
    return _days(text)[0]


def last_day(text: str) -> dt.date:
    """The last day that a date given as YYYY, YYYY-MM or YYYY-MM-DD can mean."""
    return _days(text)[1]


def _days(text: str) -> tuple[dt.date, dt.date]:
    parts = text.split("-")
    try:
        if [len(part) for part in parts] != [4, 2, 2][: len(parts)] or not (
            text.isascii() and all(map(str.isdecimal, parts))
        ):
            raise ValueError
        numbers = [int(part) for part in parts]
        if len(numbers) == 3:
            return dt.date(*numbers), dt.date(*numbers)
        first, last = (numbers[1], numbers[1]) if len(numbers) == 2 else (1, 12)
        return dt.date(numbers[0], first, 1), dt.date(numbers[0], last, monthrange(numbers[0], last)[1])
    except ValueError:
        raise InvalidDate(f"expected a date as YYYY-MM-DD, YYYY-MM or YYYY, got {text!r}") from None


# ── ledger: what people said


@dataclass(frozen=True, slots=True)
class Source:
    """Where statements come from: one page, file or document."""

    source: Annotated[str, "hash of name, url and part"]
    name: Annotated[str, "who publishes it"]
    url: Annotated[str | None, "where it was read"]
    part: Annotated[str | None, "the row, page or section within it"]
    running: Annotated[bool, "a database that changes under one address, so that a reading date is all that is known"]


@dataclass(frozen=True, slots=True)
class Incident:
    """One theft, or one event that somebody counts as a theft."""

    incident: Annotated[str, "slug: date and victim"]
    date: Annotated[str, "day, month or year of the theft, as precise as it is known"]
    first_day: Annotated[dt.date, "the first day it can have been"]
    last_day: Annotated[dt.date, "the last day it can have been"]
    victim: Annotated[str, "who lost the money"]
    victim_type: Annotated[str, "cex, defi, bridge, individual, ..."]
    incident_class: Annotated[str, "theft, scam-or-rug, 51-percent, freeze, ...; totals count theft"]
    vector: Annotated[str, "how it was done"]
    chains: Annotated[tuple[str, ...], "names of `chains.py`, or as the source wrote them"]
    notes: Annotated[str | None, "what a reader must know"]
    sources: Annotated[tuple[str, ...], "all that was read about it, whether a claim rests on it or not"]
    references: Annotated[tuple[str, ...], "further reading: links that no claim rests on"]


@dataclass(frozen=True, slots=True)
class AmountClaim:
    """One source saying how much one incident took, or how much of it came back."""

    claim: Annotated[str, "hash of what the row says"]
    incident: str
    measure: Annotated[Literal["loss", "returned"], "what the amount is of"]
    usd: Annotated[Amount, "millionths of a US dollar"]
    kind: Annotated[
        str | None,
        "why it cannot be set beside other claims (face-value, later-value, component, partial) or value-at-theft",
    ]
    covers: Annotated[tuple[str, ...], "all incidents that the figure speaks of, where it is more than this one"]
    by: Annotated[str, "who says so"]
    source: str
    published: Annotated[str | None, "when it was said; empty for a running database"]
    retrieved: Annotated[str | None, "when a running database was read: said by then, not then"]
    known_by: Annotated[
        dt.date | None, "the last day of `published` or else `retrieved`: as-of views count it from this day on"
    ]


@dataclass(frozen=True, slots=True)
class AttributionClaim:
    """One source saying who did it."""

    claim: Annotated[str, "hash of what the row says"]
    incident: str
    actor: Annotated[str, "dprk, not-dprk, insider, individual, ..."]
    group: Annotated[str | None, "the part of the actor that the source names"]
    confidence: Annotated[Literal["confirmed", "assessed", "suspected", "disputed"], "as the source puts it"]
    by: Annotated[str, "who says so"]
    source: str
    published: str | None
    retrieved: str | None
    known_by: dt.date | None


@dataclass(frozen=True, slots=True)
class AddressClaim:
    """One source naming an address in connexion with an incident."""

    claim: Annotated[str, "hash of what the row says"]
    incident: str
    chain: str
    address: Annotated[str, "normalised"]
    role: Annotated[str, "thief, victim, intermediary, attack-contract, ..."]
    by: Annotated[str | None, "who first listed it, where that is not the source"]
    source: str
    also: Annotated[tuple[str, ...], "further sources that name it"]
    laundering: Annotated[str | None, "the laundering claim it belongs to"]


@dataclass(frozen=True, slots=True)
class TransactionClaim:
    """One source naming a transaction in connexion with an incident."""

    claim: Annotated[str, "hash of what the row says"]
    incident: str
    chain: str
    tx_hash: str
    source: str
    laundering: Annotated[str | None, "the laundering claim it belongs to"]


@dataclass(frozen=True, slots=True)
class LaunderingClaim:
    """One source saying how the proceeds of incidents moved."""

    claim: Annotated[str, "hash of what the row says"]
    incidents: tuple[str, ...]
    kind: Annotated[str, "mixer, exchange, bridge, dex, otc, recovery, ..."]
    service: str | None
    when: Annotated[str | None, "the day, month or span it speaks of"]
    statement: Annotated[str, "what is said to have happened"]
    usd: Annotated[Amount | None, "millionths of a US dollar"]
    quantity: Annotated[str | None, "amount of `asset`, as the source gives it"]
    asset: str | None
    confidence: str
    by: str
    source: str


@dataclass(frozen=True, slots=True)
class PublishedTotal:
    """A yearly or cumulative total that a publisher printed."""

    claim: Annotated[str, "hash of what the row says"]
    publisher: str
    series: Annotated[str, "dprk, all, dprk-cumulative, all-cumulative"]
    year: Annotated[int | None, "empty where the total spans several years"]
    usd: Annotated[Amount | None, "millionths of a US dollar; empty where only a count was printed"]
    incidents: Annotated[int | None, "how many incidents it counts"]
    covers_to: Annotated[str | None, "the day to which a partial year runs"]
    note: str | None
    derived: Annotated[bool, "worked out from what the publisher printed, not printed by it"]
    source: str
    published: str
    known_by: Annotated[dt.date, "the last day of `published`"]


# ── ingest: what the chain shows


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
        str, "its type: p2pk, p2pkh, p2sh, p2wpkh, p2wsh, p2tr, multisig, op_return, witness, other, or unknown"
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


# ── tags: who is who, according to whom


@dataclass(frozen=True, slots=True)
class Tag:
    """A statement that an address belongs to an actor or is of a kind; never a fact of the chain."""

    tag: Annotated[str, "hash of what the row says"]
    chain: str
    address: Annotated[str, "normalised"]
    name: Annotated[str, "what the tag calls it"]
    actor: Annotated[str | None, "id of an ActorPack"]
    concept: Annotated[str | None, "INTERPOL-derived taxonomy: exchange, mixing_service, ..."]
    confidence: Annotated[str, "how it is known: the grade's id"]
    grade: Annotated[int, "the grade from 0 to 100, as GraphSense orders them"]
    pack: Annotated[str, "title of the pack or name of the file"]
    creator: str | None
    source: str | None
    licence: str | None
    valid_from: Annotated[dt.date | None, "the first day it holds, as its source says or its editions show"]
    valid_to: Annotated[dt.date | None, "the first day it no longer holds; for a list the day by which it was gone"]
    last_modified: dt.date | None
    asset: Annotated[str | None, "the asset it speaks of, as in `assets`; empty where it speaks of the address"] = None
    code: Annotated[str | None, "the currency code under which its source has it"] = None
    cluster_definer: Annotated[bool | None, "whether its source says that it holds for the address's owner"] = None
    absent_to: Annotated[dt.date | None, "the last edition before it that was read and does not have it"] = None
    seen_from: Annotated[dt.date | None, "the first edition read that has it"] = None
    seen_to: Annotated[
        dt.date | None, "the last day it is known to have held: an edition's, or before a stated end"
    ] = None


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a list that was read: on this day, this is what the list said. Tags follow from all of them."""

    list_name: str
    edition: Annotated[dt.date, "the day whose state it gives"]
    scope: Annotated[str, "the currency code that it is confined to; empty for the whole list"]
    part: Annotated[str, "the part of `listings` that it came with"]
    file: str
    form: Annotated[str, "the format it was read as"]
    complete: Annotated[bool, "whether what it does not have was not listed; false where its format cuts texts off"]
    statements: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One statement of one edition of a list."""

    list_name: str
    edition: dt.date
    scope: str
    entry: Annotated[str, "what makes it the same statement in another edition: chain, address, code, concept"]
    name: Annotated[str, "who is listed; empty where the edition does not say"]
    chain: str
    address: str
    asset: str | None
    code: str | None
    concept: str | None
    confidence: str
    actor: str | None
    creator: str | None
    source: str | None
    licence: str | None
    stated_from: Annotated[dt.date | None, "the first day it holds, where the edition says"]
    stated_to: Annotated[dt.date | None, "the first day it no longer holds, where the edition says"]
    part: Annotated[str, "the part that it came with"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A named party in the real world, as one ActorPack describes it."""

    actor: Annotated[str, "its id, which tags name"]
    name: str
    concepts: tuple[str, ...]
    jurisdictions: Annotated[tuple[str, ...], "countries, as the pack has them"]
    uri: str | None
    pack: str
    creator: str | None
    licence: str | None
    last_modified: dt.date | None
    context: Annotated[str | None, "JSON: what else the pack says"]


@dataclass(frozen=True, slots=True)
class ActorStatement:
    """One source saying how an actor relates to a name or to another actor."""

    claim: Annotated[str, "hash of what the row says"]
    actor: str
    relation: Annotated[
        Literal["name", "same", "part-of", "different"],
        "`name`: is also called; the others: is, is a part of, is not, another actor",
    ]
    other: Annotated[str, "a name, or the id of an actor"]
    by: Annotated[str, "who says so"]
    source: str | None
    published: str | None
    known_by: Annotated[dt.date | None, "the last day of `published`"]
    pack: str


@dataclass(frozen=True, slots=True)
class ActorDecision:
    """What an analyst decided about two actors. Facts stay as they are; a decision can be withdrawn."""

    decision: Annotated[str, "hash of what was decided, by whom and when"]
    actor: str
    other: str
    judgement: Literal["same", "different"]
    by: str
    decided: dt.datetime
    reason: str | None
    withdrawn_by: str | None
    withdrawn: dt.datetime | None


@dataclass(frozen=True, slots=True)
class CanonicalActor:
    """The one id under which an actor goes, by what is said and decided: derived, and made anew with every change."""

    run: str
    actor: str
    canonical: str
    rests_on: Annotated[tuple[str, ...], "the claims and decisions that join it, by hash"]


# ── cluster: what a stated heuristic makes of the chain, and how often it was right where that was measured


@dataclass(frozen=True, slots=True)
class Coinjoin:
    """A transaction that a rule takes for joint, or for a shape that is easily taken for it; a verdict, not a fact."""

    run: str
    chain: str
    block: int
    tx_index: int
    tx_hash: str
    rule: Annotated[str, "whirlpool-mix, wasabi1, wasabi2, joinmarket, ...: see the page of error rates"]
    version: Annotated[int, "of the rule"]
    joint: Annotated[bool, "strangers may sign together, so its inputs are left out of co-spend"]
    parties: Annotated[int, "what the rule counted: participants, at least; of wasabi2 the mixed outputs"]
    equal: Annotated[int, "outputs of the amount that occurs most often"]
    amount: Annotated[Amount, "of each of these"]
    right: Annotated[int | None, "how often the rule was right where it was measured; empty: unknown"]
    tried: Annotated[int | None, "of how many"]
    population: Annotated[str | None, "what it was measured on"]


@dataclass(frozen=True, slots=True)
class Join:
    """One heuristic joining two addresses because of one transaction: a lead, never the statement of one owner."""

    run: str
    heuristic: Annotated[str, "cospend, change:fresh+script, deposit, sweep, same-key"]
    version: Annotated[int, "of the heuristic"]
    chain: str
    block: int
    tx_index: int
    tx_hash: str
    first: Annotated[str, "an address on this chain; of co-spend, the transaction's first"]
    second_chain: str
    second: Annotated[str, "the address joined to it"]
    held: Annotated[
        str | None, "why it was not made: large, actors (held for review), refused (by a person); empty where made"
    ]
    right: Annotated[int | None, "how often the heuristic was right where it was measured; empty: unknown"]
    tried: Annotated[int | None, "of how many"]
    population: Annotated[str | None, "what it was measured on"]


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money that came to an address of an account chain and was passed on, whole, to a tagged service."""

    run: str
    chain: str
    address: Annotated[str, "the deposit address: what a subpoena needs"]
    service: Annotated[str, "the tagged address that swept it"]
    name: Annotated[str, "what the tag calls the service"]
    actor: str | None
    asset: str
    sender: Annotated[str, "who paid in"]
    received_block: int
    received_hash: str
    received: Amount
    swept_block: int
    swept_hash: str
    swept_seq: int
    swept: Amount


@dataclass(frozen=True, slots=True)
class ClusterMember:
    """One address of a cluster of at least two: joined by the heuristics of one run, not shown to have one owner."""

    run: str
    chain: str
    address: str
    cluster: Annotated[str, "where its first member appeared first: chain:block:transaction:coin; stays as it grows"]
    members: Annotated[int, "how many addresses the cluster has"]
    heuristic: Annotated[str, "of the heuristics that hold the cluster together, the one that was right least often"]
    right: Annotated[int | None, "of that heuristic; empty: unknown"]
    tried: Annotated[int | None, "of how many"]
    population: Annotated[str | None, "what it was measured on"]


@dataclass(frozen=True, slots=True)
class Appearance:
    """An address of an output chain, numbered in order of first appearance: where the next clustering goes on from."""

    run: str
    chain: str
    number: Annotated[int, "from 0, in order of first appearance, inputs of a transaction before its outputs"]
    address: str
    block: Annotated[int, "where it appeared first"]
    tx_index: int
    output: Annotated[bool, "as an output of that transaction; else as an input"]
    index: Annotated[int, "place among these"]
    script: Annotated[str | None, "its type, as outputs show it; empty where none did"]
    first: Annotated[int, "number of the first member of its cluster; its own where it is alone, or is that member"]
    heuristic: Annotated[str | None, "that joined it, or what it led, to an earlier address; empty for a first member"]
    actor: Annotated[str | None, "whom tags name in its cluster, as the guard against collapse sees it"]


@dataclass(frozen=True, slots=True)
class JoinDecision:
    """What a person decided about a join that was held; kept apart from what follows from the chain."""

    decision: Annotated[str, "hash of what is decided"]
    chain: str
    tx_hash: str
    heuristic: str
    first: str
    second: str
    passes: Annotated[bool, "made nevertheless; else refused"]
    by: Annotated[str, "who decided"]
    said: dt.date
    note: str | None


# ── trace: what follows from chain and rule


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
    kind: Annotated[str, "of the transfer; on an output chain: input, output, fee or coinbase"]
    from_address: Annotated[str, "the payer; of an output chain's output or fee, the transaction"]
    to_address: Annotated[str, "the payee; of an output chain's input, the transaction"]
    output: Annotated[str | None, "on an output chain, the output that is spent or made, as hash:index"]
    conversion: Annotated[int | None, "number of the conversion in its transaction that this is a leg of"]
    asset: str
    amount: Annotated[Amount, "of this origin"]
    moved: Annotated[Amount, "the whole transfer"]


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
        str, "held, or why the trace stopped: service, mixer, bridge, frozen, dust, budget, analyst, decoy"
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


@dataclass(frozen=True, slots=True)
class TraceScope:
    """What a trace looked at, and what its budget left out: one row a run. Runs of older versions have none."""

    run: str
    repeated: Annotated[Literal["kept", "once"], "how movements were read that repeat one of their transaction"]
    movements: int
    addresses: int
    hops: int
    first_block: int
    last_block: int
    first_time: dt.datetime
    last_time: dt.datetime
    cut_forward: Annotated[int, "places that stolen money reaches and that the budget left out"]
    cut_backward: Annotated[int, "payers that the budget left out"]
    repeats: Annotated[int, "movements that repeat an earlier one of their transaction"]


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reader of a run must know of the data and its limits: one sentence."""

    run: str
    number: Annotated[int, "in the order in which they are said"]
    says: str


@dataclass(frozen=True, slots=True)
class NotFollowed:
    """Movements that touch the addresses of a run and were not followed, by why they are flagged."""

    run: str
    flag: str
    movements: int


@dataclass(frozen=True, slots=True)
class Payment:
    """Who paid an address at which following ended, under one method: what a request to a service names."""

    run: str
    method: str
    origin: str
    deposit: Annotated[str, "the address that paid"]
    address: Annotated[str, "the address at which following ended"]
    asset: str
    reason: str
    name: str | None
    amount: Annotated[Amount, "of this origin"]
    moved: Annotated[Amount, "the whole movements in which any method sees money of the origin"]
    transfers: Annotated[int, "how many movements these are"]


@dataclass(frozen=True, slots=True)
class Unfunded:
    """An account that pays out more than the data shows coming in, under one reading of repeated movements."""

    run: str
    repeated: Annotated[Literal["kept", "once"], "the reading"]
    number: Annotated[int, "by asset, the largest first"]
    address: str
    asset: str
    amount: Annotated[Amount, "by how much"]
    block: Annotated[int, "by which it has done so"]


@dataclass(frozen=True, slots=True)
class Repeat:
    """What movements move that repeat an earlier one of their transaction: the data cannot say which reading holds."""

    run: str
    asset: str
    moved: Amount


@dataclass(frozen=True, slots=True)
class OtherDestination(Destination):
    """The same as `destinations`, under the other reading of repeated movements; only where there are any."""


@dataclass(frozen=True, slots=True)
class OtherBalanceLine(BalanceLine):
    """The last day of `balance`, under the other reading of repeated movements; only where there are any."""


# ── store: who made it, with what; what was refused, and why


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a verb: everything that is needed to do it again."""

    run: Annotated[str, "hash of verb, parameters, version and inputs"]
    verb: str
    parameters: Annotated[str, "JSON"]
    version: Annotated[str, "of dyepack"]
    inputs: Annotated[str, "JSON: table part or file, and the SHA-256 of what was read"]
    started: dt.datetime
    finished: dt.datetime


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that a stage refused, kept with the reason."""

    run: str
    stage: str
    source: str
    line: int | None
    field: str | None
    reason: str
    row: Annotated[str, "the row as it came"]
