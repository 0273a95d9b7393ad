"""The ledger in memory: tuples of records, and the look-ups that every question starts with."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from dyepack.errors import UnknownIncident
from dyepack.model import (
    AddressClaim,
    AmountClaim,
    AttributionClaim,
    Incident,
    LaunderingClaim,
    PublishedTotal,
    Reject,
    Source,
    TransactionClaim,
)

T = TypeVar("T")
KEPT = 8
"""How many answers of `Ledger.once` are kept: those of one question with its two days; then they are all let go."""
RECORDS: dict[type[Any], tuple[str, str]] = {
    Source: ("sources", "source"),
    Incident: ("incidents", "incident"),
    AmountClaim: ("amounts", "claim"),
    AttributionClaim: ("attributions", "claim"),
    AddressClaim: ("addresses", "claim"),
    TransactionClaim: ("transactions", "claim"),
    LaunderingClaim: ("laundering", "claim"),
    PublishedTotal: ("totals", "claim"),
}
"""The ledger's record types: where the ledger keeps each, and its key."""
_KIND = {name: kind for kind, (name, _) in RECORDS.items()}


@dataclass(frozen=True)
class Ledger:
    """Everything people said about thefts. Records are in key order, so that equal ledgers are equal objects.

    `rejects` are the rows and files that could not be read; they are no part of what the ledger says.
    """

    sources: tuple[Source, ...] = field(default_factory=tuple)
    incidents: tuple[Incident, ...] = field(default_factory=tuple)
    amounts: tuple[AmountClaim, ...] = field(default_factory=tuple)
    attributions: tuple[AttributionClaim, ...] = field(default_factory=tuple)
    addresses: tuple[AddressClaim, ...] = field(default_factory=tuple)
    transactions: tuple[TransactionClaim, ...] = field(default_factory=tuple)
    laundering: tuple[LaunderingClaim, ...] = field(default_factory=tuple)
    totals: tuple[PublishedTotal, ...] = field(default_factory=tuple)
    rejects: tuple[Reject, ...] = field(default_factory=tuple, compare=False)

    @classmethod
    def of_tables(cls, read: Callable[[type[Any]], Iterable[Any]]) -> Self:
        """A ledger whose tables are read when they are first asked for; `read` gives a table's records in key order."""
        made = cls.__new__(cls)
        made.__dict__.update(_read=read, rejects=())
        return made

    if not TYPE_CHECKING:  # else every misspelt attribute would pass

        def __getattr__(self, name: str) -> Any:
            """A table that has not been read yet."""
            kind, read = _KIND.get(name), self.__dict__.get("_read")
            if kind is None or read is None:
                raise AttributeError(f"a ledger has no attribute {name!r}")
            return self.__dict__.setdefault(name, tuple(read(kind)))

    def incident(self, slug: str) -> Incident:
        """The incident of this slug.

        Raises:
            UnknownIncident: no such slug; suggests the nearest ones.
        """
        if slug not in self.by_slug:
            raise UnknownIncident(slug, self.by_slug)
        return self.by_slug[slug]

    def once(self, work: Callable[["Ledger", dt.date | None], T], day: dt.date | None) -> T:
        """What a function makes of this ledger as of a day: worked out when first asked for, since nothing changes.

        `work` is a module's own function, and nobody may change what it returns.
        """
        made: dict[Any, Any] = self.__dict__.setdefault("_made", {})
        found = made.get((work, day))
        if found is None:
            found = work(self, day)
            if len(made) >= KEPT:
                made.clear()
            made[work, day] = found
        return cast("T", found)

    @cached_property
    def by_slug(self) -> Mapping[str, Incident]:
        """Incidents by slug."""
        return {incident.incident: incident for incident in self.incidents}

    @cached_property
    def by_source(self) -> Mapping[str, Source]:
        """Sources by id."""
        return {source.source: source for source in self.sources}

    @cached_property
    def losses(self) -> Mapping[str, tuple[AmountClaim, ...]]:
        """Claims about what was taken, by incident."""
        return _grouped((claim for claim in self.amounts if claim.measure == "loss"), "incident")

    @cached_property
    def returns(self) -> Mapping[str, tuple[AmountClaim, ...]]:
        """Claims about what came back, by incident."""
        return _grouped((claim for claim in self.amounts if claim.measure == "returned"), "incident")

    @cached_property
    def actors(self) -> frozenset[str]:
        """Everybody to whom something is attributed, and what denials name."""
        return frozenset(claim.actor for claim in self.attributions)

    @cached_property
    def attributed(self) -> Mapping[str, tuple[AttributionClaim, ...]]:
        """Claims about who did it, by incident."""
        return _grouped(self.attributions, "incident")


def known_by(claims: Iterable[T], day: dt.date | None) -> list[T]:
    """The claims that are known to have been said by this day; all of them where no day is given."""
    if day is None:
        return list(claims)
    said = attrgetter("known_by")
    return [claim for claim in claims if (known := said(claim)) is not None and known <= day]


def _grouped(claims: Iterable[T], name: str) -> Mapping[str, tuple[T, ...]]:
    key, out = attrgetter(name), dict[str, tuple[T, ...]]()
    for claim in claims:
        group = key(claim)
        out[group] = (*out[group], claim) if group in out else (claim,)
    return out
