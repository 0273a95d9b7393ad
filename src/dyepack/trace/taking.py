"""What was taken in one transaction, and where it went inside it.

All addresses that the seeds of one incident name in a transaction are one set. What outsiders lost to it was taken:
loans are netted out before (`netted`), then every counterparty's payments against what went back to it; fees have no
part in it. What the set gave in a conversion comes first from what was taken in the same transaction, and is a
conversion of stolen money; what came for its own money, and what others' conversions brought it, was taken too.

Inside the transaction stolen money is spent before any other, through as many hands as it goes. It lasts there in
moments, holdings that are empty at its end, so that no rule can mix it with what these hands had before.
`docs/explanation/tracing.md` has the text of the rule.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

from dyepack.errors import InputError
from dyepack.trace.compounds import ASIDE, GAIN, GONE, INTO, NEW, OUT, OUT_OF, TAKEN, TAKEN_NEW, Entry, Part, Spot, Sum
from dyepack.trace.conversions import Converted
from dyepack.trace.netted import Item, Loan, ends, routers
from dyepack.trace.parties import is_fee


@dataclass(frozen=True, slots=True)
class Claim:
    """The addresses of one incident's seeds in one transaction; `assets` are those that are meant, or None for all."""

    incident: str
    addresses: frozenset[str]
    assets: frozenset[str] | None = None

    def means(self, asset: str) -> bool:
        """Whether what was taken of an asset is stolen."""
        return self.assets is None or asset in self.assets


