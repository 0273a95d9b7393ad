"""From a slice to the steps of its walk: what each movement does, whatever the rule.

Of a walked holding, a movement takes what the rule says. What a stop pays, what is minted or rewarded is new and
`clean`; what a payer pays that was not looked at is of `unknown` origin. Money goes to a walked holding, or to rest:
at a stop for its reason, as a fee, burned, destroyed by the token's issuer, beyond the budget, or `unreached`, which is
where money goes that was never near a stolen unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from dyepack.amounts import split
from dyepack.errors import InputError
from dyepack.model import CLEAN, UNKNOWN
from dyepack.trace.converting import OUT
from dyepack.trace.kernel import COPY, MOVE, NEW, NOBODY, STEAL, Steps
from dyepack.trace.method import Lot, rank
from dyepack.trace.moves import GONE, INTO, TAKEN, Key, Moves
from dyepack.trace.request import Stop
from dyepack.trace.slice import Slice
from dyepack.trace.stops import BURNED
from dyepack.trace.wide import TWO64, limbs

HELD = "held"
FEES = "fees"
DESTROYED = "destroyed"
BRIDGE, REDEEMED = "bridge", "redeemed"
FROZEN = "frozen"
CONVERTED = "converted"
MOST = 10**38
"""What a holding may get, or pay, in all, in base units: as much as a table holds."""
_NEARLY = 1 - 2.0**-40
"""The part of it from which on sums are added up exactly, and not as floats."""
NEW_MONEY = "new money"
"""The origin of what is minted, mined or a reward, where origins are asked for."""
Theft = tuple[str, str, str]
"""(transaction, address, asset): money that is stolen from this arrival on."""


class Given(NamedTuple):
    """Stolen money put into a holding before the first movement of a block."""

    block: int
    key: Key
    origin: str
    amount: int


class Apart(NamedTuple):
    """Followed money that a transaction of a theft spends before any other that its holding has."""

    tx_hash: str
    key: Key
    origin: str
    amount: int

    @property
    def moment(self) -> Key:
        """What holds it while the transaction lasts."""
        return moment_of(self.tx_hash, self.key, self.origin)


def moment_of(tx_hash: str, key: Key, origin: str) -> Key:
    """Where stolen money of one incident lies at an address while a transaction lasts."""
    return Key(key.address, key.asset, f"{tx_hash}/{origin}")


class Sink(NamedTuple):
    """Where money rests that nobody follows further: the place, and why."""

    key: Key
    reason: str
    stop: Stop | None = None


@dataclass(frozen=True, eq=False)
class Plan:
    """All that a walk needs beside the rule.

    `stops` are by address. `beginnings` names the origin of what a key pays without being walked, where that is asked
    (`NEW_MONEY` is that of what is made); without it, that is `clean` or `unknown`. `thefts` gives the origin of what
    a transaction brings to an address; `openings` the lots that a holding had at first, oldest first. `frozen` says of
    a holding from which days on an issuer has it frozen, with the event's name, or free again, with None. `apart` is
    followed money that transactions of thefts spend; on an output chain `passed` is, by movement, what of an output
    that a seed names is such money.
    """

    slice: Slice
    stops: Mapping[str, Stop]
    openings: Mapping[Key, Sequence[Lot]] = field(default_factory=dict)
    given: Sequence[Given] = ()
    thefts: Mapping[Theft, str] = field(default_factory=dict)
    beginnings: Mapping[int, str] = field(default_factory=dict)
    frozen: Mapping[Key, Sequence[tuple[date, str | None]]] = field(default_factory=dict)
    apart: Sequence[Apart] = ()
    passed: Mapping[int, int] = field(default_factory=dict)

    @property
    def origins(self) -> list[str]:
        """All origins in their fixed order; `unknown` and `clean` are the last two."""
        named = {origin for lots in self.openings.values() for origin, _ in lots}
        named |= {given.origin for given in self.given} | set(self.thefts.values())
        if self.beginnings:
            outside = np.unique(self.slice.moves.payer[~self.slice.walked[self.slice.moves.payer]]).tolist()
            named |= {NEW_MONEY, *(self.beginnings[at] for at in outside)}
        return sorted(named | {UNKNOWN, CLEAN}, key=rank)

    @property
    def begins(self) -> Any:
        """Of each movement, whether it can be a theft: in its transaction, and as `taken` where that is told apart."""
        moves = self.slice.moves
        wanted = {tx for tx, _, _ in self.thefts}
        of_theft = np.isin(moves.tx, [code for code, name in enumerate(moves.hashes) if name in wanted])
        apart = np.isin(moves.kind, TAKEN)
        return of_theft & apart if apart.any() else of_theft

    @property
    def unseen(self) -> Any:
        """Of each movement, whether its payer was not looked at and its money is not its own."""
        moves = self.slice.moves
        own = self.slice.walked | np.array([key.address in self.stops for key in moves.keys], np.bool_)
        if self.slice.clean is not None:
            own |= self.slice.clean
        return moves.leaves & ~own[moves.payer]


@dataclass(frozen=True, eq=False)
class Laid:
    """The steps of a plan, and what the accounts need of them.

    `place` is where a step's money goes, among the keys and then the `sinks`; `shown` says of which steps the movement
    is what the chain shows, and not what happens inside a conversion.
    """

    plan: Plan
    steps: Steps
    origins: Sequence[str]
    place: Any
    sinks: Sequence[Sink]
    shown: Any


def lay(plan: Plan) -> Laid:
    """The steps of a plan without its openings.

    Raises:
        InputError: a holding gets or pays more than 38 digits hold: what it has at any time is less than either.
    """
    _check_size(plan.slice.moves)
    moves, origins = plan.slice.moves, plan.origins
    number = {origin: index for index, origin in enumerate(origins)}
    payee, place, sinks = _places(plan)
    pays = moves.leaves & plan.slice.walked[moves.payer]
    origin = _begun(plan, number) if plan.beginnings else np.where(plan.unseen, number[UNKNOWN], number[CLEAN])
    stolen = _thefts(plan, number)
    op = np.where(pays, np.where(stolen >= 0, STEAL, MOVE), NEW).astype(np.int8)
    origin = np.where(stolen >= 0, stolen, origin).astype(np.int32)
    steps = Steps(
        op,
        np.where(pays, moves.payer, NOBODY).astype(np.int32),
        payee,
        origin,
        moves.lo.copy(),
        moves.hi.copy(),
        np.arange(len(moves), dtype=np.int64),
        np.array([number[CLEAN]], np.int32),
        np.full(len(moves), -1, np.int32),
    )
    laid = Laid(plan, steps, origins, place, sinks, np.ones(len(moves), np.bool_))
    return _with_given(_with_apart(_with_conversions(_with_passed(laid)), number), number)


def _check_size(moves: Moves) -> None:
    """Refuse amounts whose sum at one holding the walk's integers may not hold."""
    amounts = moves.hi.astype(np.float64) * TWO64 + moves.lo
    if amounts.sum() < _NEARLY * MOST:
        return
    for side, does in ((moves.payee, "gets"), (moves.payer, "pays")):
        sums = np.bincount(side, amounts, len(moves.keys))
        for place in np.flatnonzero(sums >= _NEARLY * MOST).tolist():
            if (exact := sum(map(moves.amount, np.flatnonzero(side == place).tolist()))) >= MOST:
                key = moves.keys[place]
                raise InputError(
                    f"{key.address} {does} {exact:.2e} base units of {key.asset} in all; expected less than"
                    f" {MOST:.2e}: no asset has so many, so look at its decimals, or leave it out"
                )


