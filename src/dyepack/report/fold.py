"""Folds the movements of a trace into few places, so that a person can see where the money went.

A *place* is a column (a period and a step within it) and a *lane* (the accounts whose money mostly ends at one
destination). Time runs left to right without exception: money arrives in a column of the period in which it moved, and
never to the left of where it came from. An account that is paid again later appears again, further right, and what it
had kept is carried there. What moved between accounts of one place is not drawn; its sum is kept with the place.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from operator import add, sub

Amounts = tuple[int, ...]
"""Base units, one number per strand: each theft is a strand, and so is money of unknown origin."""

Spot = tuple[int, int]
"""A column: the period's number and the step within it. Comparable, left before right."""

HOP = "\N{SYMBOL FOR UNIT SEPARATOR}"
"""In a lane's name, between the destination and the hop."""

REST = "held"
"""The destination of what did not move on."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One transfer: when, between whom, and what it carried of each strand. In chain order.

    What `starts` is not taken from what the payer has: the theft itself. `weight` makes units of several assets
    comparable where they are drawn together.
    """

    time: datetime
    payer: str
    payee: str
    amounts: Amounts
    starts: bool = False
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be drawn: movements in chain order, what accounts held before, and the places where following stopped.

    `stops` gives each stopping address its destination; several addresses may share one. Strands of one name start at
    one place; `starts` gives a movement's or an opening's own names, where they depend on the account. `rests` says
    where what an account has at the end belongs, `held` unless told. At `turns` one asset becomes another: what goes
    in and what comes out are of different units, and nothing stays.
    """

    movements: Sequence[Movement]
    openings: Mapping[str, Amounts]
    stops: Mapping[str, str]
    strands: Sequence[str]
    starts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rests: Mapping[str, Sequence[tuple[str, Amounts]]] = field(default_factory=dict)
    turns: Collection[str] = ()


@dataclass(slots=True)
class Place:
    """Accounts of one lane that were paid in one period; start and end places have no period."""

    spot: Spot
    lane: str
    accounts: set[str] = field(default_factory=set)
    inside: list[int] = field(default_factory=list)
    inside_sum: int = 0

    @property
    def towards(self) -> str:
        """The destination of its lane, or the lane itself."""
        return self.lane.partition(HOP)[0]


@dataclass(slots=True)
class Link:
    """What went from one place to another further right: the sum per strand, the movements, and what was carried by
    keeping. `stayed` has, by account, what went along without a movement: from the start, by keeping, or to rest.
    """

    amounts: list[int]
    movements: list[int] = field(default_factory=list)
    kept: int = 0
    stayed: list[tuple[str, Amounts]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Folded:
    """The folded case: periods (first and last day), places, and links by the numbers of the places they join."""

    periods: tuple[tuple[datetime, datetime], ...]
    places: tuple[Place, ...]
    links: Mapping[tuple[int, int], Link]

    @property
    def columns(self) -> int:
        """How many columns there are, the start and the end among them."""
        return len({place.spot for place in self.places})

    @property
    def rows(self) -> int:
        """How many places the fullest column has."""
        return max(Counter(place.spot for place in self.places).values(), default=0)


START: Spot = (-1, 0)
END: Spot = (10**6, 0)


def fold(case: Case, *, places: int = 300, columns: int = 48, rows: int = 30) -> Folded:
    """The finest fold that needs at most so many places, columns, and places in one column.

    Tried in turn: every account its own lane; a lane per destination and hop; one per destination; one for all; then
    ever longer periods.
    """
    own = {account: account for m in case.movements for account in (m.payer, m.payee)}
    towards = destinations(case)
    single = dict.fromkeys(own, "")
    after = hops(case)
    apart = {account: f"{lane}{HOP}{after[account]}" for account, lane in towards.items()}
    tries = [(own, 14), (apart, 14), *((lanes, count) for count in (14, 10, 6, 3) for lanes in (towards, single))]
    for lanes, count in tries:
        folded = _Folding(case, lanes, count).run()
        if len(folded.places) <= places and folded.columns <= columns and folded.rows <= rows:
            return folded
    return _Folding(case, single, 1).run()


def destinations(case: Case) -> dict[str, str]:
    """The destination at which most of each account's money ends, if every payment is a fair mixture of what the
    account held.

    Read backwards, so that each payment is judged by what happened to it afterwards. Used for drawing only.
    """
    out_shares: dict[str, dict[str, float]] = {}
    for movement in reversed(case.movements):
        after = _shares(movement.payee, case.stops, out_shares)
        mine = out_shares.setdefault(movement.payer, {})
        size = sum(movement.amounts) * movement.weight
        for destination, share in after.items():
            mine[destination] = mine.get(destination, 0.0) + share * size
    accounts = {account for m in case.movements for account in (m.payer, m.payee)} | set(case.openings)
    found = {account: _shares(account, case.stops, out_shares) for account in sorted(accounts)}
    return {account: max(sorted(shares), key=lambda d, s=shares: s[d]) for account, shares in found.items()}  # type: ignore[misc]


def hops(case: Case) -> dict[str, int]:
    """How many movements it took until money first came to each account; those that had some at the start are at 0."""
    found = dict.fromkeys(case.openings, 0)
    for movement in case.movements:
        found.setdefault(movement.payer, 0)
        found.setdefault(movement.payee, found[movement.payer] + 1)
    return found


def _shares(account: str, stops: Mapping[str, str], out_shares: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    if account in stops:
        return {stops[account]: 1.0}
    mine = out_shares.get(account, {})
    whole = sum(mine.values())
    return {d: share / whole for d, share in mine.items()} if whole else {REST: 1.0}


def periods(times: Sequence[datetime], most: int) -> tuple[tuple[datetime, datetime], ...]:
    """Days (hours, where all is within two days) in which something happened, merged to at most so many: least busy
    first.
    """
    dates = [time.toordinal() for time in times]
    hourly = len(set(dates)) <= 2
    spans: dict[int, list[datetime]] = {}
    for time, day in sorted(zip(times, dates, strict=True)):
        spans.setdefault(day * 24 + time.hour if hourly else day, []).append(time)
    groups = list(spans.values())
    while len(groups) > most:
        index = min(range(len(groups) - 1), key=lambda i: (_distance(groups[i], groups[i + 1]), i))
        groups[index : index + 2] = [groups[index] + groups[index + 1]]
    return tuple((group[0], group[-1]) for group in groups)


def _distance(left: Sequence[datetime], right: Sequence[datetime]) -> tuple[int, int]:
    """Neighbouring days merge before a pause is bridged, quiet ones before busy ones."""
    return (right[0] - left[-1]) // timedelta(days=2), len(left) + len(right)


def folded(case: Case, lanes: Mapping[str, str], most: int) -> Folded:
    """The fold by lanes that somebody chose, in at most so many periods."""
    return _Folding(case, lanes, most).run()


def folded_within(case: Case, lanes: Mapping[str, str], most: int, places: int) -> Folded | None:
    """The same, or nothing as soon as it needs more than so many places."""
    try:
        return _Folding(case, lanes, most, places).run()
    except _TooMany:
        return None


class _TooMany(Exception):
    """A fold needs more places than there may be."""


class _Folding:
    """One pass over the movements in chain order, with the place that each account is at."""

    def __init__(self, case: Case, lanes: Mapping[str, str], most: int, limit: int = 10**9) -> None:
        self.case, self.lanes, self.limit = case, lanes, limit
        self.periods = periods([m.time for m in case.movements], most)
        self.places: dict[tuple[Spot, str], Place] = {}
        self.links: dict[tuple[tuple[Spot, str], tuple[Spot, str]], Link] = {}
        self.at: dict[str, Spot] = {}
        self.balance: dict[str, list[int]] = {}

    def run(self) -> Folded:
        period = 0
        for number, movement in enumerate(self.case.movements):
            while movement.time > self.periods[period][1]:
                period += 1
            self.move(number, movement, period)
        for account in sorted(set(self.at) - set(self.case.turns)):
            for rest, part in self.rested(account, self.balance[account]):
                self.stay(self.key(account), self.end(rest, account, part), account, part)
        for account in sorted(set(self.case.openings) - set(self.at)):
            for start, only in self.opened(account):
                for rest, part in self.rested(account, only):
                    self.stay(start, self.end(rest, account, part), account, part)
        order = sorted(self.places)
        index = {key: number for number, key in enumerate(order)}
        links = {(index[a], index[b]): link for (a, b), link in sorted(self.links.items())}
        return Folded(self.periods, tuple(self.places[key] for key in order), links)

    def move(self, number: int, movement: Movement, period: int) -> None:
        payer, payee, amounts = movement.payer, movement.payee, movement.amounts
        if not any(amounts) or (payer == payee and not movement.starts):
            return
        if movement.starts:
            self.start(number, movement, period)
            return
        if payer not in self.at:
            self.settle(payer, (period, 0))
        source = self.key(payer)
        target = self.paid(payee, amounts, self.arrival(payer, payee, period))
        self.balance[payer] = [*map(sub, self.balance[payer], amounts)]
        if source == target:
            self.places[source].inside.append(number)
            self.places[source].inside_sum += sum(amounts)
        else:
            self.link(source, target, amounts).movements.append(number)

    def start(self, number: int, movement: Movement, period: int) -> None:
        """A theft: its money comes from the start place of each strand."""
        payee = movement.payee
        now = self.at.get(payee)
        spot = now if now is not None and now[0] == period else (period, 0)
        target = self.paid(payee, movement.amounts, spot)
        for start, only in self.strand_by_strand(payee, movement.amounts):
            link = self.link(start, target, only)
            if number not in link.movements[-1:]:
                link.movements.append(number)

    def paid(self, payee: str, amounts: Amounts, spot: Spot) -> tuple[Spot, str]:
        """The place at which the payee is paid, with the amounts in its balance."""
        if payee in self.case.stops:
            return self.end(self.case.stops[payee], payee, amounts)
        self.settle(payee, spot)
        self.balance[payee] = [*map(add, self.balance[payee], amounts)]
        return self.key(payee)

    def arrival(self, payer: str, payee: str, period: int) -> Spot:
        """Where the payee is paid: where it already is, if that is in this period and not left of the payer; else
        further right.
        """
        source, same = self.at[payer], self.lanes[payer] == self.lanes[payee]
        now = self.at.get(payee)
        if now is not None and now[0] == period and (now > source or (now == source and same)):
            return now
        if source[0] < period:
            return (period, 0)
        return source if same else (period, source[1] + 1)

    def settle(self, account: str, spot: Spot) -> None:
        """Put an account at a spot; what it held before comes along, from the start or from where it was."""
        before = self.at.get(account)
        if before == spot:
            return
        old = None if before is None else self.key(account)
        self.at[account] = spot
        self.place(self.key(account)).accounts.add(account)
        if old is not None:
            if any(self.balance[account]) and account not in self.case.turns:
                self.stay(old, self.key(account), account, self.balance[account])
            return
        self.balance[account] = list(self.case.openings.get(account, [0] * len(self.case.strands)))
        for start, only in self.opened(account):
            self.stay(start, self.key(account), account, only)

    def opened(self, account: str) -> Iterator[tuple[tuple[Spot, str], list[int]]]:
        """What an account held before the first movement, strand by strand."""
        return self.strand_by_strand(account, self.case.openings.get(account, ()))

    def strand_by_strand(self, account: str, amounts: Sequence[int]) -> Iterator[tuple[tuple[Spot, str], list[int]]]:
        """From the start place of each strand, that strand alone."""
        names = self.case.starts.get(account, self.case.strands)
        for strand, amount in enumerate(amounts):
            if amount:
                start = (START, names[strand])
                self.place(start).accounts.add(account)
                yield start, [amount if index == strand else 0 for index in range(len(amounts))]

    def rested(self, account: str, amounts: Sequence[int]) -> Iterator[tuple[str, list[int]]]:
        """Where an account's money belongs at the end, and how much of it; what nothing is said of is held."""
        left = list(amounts)
        for rest, most in self.case.rests.get(account, ()):
            part = [min(a, b) for a, b in zip(left, most, strict=True)]
            left = [a - b for a, b in zip(left, part, strict=True)]
            yield rest, part
        yield REST, left

    def stay(self, source: tuple[Spot, str], target: tuple[Spot, str], account: str, amounts: Sequence[int]) -> None:
        """A link without a movement: what an account has, from the start, by keeping it, or to rest."""
        if any(amounts):
            link = self.link(source, target, amounts)
            link.stayed.append((account, tuple(amounts)))
            link.kept += 0 if target[0] == END else sum(amounts)

    def key(self, account: str) -> tuple[Spot, str]:
        return self.at[account], self.lanes[account]

    def place(self, key: tuple[Spot, str]) -> Place:
        found = self.places.get(key)
        if found is None:
            if len(self.places) >= self.limit:
                raise _TooMany
            found = self.places[key] = Place(*key)
        return found

    def end(self, destination: str, account: str, amounts: Iterable[int]) -> tuple[Spot, str]:
        if any(amounts):
            self.place((END, destination)).accounts.add(account)
        return END, destination

    def link(self, source: tuple[Spot, str], target: tuple[Spot, str], amounts: Sequence[int]) -> Link:
        if not any(amounts):
            return Link([0] * len(amounts))
        link = self.links.get((source, target))
        if link is None:
            link = self.links[source, target] = Link([0] * len(amounts))
        link.amounts = [*map(add, link.amounts, amounts)]
        return link


def days(period: tuple[datetime, datetime]) -> tuple[date, date]:
    """The first and last day of a period."""
    return period[0].date(), period[1].date()


def pauses(found: Sequence[tuple[datetime, datetime]]) -> tuple[int, ...]:
    """Numbers of the periods before which nothing moved for two days or more."""
    return tuple(i + 1 for i, (a, b) in enumerate(pairwise(found)) if b[0] - a[1] >= timedelta(days=2))
