"""Yearly sums narrowed: to some thefts, or to some years. The sums know their thefts, so nothing is counted anew."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from dyepack.ledger.book import Ledger
from dyepack.ledger.totals import Span, Sum, Totals, YearTotal, weights


def among(ledger: Ledger, found: Totals, slugs: Collection[str]) -> Totals:
    """The same of these thefts alone, also in the sums of all.

    Printed figures speak of more than these thefts, and are left out.
    """

    def part(whole: Sum, day: dt.date | None) -> Sum:
        weighed = ledger.once(weights, day)
        there = tuple(slug for slug in whole.slugs if slug in slugs)
        amounts = [each for slug in there if (each := weighed.get(slug)) is not None]
        usd, low, high = (sum(getattr(each, name) for each in amounts) for name in ("median", "low", "high"))
        return Sum(usd, low, high, len(there), len(there) - len(amounts), there)

    def parts(span: Span) -> Span:
        """What was known by what was said by the day, what is held by all that is said."""
        day = found.as_of
        return Span(part(span.known, day), part(span.held, None), part(span.all_known, day), part(span.all_held, None))

    years = [YearTotal(**_sums(parts(year)), year=year.year, published=()) for year in found.years]
    return _with(found, parts(found), years)


def between(found: Totals, first: int | None, last: int | None) -> Totals:
    """The same of these years alone, also in the sums of all."""
    if first is None and last is None:
        return found
    low, high = first or 0, last or 9999
    years = [year for year in found.years if low <= year.year <= high]
    return _with(found, Span(*(_added([getattr(year, name) for year in years]) for name in SIDES)), years)


SIDES = ("known", "held", "all_known", "all_held")


def _with(found: Totals, span: Span, years: Sequence[YearTotal]) -> Totals:
    return Totals(**_sums(span), actor=found.actor, rule=found.rule, as_of=found.as_of, years=tuple(years))


def _sums(span: Span) -> dict[str, Any]:
    return {name: getattr(span, name) for name in SIDES}


def _added(sums: Sequence[Sum]) -> Sum:
    usd, low, high = (sum(getattr(each, name) for each in sums) for name in ("usd", "low", "high"))
    slugs = tuple(slug for each in sums for slug in each.slugs)
    return Sum(usd, low, high, len(slugs), sum(each.without_amount for each in sums), slugs)
