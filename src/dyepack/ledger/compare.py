"""A year against the years before it, so that a part is compared with the same part, and the base is looked at.

Both clocks, never mixed: `known` sets what was known of this year on the as-of day beside what was known *on that same
day* of the years before; `held` does so with what the ledger holds today.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from dyepack.amounts import millions
from dyepack.errors import InputError
from dyepack.ledger.book import Ledger
from dyepack.ledger.counted import (
    Scope,
    Theft,
    check_day,
    counted,
    first_heard,
    in_days,
    last_theft,
    same_day,
    usd_of,
)
from dyepack.ledger.lateness import Lateness, lateness
from dyepack.ledger.rules import RULES
from dyepack.ledger.totals import chooser

MILLION = 10**12
SIZES = (10 * MILLION, 100 * MILLION, 500 * MILLION, 1000 * MILLION)
"""The sizes of theft whose last time is told."""
TOP = (1, 3, 5, 10)


@dataclass(frozen=True, slots=True)
class Period:
    """A year up to a day, with its thefts, in order of size, largest first; amounts in micro-dollars."""

    year: int
    until: dt.date
    thefts: tuple[Theft, ...]

    @property
    def sized(self) -> tuple[Theft, ...]:
        """Those with an amount."""
        return tuple(theft for theft in self.thefts if theft.usd is not None)

    @property
    def usd(self) -> int:
        """The sum."""
        return usd_of(self.thefts)

    @property
    def largest(self) -> Theft | None:
        """The largest theft."""
        return self.sized[0] if self.sized else None

    @property
    def without_largest(self) -> int:
        """The sum without the largest theft."""
        return usd_of(self.sized[1:])

    @property
    def median(self) -> int | None:
        """The amount that half of the thefts reach; of an even number the mean of the middle two, rounded down."""
        amounts = [theft.usd or 0 for theft in self.sized]
        if not amounts:
            return None
        middle = len(amounts) // 2
        return amounts[middle] if len(amounts) % 2 else (amounts[middle - 1] + amounts[middle]) // 2

    @property
    def half(self) -> int:
        """How many thefts, largest first, make at least half of the sum; 0 where there is no sum."""
        reached = 0
        for number, theft in enumerate(self.sized, 1):
            reached += theft.usd or 0
            if self.usd and 2 * reached >= self.usd:
                return number
        return 0

    def top(self, number: int) -> int:
        """The sum of the largest thefts."""
        return usd_of(self.sized[:number])

    def as_json(self) -> dict[str, Any]:
        """Amounts as decimal strings of micro-dollars; shares as doubles."""
        return {
            "year": self.year,
            "until": self.until.isoformat(),
            "usd": str(self.usd),
            "text": millions(self.usd),
            "low": str(sum(theft.low or 0 for theft in self.thefts)),
            "high": str(sum(theft.high or 0 for theft in self.thefts)),
            "thefts": len(self.thefts),
            "without_amount": len(self.thefts) - len(self.sized),
            "largest": None if self.largest is None else self.largest.as_json(),
            "share_largest": share(self.top(1), self.usd),
            "without_largest": str(self.without_largest),
            "median": None if self.median is None else str(self.median),
            "thefts_making_half": self.half,
            "share_of_largest": {str(number): share(self.top(number), self.usd) for number in TOP},
        }


@dataclass(frozen=True, slots=True)
class Rank:
    """The place of a sum among years, 1 the highest, and the year of the highest."""

    place: int
    of: int
    highest: int

    def as_json(self) -> dict[str, int]:
        """The three numbers."""
        return {"place": self.place, "of": self.of, "highest_year": self.highest}


@dataclass(frozen=True, slots=True)
class Since:
    """The last theft of at least a size up to a day, and the longest time between two such before."""

    size: int
    last: Theft | None
    days: int | None
    longest_wait: int | None
    thefts: int

    def as_json(self) -> dict[str, Any]:
        """Days; the size as a decimal string of micro-dollars."""
        return {
            "size": str(self.size),
            "text": millions(self.size),
            "last": None if self.last is None else self.last.as_json(),
            "days_since": self.days,
            "longest_wait_days": self.longest_wait,
            "thefts": self.thefts,
        }


@dataclass(frozen=True, slots=True)
class Side:
    """The comparison under one clock.

    `rank` sets the sum so far among the whole sums of the years before; `rank_same_days` among their sums of the same
    days; `base_rank` the year before among the whole years up to it.
    """

    this: Period
    same_days: Period
    year_before: Period
    rank: Rank
    rank_same_days: Rank
    base_rank: Rank
    since: tuple[Since, ...]

    def as_json(self) -> dict[str, Any]:
        """The periods, the changes between them, and the ranks."""
        this, same, whole = self.this, self.same_days, self.year_before
        return {
            "this": this.as_json(),
            "same_days_of_year_before": same.as_json(),
            "whole_year_before": whole.as_json(),
            "change_against_same_days": change(this.usd, same.usd),
            "change_against_whole_year": change(this.usd, whole.usd),
            "change_against_same_days_without_largest": change(this.without_largest, same.without_largest),
            "change_against_whole_year_without_largest": change(this.without_largest, whole.without_largest),
            "rank": self.rank.as_json(),
            "rank_same_days": self.rank_same_days.as_json(),
            "rank_of_year_before": self.base_rank.as_json(),
            "since": [each.as_json() for each in self.since],
        }


@dataclass(frozen=True, slots=True)
class RuleShare:
    """The actor's sum under a rule, of the sum of all thefts held over the same days."""

    rule: str
    usd: int
    all_usd: int
    thefts: int

    def as_json(self) -> dict[str, Any]:
        """The share as a double, the sums as decimal strings of micro-dollars."""
        return {
            "rule": self.rule,
            "usd": str(self.usd),
            "all_usd": str(self.all_usd),
            "thefts": self.thefts,
            "share_held": share(self.usd, self.all_usd),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole answer; `known` is None without an as-of day."""

    scope: Scope
    as_of: dt.date | None
    year: int
    until: dt.date
    known: Side | None
    held: Side
    shares: tuple[RuleShare, ...]
    late: Lateness
    first_claim: dt.date | None

    @property
    def partial(self) -> bool:
        """Whether a part of a year is compared."""
        return self.until < dt.date(self.year, 12, 31)

    def as_json(self) -> dict[str, Any]:
        """Both clocks beside each other."""
        return {
            **self.scope.as_json(),
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "year": self.year,
            "until": self.until.isoformat(),
            "partial": self.partial,
            "unit": "micro-dollars",
            "known": None if self.known is None else self.known.as_json(),
            "held": self.held.as_json(),
            "share_by_rule": [each.as_json() for each in self.shares],
            "reporting_delay": self.late.as_json(),
            "first_claim": self.first_claim.isoformat() if self.first_claim else None,
        }


def compare(
    ledger: Ledger,
    *,
    scope: Scope,
    year: int | None = None,
    as_of: dt.date | None = None,
    sizes: Sequence[int] = SIZES,
) -> Comparison:
    """Compare a year with those before; without one, the year of the as-of day or of the ledger's latest theft.

    Raises:
        InputError: a year without any theft or after the day, a day of which the ledger cannot speak, no such actor.
    """
    latest = last_theft(ledger)
    if as_of is not None:
        check_day(ledger, as_of)
    day = as_of or latest
    year = day.year if year is None else year
    everybody = counted(ledger, Scope())
    _check_year(everybody, year, day)
    until = min(day, dt.date(year, 12, 31))
    held = _of(ledger, scope, everybody)
    first = min((theft.year for theft in held), default=year)
    known = None
    if as_of is not None:
        known = _side(_of(ledger, scope, counted(ledger, Scope(), as_of), as_of), first, until, sizes)
    return Comparison(
        scope,
        as_of,
        year,
        until,
        known,
        _side(held, first, until, sizes),
        _shares(ledger, scope, everybody, until),
        lateness(ledger, scope, until, held),
        first_heard(ledger),
    )


def change(now: int, before: int) -> float | None:
    """The change as a share of what was before; None where that is nothing."""
    return None if before == 0 else round((now - before) / before, 6)


def share(part: int, whole: int) -> float | None:
    """A part as a share of the whole; None where that is nothing."""
    return None if whole == 0 else round(part / whole, 6)


def _of(ledger: Ledger, scope: Scope, everybody: tuple[Theft, ...], day: dt.date | None = None) -> tuple[Theft, ...]:
    """Those of everybody's thefts that count in a scope: what `counted` gives, without weighing each theft anew."""
    chosen = chooser(ledger, scope.actor, scope.rule, ())
    return tuple(theft for theft in everybody if chosen(theft.slug, day))


def _check_year(everybody: tuple[Theft, ...], year: int, day: dt.date) -> None:
    years = sorted({theft.year for theft in everybody if theft.last_day <= day})
    if year not in years:
        raise InputError(
            f"the ledger holds no theft in {year} up to {day}; years with thefts: {', '.join(map(str, years))}"
        )


def _period(thefts: tuple[Theft, ...], year: int, until: dt.date) -> Period:
    found = in_days(thefts, year, until)
    return Period(year, until, tuple(sorted(found, key=lambda theft: (-(theft.usd or 0), theft.slug))))


def _side(thefts: tuple[Theft, ...], first: int, until: dt.date, sizes: Sequence[int]) -> Side:
    before = until.year - 1
    this = _period(thefts, until.year, until)
    wholes = {year: _period(thefts, year, dt.date(year, 12, 31)) for year in range(min(first, before), until.year)}
    same = {year: _period(thefts, year, same_day(until, year)) for year in wholes}
    sums = {year: period.usd for year, period in wholes.items()}
    return Side(
        this,
        same[before],
        wholes[before],
        _rank({**sums, until.year: this.usd}, until.year),
        _rank({until.year: this.usd, **{year: period.usd for year, period in same.items()}}, until.year),
        _rank(sums, before),
        tuple(_since(thefts, until, size) for size in sizes),
    )


def _rank(sums: dict[int, int], year: int) -> Rank:
    highest = max(sums, key=lambda each: (sums[each], -each))
    return Rank(1 + sum(each > sums[year] for each in sums.values()), len(sums), highest)


def _since(thefts: tuple[Theft, ...], until: dt.date, size: int) -> Since:
    found = [theft for theft in thefts if theft.last_day <= until and theft.usd is not None and theft.usd >= size]
    days = [theft.last_day for theft in found]
    waits = [(later - earlier).days for earlier, later in pairwise(days)]
    if not found:
        return Since(size, None, None, None, 0)
    return Since(size, found[-1], (until - days[-1]).days, max(waits, default=None), len(found))


def _shares(ledger: Ledger, scope: Scope, everybody: tuple[Theft, ...], until: dt.date) -> tuple[RuleShare, ...]:
    """The actor's share under every rule; of what is held alone, see docs/explanation/two-clocks.md."""
    if scope.actor is None:
        return ()
    thefts = in_days(everybody, until.year, until)
    whole = usd_of(thefts)
    found = []
    for rule in RULES:
        theirs = _of(ledger, Scope(scope.actor, rule), thefts)
        found.append(RuleShare(rule, usd_of(theirs), whole, len(theirs)))
    return tuple(found)
