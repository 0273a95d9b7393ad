"""How much was stolen, per year, by whom, as of when: sums over incidents of class `theft`.

A theft counts with the median of its comparable claims, on the day of its transactions. With an as-of date two answers
are given and never mixed. `known` uses only claims that are known to have been said by that day. `held` uses what the
ledger holds today about thefts up to that day: a running database shows what it says now, not when it first said so.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dyepack.amounts import millions
from dyepack.errors import InputError
from dyepack.ledger.book import Ledger, known_by
from dyepack.ledger.claims import Summary, summary
from dyepack.ledger.published import published, series_of
from dyepack.ledger.rules import counts
from dyepack.model import Incident, PublishedTotal
from dyepack.schema import as_json


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over incidents, in micro-dollars, with the range that the claims leave and the rows it sums.

    `incidents` counts all of them, `without_amount` those of which no comparable amount is known and which add nothing.
    """

    usd: int = 0
    low: int = 0
    high: int = 0
    incidents: int = 0
    without_amount: int = 0
    slugs: tuple[str, ...] = ()

    def share_of(self, whole: "Sum") -> float | None:
        """This sum as a share of another; None where that is nothing."""
        return self.usd / whole.usd if whole.usd else None

    def as_json(self) -> dict[str, Any]:
        """Amounts as decimal strings of micro-dollars, the sum also as text for people."""
        return {
            "usd": str(self.usd),
            "text": millions(self.usd),
            "low": str(self.low),
            "high": str(self.high),
            "incidents": self.incidents,
            "without_amount": self.without_amount,
            "slugs": list(self.slugs),
        }


@dataclass(frozen=True, slots=True)
class Span:
    """What was asked for (`known`, `held`) and all thefts (`all_known`, `all_held`) over the same days."""

    known: Sum
    held: Sum
    all_known: Sum
    all_held: Sum

    def as_json(self) -> dict[str, Any]:
        """The four sums, and the share of all thefts that the ledger holds.

        There is no share of what was known on a day: the claims with a day of their own are nearly all about thefts
        that somebody attributed, so that such a share would say more about the sources than about the thieves.
        """
        return {
            "known": self.known.as_json(),
            "held": self.held.as_json(),
            "all_known": self.all_known.as_json(),
            "all_held": self.all_held.as_json(),
            "share_held": self.held.share_of(self.all_held),
        }


@dataclass(frozen=True, slots=True)
class YearTotal(Span):
    """One year, and beside it what publishers had printed about it by the as-of day, latest edition first."""

    year: int
    published: tuple[PublishedTotal, ...]

    def as_json(self) -> dict[str, Any]:
        """The year's sums and the published figures."""
        return {"year": self.year, **Span.as_json(self), "published": [as_json(total) for total in self.published]}


@dataclass(frozen=True, slots=True)
class Totals(Span):
    """The whole answer: the sums over all years, then year by year.

    `years` run from the first year with a theft that anybody gives the actor to the last of the ledger, or to the as-of
    day's.
    """

    actor: str | None
    rule: str | None
    as_of: dt.date | None
    years: tuple[YearTotal, ...]

    def as_json(self) -> dict[str, Any]:
        """The question, the sums over all years, and the years."""
        return {
            "actor": self.actor,
            "rule": self.rule,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "unit": "micro-dollars",
            **Span.as_json(self),
            "years": [year.as_json() for year in self.years],
        }


def totals(
    ledger: Ledger,
    *,
    actor: str | None = None,
    rule: str = "R2",
    as_of: dt.date | None = None,
    slugs: Collection[str] = (),
) -> Totals:
    """Yearly sums of an actor's thefts under a counting rule; of these thefts where `slugs` are given; else of all.

    Raises:
        InputError: nobody attributes a theft to this actor; no such rule; an incident of another class than theft.
        UnknownIncident: a slug that is not in the ledger.
    """
    everybody = ledger.once(_everybody, as_of)
    chosen = chooser(ledger, actor, rule, slugs)
    thefts = everybody.held
    held = [theft for theft in thefts if chosen(theft.incident, None)]
    mine = _yearly(held, ledger.once(weights, None))
    sums = [mine, everybody.sums_known, mine, everybody.sums_held]
    if as_of is not None:
        known = [theft for theft in everybody.known if chosen(theft.incident, as_of)]
        sums[0] = _yearly(known, ledger.once(weights, as_of))

    def span(year: int | None) -> tuple[Sum, Sum, Sum, Sum]:
        known, all_known, held_, all_held = (each.get(year, Sum()) for each in sums)
        return known, held_, all_known, all_held

    named = {claim.incident for claim in ledger.attributions if claim.actor == actor}
    since = held if actor is None or slugs else [theft for theft in thefts if theft.incident in named]
    years = range(min(map(_year, since)), max(map(_year, thefts)) + 1) if since else range(0)
    series = None if slugs else series_of(actor)
    rows = tuple(
        YearTotal(*span(year), year, published(ledger, series=series, year=year, as_of=as_of)) for year in years
    )
    return Totals(*span(None), None if slugs else actor, rule if actor and not slugs else None, as_of, rows)