def _begun(plan: Plan, number: Mapping[str, int]) -> Any:
    """Of each movement, the origin of its money where its payer is not walked."""
    moves = plan.slice.moves
    of_key = np.full(len(moves.keys), number[CLEAN], np.int64)
    for at in np.unique(moves.payer[~plan.slice.walked[moves.payer]]).tolist():
        of_key[at] = number[plan.beginnings[at]]
    return np.where(moves.leaves, of_key[moves.payer], number[NEW_MONEY])


def opened(laid: Laid, lots: Mapping[Key, Sequence[Lot]]) -> Laid:
    """The same steps after those that put opening lots into holdings."""
    number = {origin: index for index, origin in enumerate(laid.origins)}
    place = {key: index for index, key in enumerate(laid.plan.slice.moves.keys)}
    rows = [(place[key], number[origin], amount) for key, held in lots.items() for origin, amount in held if amount]
    return _put(laid, np.zeros(len(rows), np.int64), rows)


def _with_given(laid: Laid, number: Mapping[str, int]) -> Laid:
    moves = laid.plan.slice.moves
    place = {key: index for index, key in enumerate(moves.keys)}
    waiting = sorted(laid.plan.given)
    before = np.searchsorted(moves.block, [given.block for given in waiting], "left").astype(np.int64)
    at = np.searchsorted(laid.steps.move, before, "left")
    return _put(laid, at, [(place[given.key], number[given.origin], given.amount) for given in waiting])


def _put(laid: Laid, at: Any, rows: Sequence[tuple[int, int, int]]) -> Laid:
    """Steps of new money in these holdings, before the steps at these places."""
    more = [Inserted(NEW, NOBODY, holding, origin, amount, -1, holding) for holding, origin, amount in rows]
    return _inserted(laid, at, more)


