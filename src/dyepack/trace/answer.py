"""From the walks to the answer: sheets, places with their range over the methods, deposits, warnings."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from dyepack import amounts
from dyepack.amounts import Asset
from dyepack.model import UNKNOWN, Seed
from dyepack.store import Store
from dyepack.trace import keeping, write
from dyepack.trace.kernel import CARRIED
from dyepack.trace.layout import RECEIVED, SEEDED, SOURCES, SPREADS, Spot
from dyepack.trace.method import rank
from dyepack.trace.moves import INPUT, moment
from dyepack.trace.outputs import missing
from dyepack.trace.repeats import OTHER, Repeats
from dyepack.trace.request import Repeated, SeedSpec, Stop
from dyepack.trace.result import (
    Alternative,
    Deposit,
    OtherEnd,
    OtherReading,
    Place,
    Scope,
    Sheet,
    TraceResult,
    Unexplained,
    ranged,
)
from dyepack.trace.seeding import Openings, Seeding
from dyepack.trace.slice import Slice
from dyepack.trace.small import thresholds
from dyepack.trace.steps import CONVERTED, FEES, HELD, Plan
from dyepack.trace.stops import BURNED
from dyepack.trace.tally import NEVER, Sums
from dyepack.trace.unread import says
from dyepack.trace.wide import integers
from dyepack.trace.write import Found


@dataclass(frozen=True, slots=True)
class Told:
    """What is known before the walks: the run and its chain, what was asked, where the money starts, what repeats.

    `past` are the stops that following went on past, `follow` the addresses at which it was asked to, and `elsewhere`
    the seeds that it left out because they are on other chains.
    """

    run: str
    chain: str
    incidents: tuple[str, ...]
    seeds: tuple[Seed, ...]
    seeding: Seeding
    repeated: Repeated
    repeats: Repeats
    past: tuple[Stop, ...] = ()
    follow: tuple[str, ...] = ()
    elsewhere: tuple[SeedSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class Followed:
    """A slice, its openings, and the walks over it."""

    plan: Plan
    openings: Openings
    walks: tuple[Found, ...]


Further = tuple[Literal["each", "turned"], int, Followed]
"""Another reading that the data allows: which, how many blocks or movements it concerns, and what was followed."""


def answer(
    store: Store, told: Told, followed: Followed, other: Followed | None, further: Sequence[Further] = ()
) -> TraceResult:
    """The answer of a trace; `other` is what was followed under the other reading of repeated movements, if any is."""
    assets = assets_of(store, told, followed.plan)
    readings = tuple(differing(told, followed, one) for one in further)
    sheets, looked_at = tuple(sheet for one in followed.walks for sheet in _sheets(one)), scope(followed.plan)
    return TraceResult(
        run=told.run,
        chain=told.chain,
        incidents=told.incidents,
        repeated=told.repeated,
        methods=tuple(one.method for one in followed.walks),
        assets=assets,
        seeds=told.seeds,
        sheets=sheets,
        places=tuple(_places(told, followed.walks)),
        deposits=tuple(_deposits(followed.plan, followed.walks)),
        scope=looked_at,
        warnings=(*warnings(store, told, followed, assets), *(read_so(one, assets) for one in readings)),
        readings=readings,
        alternative=_alternative(told, other) if other else None,
        unexplained=tuple(each_unexplained(followed.openings)),
        thresholds=thresholds(store, sheets, assets, looked_at.last_time.date()),
    )


def differing(told: Told, followed: Followed, further: Further) -> OtherReading:
    """Where the figures of another reading differ from those of this one."""
    variant, concerned, other = further
    here, there = _figures(told, followed), _figures(told, other)
    ends = []
    for spot in {*here, *there}:
        mine, theirs = here.get(spot, (0, 0)), there.get(spot, (0, 0))
        if mine != theirs:
            ends.append(OtherEnd(*spot, *mine, *theirs))
    ends.sort(key=lambda one: (one.asset, -one.by, one.origin, one.address or "", one.reason))
    return OtherReading(variant, concerned, tuple(ends))


def _figures(told: Told, followed: Followed) -> dict[tuple[str, str, str | None, str], tuple[int, int]]:
    """Every figure that a reader sees first, as a range: what was seeded, and what of it is where."""
    found: dict[tuple[str, str, str | None, str], tuple[int, int]] = {}
    for place in _places(told, followed.walks):
        found[place.origin, place.asset, place.address, place.reason] = place.low, place.high
        if place.unknown_high:
            unknown = (UNKNOWN, place.asset, place.address, place.reason)
            found[unknown] = place.unknown_low, place.unknown_high
    seeded: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for one in followed.walks:
        for sheet in _sheets(one):
            seeded[sheet.origin, sheet.asset][sheet.method] = sheet.seeded
    for (origin, asset), amounts_ in seeded.items():
        found[origin, asset, None, SEEDED] = min(ranged(amounts_)), max(ranged(amounts_))
    return found


def read_so(reading: OtherReading, assets: Mapping[str, Asset]) -> str:
    """One sentence about another reading: what no source says, and what changes."""
    what = {
        "turned": f"in {reading.concerned} blocks that followed money passes no source says which transaction came"
        " first; in the opposite order",
        "each": f"{reading.concerned} movements stand in several lists, and no source says whether they are the same;"
        " if each is one of its own",
    }[reading.variant]
    if not reading.ends:
        return f"{what} nothing changes"
    most = max(
        reading.ends, key=lambda one: (one.by * 10**18 // 10 ** assets[one.asset].decimals, one.origin != UNKNOWN)
    )
    unit = assets[most.asset]
    spans = [amounts.spoken(*span, unit) for span in ((most.low, most.high), (most.other_low, most.other_high))]
    whose = "money of unknown origin" if most.origin == UNKNOWN else "stolen money"
    where = f"at {most.address} ({most.reason})" if most.address else "in all"
    return f"{what} {len(reading.ends)} figures change, the most: {whose} {where} is {spans[1]} instead of {spans[0]}"


def sums(result: TraceResult, other: Followed | None) -> Iterator[tuple[str, str, int]]:
    """Whatever a trace writes sums of, as (whose money, asset, amount): no figure of its tables is more."""
    others = [sheet for one in other.walks for sheet in _sheets(one)] if other else []
    for sheet in (*result.sheets, *others):
        yield sheet.origin, sheet.asset, sheet.seeded + sheet.received + sheet.spread


def _alternative(told: Told, other: Followed) -> Alternative:
    return Alternative(
        repeated=OTHER[told.repeated],
        movements=told.repeats.movements,
        moved=told.repeats.moved,
        sheets=tuple(
            sheet
            for one in other.walks
            for sheet in with_nothing(list(_sheets(one)), one.method, [(s.origin, s.asset) for s in told.seeds])
        ),
        places=tuple(_places(told, other.walks)),
        unexplained={asset: len(found) for asset, found in _shorts(other.openings).items()},
    )


def with_nothing(sheets: list[Sheet], method: str, started: Iterable[tuple[str, str]]) -> list[Sheet]:
    """These sheets of one method, and an empty one for an incident's money that is none under this reading alone."""
    wanted = {(origin, asset) for origin, asset in started if origin != UNKNOWN}
    lacking = sorted(wanted - {(sheet.origin, sheet.asset) for sheet in sheets})
    return [*sheets, *(Sheet(method, origin, asset, 0, 0, {}) for origin, asset in lacking)]