@dataclass(frozen=True, slots=True)
class Setting:
    """The transaction: its hash, its loans by (borrower, asset), and the addresses at which following ends.

    `before` is what hands had when it began, by (address, asset).
    """

    tx_hash: str
    loans: Mapping[tuple[str, str], Loan]
    stops: Collection[str] = ()
    before: Mapping[tuple[str, str], "Purse"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Purse:
    """What an address had of an asset before a transaction: followed money by incident, and all other money.

    `first` says that it spends followed money before its own: it is a hand of the theft. Others spend it last.
    """

    followed: Mapping[str, int]
    own: int
    first: bool = True


class Shared(NamedTuple):
    """What an address that only passed money on gave of it to the seeds, and to how many others it gave the rest."""

    hand: str
    asset: str
    part: int
    rest: int
    others: int


@dataclass(slots=True)
class Taken:
    """What seeds took in a transaction: its entries as they are then, and own money that was given for it.

    `thefts` are by (payee, asset) the incident that took there; `stays` the holdings with stolen money at the end;
    `passed` by (incident, address, asset) what was spent of money that was followed before; `shared` what hands gave to
    others as well.
    """

    entries: list[Entry]
    thefts: dict[tuple[str, str], str] = field(default_factory=dict)
    stays: set[tuple[str, str]] = field(default_factory=set)
    own: list[Sum] = field(default_factory=list)
    passed: dict[tuple[str, str, str], int] = field(default_factory=dict)
    shared: list[Shared] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class _Lot:
    """Stolen money that came to a hand; what of it is `used` was passed on inside the transaction."""

    incident: str
    kind: str
    payer: Spot
    payee: str
    asset: str
    amount: int
    used: int = 0


@dataclass(eq=False, slots=True)
class _Step:
    """What stolen money did at a entry, by its place: what went into a conversion, and the lots that came.

    `whole` says that nothing else happened there; `inside` that it is part of a entry that stays.
    """

    at: int
    entry: Entry
    whole: bool = False
    inside: bool = False
    gone: list[Part] = field(default_factory=list)
    lots: list[_Lot] = field(default_factory=list)
    found: Converted | None = None
    number: int = 0


def taken(line: Sequence[Entry], claims: Sequence[Claim], setting: Setting) -> Taken:
    """The entries of a transaction, in order, once what each claim took in it is told apart.

    Raises:
        InputError: two incidents claim the same money.
    """
    story = _Story(line, claims, setting)
    for at, entry in enumerate(line):
        if entry.item is not None:
            story.move(at, entry, entry.item)
        elif entry.found is not None:
            story.convert(at, entry, entry.found)
    told = story.told()
    told.shared = [*_shared(line, claims)]
    return told


def _shared(line: Sequence[Entry], claims: Sequence[Claim]) -> Iterator[Shared]:
    """Who passed on what a set took in one asset, and gave part of it to others than the set."""
    items = [entry.item for entry in line if entry.item is not None and not is_fee(entry.item)]
    for claim in claims:
        for asset in sorted({item.asset for item in items if claim.means(item.asset)}):
            here = [item for item in items if item.asset == asset]
            for hand in sorted(routers(here, claim.addresses)):
                paid = [(ends(item)[1], item.amount) for item in here if ends(item)[0] == hand]
                part = sum(amount for payee, amount in paid if payee in claim.addresses)
                others = {payee for payee, _ in paid} - claim.addresses
                if part and others:
                    yield Shared(hand, asset, part, sum(amount for _, amount in paid) - part, len(others))


class _Story:
    """Goes through a transaction and notes where stolen money is."""

    def __init__(self, line: Sequence[Entry], claims: Sequence[Claim], setting: Setting) -> None:
        self._claims = claims
        self._setting = setting
        self._owed = {claim.incident: _owed(line, claim, setting) for claim in claims}
        self._hands: dict[tuple[str, str, str], list[_Lot]] = defaultdict(list)
        self._steps: list[_Step] = []
        self._rest: dict[int, Entry] = {}
        self._numbers = max((entry.number for entry in line), default=0)
        self._taken = Taken([])
        self._own = {holding: purse.own for holding, purse in setting.before.items()}
        self._had = {
            (incident, *holding): _Lot(incident, "", Spot(""), *holding, amount)
            for holding, purse in setting.before.items()
            for incident, amount in purse.followed.items()
        }
        for at, lot in self._had.items():
            self._hands[at].append(lot)

    def move(self, at: int, entry: Entry, item: Item) -> None:
        """A movement: stolen money that the payer has in this transaction goes first, and then what is taken by it.

        Raises:
            InputError: what a claim takes by it is another's already.
        """
        step, left = _Step(at, entry), item.amount
        for claim in self._claims:
            may = 0 if is_fee(item) else min(left, self._owed[claim.incident].may.get(id(entry), item.amount))
            if amount := self._spend(claim.incident, item.payer, item.asset, may):
                left -= amount
                moment = self._moment(item.payer, claim)
                step.lots.append(self._lot(claim, item.kind, moment, (item.payee, item.asset, amount)))
        for claim in self._claims:
            back = sum(lot.amount for lot in step.lots if lot.incident == claim.incident)
            owed = self._owed[claim.incident].came.get(id(entry), 0)
            if (came := owed - max(0, back - (item.amount - owed))) > 0:
                if came > left:
                    raise self._twice(claim)
                left -= came
                kind = TAKEN_NEW if item.kind in NEW else TAKEN
                step.lots.append(self._lot(claim, kind, Spot(item.payer), (item.payee, item.asset, came)))
        self._pays_own(item, sum(lot.amount for lot in step.lots if not lot.payer.moment) + left, left)
        if step.lots:
            step.whole = not left and len(step.lots) == 1
            self._steps.append(step)
        if left:
            self._rest[at] = entry if not step.lots else _less(entry, item, left)

    def convert(self, at: int, entry: Entry, one: Converted) -> None:
        """A conversion: stolen money goes into it first, and what comes for other money was taken, if it was theirs."""
        ins, outs = dict(one.ins), dict(one.outs)
        funded = [(claim, gone) for claim in self._claims if (gone := self._funds(claim, one, ins))]
        for asset, amount in ins.items():
            if (one.owner, asset) in self._own:
                self._own[one.owner, asset] -= amount
                self._lacks(one.owner, asset)
        for place, (claim, gone) in enumerate(funded):
            last = place == len(funded) - 1 and not any(ins.values())
            came = dict(outs) if last else _share(one, gone)
            outs = {asset: amount - came[asset] for asset, amount in outs.items()}
            step = _Step(at, entry, whole=last and place == 0 and not one.aside)
            self._became(step, claim, _part(one, gone, came))
        if any(ins.values()) or any(outs.values()) or one.aside:
            self._other(at, entry, _part(one, ins, outs))

    def _funds(self, claim: Claim, one: Converted, left: dict[str, int]) -> dict[str, int]:
        """What of a claim's money goes into a conversion, by asset; it is taken off what is left to be paid."""
        gone = {asset: self._spend(claim.incident, one.owner, asset, amount) for asset, amount in left.items()}
        for asset, amount in gone.items():
            left[asset] -= amount
        return {asset: amount for asset, amount in gone.items() if amount}

    def _became(self, step: _Step, claim: Claim, one: Converted) -> None:
        """What of a claim's money went into a conversion, and what it became."""
        step.found, step.number = one, step.entry.number if step.whole else self._next()
        output = f"{self._setting.tx_hash}/{step.number}"
        into = Spot(self._setting.tx_hash, output)
        step.gone = [Part(INTO, self._moment(one.owner, claim), into, asset, amount) for asset, amount in one.ins]
        source = Spot(self._setting.tx_hash, output + OUT)
        step.lots = [self._lot(claim, OUT_OF, source, (one.recipient, asset, amount)) for asset, amount in one.outs]
        self._steps.append(step)

    def _other(self, at: int, entry: Entry, one: Converted) -> None:
        """What was given in a conversion that is no stolen money, and what came of it."""
        parts: list[Part] = []
        lots: list[_Lot] = []
        output = f"{self._setting.tx_hash}/{entry.number}"
        parts += [Part(INTO, Spot(one.owner), Spot(self._setting.tx_hash, output), *into) for into in one.ins]
        for aside in one.aside:
            left = aside.amount
            for claim in self._claims:
                if amount := self._spend(claim.incident, one.owner, aside.asset, left):
                    left -= amount
                    moment = self._moment(one.owner, claim)
                    lots.append(self._lot(claim, ASIDE, moment, (aside.payee, aside.asset, amount)))
            parts += [Part(ASIDE, Spot(one.owner), Spot(aside.payee), aside.asset, left)] if left else []
        source = Spot(self._setting.tx_hash, output + OUT) if one.ins else Spot("conversion")
        for asset, amount in one.outs:
            whose = self._whose(one, asset)
            if whose is None:
                if (one.recipient, asset) in self._own:
                    self._own[one.recipient, asset] += amount
                parts.append(Part(OUT_OF if one.ins else GAIN, source, Spot(one.recipient), asset, amount))
            else:
                lots.append(self._lot(whose, TAKEN if one.ins else TAKEN_NEW, source, (one.recipient, asset, amount)))
        if any(lot.kind == TAKEN for lot in lots):
            self._taken.own += [(one.owner, *into) for into in one.ins if self._is_of_a_set(one.owner)]
        self._rest[at] = replace(entry, parts=tuple(parts), found=one)
        self._steps += [_Step(at, entry, inside=True, lots=lots)] if lots else []

    def _whose(self, one: Converted, asset: str) -> Claim | None:
        """The claim of which what came for other money is: of whoever got it, else of whoever paid."""
        for who in (one.recipient, one.owner):
            for claim in self._claims:
                if who in claim.addresses and claim.means(asset):
                    return claim
        return None

    def _is_of_a_set(self, who: str) -> bool:
        return any(who in claim.addresses for claim in self._claims)

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers

    def _moment(self, who: str, claim: Claim) -> Spot:
        return Spot(who, f"{self._setting.tx_hash}/{claim.incident}")

    def _spend(self, incident: str, who: str, asset: str, most: int) -> int:
        """How much of an incident's money a hand passes on, up to so much: what came first goes first."""
        amount = 0
        for lot in self._hands[incident, who, asset]:
            part = min(lot.amount - lot.used, most - amount)
            if not lot.kind and not self._setting.before[who, asset].first:
                part = max(0, min(part, most - amount - self._own[who, asset]))
            lot.used += part
            amount += part
        return amount

    def _pays_own(self, item: Item, out: int, in_: int) -> None:
        """Keep count of money that is not stolen, where it matters; what of it is lacking was followed money."""
        payer, payee = ends(item)
        if (payer, item.asset) in self._own and item.kind not in NEW:
            self._own[payer, item.asset] -= out
            self._lacks(payer, item.asset)
        if (payee, item.asset) in self._own and item.kind not in GONE:
            self._own[payee, item.asset] += in_

    def _lacks(self, who: str, asset: str) -> None:
        short = -min(self._own[who, asset], 0)
        self._own[who, asset] += short
        for lot in self._had.values():
            if (lot.payee, lot.asset) == (who, asset):
                part = min(short, lot.amount - lot.used)
                lot.amount -= part
                short -= part

    def _lot(self, claim: Claim, kind: str, payer: Spot, to: Sum) -> _Lot:
        payee, asset, amount = to
        lot = _Lot(claim.incident, kind, payer, payee, asset, amount)
        if payee not in self._setting.stops and kind not in GONE:
            self._hands[claim.incident, payee, asset].append(lot)
        if kind in (TAKEN, TAKEN_NEW):
            self._taken.thefts[payee, asset] = claim.incident
        return lot

    # ── the end

    def _twice(self, claim: Claim) -> InputError:
        return InputError(
            f"what {', '.join(sorted(claim.addresses))} got in {self._setting.tx_hash} is claimed by two incidents,"
            f" {claim.incident} and another; name this transaction in the seeds of one of them"
        )

    def told(self) -> Taken:
        """The entries: stolen money in its place where all of a movement is, else after everything else."""
        taken = self._taken
        taken.passed = {at: lot.used for at, lot in self._had.items() if lot.used}
        for lot in (lot for step in self._steps for lot in step.lots):
            if lot.amount > lot.used and lot.kind not in GONE and lot.payee not in self._setting.stops:
                taken.stays.add((lot.payee, lot.asset))
        inside = {step.at: step for step in self._steps if step.inside}
        rest = {at: self._joined(entry, inside.get(at)) for at, entry in self._rest.items()}
        steps = [step for step in self._steps if not step.inside]
        if all(step.whole and (step.gone or len(self._parts(step)) == 1) for step in steps):
            both = rest | {step.at: self._node(step, in_place=True) for step in steps}
            taken.entries = [both[at] for at in sorted(both)]
        else:
            taken.entries = [*(rest[at] for at in sorted(rest)), *(self._node(step) for step in steps)]
        return taken

    def _joined(self, entry: Entry, step: _Step | None) -> Entry:
        return entry if step is None else replace(entry, parts=(*entry.parts, *self._parts(step)))

    def _node(self, step: _Step, *, in_place: bool = False) -> Entry:
        item = step.entry.item if in_place else None
        return replace(step.entry, parts=tuple(self._parts(step)), item=item, found=step.found, number=step.number)

    def _parts(self, step: _Step) -> list[Part]:
        return [*step.gone, *(part for lot in step.lots for part in self._split(lot))]

    def _split(self, lot: _Lot) -> Iterator[Part]:
        """What was passed on goes by a moment, what stays to the holding."""
        moment = Spot(lot.payee, f"{self._setting.tx_hash}/{lot.incident}")
        for spot, amount in ((moment, lot.used), (Spot(lot.payee), lot.amount - lot.used)):
            if amount:
                yield Part(lot.kind, lot.payer, spot, lot.asset, amount)


def _less(entry: Entry, item: Item, left: int) -> Entry:
    """A movement of less: what of it is no stolen money."""
    (part,) = entry.parts
    return replace(entry, parts=(part._replace(amount=left),), item=item._replace(amount=left))


def _part(one: Converted, ins: Mapping[str, int], outs: Mapping[str, int]) -> Converted:
    """A conversion of so much into so much."""
    chosen = ([(a, n) for a, n in sorted(side.items()) if n] for side in (ins, outs))
    first, second = chosen
    return replace(one, ins=tuple(first), outs=tuple(second))


def _share(one: Converted, gone: Mapping[str, int]) -> dict[str, int]:
    """What came for a part of what went in: every asset counts for an equal part; rounded down."""
    ins = dict(one.ins)
    share = sum((Fraction(amount, ins[asset]) for asset, amount in gone.items()), Fraction(0)) / len(ins)
    return {asset: int(amount * share) for asset, amount in one.outs}


# ── what a set is owed


@dataclass(frozen=True, slots=True)
class _Owed:
    """By entry, what of a payment to the set was taken, and what of one by it paid nothing back: it can be stolen."""

    came: dict[int, int]
    may: dict[int, int]


def _owed(line: Sequence[Entry], claim: Claim, setting: Setting) -> _Owed:
    open_, may = _cancelled(line, claim)
    came = {id(entry): amount for left in open_ for entry, amount in left if amount > 0}
    for asset, amount in _repaid(line, claim, setting).items():
        _take_off(line, came, asset, amount)
    meant = {id(entry) for entry in line if entry.item is not None and claim.means(entry.item.asset)}
    return _Owed({at: amount for at, amount in came.items() if at in meant and amount}, may)


def _crosses(item: Item, claim: Claim) -> int:
    """1 for a payment to the set, -1 for one by it, 0 for all others and for fees."""
    if is_fee(item):
        return 0
    payer, payee = (end in claim.addresses for end in ends(item))
    return payee - payer


def _cancelled(line: Sequence[Entry], claim: Claim) -> tuple[list[list[tuple[Entry, int]]], dict[int, int]]:
    """By counterparty and asset the payments that are left, below zero if the set paid; and what paid nothing back.

    A payment cancels against the latest ones the other way.
    """
    open_: dict[tuple[str, str], list[tuple[Entry, int]]] = defaultdict(list)
    may: dict[int, int] = {}
    for entry in line:
        if entry.item is None or not (sign := _crosses(entry.item, claim)):
            continue
        payer, payee = ends(entry.item)
        stack = open_[payer if sign > 0 else payee, entry.item.asset]
        left = _against(stack, sign, entry.item.amount)
        if left:
            stack.append((entry, sign * left))
        if sign < 0:
            may[id(entry)] = 0 if entry.item.cost else left
    return [*open_.values()], may


def _against(stack: list[tuple[Entry, int]], sign: int, amount: int) -> int:
    """What is left of a payment once it has cancelled the latest ones the other way."""
    while amount and stack and stack[-1][1] * sign < 0:
        entry, there = stack.pop()
        part = min(amount, abs(there))
        amount -= part
        if part < abs(there):
            stack.append((entry, there + sign * part))
    return amount


def _repaid(line: Sequence[Entry], claim: Claim, setting: Setting) -> dict[str, int]:
    """By asset, what of what came repaid loans: their cost, and what was bought with borrowed money."""
    bought: dict[str, int] = defaultdict(int)
    for entry in line:
        if entry.found is not None and entry.found.owner in claim.addresses:
            for asset, amount in entry.found.ins:
                bought[asset] += amount
    lent: dict[str, Loan] = {}
    for (who, asset), loan in setting.loans.items():
        if who in claim.addresses:
            old = lent.get(asset, Loan(0, 0))
            lent[asset] = Loan(old.principal + loan.principal, old.cost + loan.cost)
    return {asset: loan.cost + min(loan.principal, bought[asset]) for asset, loan in lent.items()}


def _take_off(line: Sequence[Entry], came: dict[int, int], asset: str, amount: int) -> None:
    """Less of an asset was taken, by the latest payments first."""
    for entry in reversed(line):
        if entry.item is not None and entry.item.asset == asset and amount:
            part = min(amount, came.get(id(entry), 0))
            if part:
                came[id(entry)] -= part
                amount -= part
