"""The thefts that a question counts, each with the amount it counts with, under one of the two clocks."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dyepack.amounts import millions
from dyepack.errors import InputError
from dyepack.ledger.book import Ledger
from dyepack.ledger.claims import Summary
from dyepack.ledger.totals import chooser, thefts, weights
from dyepack.model import Incident


@dataclass(frozen=True, slots=True)
class Scope:
    """Scope thefts, and by which counting rule; without an actor everybody's, and then no rule applies."""

    actor: str | None = None
    rule: str = "R2"

    def as_json(self) -> dict[str, Any]:
        """The actor, and the rule where one applies."""
        return {"actor": self.actor, "rule": self.rule if self.actor else None}


@dataclass(frozen=True, slots=True)
class Theft:
    """One theft with its median, low and high in micro-dollars; None where no comparable amount is known."""

    slug: str
    victim: str
    first_day: dt.date
    last_day: dt.date
    usd: int | None
    low: int | None = None
    high: int | None = None

    @property
    def year(self) -> int:
        """The year it is booked in."""
        return self.first_day.year

    def as_json(self) -> dict[str, Any]:
        """The theft, its amount as a decimal string of micro-dollars and as text for people."""
        return {
            "incident": self.slug,
            "victim": self.victim,
            "date": self.first_day.isoformat(),
            "usd": None if self.usd is None else str(self.usd),
            "text": None if self.usd is None else millions(self.usd),
        }


def counted(ledger: Ledger, scope: Scope, day: dt.date | None = None) -> tuple[Theft, ...]:
    """The thefts that count, in order of time; with a day only by claims known to have been said by it.

    A theft whose day is not known is as late as it can be. Without an actor, a theft is known on a day when any claim
    about its amount or its thief is.

    Raises:
        InputError: nobody attributes a theft to this actor; no such rule.
    """
    chosen = chooser(ledger, scope.actor, scope.rule, ())
    known, held = ledger.once(thefts, day)
    amounts = ledger.once(weights, day)
    found = known if scope.actor is None else [incident for incident in held if chosen(incident.incident, day)]
    return tuple(
        sorted(
            (_theft(incident, amounts.get(incident.incident)) for incident in found),
            key=lambda theft: (theft.last_day, theft.slug),
        )
    )


def in_days(thefts: Iterable[Theft], year: int, until: dt.date) -> tuple[Theft, ...]:
    """The thefts of a year up to a day."""
    return tuple(theft for theft in thefts if theft.year == year and theft.last_day <= until)


def usd_of(thefts: Iterable[Theft]) -> int:
    """The sum of the amounts, in micro-dollars."""
    return sum(theft.usd for theft in thefts if theft.usd is not None)


def last_heard(ledger: Ledger) -> dt.date:
    """The last day of which the ledger can speak: of its latest theft, of the latest claim or of the latest figure.

    The clock has no part in it: a ledger that nobody has added to since does not know of today.

    Raises:
        InputError: the ledger is empty.
    """
    thefts = [i.last_day for i in ledger.incidents if i.incident_class == "theft"]
    days = [*thefts, *_said(ledger), *(total.known_by for total in ledger.totals)]
    if not days:
        raise InputError("the ledger has heard nothing; load one with: dyepack load-ledger")
    return max(days)


def first_heard(ledger: Ledger) -> dt.date | None:
    """The day of the earliest claim that has a day; before it nothing is *known*, whatever is held."""
    return min(_said(ledger), default=None)


def last_theft(ledger: Ledger) -> dt.date:
    """The day of the latest theft of the ledger: up to here it tells of thefts at all.

    Raises:
        InputError: there is none.
    """
    return max(_days(ledger))


def check_day(ledger: Ledger, day: dt.date | None) -> None:
    """Refuse an as-of day of which the ledger cannot say anything of thefts; without a day there is nothing to refuse.

    Raises:
        InputError: before its first theft, or after all that it has heard.
    """
    if day is not None and day < (first := min(_days(ledger))):
        raise InputError(f"the ledger's first theft is of {first}; expected an as-of day from then on, got {day}")
    check_heard(ledger, day)


def check_heard(ledger: Ledger, day: dt.date | None) -> None:
    """Refuse an as-of day in the future of the ledger; one before its first theft has an answer: nothing.

    Raises:
        InputError: after all that it has heard.
    """
    if day is not None and day > (last := last_heard(ledger)):
        raise InputError(f"the ledger has heard nothing after {last}; expected an as-of day up to then, got {day}")


def same_day(day: dt.date, year: int) -> dt.date:
    """The same day of another year; 29 February becomes the 28th."""
    leap = day.month == 2 and day.day == 29
    return day.replace(year=year, day=28) if leap else day.replace(year=year)


def _said(ledger: Ledger) -> list[dt.date]:
    amounts = [claim.known_by for claim in ledger.amounts if claim.known_by]
    return [*amounts, *(claim.known_by for claim in ledger.attributions if claim.known_by)]


def _days(ledger: Ledger) -> list[dt.date]:
    days = [i.last_day for i in ledger.incidents if i.incident_class == "theft"]
    if not days:
        raise InputError("the ledger holds no theft; load one with: dyepack load-ledger")
    return days


def _theft(incident: Incident, found: Summary | None) -> Theft:
    amounts = (None, None, None) if found is None else (found.median, found.low, found.high)
    return Theft(incident.incident, incident.victim, incident.first_day, incident.last_day, *amounts)
