"""Adds up thefts under a profile: which incidents count, in which year, with which figure.

The figure of an incident is the publisher's own, the latest one it is known to have given; else, if the profile allows
it, the median of all comparable claims. One figure of its own for several incidents counts once, whole, with the
earliest of them that counts: nobody can say how it divides.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Literal

from dyepack.amounts import millions
from dyepack.ledger.book import Ledger, known_by
from dyepack.ledger.claims import PLAIN, Summary, summary
from dyepack.ledger.profile import Profile
from dyepack.ledger.totals import weights
from dyepack.model import AmountClaim, AttributionClaim, Incident

Basis = Literal["own", "median", "shared", "none"]
NEWS = dt.timedelta(days=60)
"""A first dated claim later than this after the theft is a finding, not the news of it; the theft's day stands in."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of days, both ends included; no end is as far as the ledger goes."""

    first: dt.date = dt.date.min
    last: dt.date = dt.date.max

    @classmethod
    def of_year(cls, year: int) -> "Span":
        """The days of a year."""
        return cls(dt.date(year, 1, 1), dt.date(year, 12, 31))


@dataclass(frozen=True, slots=True)
class Entry:
    """One incident that counts, in micro-dollars; `low` and `high` are what its claims leave open.

    `basis`: the publisher's `own` figure, the `median`, `shared` for the further incidents of one figure for several
    (they add nothing to it), or `none` where no figure is known. `day` is the first it can have been.
    """

    incident: str
    day: dt.date
    last_day: dt.date
    usd: int
    low: int
    high: int
    basis: Basis


_DAY = attrgetter("day")


@dataclass(frozen=True, slots=True)
class Tally:
    """The entries of a span of days, in order of their days, and their sums."""

    entries: tuple[Entry, ...] = ()

    @property
    def usd(self) -> int:
        """The sum."""
        return sum(entry.usd for entry in self.entries)

    @property
    def low(self) -> int:
        """The sum with every theft at its lowest figure."""
        return sum(entry.low for entry in self.entries)

    @property
    def high(self) -> int:
        """The sum with every theft at its highest figure."""
        return sum(entry.high for entry in self.entries)

    @property
    def slugs(self) -> tuple[str, ...]:
        """The incidents that count."""
        return tuple(entry.incident for entry in self.entries)

    def on(self, basis: str) -> tuple[Entry, ...]:
        """The entries with a figure of this basis."""
        return tuple(entry for entry in self.entries if entry.basis == basis)

    def within(self, span: Span) -> "Tally":
        """The entries whose days all lie in the span."""
        first = bisect_left(self.entries, span.first, key=_DAY)
        last = bisect_right(self.entries, span.last, key=_DAY)
        return Tally(tuple(e for e in self.entries[first:last] if e.last_day <= span.last))

    def as_json(self) -> dict[str, Any]:
        """Sums as decimal strings of micro-dollars, and the incidents by the basis of their figure."""
        return {
            "usd": str(self.usd),
            "text": millions(self.usd),
            "low": str(self.low),
            "high": str(self.high),
            "incidents": len(self.entries),
            **{basis: [e.incident for e in self.on(basis)] for basis in ("own", "median", "shared", "none")},
        }


