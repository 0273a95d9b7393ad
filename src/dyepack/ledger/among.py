"""Yearly sums narrowed: to some thefts, or to some years. The sums know their thefts, so nothing is counted anew."""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import replace

from dyepack.ledger.book import Ledger
from dyepack.ledger.totals import Span, Sum, Totals, weights

Narrowing = Callable[[Sum, dt.date | None], Sum]


def among(ledger: Ledger, found: Totals, slugs: Collection[str]) -> Totals:
    """The same of these thefts alone, also in the sums of all.

    Printed figures speak of more than these thefts, and are left out.
    """

    def part(whole: Sum, day: dt.date | None) -> Sum:
        weighed = ledger.once(weights, day)
        there = tuple(slug for slug in whole.slugs if slug in slugs)
        amounts = [each for slug in there if (each := weighed.get(slug)) is not None]
        sums = (sum(getattr(each, name) for each in amounts) for name in ("median", "low", "high"))
        return Sum(*sums, len(there), len(there) - len(amounts), there)

    years = tuple(replace(year, **_sides(year, found.as_of, part), published=()) for year in found.years)
    return replace(found, **_sides(found, found.as_of, part), years=years)


def between(found: Totals, first: int | None, last: int | None) -> Totals:
    """The same of these years alone, also in the sums of all."""
    if first is None and last is None:
        return found
    years = [
        year for year in found.years if (first is None or year.year >= first) and (last is None or year.year <= last)
    ]
    sides = {name: _added([getattr(year, name) for year in years]) for name in _SIDES}
    return replace(found, **sides, years=tuple(years))


_SIDES = ("known", "held", "all_known", "all_held")


def _sides(span: Span, day: dt.date | None, part: Narrowing) -> dict[str, Sum]:
    """The four sums narrowed: what was known by what was said by the day, what is held by all that is said."""
    return {name: part(getattr(span, name), day if name.endswith("known") else None) for name in _SIDES}


def _added(sums: list[Sum]) -> Sum:
    names = ("usd", "low", "high", "incidents", "without_amount")
    slugs = tuple(slug for each in sums for slug in each.slugs)
    return Sum(*(sum(getattr(each, name) for each in sums) for name in names), slugs)
