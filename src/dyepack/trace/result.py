"""What a trace hands over: what became of what was seeded, where it rests, and the range over the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from dyepack.amounts import Asset
from dyepack.model import Seed
from dyepack.schema import as_json
from dyepack.trace.headline import Account, Ending, accounts, became, headline, under
from dyepack.trace.methods import METHODS, ranging
from dyepack.trace.request import Repeated
from dyepack.trace.small import NOBODY, Thresholds

if TYPE_CHECKING:
    from dyepack.trace.bounded import BoundsResult


def ranged(amounts: Mapping[str, int]) -> list[int]:
    """The amounts that a range is over: those of conserving methods, or all where no other was asked for."""
    return [amount for method, amount in amounts.items() if METHODS[method].conserves] or list(amounts.values())


@dataclass(frozen=True, slots=True)
class Sheet:
    """One method, one origin, one asset: what became of what was seeded.

    `converted` left for another asset, `received` came from one. `spread` is money that a rule which does not conserve
    calls tainted though it was not: under such a rule a sheet says how far taint reaches, not how much there is.
    """

    method: str
    origin: str
    asset: str
    seeded: int
    held: int
    stopped: Mapping[str, int]
    fees: int = 0
    converted: int = 0
    received: int = 0
    spread: int = 0

    @property
    def conserved(self) -> bool:
        """Whether as much money is there as was seeded: all of it, and no more."""
        return self.spread == 0 and self.adds_up

    @property
    def adds_up(self) -> bool:
        """Whether what was seeded, what conversions brought, and what spread is where the sheet says that it is."""
        there = self.held + sum(self.stopped.values()) + self.fees + self.converted
        return self.seeded + self.received + self.spread == there


@dataclass(frozen=True, slots=True)
class Place:
    """Where money of one incident rests at the end, over all methods, and what of unknown origin rests beside it.

    A place that has only money of unknown origin is one too, with nothing stolen: so the amounts of an incident's
    places add up to its sheets, and what is unknown there to the sheets of `unknown`.
    """

    origin: str
    chain: str
    address: str
    asset: str
    reason: str
    name: str | None
    actor: str | None
    concept: str | None
    amounts: Mapping[str, int]
    unknown: Mapping[str, int]
    first_time: datetime | None
    last_time: datetime | None

    @property
    def low(self) -> int:
        """The least that any conserving method brings here."""
        return min(ranged(self.amounts))

    @property
    def high(self) -> int:
        """The most that any conserving method brings here."""
        return max(ranged(self.amounts))

    @property
    def unknown_low(self) -> int:
        """The least money of unknown origin here."""
        return min(ranged(self.unknown))

    @property
    def unknown_high(self) -> int:
        """The most money of unknown origin here."""
        return max(ranged(self.unknown))


@dataclass(frozen=True, slots=True)
class Deposit:
    """The address that paid a stop: what a request to the service names.

    `moved` and `transfers` count its whole payments to the stop in which any method sees money of the incident.
    """

    origin: str
    deposit: str
    address: str
    asset: str
    reason: str
    name: str | None
    amounts: Mapping[str, int]
    moved: int
    transfers: int

    @property
    def low(self) -> int:
        """The least of the incident's money that it paid in."""
        return min(ranged(self.amounts))

    @property
    def high(self) -> int:
        """The most of it."""
        return max(ranged(self.amounts))

    @property
    def place(self) -> tuple[str, int, str, str, str]:
        """Its place in a list: by asset, what brought the most first."""
        return self.asset, -max(self.amounts.values()), self.origin, self.deposit, self.address


@dataclass(frozen=True, slots=True)
class Small:
    """All addresses together that got less of an origin's money in an asset than `below`; see `small`.

    `addresses` counts those where some rests, `payers` those that paid a stop; `says` has the threshold in words.
    """

    origin: str
    asset: str
    below: int
    basis: str
    says: str
    addresses: int
    payers: int
    amounts: Mapping[str, int]
    unknown: Mapping[str, int]

    @property
    def low(self) -> int:
        """The least of it in all."""
        return min(ranged(self.amounts))

    @property
    def high(self) -> int:
        """The most of it in all."""
        return max(ranged(self.amounts))


@dataclass(frozen=True, slots=True)
class Shown:
    """Places and payers that are named, and the others as one each for an origin and asset."""

    places: tuple[Place, ...]
    deposits: tuple[Deposit, ...]
    small: tuple[Small, ...]


def shown(
    places: Sequence[Place], deposits: Sequence[Deposit], thresholds: Thresholds, assets: Mapping[str, Asset]
) -> Shown:
    """Who is named, and who is small; without a threshold everybody is named."""
    few = [one for one in places if one.reason not in NOBODY and _is_small(one, thresholds)]
    paid = [one for one in deposits if _is_small(one, thresholds)]
    away, gone = {id(one) for one in few}, {id(one) for one in paid}
    keys = {(place.origin, place.asset) for place in few} | {(payer.origin, payer.asset) for payer in paid}
    return Shown(
        tuple(one for one in places if id(one) not in away),
        tuple(one for one in deposits if id(one) not in gone),
        tuple(_together(key, few, paid, thresholds, assets) for key in sorted(keys)),
    )


