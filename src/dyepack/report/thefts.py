"""The yearly figures of the report: every as-of day, every rule, and the rows that each figure sums."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, pairwise

from dyepack.ledger import RULES, Ledger, Sum, Totals, summary, totals
from dyepack.model import AmountClaim, AttributionClaim, Incident, PublishedTotal

ACTOR = "dprk"
FIRST_YEAR = 2016
EVER = -1
"""In place of a year: all of them, as the ledger has them."""
DEFAULT_RULE = "R2"
Steps = tuple[tuple[int, Sum], ...]
"""A figure over the as-of days: (number of the day from which it holds, the figure)."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A published yearly total: shown from one as-of day on, fainter once its publisher has revised it."""

    total: PublishedTotal
    initial: str
    url: str | None
    since: int
    revised: int | None


@dataclass(frozen=True, slots=True)
class Row:
    """One theft as the figures count it.

    `member` gives, for each set (`all`, `R1` …) and basis (`held`, `known`), the as-of days at which it enters or
    leaves; `known` gives what had been said of its amount, from which day on.
    """

    incident: Incident
    amount: tuple[int, int, int] | None
    claims: tuple[AmountClaim, ...]
    attributions: tuple[AttributionClaim, ...]
    member: Mapping[str, tuple[int, ...]]
    known: tuple[tuple[int, tuple[int, int, int] | None], ...]


@dataclass(frozen=True, slots=True)
class Thefts:
    """All that the two charts and their tables show, for every as-of day; the last day is the latest that the ledger
    knows.

    `figures` is keyed by (set, basis, year); sets are `all` and the rules; year 0 stands for all `years` together,
    `EVER` for all years of the ledger.
    """

    days: tuple[dt.date, ...]
    years: tuple[int, ...]
    rules: Mapping[str, str]
    figures: Mapping[tuple[str, str, int], Steps]
    marks: Mapping[str, tuple[Mark, ...]]
    rows: tuple[Row, ...]

    def at(self, which: str, basis: str, year: int, day: int = -1) -> Sum:
        """The figure of a set in a year, as of a day (by its number; the last by default)."""
        day = day % len(self.days)
        return next(figure for since, figure in reversed(self.figures[which, basis, year]) if since <= day)

    def until(self, year: int) -> str:
        """For the year of the last day, unless it was over by then: up to when it counts, `to 08-31`; empty for any
        other.
        """
        day = self.days[-1]
        return f"to {day:%m-%d}" if year == day.year and (day.month, day.day) != (12, 31) else ""


def thefts(ledger: Ledger) -> Thefts:
    """Work out every figure of the report from the ledger."""
    days = as_of_days(ledger)
    # The last day is everything the ledger holds, claims without a date among them.
    asked = [*days[:-1], None]
    tables = {rule: [totals(ledger, actor=ACTOR, rule=rule, as_of=day) for day in asked] for rule in RULES}
    years = tuple(year.year for year in tables[DEFAULT_RULE][-1].years if year.year >= FIRST_YEAR)
    figures = {key: _steps(values) for key, values in (_figures(tables, years) | _ever(tables)).items()}
    marks = {series: _marks(ledger, series, days) for series in (ACTOR, "all")}
    return Thefts(days, years, RULES, figures, marks, tuple(_rows(ledger, tables, days)))


def as_of_days(ledger: Ledger) -> tuple[dt.date, ...]:
    """The days on which a published yearly total changed, and the last day on which anything was said or read."""
    printed = {total.known_by for total in ledger.totals}
    claims: list[AmountClaim | AttributionClaim] = [*ledger.amounts, *ledger.attributions]
    latest = max([claim.known_by for claim in claims if claim.known_by is not None] + sorted(printed), default=None)
    return tuple(sorted(printed | ({latest} if latest else set())))


def _figures(tables: Mapping[str, Sequence[Totals]], years: Iterable[int]) -> dict[tuple[str, str, int], list[Sum]]:
    """The figure of every set, basis and year on every day; a year that had not begun by the day is an empty sum."""
    found: dict[tuple[str, str, int], list[Sum]] = {}
    for rule, by_day in tables.items():
        sets = {(rule, "held"): "held", (rule, "known"): "known"}
        if rule == DEFAULT_RULE:
            sets |= {("all", "held"): "all_held", ("all", "known"): "all_known"}
        for table in by_day:
            of_year = {year.year: year for year in table.years}
            for (which, basis), name in sets.items():
                sums = {year: getattr(of_year.get(year), name, Sum()) for year in years}
                for year, figure in {0: _together(sums.values()), **sums}.items():
                    found.setdefault((which, basis, year), []).append(figure)
    return found