def _with_passed(laid: Laid) -> Laid:
    """Followed money goes to the outputs that a seed names before any other is paid; the rest of these is stolen."""
    moves, passed = laid.plan.slice.moves, laid.plan.passed
    if not passed:
        return laid
    steps, rows = laid.steps, list[Inserted]()
    amounts = [moves.amount(index) - part for index, part in passed.items()]
    at = np.array([first_paid(moves, index) for index in passed], np.int64)
    for index, part in passed.items():
        origin, place = int(steps.origin[index]), int(laid.place[index])
        rows.append(
            Inserted(MOVE, int(steps.payer[index]), int(steps.payee[index]), origin, part, index, place, origin)
        )
    lo, hi = limbs(amounts)
    steps.lo[list(passed)], steps.hi[list(passed)] = lo, hi
    order = np.argsort(at, kind="stable")
    made = _inserted(laid, at[order], [rows[n] for n in order.tolist()])
    shown = made.shown | (made.steps.first >= 0)
    return _without(replace(made, shown=shown), (made.steps.lo == 0) & (made.steps.hi == 0))


def first_paid(moves: Moves, index: int) -> int:
    """The first movement by which the transaction of an output pays."""
    return int(np.argmax((moves.tx == moves.tx[index]) & (moves.payer == moves.payer[index])))


def _without(laid: Laid, gone: Any) -> Laid:
    """The same without these steps."""
    steps = Steps(*(column if name == "clean" else column[~gone] for name, column in laid.steps._asdict().items()))
    return replace(laid, steps=steps, place=laid.place[~gone], shown=laid.shown[~gone])


def _with_apart(laid: Laid, number: Mapping[str, int]) -> Laid:
    """What transactions of thefts spend of followed money is set apart before their first movement."""
    moves = laid.plan.slice.moves
    place = {key: index for index, key in enumerate(moves.keys)}
    tx = {name: code for code, name in enumerate(moves.hashes)}
    at: list[int] = []
    rows: list[Inserted] = []
    for one in laid.plan.apart:
        if one.moment in place and one.key in place and one.tx_hash in tx:
            first = int(np.argmax(moves.tx == tx[one.tx_hash]))
            holding, moment, origin = place[one.key], place[one.moment], number[one.origin]
            at.append(int(np.searchsorted(laid.steps.move, first, "left")))
            rows.append(Inserted(MOVE, holding, moment, origin, one.amount, first, moment, origin))
    order = sorted(range(len(at)), key=at.__getitem__)
    return _inserted(laid, np.array([at[n] for n in order], np.int64), [rows[n] for n in order])


class Inserted(NamedTuple):
    """A step that no movement of the chain is."""

    op: int
    payer: int
    payee: int
    origin: int
    amount: int
    move: int
    place: int
    first: int = -1


def _inserted(laid: Laid, at: Any, rows: Sequence[Inserted]) -> Laid:
    """These steps before those at these places, in the order given."""
    if not rows:
        return laid
    op, payer, payee, origin, amounts, move, place, first = zip(*rows, strict=True)
    lo, hi = limbs(amounts)
    old = laid.steps
    steps = Steps(
        np.insert(old.op, at, np.array(op, np.int8)),
        np.insert(old.payer, at, np.array(payer, np.int32)),
        np.insert(old.payee, at, np.array(payee, np.int32)),
        np.insert(old.origin, at, np.array(origin, np.int32)),
        np.insert(old.lo, at, lo),
        np.insert(old.hi, at, hi),
        np.insert(old.move, at, np.array(move, np.int64)),
        old.clean,
        np.insert(old.first, at, np.array(first, np.int32)),
    )
    shown = np.insert(laid.shown, at, np.zeros(len(rows), np.bool_))
    return Laid(laid.plan, steps, laid.origins, np.insert(laid.place, at, np.array(place, np.int64)), laid.sinks, shown)


def _with_conversions(laid: Laid) -> Laid:
    """What happens inside conversions: what comes out gets the composition of what went in, which is then gone.

    Where several assets went in, each counts for an equal part of what comes out: no price is assumed.
    """
    moves = laid.plan.slice.moves
    made = np.array([key.output.endswith(OUT) for key in moves.keys], np.bool_)
    ins, outs = _sides(moves, moves.kind == INTO, moves.payee), _sides(moves, made[moves.payer], moves.payer)
    if not ins:
        return laid
    sinks = list(laid.sinks)
    of_asset = {asset: len(sinks) + n for n, asset in enumerate(sorted({moves.keys[at].asset for at in ins_keys(ins)}))}
    sinks += [Sink(Key(CONVERTED, asset), CONVERTED) for asset in of_asset]
    clean, keys = len(laid.origins) - 1, len(moves.keys)
    certain = _certain(laid)
    at: list[int] = []
    rows: list[Inserted] = []
    for name, gone in ins.items():
        got = outs.get(name, {})
        first = min((leg for leg, _ in got.values()), default=max(leg for leg, _ in gone.values()) + 1)
        move = min(first, len(moves) - 1)
        for holding, (_, amount) in got.items():
            parts = split(amount, [1] * len(gone))
            rows += [
                Inserted(COPY, source, holding, certain.get(name, clean), part, move, holding)
                for source, part in zip(gone, parts, strict=True)
                if part
            ]
        rows += [
            Inserted(MOVE, holding, NOBODY, clean, amount, move, keys + of_asset[moves.keys[holding].asset])
            for holding, (_, amount) in gone.items()
        ]
        at += [first] * (len(rows) - len(at))
    return _inserted(replace(laid, sinks=sinks), np.array(at, np.int64), rows)


