"""Answers of the ledger."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from dyepack.web.shapes.base import Amount, Shape, Share, Slug, Sparse
from dyepack.web.shapes.records import (
    Actor,
    ActorDecision,
    ActorStatement,
    AddressClaim,
    AmountClaim,
    AttributionClaim,
    Incident,
    LaunderingClaim,
    PublishedTotal,
    Source,
    TransactionClaim,
)
from dyepack.web.shapes.trace import RunLine


class Summary(Shape):
    """What comparable claims about one amount come to."""

    low: Amount
    median: Amount
    high: Amount
    claims: int


class IncidentLine(Incident):
    """One incident of a list: what was known by the as-of day, what is held today, and who is named for it."""

    known: Summary | None
    held: Summary | None
    attribution: AttributionClaim | None
    actor_known: bool


class IncidentList(Shape):
    """A page of incidents; `usd` sums the medians of all that pass."""

    total: int
    usd: Amount
    offset: int
    rows: list[IncidentLine]


class SharedAddress(Shape):
    """An address that is named in connexion with other incidents too."""

    address: str
    elsewhere: list[AddressClaim]
    reading: str


class StandingView(Shape):
    """How a claim stands to the others, in a word and in words."""

    stand: Literal["agrees", "differs", "apart", "replaced"]
    says: str


class IncidentView(Incident):
    """All that the ledger holds about one incident, and the traces of it."""

    loss: Summary | None
    standings: Annotated[dict[str, StandingView], Field(description="Of each claim of the loss, by the claim.")]
    losses: list[AmountClaim]
    returned: list[AmountClaim]
    attributions: list[AttributionClaim]
    addresses: list[AddressClaim]
    transactions: list[TransactionClaim]
    laundering: list[LaunderingClaim]
    sources: list[Source]
    shared_addresses: list[SharedAddress]
    lists: Annotated[dict[str, int], Field(description="How long each list is; of long ones the beginning is here.")]
    as_of: date | None
    said_later: Annotated[int, Field(description="Claims said after the as-of day, which are left out.")]
    runs: list[RunLine]


class ClaimList(Shape):
    """A page of one kind of what is said of an incident."""

    incident: Slug
    part: str
    total: int
    offset: int
    rows: list[
        AmountClaim | AttributionClaim | AddressClaim | TransactionClaim | LaunderingClaim | Source | SharedAddress
    ]


class Sum(Shape):
    """A sum over thefts, each with its median, low and high."""

    usd: Amount
    text: Annotated[str, Field(description="The sum for people.")]
    low: Amount
    high: Amount
    incidents: int
    without_amount: Annotated[int, Field(description="Thefts among them that add nothing, for want of a claim.")]
    slugs: list[str]


class Span(Shape):
    """What was asked for, and all thefts, by both clocks."""

    known: Sum
    held: Sum
    all_known: Sum
    all_held: Sum
    share_held: Share | None


class YearTotal(Span):
    """One year, beside what was printed about it."""

    year: int
    published: list[PublishedTotal]


class Totals(Span):
    """What was stolen, over all years and by year."""

    actor: str | None
    rule: str | None
    as_of: date | None
    unit: Literal["micro-dollars"]
    years: list[YearTotal]


class Change(Shape):
    """What the same edition prints for the year before, and the difference."""

    difference: Amount
    before: Amount


class PrintedLine(PublishedTotal):
    """A figure that a publisher printed; `partial`: it counts a part of its year."""

    partial: bool
    change: Change | None


class PrintedList(Shape):
    """A page of printed figures."""

    total: int
    offset: int
    rows: list[PrintedLine]


class Publisher(Shape):
    """Who prints totals, and how it seems to count."""

    name: str
    called: str
    about: str
    grounds: list[str]
    rule: str | None


class PublisherList(Shape):
    """A page of the publishers with a profile."""

    total: int
    offset: int
    rows: list[Publisher]


class Tally(Shape):
    """A sum under a publisher's profile; incidents by what their figure rests on."""

    usd: Amount
    text: str
    low: Amount
    high: Amount
    incidents: int
    own: list[str]
    median: list[str]
    shared: list[str]
    none: list[str]


class ResidualChange(Shape):
    """One change that would move the sum towards the printed figure."""

    kind: str
    incident: str | None
    usd: Amount
    text: str


class Residual(Shape):
    """Printed minus profile, and what would close it."""

    usd: Amount
    text: str
    percent: str | None
    rounding: Amount
    state: str
    explained: str
    changes: list[ResidualChange]
    pairs: int
    unpriced: list[str]
    unnamed: Amount


class PublisherRow(Shape):
    """One year of one series: what the profile gives, beside what was printed."""

    series: str
    year: int | None
    from_: Annotated[date | None, Field(alias="from")]
    to: date
    read_so_because: str | None
    known: Tally
    held: Tally
    printed: PublishedTotal | None
    earlier: list[PublishedTotal]
    residual: Residual | None


