"""What publishers printed: yearly totals, edition by edition, with how each moved from the one before."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from dyepack.ledger.book import Ledger, known_by
from dyepack.model import PublishedTotal, last_day
from dyepack.schema import as_json

SERIES = ("dprk", "all", "dprk-cumulative", "all-cumulative")


@dataclass(frozen=True, slots=True)
class Printed:
    """One printed figure, set beside what the same edition prints for the year before.

    `change` is the exact numerator and denominator of the relative change; `partial` says that the year was not over.
    """

    total: PublishedTotal
    before: PublishedTotal | None

    @property
    def partial(self) -> bool:
        """Whether the figure counts only a part of its year."""
        covers = self.total.covers_to
        return (
            covers is not None and self.total.year is not None and last_day(covers) < dt.date(self.total.year, 12, 31)
        )

    @property
    def change(self) -> tuple[int, int] | None:
        """The change against the year before as (difference, figure before); None where one of them is missing."""
        if self.before is None or not self.before.usd or self.total.usd is None:
            return None
        return self.total.usd - self.before.usd, self.before.usd

    def as_json(self) -> dict[str, Any]:
        """The figure, and the exact change against the year before."""
        change = None if self.change is None else {"difference": str(self.change[0]), "before": str(self.change[1])}
        return {**as_json(self.total), "partial": self.partial, "change": change}


def series_of(actor: str | None) -> str | None:
    """The published series that speaks of this actor, or of everybody; None where publishers print none."""
    if actor is None:
        return "all"
    return actor if actor in SERIES else None


def published(
    ledger: Ledger, *, series: str | None, year: int | None = None, as_of: dt.date | None = None
) -> tuple[PublishedTotal, ...]:
    """Printed figures of a series known by a day: by year, the latest edition first, earlier ones kept."""
    found = [t for t in known_by(ledger.totals, as_of) if t.series == series and year in (None, t.year)]
    return tuple(sorted(found, key=lambda t: (t.year or 0, -t.known_by.toordinal(), t.publisher, -(t.usd or 0))))


def printed(totals: tuple[PublishedTotal, ...], year: int | None = None) -> tuple[Printed, ...]:
    """Each figure, or those of one year, with what the same edition prints for the year before, from among these."""
    edition = {(t.publisher, t.published, t.series, t.year): t for t in reversed(totals)}
    return tuple(
        Printed(t, edition.get((t.publisher, t.published, t.series, t.year - 1)) if t.year else None)
        for t in totals
        if year in (None, t.year)
    )