def tally(ledger: Ledger, profile: Profile, actor: str | None, by: dt.date | None = None) -> Tally:
    """Everything that counts under the profile, in order of time; with a day, by the claims known that day alone.

    `actor` None counts everybody's thefts; with a day, those that anybody had mentioned.
    """
    desk = _Desk(ledger, profile, by)
    some: Iterable[Incident] = ledger.once(_in_time, None)
    if actor is not None and not profile.whose.named:  # nobody's without an attribution
        some = (incident for incident in some if incident.incident in ledger.attributed)
    counted = [incident for incident in some if desk.counts(incident, actor)]
    own, given = desk.own(), set[str]()
    rows = [incident for incident in counted if incident.incident in own or not profile.listed]
    usual = ledger.once(_at_medians, by) if profile.median and not profile.announced else {}
    special = {*own, *(ledger.returns if profile.net else ())} if usual else {*ledger.by_slug}
    entries = [
        desk.entry(row, own.get(row.incident, ()), given) if row.incident in special else usual[row.incident]
        for row in rows
    ]
    entries.sort(key=_DAY)  # the day of the news may be another than that of the theft
    return Tally(tuple(entries))


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where one profile is applied to what is known by a day."""

    ledger: Ledger
    profile: Profile
    by: dt.date | None

    def counts(self, incident: Incident, actor: str | None) -> bool:
        if self.profile.classes and incident.incident_class not in self.profile.classes:
            return False
        if incident.victim_type in self.profile.without:
            return False
        if actor is None and self.by is None:
            return True
        said = known_by(self.ledger.attributed.get(incident.incident, ()), self.by)
        if actor is not None:
            return self.profile.whose.takes(incident.incident, actor, said)
        return bool(said or self._losses(incident.incident))

    def own(self) -> Mapping[str, Sequence[AmountClaim]]:
        """The publisher's own figures by incident, those for several incidents under each of them."""
        found: dict[str, list[AmountClaim]] = {}
        for claim in known_by(filter(self.profile.speaks, self._spoken()), self.by):
            for each in dict.fromkeys((claim.incident, *claim.covers)):
                found.setdefault(each, []).append(claim)
        return found

    def _spoken(self) -> Iterator[AmountClaim]:
        """The claims of losses under the names of the publisher's own figures."""
        own = self.profile.own
        if own:
            yield from (c for claims in self.ledger.losses.values() for c in claims if c.by.startswith(own))

    def entry(self, incident: Incident, own: Sequence[AmountClaim], given: set[str]) -> Entry:
        """The incident as it counts; `given` gathers the figures for several incidents that have counted."""
        figure, basis = self._figure(incident.incident, own, given)
        usd, low, high = (figure.median, figure.low, figure.high) if figure else (0, 0, 0)
        if self.profile.net and figure:
            back = summary(known_by(self.ledger.returns.get(incident.incident, ()), self.by))
            usd, low, high = (max(each - (back.median if back else 0), 0) for each in (usd, low, high))
        day, last = incident.first_day, incident.last_day
        if self.profile.announced:
            day = last = self._news(incident)
        return Entry(incident.incident, day, last, usd, low, high, basis)

    def _figure(self, slug: str, own: Sequence[AmountClaim], given: set[str]) -> tuple[Summary | None, Basis]:
        if not own:
            others = self.ledger.once(weights, self.by).get(slug) if self.profile.median else None
            return others, "median" if others else "none"
        latest = max(_said(claim) for claim in own)
        last = [claim for claim in own if _said(claim) == latest]
        if alone := summary(last, (*PLAIN, "face-value")):
            return alone, "own"
        if last[0].claim in given:
            return None, "shared"
        given.add(last[0].claim)
        return Summary(last[0].usd, last[0].usd, last[0].usd, 1), "own"

    def _losses(self, slug: str) -> list[AmountClaim]:
        return known_by(self.ledger.losses.get(slug, ()), self.by)

    def _news(self, incident: Incident) -> dt.date:
        """The first day on which anybody is known to have spoken of the theft, soon after it; else its own."""
        slug, day = incident.incident, incident.first_day
        claims: list[AmountClaim | AttributionClaim] = [
            *self.ledger.losses.get(slug, ()),
            *self.ledger.attributed.get(slug, ()),
        ]
        days = (claim.known_by for claim in claims if claim.published and claim.known_by)
        return min((said for said in days if day <= said <= day + NEWS), default=day)


def _in_time(ledger: Ledger, _: dt.date | None) -> list[Incident]:
    return sorted(ledger.incidents, key=lambda incident: (incident.first_day, incident.incident))


def _at_medians(ledger: Ledger, day: dt.date | None) -> Mapping[str, Entry]:
    """Every incident on its own day with the median of its claims: how nearly all of them count under nearly all
    profiles.
    """
    desk = _Desk(ledger, Profile(), day)
    return {incident.incident: desk.entry(incident, (), set()) for incident in ledger.incidents}


def _said(claim: AmountClaim) -> dt.date:
    return claim.known_by or dt.date.min


@dataclass(frozen=True)
class Tallies:
    """The tallies of one ledger, each added up once."""

    ledger: Ledger
    made: dict[tuple[Profile, str | None, dt.date | None], Tally] = field(default_factory=dict, compare=False)

    def of(self, profile: Profile, actor: str | None, by: dt.date | None = None) -> Tally:
        """Everything that counts under the profile; see `tally`."""
        key = (profile, actor, by)
        if key not in self.made:
            self.made[key] = tally(self.ledger, profile, actor, by)
        return self.made[key]
