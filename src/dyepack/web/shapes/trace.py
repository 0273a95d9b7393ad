"""Answers about traces."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from dyepack.web.shapes.base import Amount, Shape
from dyepack.web.shapes.records import Seed

Repeated = Literal["kept", "once"]


class RunLine(Shape):
    """One trace of a list."""

    run: str
    incidents: list[str]
    chain: str
    methods: list[str]
    backward: bool
    past: Annotated[list[str], Field(description="Addresses that it went on past, where it would have ended.")]
    version: str
    started: datetime
    finished: datetime


class RunList(Shape):
    """A page of traces, the latest first."""

    total: int
    offset: int
    rows: list[RunLine]


class AssetForm(Shape):
    """How an asset is counted and called."""

    id: str
    symbol: str
    decimals: int


class Made(Shape):
    """All that is needed to make a run again."""

    version: str
    started: datetime
    finished: datetime
    parameters: dict[str, Any]
    inputs: dict[str, dict[str, str]]


class Sheet(Shape):
    """What became of what was seeded, by one method."""

    method: str
    origin: str
    asset: str
    seeded: Amount
    held: Amount
    stopped: dict[str, Amount]
    fees: Amount
    converted: Amount
    received: Amount
    spread: Amount
    conserved: bool


class MethodSheets(Shape):
    """A method's sheets, and whether as much is there as was seeded."""

    conserved: bool
    sheets: list[Sheet]


class Place(Shape):
    """Where money rests, by each method; the range is over those that conserve."""

    origin: str
    chain: str
    address: str
    asset: str
    reason: str
    name: str | None
    actor: str | None
    concept: str | None
    amounts: dict[str, Amount]
    unknown: dict[str, Amount]
    first_time: datetime | None
    last_time: datetime | None
    low: Amount
    high: Amount


class SmallPlaces(Shape):
    """All addresses that got next to nothing of an origin's money in an asset, and so are not named: less than `below`.

    `payers` of them paid a stop. `says` has the threshold in words, `basis` what decided it.
    """

    origin: str
    asset: str
    below: Amount
    basis: Literal["share", "money", "share-unpriced"]
    says: str
    addresses: int
    payers: int
    amounts: dict[str, Amount]
    unknown: dict[str, Amount]
    low: Amount
    high: Amount


class PlaceList(Shape):
    """A page of places."""

    total: int
    offset: int
    rows: list[Place]


class Deposit(Shape):
    """The address that paid a service."""

    origin: str
    deposit: str
    address: str
    asset: str
    reason: str
    name: str | None
    amounts: dict[str, Amount]
    low: Amount
    high: Amount
    moved: Amount
    transfers: int


class BoundsScope(Shape):
    """What bounds looked at."""

    movements: int
    addresses: int
    first_block: int
    last_block: int


class Scope(BoundsScope):
    """What a trace looked at."""

    hops: int
    first_time: datetime
    last_time: datetime
    cut_forward: int
    cut_backward: int
    not_followed: dict[str, int]


class Unexplained(Shape):
    """An account that pays out more than the data shows coming in."""

    address: str
    asset: str
    amount: Amount
    block: int


class OtherReading(Shape):
    """What the other reading of repeated movements gives; of its places the first."""

    repeated: Repeated
    movements: int
    moved: dict[str, Amount]
    methods: dict[str, MethodSheets]
    destinations: list[Place]
    destinations_total: int
    unexplained: dict[str, int]


class DifferingEnd(Shape):
    """A figure that another reading changes, as a range here and there; without an address, what is seeded."""

    origin: str
    asset: str
    address: str | None
    reason: str
    low: Amount
    high: Amount
    other_low: Amount
    other_high: Amount


class ReadOtherwise(Shape):
    """What changes under another reading that the data allows; `concerned` counts the blocks or movements."""

    variant: Literal["each", "turned"]
    concerned: int
    ends: list[DifferingEnd]


class Bound(Shape):
    """The least and the most at a group of places, under any rule."""

    origins: list[str]
    asset: str
    kind: str
    name: str
    reason: str | None
    addresses: list[str]
    seeded: Amount
    least: Amount
    most: Amount
    most_if_unknown: Amount
    balance: Amount
    exact: bool


class OtherBounds(Shape):
    """The bounds under the other reading."""

    repeated: Repeated
    movements: int
    bounds: list[Bound]


class BoundsReadOtherwise(Shape):
    """The bounds under another reading that the data allows; `concerned` counts the blocks or movements."""

    variant: Literal["each", "turned"]
    concerned: int
    bounds: list[Bound]


class Bounds(Shape):
    """What holds under every tracing rule."""

    chain: str
    incidents: list[str]
    assets: dict[str, AssetForm]
    bounds: list[Bound]
    scope: BoundsScope
    warnings: list[str]
    repeated: Repeated
    alternative: OtherBounds | None
    readings: list[BoundsReadOtherwise] | None = None


class Became(Shape):
    """What came to one end of all that an origin had of an asset, each as a range over the rules that conserve."""

    origin: str
    asset: str
    end: str
    low: Amount
    high: Amount
    of_low: Amount
    of_high: Amount


class RunView(Shape):
    """What a trace found. The last fields are null where the version that made the run did not keep them; `bounds`,
    where no job has worked them out.
    """

    run: str
    chain: str
    incidents: list[str]
    backward: bool
    made: Made
    assets: dict[str, AssetForm]
    methods: dict[str, MethodSheets]
    became: list[Became]
    seeds: list[Seed]
    conversions: int
    headlines: dict[str, str]
    destinations: list[Place]
    destinations_total: int
    small: list[SmallPlaces]
    deposits: list[Deposit] | None
    deposits_total: int | None
    scope: Scope | None
    warnings: list[str] | None
    repeated: Repeated | None
    unexplained: list[Unexplained] | None
    unexplained_total: int | None
    alternative: OtherReading | None
    readings: list[ReadOtherwise] | None
    bounds: Bounds | None