def _ever(tables: Mapping[str, Sequence[Totals]]) -> dict[tuple[str, str, int], list[Sum]]:
    """The figure of every set and basis over all years of the ledger, also those before the first that is shown."""
    found = {
        (rule, basis, EVER): [getattr(table, basis) for table in by_day]
        for rule, by_day in tables.items()
        for basis in ("held", "known")
    }
    every = tables[DEFAULT_RULE]
    return found | {
        ("all", basis, EVER): [getattr(table, f"all_{basis}") for table in every] for basis in ("held", "known")
    }


def _together(sums: Iterable[Sum]) -> Sum:
    each = list(sums)
    return Sum(
        sum(s.usd for s in each),
        sum(s.low for s in each),
        sum(s.high for s in each),
        sum(s.incidents for s in each),
        sum(s.without_amount for s in each),
        tuple(slug for s in each for slug in s.slugs),
    )


def _steps(values: Sequence[Sum]) -> Steps:
    return ((0, values[0]), *((n + 1, b) for n, (a, b) in enumerate(pairwise(values)) if a != b))


def _marks(ledger: Ledger, series: str, days: Sequence[dt.date]) -> tuple[Mark, ...]:
    printed = [t for t in ledger.totals if t.series == series and t.usd is not None and (t.year or 0) >= FIRST_YEAR]
    printed = [total for total in printed if not total.derived]
    printed.sort(key=lambda t: (t.year or 0, t.publisher, t.known_by, t.claim))
    names = initials([total.publisher for total in ledger.totals if not total.derived])
    number = {day: index for index, day in enumerate(days)}
    marks = []
    for index, total in enumerate(printed):
        later = [
            number[t.known_by]
            for t in printed[index + 1 :]
            if (t.year, t.publisher) == (total.year, total.publisher) and t.known_by > total.known_by
        ]
        source = ledger.by_source.get(total.source)
        url = source.url if source else None
        marks.append(Mark(total, names[total.publisher], url, number[total.known_by], min(later, default=None)))
    return tuple(marks)


def initials(printed: Iterable[str]) -> dict[str, str]:
    """A short sign per publisher, one name for each figure printed; who prints more has the first choice of letters."""
    signs: dict[str, str] = {}
    for name, _ in sorted(Counter(printed).items(), key=lambda item: (-item[1], item[0])):
        letters = [c for c in name if c.isalnum()] or ["?"]
        first = letters[0].upper()
        wishes = chain([first], (first + c.lower() for c in letters[1:]), (f"{first}{n}" for n in count(2)))
        signs[name] = next(wish for wish in wishes if wish not in signs.values())
    return signs


def _rows(ledger: Ledger, tables: Mapping[str, Sequence[Totals]], days: Sequence[dt.date]) -> list[Row]:
    members = _members(tables)
    rows = []
    for slug in sorted(members):
        claims = ledger.losses.get(slug, ())
        rows.append(
            Row(
                ledger.by_slug[slug],
                _amount(claims),
                claims,
                ledger.attributed.get(slug, ()),
                members[slug],
                _known(claims, days),
            )
        )
    return sorted(rows, key=lambda r: (r.incident.first_day.year, -(r.amount or (0, 0, 0))[1], r.incident.incident))


def _members(tables: Mapping[str, Sequence[Totals]]) -> dict[str, dict[str, tuple[int, ...]]]:
    """For each theft and set: the numbers of the days on which it enters, leaves, enters again."""
    found: dict[str, dict[str, list[int]]] = {}
    for rule, by_day in tables.items():
        for basis in ("held", "known"):
            _toggle(found, f"{rule}-{basis}", [set(getattr(t, basis).slugs) for t in by_day])
            if rule == DEFAULT_RULE:
                _toggle(found, f"all-{basis}", [set(getattr(t, f"all_{basis}").slugs) for t in by_day])
    return {slug: {name: tuple(days) for name, days in sets.items()} for slug, sets in found.items()}


def _toggle(found: dict[str, dict[str, list[int]]], name: str, by_day: Sequence[set[str]]) -> None:
    before: set[str] = set()
    for number, now in enumerate(by_day):
        for slug in sorted(before ^ now):
            found.setdefault(slug, {}).setdefault(name, []).append(number)
        before = now


def _amount(claims: Iterable[AmountClaim]) -> tuple[int, int, int] | None:
    found = summary(claims)
    return None if found is None else (found.low, found.median, found.high)


def _known(
    claims: Sequence[AmountClaim], days: Sequence[dt.date]
) -> tuple[tuple[int, tuple[int, int, int] | None], ...]:
    steps: list[tuple[int, tuple[int, int, int] | None]] = []
    for number, day in enumerate(days):
        last = number == len(days) - 1
        amount = _amount(c for c in claims if last or (c.known_by is not None and c.known_by <= day))
        if amount != (steps[-1][1] if steps else None):
            steps.append((number, amount))
    return tuple(steps)
