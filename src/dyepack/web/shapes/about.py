"""Answers about what is there, addresses, clusters and jobs."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from dyepack.web.shapes.base import Amount, Shape, Share, Trouble
from dyepack.web.shapes.records import Tag
from dyepack.web.shapes.trace import AssetForm, RunLine

Direction = Literal["in", "out"]
State = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
Verb = Literal["trace", "follow", "bounds", "backtest", "paths", "load_case", "load_ledger", "cluster", "begin"]


class TableRows(Shape):
    """A table and how many rows it has."""

    table: str
    rows: int


class Limits(Shape):
    """How much may be asked at once."""

    rows: int
    rows_of_a_sheet: int
    body_bytes: int
    query_bytes: int


class WorkspaceView(Shape):
    """What is in the workspace."""

    version: str
    name: str
    now: datetime
    tables: list[TableRows]
    latest_run: RunLine | None
    last_heard: date
    limits: Limits


class Hit(Shape):
    """One thing that may be meant."""

    kind: Literal["incident", "actor", "address", "transaction", "run", "tag"]
    id: str
    title: str
    note: str
    href: str


class HitList(Shape):
    """At most twenty of them, a page."""

    total: int
    offset: int
    rows: list[Hit]


Shown = Annotated[
    str | None, Field(description="The same in whole units, exactly; null where nobody says how many decimals it has.")
]
Unit = Annotated[str | None, Field(description="What a whole unit is called.")]
Units = Annotated[dict[str, AssetForm], Field(description="How assets of the rows are counted, where it is known.")]


class AssetSum(Shape):
    """What an address got and paid of one asset, and in how many movements."""

    chain: str
    asset: str
    received: Amount
    received_shown: Shown
    received_in: int
    sent: Amount
    sent_shown: Shown
    sent_in: int
    unit: Unit


class FlaggedCount(Shape):
    """Movements that are not followed, by why."""

    flag: str
    movements: int


class TagView(Tag):
    """A tag, whether it holds, and the one id of its actor."""

    status: str
    canonical_actor: str | None


class RoleInRun(Shape):
    """A trace that the address is part of; as what."""

    run: str
    as_: Annotated[list[str], Field(alias="as", description="seed, passed, or the reason why money rests there.")]


class RoleInIncident(Shape):
    """An incident in connexion with which the ledger names the address."""

    incident: str
    chain: str
    role: str
    source: str


class AddressView(Shape):
    """All that the tables hold about an address."""

    asked: str
    address: str
    chain: str | None
    valid_on: list[str]
    seen_on: list[str]
    first_time: datetime | None
    last_time: datetime | None
    movements: Annotated[int, Field(description="In and out, without flagged ones; one to itself counts as both.")]
    sums: list[AssetSum]
    flagged: list[FlaggedCount]
    tags: list[TagView]
    inferred: list[TagView]
    actors: list[str]
    concepts: list[str]
    conflict: Annotated[bool, Field(description="Whether tags in force name more than one actor.")]
    runs: list[RoleInRun]
    incidents: list[RoleInIncident]
    assets: Units


class TagName(Shape):
    """What a tag calls an address."""

    name: str
    concept: str | None
    actor: str | None
    status: str


class Counterparty(Shape):
    """Somebody whom an address paid or was paid by, in one asset."""

    chain: str
    address: str
    asset: str
    received: Amount
    received_shown: Shown
    received_in: int
    sent: Amount
    sent_shown: Shown
    sent_in: int
    unit: Unit
    first_time: datetime | None
    last_time: datetime | None
    tags: list[TagName]


class CounterpartyList(Shape):
    """A page of counterparties."""

    address: str
    assets: Units
    total: int
    offset: int
    rows: list[Counterparty]


class Movement(Shape):
    """One movement of an address; `other` is empty on an output chain."""

    chain: str
    block: int
    time: datetime | None
    tx_hash: str
    tx_index: int
    seq: int
    kind: str
    direction: Direction
    other: str | None
    asset: str
    amount: Amount
    amount_shown: Shown
    unit: Unit
    flag: str | None


class MovementList(Shape):
    """A page of movements in chain order."""

    address: str
    assets: Units
    total: int
    offset: int
    rows: list[Movement]


class TransactionMovement(Shape):
    """One movement of a transaction; of an output chain an input, with its payer, or an output, with its payee."""

    chain: str
    block: int
    time: datetime | None
    tx_hash: str
    tx_index: int
    seq: int
    kind: str
    from_address: str | None
    to_address: str | None
    asset: str
    amount: Amount | None
    amount_shown: Shown
    unit: Unit
    flag: str | None


class NamedFor(Shape):
    """An incident in connexion with which the ledger names a transaction."""

    incident: str
    chain: str
    source: str


class MovedAmount(Shape):
    """How much of one asset."""

    asset: str
    amount: Annotated[str, Field(pattern=r"^[0-9]+$", description="Base units, however many digits the sum has.")]


class TransactionView(Shape):
    """What the tables hold about a transaction, a page of its movements; `cut`: it has more than are ever told."""

    tx_hash: str
    total: int
    offset: int
    rows: list[TransactionMovement]
    moved: Annotated[
        list[MovedAmount],
        Field(description="In all of it, of each asset, without what is flagged; of an output chain what came out."),
    ]
    cut: bool
    runs: list[str]
    incidents: list[NamedFor]
    assets: Units


class Month(Shape):
    """Movements of one month."""

    month: str
    received: int
    sent: int


class Activity(Shape):
    """Movements by day of the week and hour, in UTC, and by month."""

    address: str
    chain: str | None
    zone: Literal["UTC"]
    days: list[str]
    received: list[list[int]]
    sent: list[list[int]]
    months: list[Month]
    undated: int
    dated: Annotated[int, Field(description="Movements with a time.")]
    busiest_hour: Annotated[int, Field(description="The hour of the day with most movements, on all days together.")]
    in_busiest_hour: int


class ExposureLine(Shape):
    """What went to or came from one concept; without one: from addresses that no tag in force gives a concept."""

    chain: str
    asset: str
    direction: Direction
    concept: str | None
    name: str | None
    actor: str | None
    movements: int
    addresses: int
    amount: Amount
    amount_shown: Shown
    of: Amount
    of_shown: Shown
    unit: Unit
    share: Share | None


class Exposure(Shape):
    """Direct exposure of an address, with the rule by which it is counted."""

    address: str
    chain: str | None
    rule: str
    remark: str
    assets: Units
    total: int
    offset: int
    rows: list[ExposureLine]


class Came(Shape):
    """All that came of one asset."""

    asset: str
    amount: Amount


class IndirectLine(Shape):
    """Money that began at places of which the same is said; `cut`: where the steps, or what one look may cost, end."""

    asset: str
    reason: Annotated[str, Field(description="theft, service, mixer, bridge, …, minted, opening, itself, or cut.")]
    concept: str | None
    name: str | None
    addresses: int
    largest: Annotated[str, Field(description="Of these addresses the one with most.")]
    amount: Annotated[Amount, Field(description="By haircut.")]
    amount_shown: Shown
    low: Amount
    low_shown: Shown
    high: Amount
    high_shown: Shown
    unit: Unit
    share: Share | None


class IndirectExposure(Shape):
    """Where the money of an address began, a page of rows; `cut` counts payers behind which nobody looked."""

    address: str
    chain: str | None
    rule: str
    steps: int
    steps_made: int
    methods: list[str]
    movements: Annotated[int, Field(description="How many were looked at.")]
    cut: int
    received: list[Came]
    assets: Units
    total: int
    offset: int
    rows: list[IndirectLine]


class Precision(Shape):
    """How often a heuristic was right where that was measured."""

    measure: str
    right: int
    tried: int
    share: Share
    interval: list[Share]
    population: str
    real: bool
    said: str


Measured = Precision | Literal["unknown"]


class Member(Shape):
    """One address of a cluster."""

    chain: str
    address: str


class HeuristicCount(Shape):
    """A heuristic that holds a cluster together."""

    heuristic: str
    version: int
    joins: int
    transactions: int
    precision: Measured


class ClusterView(Shape):
    """The cluster of an address, a page of its members, and what joins them; `cluster` is null where it has none."""

    address: str
    chain: str | None
    cluster: str | None
    run: str | None
    total: int
    offset: int
    rows: list[Member]
    heuristics: list[HeuristicCount]


class ClusterSpot(Shape):
    """An address and its cluster."""

    chain: str
    address: str
    cluster: str | None


class JoinStep(Shape):
    """One transaction that joins two addresses."""

    from_: Annotated[str, Field(alias="from")]
    to: str
    chain: str
    to_chain: str
    heuristic: str
    version: int
    block: int
    tx_hash: str
    precision: Measured


class HeldJoin(Shape):
    """A join that was not made, and why."""

    heuristic: str
    tx_hash: str
    reason: str


class Why(Shape):
    """What joins two addresses."""

    first: ClusterSpot
    second: ClusterSpot
    together: bool
    steps: list[JoinStep]
    held: list[HeldJoin]


class ClusterPiece(Shape):
    """What a cluster falls into."""

    members: int
    an_address: str


class Split(Shape):
    """A cluster that falls apart."""

    cluster: str
    members: int
    pieces: int
    largest_pieces: list[ClusterPiece]


class SplitList(Shape):
    """A page of the clusters that fall apart, the largest first."""

    total: int
    offset: int
    rows: list[Split]


class Job(Shape):
    """A job on record."""

    job: str
    verb: Verb
    parameters: dict[str, Any]
    state: State
    tries: int
    ordered: datetime
    started: datetime | None
    finished: datetime | None
    progress: str | None
    run: str | None
    error: Trouble | None


class JobWithResult(Job):
    """The same with what came of it."""

    result: Any | None


class Ordered(Shape):
    """The job that was ordered."""

    job: Job


class JobList(Shape):
    """A page of jobs, the latest first, and the cases that can be loaded."""

    total: int
    offset: int
    rows: list[Job]
    cases: list[str]