class PublisherTotals(Shape):
    """A publisher's totals, by its profile and as printed."""

    publisher: str
    counts: str
    grounds: list[str]
    as_of: date | None
    first_printed: date
    last_claim: date
    unit: Literal["micro-dollars"]
    total: int
    offset: int
    rows: list[PublisherRow]


class Theft(Shape):
    """One theft with the amount it counts with."""

    incident: Slug
    victim: str
    date: date
    usd: Amount | None
    text: str | None


class Period(Shape):
    """The thefts of one year up to a day."""

    year: int
    until: date
    usd: Amount
    text: str
    low: Amount
    high: Amount
    thefts: int
    without_amount: int
    largest: Theft | None
    share_largest: Share | None
    without_largest: Amount
    median: Amount | None
    thefts_making_half: int
    share_of_largest: dict[str, Share | None]


class Rank(Shape):
    """A place among years."""

    place: int
    of: int
    highest_year: int | None


class Since(Shape):
    """How long ago the last theft of a size was."""

    size: Amount
    text: str
    last: Theft | None
    days_since: int | None
    longest_wait_days: int | None
    thefts: int


class Side(Shape):
    """A comparison by one clock; a change is a fraction of the sum before, null where that was nothing."""

    this: Period
    same_days_of_year_before: Period
    whole_year_before: Period
    change_against_same_days: Share | None
    change_against_whole_year: Share | None
    change_against_same_days_without_largest: Share | None
    change_against_whole_year_without_largest: Share | None
    rank: Rank
    rank_same_days: Rank
    rank_of_year_before: Rank
    since: list[Since]


class RuleShare(Shape):
    """The actor's share of all thefts under one rule."""

    rule: str
    usd: Amount
    all_usd: Amount
    thefts: int
    share_held: Share | None


class Lateness(Shape):
    """How long after a theft it is said whose it was."""

    thefts: int
    median_days: int | None
    ninth_decile_days: int | None
    undated: int


class Comparison(Shape):
    """A year against those before, by both clocks."""

    actor: str | None
    rule: str | None
    as_of: date | None
    year: int
    until: date
    partial: bool
    unit: Literal["micro-dollars"]
    known: Side | None
    held: Side
    share_by_rule: list[RuleShare]
    reporting_delay: Lateness
    first_claim: date | None


class Piece(Shape):
    """One part by one clock: thefts with this value alone, and those with it among others."""

    alone: Sum
    among: Sum
    returned_or_made_good: Amount
    net_of_that_claim: Amount
    net_of_that_claim_text: str


class CutPart(Shape):
    """One value of a cut."""

    name: str
    known: Piece
    held: Piece
    years: dict[str, Sum]


class Delay(Shape):
    """Days from theft to attribution, by who attributes."""

    by: str
    thefts: int
    undated: int
    median_days: list[str] | None
    shortest_days: int | None
    longest_days: int | None
    before_the_theft: list[str]


class Evidence(Shape):
    """Who says that a remedy helps."""

    by: str
    says: str
    url: str


class RemedyMapping(Shape):
    """What a vector is met with."""

    vector: str
    limits: str
    victims: list[str]
    remedies: list[str]
    evidence: list[Evidence]
    judgement: str | None


class Remedies(Shape):
    """From vectors to remedies, with the evidence."""

    inferred: str
    remedies: dict[str, str]
    mapping: list[RemedyMapping]


class ReturnStatements(Shape):
    """What is said to have come back or been stopped."""

    returned_or_made_good: list[AmountClaim]
    stopped: list[LaunderingClaim]
    may_be_contradicted: list[str]


class Cut(Sparse):
    """Thefts cut into parts that add up; with some cuts, what stands beside them."""

    by: str
    actor: str | None
    rule: str
    year: int | None
    as_of: date | None
    unit: Literal["micro-dollars"]
    known: Piece
    held: Piece
    vector_inferred: Sum
    parts: list[CutPart]
    delays: list[Delay] | None = None
    mapping: Remedies | None = None
    statements: ReturnStatements | None = None


class RuleMeaning(Shape):
    """A counting rule."""

    rule: str
    meaning: str


class RuleList(Shape):
    """A page of the counting rules."""

    total: int
    offset: int
    rows: list[RuleMeaning]


class NotFollowed(ActorStatement):
    """A statement about actors that was not followed, and why."""

    reason: str


class ActorView(Shape):
    """All that is known of one actor."""

    actor: str
    name: str
    canonical: str
    same: list[str]
    described: list[Actor]
    statements: list[ActorStatement]
    decisions: list[ActorDecision]
    not_followed: list[NotFollowed]


class ActorOfLedger(Shape):
    """An actor to whom incidents are attributed."""

    actor: str
    incidents: int


class ActorList(Shape):
    """A page of the actors of packs, and every actor of the ledger."""

    total: int
    offset: int
    rows: list[ActorView]
    ledger: list[ActorOfLedger]
