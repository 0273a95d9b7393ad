"""A publisher's totals beside what its profile gives: known by a day, held today, printed by then, and the residual.

A row covers the days that the publisher's latest figure covers, so that sum and figure speak of the same days. Where it
has printed nothing of a year, the row covers the year, up to the as-of day.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dyepack.errors import InputError
from dyepack.ledger.book import Ledger, known_by
from dyepack.ledger.publishers import Publisher
from dyepack.ledger.residual import Asked, Residual, residual
from dyepack.ledger.tally import Span, Tallies, Tally
from dyepack.model import PublishedTotal
from dyepack.schema import as_json

YEARLY = ("dprk", "all")


@dataclass(frozen=True, slots=True)
class PublisherRow:
    """One year of one series, or one cumulative figure.

    `known` uses the claims known by the as-of day (all, where none is given), `held` all of today's. `printed` is the
    latest edition's figure, `earlier` what it and former editions printed besides, latest first. The residual is
    against `held`.
    """

    series: str
    year: int | None
    span: Span
    why: str | None
    known: Tally
    held: Tally
    printed: PublishedTotal | None
    earlier: tuple[PublishedTotal, ...]
    residual: Residual | None

    def as_json(self) -> dict[str, Any]:
        """The row; the days as dates, without those that have no end."""
        return {
            "series": self.series,
            "year": self.year,
            "from": None if self.span.first == dt.date.min else self.span.first.isoformat(),
            "to": self.span.last.isoformat(),
            "read_so_because": self.why,
            "known": self.known.as_json(),
            "held": self.held.as_json(),
            "printed": None if self.printed is None else as_json(self.printed),
            "earlier": [as_json(total) for total in self.earlier],
            "residual": None if self.residual is None else self.residual.as_json(),
        }


@dataclass(frozen=True, slots=True)
class PublisherTotals:
    """The whole answer. `first_printed` is the day of the publisher's first figure, `last_claim` of the last claim."""

    publisher: Publisher
    as_of: dt.date | None
    rows: tuple[PublisherRow, ...]
    first_printed: dt.date
    last_claim: dt.date

    def as_json(self) -> dict[str, Any]:
        """The publisher, how it is held to count, and the rows."""
        return {
            "publisher": self.publisher.called,
            "counts": self.publisher.about,
            "grounds": list(self.publisher.grounds),
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "first_printed": self.first_printed.isoformat(),
            "last_claim": self.last_claim.isoformat(),
            "unit": "micro-dollars",
            "rows": [row.as_json() for row in self.rows],
        }


def publisher_totals(
    ledger: Ledger,
    who: Publisher,
    *,
    actor: str | None = None,
    year: int | None = None,
    as_of: dt.date | None = None,
) -> PublisherTotals:
    """A publisher's series, those about an actor or all of them, year by year.

    Raises:
        InputError: the ledger has no figure of this publisher, or none about this actor.
    """
    ever = [total for total in ledger.totals if who.printed(total)]
    chosen = [total for total in ever if actor is None or total.series in (actor, f"{actor}-cumulative")]
    if not chosen:
        about = f" about {actor!r}; it has printed about: {', '.join(_about(ever))}" if ever else ""
        raise InputError(f"the ledger has no figure of {who.called}{about}")
    desk = _Desk(Tallies(ledger), who, as_of)
    rows = tuple(row for series in _series(chosen) for row in desk.rows(series, chosen) if year in (None, row.year))
    said = [*(claim.known_by for claim in ledger.amounts), *(claim.known_by for claim in ledger.attributions)]
    last = max(filter(None, said), default=dt.date.min)
    return PublisherTotals(who, as_of, rows, min(total.known_by for total in chosen), last)


def every_figure(tallies: Tallies, who: Publisher) -> tuple[PublisherRow, ...]:
    """A row for every single figure of a publisher, in the order in which they were printed; `known` is of that day."""
    desk = _Desk(tallies, who, None)
    mine = (total for total in tallies.ledger.totals if who.printed(total))
    rows = []
    for total in sorted(mine, key=lambda each: (each.known_by, each.series, each.year or 0, each.usd or 0)):
        row = desk.row(total.series, total.year, (total,))
        _, profile, _ = who.reading(total)
        known = tallies.of(profile, _actor(total.series), total.known_by).within(row.span)
        rows.append(replace(row, known=known))
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where one publisher's rows are made."""

    tallies: Tallies
    who: Publisher
    as_of: dt.date | None

    def rows(self, series: str, totals: Sequence[PublishedTotal]) -> Iterator[PublisherRow]:
        """The rows of a series: one per year that has a figure or a theft."""
        by: dict[int | None, list[PublishedTotal]] = {}
        for total in known_by(totals, self.as_of):
            if total.series == series:
                by.setdefault(total.year, []).append(total)
        years = set(by)
        if series in YEARLY:
            until = self.as_of or dt.date.max
            held = self.tallies.of(self.who.profile, _actor(series)).within(Span(last=until))
            years |= {entry.day.year for entry in held.entries}
        for year in sorted(years, key=lambda each: each or 0):
            yield self.row(series, year, sorted(by.get(year, ()), key=_order))

    def row(self, series: str, year: int | None, printed: Sequence[PublishedTotal]) -> PublisherRow:
        """One row: the latest figure, and what the profile gives for its days."""
        first = printed[0] if printed else None
        if first is not None:
            span, profile, why = self.who.reading(first)
        else:
            span, profile, why = Span.of_year(year or 0), self.who.profile, None
        if self.as_of:
            span = replace(span, last=min(span.last, self.as_of))
        actor = _actor(series)
        known, held = (self.tallies.of(profile, actor, day).within(span) for day in (self.as_of, None))
        left = None if first is None else residual(self.tallies, first, Asked(profile, actor, span))
        return PublisherRow(series, year, span, why, known, held, first, tuple(printed[1:]), left)


def _order(total: PublishedTotal) -> tuple[Any, ...]:
    """The latest edition first; in it what it printed itself before what was worked out, then the lower figure."""
    return -total.known_by.toordinal(), total.derived, total.usd or 0, total.claim


def _actor(series: str) -> str | None:
    name = series.removesuffix("-cumulative")
    return None if name == "all" else name


def _series(totals: Sequence[PublishedTotal]) -> list[str]:
    """The series of these figures, those about an actor first, and the cumulative ones last."""
    found = {total.series for total in totals}
    return sorted(found, key=lambda name: (name.endswith("-cumulative"), name.startswith("all"), name))


def _about(totals: Sequence[PublishedTotal]) -> list[str]:
    return [_actor(name) or "everybody" for name in _series(totals) if name in YEARLY]