def _is_small(one: Place | Deposit, thresholds: Thresholds) -> bool:
    least = thresholds.get((one.origin, one.asset))
    return least is not None and max(ranged(one.amounts)) < least.below


def _together(
    key: tuple[str, str],
    places: Sequence[Place],
    deposits: Sequence[Deposit],
    thresholds: Thresholds,
    assets: Mapping[str, Asset],
) -> Small:
    mine = [one for one in places if (one.origin, one.asset) == key]
    paid = [one for one in deposits if (one.origin, one.asset) == key]
    least = thresholds[key]
    methods = mine[0].amounts if mine else paid[0].amounts
    return Small(
        *key,
        below=least.below,
        basis=least.basis,
        says=least.says(assets[key[1]]),
        addresses=len({one.address for one in mine}),
        payers=len({one.deposit for one in paid}),
        amounts={name: sum(one.amounts[name] for one in mine) for name in methods},
        unknown={name: sum(one.unknown[name] for one in mine) for name in methods},
    )


def small_json(one: Small) -> dict[str, Any]:
    """What is small as a JSON object, with its range."""
    return {**_plain(one, low=one.low, high=one.high), "addresses": one.addresses, "payers": one.payers}


@dataclass(frozen=True, slots=True)
class Scope:
    """What was looked at; `cut_forward` and `cut_backward` count what the budget left out on either side."""

    movements: int
    addresses: int
    hops: int
    first_block: int
    last_block: int
    first_time: datetime
    last_time: datetime
    cut_forward: int
    cut_backward: int
    not_followed: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A holding that pays out more than the data shows coming in: how much, and the block by which it has done so."""

    address: str
    asset: str
    amount: int
    block: int


@dataclass(frozen=True, slots=True)
class Alternative:
    """The same trace under the other reading of movements that repeat an earlier one of their transaction.

    `repeated` names that reading; `movements` and `moved` say how many repeat one and what they move, by asset;
    `unexplained` counts by asset the accounts that pay out more than they are shown to get.
    """

    repeated: Repeated
    movements: int
    moved: Mapping[str, int]
    sheets: tuple[Sheet, ...]
    places: tuple[Place, ...]
    unexplained: Mapping[str, int]

    def seeded(self, origin: str, asset: str) -> int:
        """What this reading starts from; the same under every method."""
        return next((sheet.seeded for sheet in self.sheets if (sheet.origin, sheet.asset) == (origin, asset)), 0)


@dataclass(frozen=True, slots=True)
class OtherEnd:
    """Where a figure differs under another reading: its range here and there; without an address, what is seeded."""

    origin: str
    asset: str
    address: str | None
    reason: str
    low: int
    high: int
    other_low: int
    other_high: int

    @property
    def by(self) -> int:
        """By how much an end of the range moves, at the most."""
        return max(abs(self.low - self.other_low), abs(self.high - self.other_high))


@dataclass(frozen=True, slots=True)
class OtherReading:
    """What changes if the data is read in another way that it allows as well.

    `turned`: the transactions of `concerned` blocks, whose order no source says, come in the opposite order. `each`:
    `concerned` equal movements of several lists are movements of their own. `ends` are the figures that differ, those
    that differ most first.
    """

    variant: Literal["each", "turned"]
    concerned: int
    ends: tuple[OtherEnd, ...]


@dataclass(frozen=True, slots=True)
class TraceResult:
    """One trace: its run, its seeds (incidents' and unknown), and the answer as a range over the methods.

    Where movements repeat others, `repeated` is how they were read here and `alternative` what the other reading gives.
    `bounds` are there for a page that tells both, where somebody put them there. `thresholds` say what is too small to
    be named; `places` and `deposits` have everybody.
    """

    run: str
    chain: str
    incidents: tuple[str, ...]
    repeated: Repeated
    methods: tuple[str, ...]
    assets: Mapping[str, Asset]
    seeds: tuple[Seed, ...]
    sheets: tuple[Sheet, ...]
    places: tuple[Place, ...]
    deposits: tuple[Deposit, ...]
    scope: Scope
    warnings: tuple[str, ...]
    alternative: Alternative | None = None
    bounds: "BoundsResult | None" = None
    unexplained: tuple[Unexplained, ...] = ()
    readings: tuple[OtherReading, ...] = ()
    thresholds: Thresholds = field(default_factory=dict)

    @property
    def shown(self) -> Shown:
        """Who is named, and the others in one line for each origin and asset."""
        return shown(self.places, self.deposits, self.thresholds, self.assets)

    @property
    def headlines(self) -> dict[str, str]:
        """By incident the one sentence over all of its assets."""
        return headlines(self.incidents, self.methods, self.sheets, self.shown.places, self.assets)

    @property
    def ranging(self) -> tuple[str, ...]:
        """The methods that ranges are over: those that conserve, or all where no other was asked for."""
        return ranging(self.methods)

    def as_json(self, *, every: bool = False) -> dict[str, Any]:
        """The same as a JSON object; amounts are decimal strings of base units, counts are numbers.

        Who is small is in `small` alone, in the list of destinations and payers too where `every` one is wanted.
        """
        told = self.shown
        naming = None if every else (self.thresholds, self.assets)
        places, deposits = (self.places, self.deposits) if every else (told.places, told.deposits)
        return {
            "run": self.run,
            "chain": self.chain,
            "incidents": list(self.incidents),
            "assets": {key: asdict(asset) for key, asset in self.assets.items()},
            "methods": methods_json(self.methods, self.sheets),
            "headlines": self.headlines,
            "became": became_json(self.incidents, self.methods, self.sheets, self.assets),
            "destinations": [place_json(place) for place in places],
            "small": [small_json(one) for one in told.small],
            "seeds": [as_json(seed) for seed in self.seeds],
            **said_json(deposits, self.scope, self.warnings),
            "repeated": self.repeated,
            "unexplained": [unexplained_json(one) for one in self.unexplained],
            "alternative": alternative_json(self.methods, self.alternative, naming) if self.alternative else None,
            "readings": [reading_json(reading) for reading in self.readings],
        }


def said_json(deposits: Sequence[Deposit], scope: Scope, warnings: Sequence[str]) -> dict[str, Any]:
    """What a trace says beside its figures, as JSON objects."""
    counts = {name: getattr(scope, name) for name in _COUNTS}
    return {
        "deposits": [_deposit_json(deposit) for deposit in deposits],
        "scope": {**_plain(scope), **counts, "not_followed": dict(scope.not_followed)},
        "warnings": list(warnings),
    }


def _deposit_json(one: Deposit) -> dict[str, Any]:
    return {**_plain(one, low=one.low, high=one.high), "transfers": one.transfers}


def unexplained_json(one: Unexplained) -> dict[str, Any]:
    """An account that pays out too much as a JSON object."""
    return {**_plain(one), "block": one.block}


_COUNTS = ("movements", "addresses", "hops", "first_block", "last_block", "cut_forward", "cut_backward")


def methods_json(methods: Sequence[str], sheets: Sequence[Sheet]) -> dict[str, Any]:
    """The sheets by method, and whether each conserves, as a JSON object."""
    found: dict[str, Any] = {}
    for method in methods:
        mine = [sheet for sheet in sheets if sheet.method == method]
        conserved = all(sheet.conserved for sheet in mine)
        found[method] = {"conserved": conserved, "sheets": [_plain(one, conserved=one.conserved) for one in mine]}
    return found


def place_json(place: Place) -> dict[str, Any]:
    """A place as a JSON object, with its range."""
    return _plain(place, low=place.low, high=place.high)


def headlines(
    incidents: Sequence[str],
    methods: Sequence[str],
    sheets: Sequence[Ending],
    places: Sequence[Place],
    assets: Mapping[str, Asset],
) -> dict[str, str]:
    """By incident the one sentence over all of its assets; `places` are those that may be named."""
    found = _accounts(incidents, methods, sheets, assets)
    said = under(ranging(tuple(methods)))
    return {origin: f"{headline(mine, places)}, {said}" for origin, mine in found.items()}


def became_json(
    incidents: Sequence[str], methods: Sequence[str], sheets: Sequence[Ending], assets: Mapping[str, Asset]
) -> list[dict[str, Any]]:
    """What became of each incident's money, by asset and end: the ranges that its headline names.

    Nothing where no rule conserves: poison says how far money can have reached, not how much of it is where.
    """
    if not any(METHODS[name].conserves for name in methods):
        return []
    found = _accounts(incidents, methods, sheets, assets)
    return [_plain(one) for mine in found.values() for account in mine for one in became(account)]


def _accounts(
    incidents: Sequence[str], methods: Sequence[str], sheets: Sequence[Ending], assets: Mapping[str, Asset]
) -> dict[str, list[Account]]:
    """By incident its accounts by asset, over the methods that a range is over; those without one are left out."""
    told = ranging(tuple(methods))
    found = {origin: accounts(sheets, origin, told, assets) for origin in incidents}
    return {origin: mine for origin, mine in found.items() if mine}


def alternative_json(
    methods: Sequence[str], other: Alternative, naming: tuple[Thresholds, Mapping[str, Asset]] | None = None
) -> dict[str, Any]:
    """The other reading as a JSON object; `naming` says who is too small to be named."""
    places = shown(other.places, (), *naming).places if naming else other.places
    return {
        "repeated": other.repeated,
        "movements": other.movements,
        "moved": _value(dict(other.moved)),
        "methods": methods_json(methods, other.sheets),
        "destinations": [place_json(place) for place in places],
        "unexplained": dict(other.unexplained),
    }


def reading_json(reading: OtherReading) -> dict[str, Any]:
    """Another reading as a JSON object; `concerned` is a number."""
    return {**_plain(reading), "concerned": reading.concerned, "ends": [_plain(end) for end in reading.ends]}


def _plain(record: Any, **more: Any) -> dict[str, Any]:
    return {name: _value(value) for name, value in {**asdict(record), **more}.items()}


def _value(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, dict):
        return {key: _value(item) for key, item in value.items()}
    return value