class DayLine(Shape):
    """One line of a balance sheet."""

    line: str
    name: str | None
    amount: Amount


class SheetLine(DayLine):
    """The same where names that are small are one line; `count` says how many it stands for, else null."""

    count: int | None


class BalanceLine(SheetLine):
    """The same with what it was worth, on each basis; null where there is no price."""

    usd: dict[str, Amount | None]


class SheetHead(Shape):
    """Whose sheet, of what, and when."""

    origin: str
    asset: str
    day: date
    block: int
    seeded: Amount
    out_of_conversions: Amount
    adds_up: bool


class BalanceSheet(SheetHead):
    """Where all of it is at a moment."""

    lines: list[BalanceLine]


class DaySheet(SheetHead):
    """Where all of it is at the end of a day."""

    lines: list[SheetLine]


class NoPrice(Shape):
    """Days on which an asset has no price."""

    asset: str
    basis: str
    days: list[str]


class BalanceView(Shape):
    """Where all of the money is at a moment, and what it was worth."""

    run: str
    method: str
    sheets: list[BalanceSheet]
    totals_usd: dict[str, dict[str, Amount]]
    theft_days: dict[str, date | None]
    now: date | None
    price_sources: dict[str, str]
    without_a_price: list[NoPrice]
    over_time: list[DaySheet]


class BalanceOfMethods(Shape):
    """The same by every method that conserves."""

    run: str
    methods: dict[str, BalanceView]


class Balances(Shape):
    """The end of every day with a movement or a freeze, by method."""

    run: str
    assets: dict[str, AssetForm]
    methods: dict[str, list[DaySheet]]


class AmountRange(Shape):
    """The least and the most over the rules."""

    low: Amount
    high: Amount


class AreaForm(Shape):
    """One series of the chart: what a line had at each day's end, by method, and the range over them."""

    key: str
    line: str
    name: str
    amounts: dict[str, list[Amount]]
    range: list[AmountRange]


class Areas(Shape):
    """The balance sheets over time of one asset, as areas that add up to `whole` on every day.

    `gone` is what had left the accounts that held it; `gone_under_any_rule` the same at the end, where a job has worked
    out the bounds. `assets` and `origins` are what may be asked for.
    """

    run: str
    methods: list[str]
    assets: list[AssetForm]
    origins: list[str]
    asset: str | None
    of: list[str]
    days: list[date]
    whole: dict[str, list[Amount]]
    gone: list[AmountRange]
    gone_under_any_rule: AmountRange | None
    areas: list[AreaForm]


class AreasWorth(Shape):
    """What the areas of a day were worth by one method, by key and basis; null where a part has no price."""

    run: str
    method: str
    day: date
    block: int | None
    adds_up: bool
    usd: dict[str, dict[str, Amount | None]]


class Swap(Shape):
    """A conversion."""

    chain: str
    tx_hash: str
    conversion: int


class ChainMovement(Shape):
    """One movement of a chain of them: what the chain carries, what of the origin's is in it, and the whole."""

    block: int
    time: datetime
    tx_hash: str
    seq: int
    kind: str
    from_address: str
    to_address: str
    output: str | None
    asset: str
    amount: Amount
    of_this_origin: Amount
    moved: Amount


class ChainOfMovements(Shape):
    """Movements in time that bring an amount from where it starts."""

    chain: int
    amount: Amount
    starts: str
    from_address: str | None
    out_of_conversion: Swap | None
    movements: list[ChainMovement]


class ExplainedPart(Shape):
    """Chains that bring one amount; the rest is brought by narrower ones."""

    amount: Amount
    asset: str
    into_conversion: Swap | None
    chains: list[ChainOfMovements]
    by_narrower_chains: Amount


class ExplainedFigure(Shape):
    """What rests at an address, and how it came there."""

    origin: str
    chain: str
    address: str
    asset: str
    reason: str
    name: str | None
    rests: Amount
    seeded: Amount
    parts: list[ExplainedPart]


class Explained(Shape):
    """How figures come about: one decomposition that is consistent with the run's flows."""

    run: str
    method: str
    address: str
    says: str
    figures: list[ExplainedFigure]


class MovementExplained(Shape):
    """How what one movement carries came to it."""

    run: str
    method: str
    says: str
    figures: list[ExplainedFigure]


class PatternMovement(Shape):
    """One movement that shows a pattern."""

    block: int
    time: datetime
    tx_hash: str
    seq: int
    from_address: str
    to_address: str
    asset: str
    amount: Amount
    moved: Amount


class Pattern(Shape):
    """A shape that has a name, and the first of its movements."""

    pattern: str
    chain: str
    where: str
    says: str
    figures: dict[str, Any]
    error_rate: str
    movements: list[PatternMovement]
    movements_total: int


class PatternList(Shape):
    """A page of patterns, those with most movements first."""

    run: str
    method: str
    error_rate: str
    counts: dict[str, int]
    total: int
    offset: int
    patterns: list[Pattern]


class PathMovement(Shape):
    """One movement of a path."""

    block: int
    time: datetime
    tx_hash: str
    from_address: str
    to_address: str
    asset: str
    amount: Amount


class WayThrough(Shape):
    """One path, and what it can carry."""

    asset: str
    can_carry: Amount
    hops: int
    transactions: list[str]
    movements: list[PathMovement]


class Paths(Shape):
    """Ways that money could have gone."""

    chain: str
    says: str
    movements_looked_at: int
    cut_by_budget: Annotated[bool, Field(description="Whether the budget ended the search.")]
    paths: list[WayThrough]