def assets_of(store: Store, told: Told, plan: Plan) -> dict[str, Asset]:
    """The assets that move or were seeded, by id."""
    used = {key.asset for key in plan.slice.moves.keys} | {seed.asset for seed in told.seeds}
    return write.assets(store, told.chain, used)


def _sheets(found: Found) -> Iterator[Sheet]:
    """The last day's balance sheet, by origin and asset."""
    lines: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    days = found.accounts.days
    for (origin, asset, line, _), amount in days[-1].lines.items() if days else ():
        lines[origin, asset][line] += amount
    for (origin, asset), sums in sorted(lines.items(), key=lambda item: (rank(item[0][0]), item[0][1])):
        stopped = {line: sums[line] for line in sorted(sums) if line not in (*SOURCES, HELD, FEES, CONVERTED)}
        fees, converted, received, spread = (sums.get(line, 0) for line in (FEES, CONVERTED, RECEIVED, SPREADS))
        seeded, held = sums.get(SEEDED, 0), sums.get(HELD, 0)
        yield Sheet(found.method, origin, asset, seeded, held, stopped, fees, converted, received, spread)


def _places(told: Told, walks: Sequence[Found]) -> list[Place]:
    """Every place that holds money of an incident or of unknown origin, for each incident, the most stolen first."""
    layout, resting = walks[0].layout, _Resting(walks)
    origins = layout.laid.origins
    row = {key: at for at, key in enumerate(resting.keys)}
    unknown = origins.index(UNKNOWN)
    places = []
    for at, (spot, origin) in enumerate(resting.keys):
        if origin == unknown:
            mine = [one for one in told.incidents if one not in origins or (spot, origins.index(one)) not in row]
            places += [_place((told.chain, one), layout.spots[spot], resting, (None, at)) for one in mine]
        else:
            beside = row.get((spot, unknown))
            places.append(_place((told.chain, origins[origin]), layout.spots[spot], resting, (at, beside)))
    return sorted(places, key=_most_stolen_first)