@dataclass(frozen=True, slots=True)
class _Everybody:
    """All thefts up to a day, by both clocks, with their sums by year: the same under every rule."""

    held: Sequence[Incident]
    known: Sequence[Incident]
    sums_held: Mapping[int | None, Sum]
    sums_known: Mapping[int | None, Sum]


def _everybody(ledger: Ledger, day: dt.date | None) -> _Everybody:
    known, held = ledger.once(thefts, day)
    sums = _yearly(held, ledger.once(weights, None))
    if day is None:
        return _Everybody(held, held, sums, sums)
    return _Everybody(held, known, sums, _yearly(known, ledger.once(weights, day)))


def thefts(ledger: Ledger, day: dt.date | None) -> tuple[Sequence[Incident], Sequence[Incident]]:
    """All thefts up to a day: those of which somebody had spoken by it, and those that are held today.

    Ask for them by `ledger.once(thefts, day)`.
    """
    held = [i for i in ledger.incidents if i.incident_class == "theft" and (day is None or i.last_day <= day)]
    if day is None:
        return held, held
    mentioned = _mentioned(ledger, day)
    return [theft for theft in held if theft.incident in mentioned], held


def chooser(
    ledger: Ledger, actor: str | None, rule: str, slugs: Collection[str]
) -> Callable[[str, dt.date | None], bool]:
    """Whether an incident, by its slug, belongs to what was asked for, by what is known on a day."""
    for slug in slugs:
        if (kind := ledger.incident(slug).incident_class) != "theft":
            raise InputError(f"totals count thefts, and {slug} is of the class {kind!r}")
    if slugs:
        return lambda slug, _: slug in slugs
    if actor is None:
        return lambda _, __: True
    check_actor(ledger, actor)
    counts(rule, actor, ())

    def theirs(slug: str, day: dt.date | None) -> bool:
        said = attributed.get(slug)
        return said is not None and counts(rule, actor, said if day is None else known_by(said, day))

    attributed = ledger.attributed
    return theirs


def check_actor(ledger: Ledger, actor: str) -> None:
    """Refuse an actor that nobody attributes anything to.

    Raises:
        InputError: lists the actors that the ledger knows.
    """
    if actor not in ledger.actors:
        known = ", ".join(sorted(ledger.actors))
        raise InputError(f"nobody attributes an incident to {actor!r}; actors in the ledger: {known}")


def _mentioned(ledger: Ledger, day: dt.date) -> set[str]:
    """The incidents of whose loss or thief somebody is known to have spoken by this day."""
    losses = (claim for claim in ledger.amounts if claim.measure == "loss")
    return {c.incident for claims in (losses, ledger.attributions) for c in claims if c.known_by and c.known_by <= day}


def sum_of(ledger: Ledger, incidents: Sequence[Incident], day: dt.date | None) -> Sum:
    """The sum over these incidents, by the claims known on a day; by all of them where no day is given."""
    return _added(incidents, ledger.once(weights, day))


def weights(ledger: Ledger, day: dt.date | None) -> Mapping[str, Summary | None]:
    """What each incident counts with by the claims known on a day; without a claim about it, an incident is left out.

    Ask for it by `ledger.once(weights, day)`.
    """
    if day is None:
        return {slug: summary(claims) for slug, claims in ledger.losses.items()}
    held = ledger.once(weights, None)
    later = {claim.incident for claim in ledger.amounts if claim.known_by is None or claim.known_by > day}
    return {
        slug: summary(known_by(claims, day)) if slug in later else held[slug] for slug, claims in ledger.losses.items()
    }


def _yearly(incidents: Sequence[Incident], weighed: Mapping[str, Summary | None]) -> dict[int | None, Sum]:
    """The sums by year, and under None the sum of all."""
    years: dict[int | None, list[Incident]] = {}
    for incident in incidents:
        years.setdefault(_year(incident), []).append(incident)
    return {None: _added(incidents, weighed), **{year: _added(each, weighed) for year, each in years.items()}}


def _added(incidents: Sequence[Incident], weighed: Mapping[str, Summary | None]) -> Sum:
    slugs = tuple(incident.incident for incident in incidents)
    amounts = [each for each in map(weighed.get, slugs) if each is not None]
    return Sum(
        sum([each.median for each in amounts]),
        sum([each.low for each in amounts]),
        sum([each.high for each in amounts]),
        len(slugs),
        len(slugs) - len(amounts),
        slugs,
    )


def _year(incident: Incident) -> int:
    return incident.first_day.year