def _certain(laid: Laid) -> dict[str, int]:
    """By conversion, whose all that goes into it is under every rule: it was taken in the same transaction."""
    moves, found = laid.plan.slice.moves, dict[str, set[str]]()
    open_ = {one.moment for one in laid.plan.apart}
    for index in np.flatnonzero(moves.kind == INTO).tolist():
        payer, into = moves.keys[moves.payer[index]], moves.keys[moves.payee[index]]
        found.setdefault(into.output, set()).add(payer.output.rpartition("/")[2])
        if payer in open_:
            found[into.output].add(UNKNOWN)
    number = {origin: index for index, origin in enumerate(laid.origins)}
    return {name: number[next(iter(of))] for name, of in found.items() if len(of) == 1 and of <= number.keys()}


def ins_keys(ins: Mapping[str, Mapping[int, tuple[int, int]]]) -> set[int]:
    """The holdings that conversions take in."""
    return {holding for sides in ins.values() for holding in sides}


def _sides(moves: Moves, chosen: Any, keys: Any) -> dict[str, dict[int, tuple[int, int]]]:
    """By conversion, the holdings on one side of it: (first movement, amount) of each."""
    found: dict[str, dict[int, tuple[int, int]]] = {}
    for index in np.flatnonzero(chosen).tolist():
        holding = int(keys[index])
        side = found.setdefault(moves.keys[holding].output.rstrip(OUT), {})
        first, amount = side.get(holding, (index, 0))
        side[holding] = first, amount + moves.amount(index)
    return found


def _thefts(plan: Plan, number: Mapping[str, int]) -> Any:
    """Of each movement, the number of the incident that it is stolen in, or -1."""
    moves = plan.slice.moves
    found = np.full(len(moves), -1, np.int64)
    for index in np.flatnonzero(plan.begins).tolist():
        key = moves.keys[moves.payee[index]]
        origin = plan.thefts.get((moves.hashes[moves.tx[index]], key.address, key.asset))
        if origin is not None:
            found[index] = number[origin]
    return found


def _places(plan: Plan) -> tuple[Any, Any, list[Sink]]:
    """Of each movement, the holding that gets it, or NOBODY; and the place where its money goes; and the sinks."""
    cut, moves = plan.slice, plan.slice.moves
    sinks: list[Sink] = []
    keys = len(moves.keys)
    of_key = np.arange(keys, dtype=np.int64)
    walked = cut.walked.tolist()
    for index, key in enumerate(moves.keys):
        stop = plan.stops.get(key.address)
        if stop is not None or not walked[index]:
            of_key[index] = keys + len(sinks)
            sinks.append(Sink(key, _reason(cut, index, stop), stop))
    place = of_key[moves.payee]
    for kind, reason in zip(GONE, (FEES, BURNED, DESTROYED, BRIDGE, REDEEMED), strict=True):
        place = _gone(moves, place, (kind, reason), sinks)
    return np.where(place < keys, place, NOBODY).astype(np.int32), place, sinks


def _reason(cut: Slice, index: int, stop: Stop | None) -> str:
    if stop is not None:
        return stop.reason
    if cut.burnt is not None and cut.burnt[index]:
        return BURNED
    dust = cut.dust is not None and cut.dust[index]
    return "dust" if dust else "budget" if cut.beyond[index] else "unreached"


def _gone(moves: Moves, place: Any, of: tuple[int, str], sinks: list[Sink]) -> Any:
    """Fees, and what is burned or destroyed, go to a place of their own for each asset."""
    kind, reason = of
    these = np.flatnonzero(moves.kind == kind)
    for asset in sorted({moves.keys[at].asset for at in np.unique(moves.payee[these]).tolist()}):
        of_asset = np.array([key.asset == asset for key in moves.keys], np.bool_)
        place = place.copy()
        place[these[of_asset[moves.payee[these]]]] = len(moves.keys) + len(sinks)
        sinks.append(Sink(Key(reason, asset), reason))
    return place