class _Resting:
    """What rests where by every method, in rows of one (spot, origin) each; 0 where a method brings nothing."""

    def __init__(self, walks: Sequence[Found]) -> None:
        sums = [one.accounts.at_rest for one in walks]
        keys = np.unique(np.concatenate([one.key for one in sums]))
        self.keys = [divmod(key, len(walks[0].layout.laid.origins)) for key in keys.tolist()]
        self.methods = [one.method for one in walks]
        self._amounts = [_spread(keys, one) for one in sums]
        never = np.iinfo(np.int64).max
        first, last = np.full(len(keys), never), np.full(len(keys), NEVER)
        for one in sums:
            at = np.searchsorted(keys, one.key)
            first[at] = np.minimum(first[at], np.where(one.first == NEVER, never, one.first))
            last[at] = np.maximum(last[at], one.last)
        self.times = [None if end == NEVER else (moment(at), moment(end)) for at, end in zip(first, last, strict=True)]

    def amounts(self, row: int | None) -> dict[str, int]:
        """By method, what rests there; without a row, nothing."""
        if row is None:
            return dict.fromkeys(self.methods, 0)
        return {name: column[row] for name, column in zip(self.methods, self._amounts, strict=True)}


def _spread(keys: Any, sums: Sums) -> list[int]:
    """The amounts of sums, one for each of all keys."""
    found = [0] * len(keys)
    for at, amount in zip(np.searchsorted(keys, sums.key).tolist(), integers(sums.lo, sums.hi), strict=True):
        found[at] = amount
    return found


def _most_stolen_first(place: Place) -> tuple[str, int, int, int, str, str]:
    return place.asset, -place.high, -place.low, -place.unknown_high, place.origin, place.address


def _place(of: tuple[str, str], spot: Spot, resting: _Resting, rows: tuple[int | None, int | None]) -> Place:
    """A place of one (chain, origin), by its rows of stolen and of unknown money.

    Its times are those of unknown money where it holds nothing else.
    """
    (chain, origin), (mine, unknown) = of, rows
    told = unknown if mine is None else mine
    times = None if told is None else resting.times[told]
    stop = spot.stop
    return Place(
        origin=origin,
        chain=chain,
        address=spot.address,
        asset=spot.asset,
        reason=spot.reason,
        name=stop.name if stop else None,
        actor=stop.actor if stop else None,
        concept=stop.concept if stop else None,
        amounts=resting.amounts(mine),
        unknown=resting.amounts(unknown),
        first_time=times[0] if times else None,
        last_time=times[1] if times else None,
    )


def _deposits(plan: Plan, walks: Sequence[Found]) -> list[Deposit]:
    """Who paid a stop, in which movements, and what these carried of each incident under each rule."""
    sums: dict[tuple[str, str, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    seen: dict[tuple[str, str, str, str], set[int]] = defaultdict(set)
    keys, moves = plan.slice.moves.keys, plan.slice.moves
    stopped = np.array([_asks(plan.stops.get(key.address)) for key in keys], np.bool_)
    for one in walks:
        walked = one.walked
        move = walked.laid.steps.move[walked.step]
        shown = (move >= 0) & (walked.how == CARRIED) & walked.laid.shown[walked.step]
        told = shown & (walked.origin < len(walked.laid.origins) - 2)
        chosen = np.flatnonzero(told & stopped[moves.payee[np.maximum(move, 0)]])
        amounts = integers(walked.lo[chosen], walked.hi[chosen])
        for at, origin, amount in zip(move[chosen].tolist(), walked.origin[chosen].tolist(), amounts, strict=True):
            payer, payee = keys[moves.payer[at]], keys[moves.payee[at]]
            spot = walked.laid.origins[origin], payer.address, payee.address, payee.asset
            sums[spot][one.method] += amount
            seen[spot].add(at)
    deposits = []
    for spot, by_method in sums.items():
        stop = plan.stops[spot[2]]
        moved = sum(moves.amount(at) for at in seen[spot])
        amounts_ = {one.method: by_method.get(one.method, 0) for one in walks}
        deposits.append(Deposit(*spot, stop.reason, stop.name, amounts_, moved, len(seen[spot])))
    return sorted(deposits, key=lambda one: one.place)


def _asks(stop: Stop | None) -> bool:
    """Whether there is somebody to ask at a stop; at a burn address there is nobody."""
    return stop is not None and stop.reason != BURNED


def scope(plan: Plan) -> Scope:
    """What a plan looks at."""
    cut, moves = plan.slice, plan.slice.moves
    return Scope(
        movements=len(moves),
        addresses=len({key.address for key in cut.holdings}),
        hops=cut.hops,
        first_block=int(moves.block[0]),
        last_block=int(moves.block[-1]),
        first_time=moment(moves.time.min()),
        last_time=moment(moves.time.max()),
        cut_forward=int(cut.beyond.sum()),
        cut_backward=cut.unseen,
        not_followed=cut.not_followed,
    )


def warnings(store: Store, told: Told, followed: Followed, assets: Mapping[str, Asset]) -> Iterator[str]:
    """What a reader must know of the data and its limits, a sentence each."""
    cut = followed.plan.slice
    yield from gone_past(told.past, told.follow)
    yield from left_out(told.elsewhere, told.chain)
    for address in dict.fromkeys(told.seeding.absent):
        yield f"seed {address} has no movement in the tables"
    for given in told.seeding.given:
        if given.block > cut.moves.block[-1]:
            yield f"the seed of {given.key.address} at block {given.block} comes after the last movement there is"
    yield from _given(told.seeding, assets)
    yield from _unexplained(followed.openings, assets)
    yield from _contradicted(followed.openings, assets)
    if told.repeats.movements:
        yield _repeats(told.repeats, told.repeated, assets)
    yield from of_the_slice(cut)
    yield from keeping.says(cut, told.seeding.blocks, assets)
    if not store.parts("tags"):
        yield "no tags are loaded: a service in the way was followed like any other address"
    else:
        yield "an address without a tag may be a service too: following past one accuses strangers"


def _given(seeding: Seeding, assets: Mapping[str, Asset]) -> Iterator[str]:
    """One sentence for each sum of own money that was given in a theft."""
    for tx_hash, (address, asset, amount) in seeding.own:
        unit = assets.get(asset, Asset.called(asset, asset, 0))
        yield (
            f"in the theft {tx_hash} {address} gave {amounts.show(amount, unit.decimals)} {unit.symbol}, which was not"
            " taken there; what came for it is stolen, and it is not taken off"
        )
    for tx_hash, shared in seeding.shared:
        unit = assets.get(shared.asset, Asset.called(shared.asset, shared.asset, 0))
        part, rest = (amounts.spoken(amount, amount, unit) for amount in (shared.part, shared.rest))
        yield (
            f"in the theft {tx_hash} {shared.hand} passed on {part} to addresses that are named as seeds and {rest} to"
            f" {shared.others} that are not: what these got is not followed; name {shared.hand} to follow all of it"
        )
    for one in seeding.apart:
        unit = assets.get(one.key.asset, Asset.called(one.key.asset, one.key.asset, 0))
        yield (
            f"{one.tx_hash} is named as a seed, and {amounts.show(one.amount, unit.decimals)} {unit.symbol} that"
            f" {one.key.address} gave in it was followed already: it goes on there and counts once"
        )
    if seeding.passed:
        yield (
            f"{len(seeding.passed)} outputs that are named as seeds were paid out of money that was followed already:"
            " it goes on there and counts once"
        )


def left_out(others: Iterable[SeedSpec], chain: str) -> Iterator[str]:
    """One sentence about seeds on other chains."""
    if counted := Counter(spec.chain for spec in others):
        some = ", ".join(f"{many} on {name}" for name, many in sorted(counted.items()))
        which = f"{counted.total()} seeds are" if counted.total() > 1 else "1 seed is"
        yield f"{which} on another chain and left out ({some}): this trace is on {chain}"


def gone_past(past: Iterable[Stop], follow: Iterable[str]) -> Iterator[str]:
    """One sentence for each stop that following went on past, and for each address where nothing would have ended."""
    past = tuple(past)
    for address in sorted({*follow} - {stop.address for stop in past}):
        yield (
            f"following was asked to go on past {address}, and would not have ended there: neither a tag nor a stop, a"
            " pool or a service is known there; so --follow changed nothing"
        )
    for stop in past:
        called = f" ({stop.name})" if stop.name else ""
        yield (
            f"following went on past {stop.address}{called}, where it would have ended as {stop.reason}, because that"
            " was asked; what it pays may be other people's money"
        )


def of_the_slice(cut: Slice, *, backward: bool = False) -> Iterator[str]:
    """What a slice lacks, leaves out or takes together, a sentence each."""
    if undated := int((cut.moves.time == 0).sum()):
        yield f"{undated} movements have no time in the data; they stand at 1970-01-01, in the order of their blocks"
    if lacking := missing(cut.moves):
        yield (
            f"{lacking} transactions spend outputs whose amounts the data does not show; what these must have brought"
            " is of unknown origin"
        )
    if nameless := _nameless(cut):
        yield (
            f"{nameless} inputs with a value have no address in the data; whose they are is not known, and money there"
            " goes by the name of the output"
        )
    for flag, count in cut.not_followed.items():
        if unread := says(flag, count):
            yield unread
            continue
        one = count == 1
        what = f"1 movement flagged {flag} touches" if one else f"{count} movements flagged {flag} touch"
        yield f"{what} these addresses and {'was' if one else 'were'} not followed"
    if cut.loose:
        yield (
            f"in {cut.loose} transactions that followed money passes no source says in which order their movements"
            " came; they stand so that money comes before it leaves, and what is said here holds for that order"
        )
    if cut.beyond.any():
        yield f"the budget left out {int(cut.beyond.sum())} places that stolen money reaches; it rests there as budget"
    if cut.unseen:
        yield f"the budget left out at least {cut.unseen} payers; what they paid is of unknown origin"
    if cut.pooled:
        some = ", ".join(sorted(cut.pooled)[:3])
        yield (
            f"money comes out of {len(cut.pooled)} contracts that hold the money of many ({some}), and the data does"
            " not show what was given for it; it begins there as pooled, and who paid them before is not looked at"
            if backward
            else f"money goes into {len(cut.pooled)} contracts that hold the money of many ({some}), and the data does"
            " not show what came back for it; it ends there as pooled, and whom they paid later is not followed"
        )
    if cut.conversions:
        yield (
            f"{len(cut.conversions)} conversions inside transactions were followed from one asset to the other by"
            " netting; the table conversions has them"
        )
    if cut.unclear:
        yield f"{cut.unclear} transactions trade in a way that does not say for whom; their movements are as they stand"


def _nameless(cut: Slice) -> int:
    """Inputs of an output chain whose amount is known and whose address is not."""
    keys, moves = cut.moves.keys, cut.moves
    bare = np.array([key.output != "" and key.address == key.output for key in keys], np.bool_)
    return int((bare[moves.payer] & (moves.kind == INPUT)).sum()) if len(moves) else 0


def _unexplained(openings: Openings, assets: Mapping[str, Asset]) -> Iterator[str]:
    """One sentence per asset about the accounts that pay out more than the data shows coming in."""
    for asset, found in _shorts(openings).items():
        unit = assets[asset]
        total = sum(amount for amount, _, _ in found)
        most, address, block = max(found)
        spoken = amounts.spoken(total, total, unit), amounts.spoken(most, most, unit)
        yield (
            f"{len(found)} accounts pay out {spoken[0]} more than the data shows coming in; that is counted"
            f" as of unknown origin and widens the range (the largest: {address}"
            f" by {spoken[1]}, at block {block})"
        )


def each_unexplained(openings: Openings) -> Iterator[Unexplained]:
    """Every account that pays out more than the data shows coming in, the largest first."""
    for asset, found in _shorts(openings).items():
        for amount, address, block in sorted(found, key=lambda one: (-one[0], one[1])):
            yield Unexplained(address, asset, amount, block)


def _shorts(openings: Openings) -> dict[str, list[tuple[int, str, int]]]:
    """By asset, the accounts that pay out more than they are shown to get: (amount, address, block)."""
    shorts: dict[str, list[tuple[int, str, int]]] = defaultdict(list)
    for key, short in openings.unknown.items():
        shorts[key.asset].append((short.amount, key.address, short.block))
    return dict(sorted(shorts.items()))


def _contradicted(openings: Openings, assets: Mapping[str, Asset]) -> Iterator[str]:
    """One sentence per known balance that is less than what the movements leave there."""
    for (address, asset, _), (block, amount) in openings.contradicted.items():
        known = f"{amounts.show(amount, assets[asset].decimals)} {assets[asset].symbol}"
        yield (
            f"the known balance of {address}, {known} at the end of block {block}, contradicts the movements, which"
            " leave more there by then; it was not used"
        )


def _repeats(repeats: Repeats, repeated: Repeated, assets: Mapping[str, Asset]) -> str:
    moved = " and ".join(amounts.spoken(amount, amount, assets[asset]) for asset, amount in repeats.moved.items())
    done = {
        "kept": "each was kept as a movement of its own (--repeated once leaves them out)",
        "once": "they were left out as rows written twice (--repeated kept takes each for a movement of its own)",
    }
    return (
        f"{repeats.movements} movements repeat an earlier one of their transaction, with the same payer, payee, asset"
        f" and amount, and move {moved}; {done[repeated]}: the data cannot say which is right"
    )
