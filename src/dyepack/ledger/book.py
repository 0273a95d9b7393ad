"""The ledger in memory: tuples of records, and the look-ups that every question starts with."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Any, TypeVar

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


@dataclass(frozen=True)
class Ledger:
    """Everything people said about thefts. Records are in key order, so that equal ledgers are equal objects.

    `rejects` are the rows and files that could not be read; they are no part of what the ledger says.
    """

    sources: tuple[Source, ...] = ()
    incidents: tuple[Incident, ...] = ()
    amounts: tuple[AmountClaim, ...] = ()
    attributions: tuple[AttributionClaim, ...] = ()
    addresses: tuple[AddressClaim, ...] = ()
    transactions: tuple[TransactionClaim, ...] = ()
    laundering: tuple[LaunderingClaim, ...] = ()
    totals: tuple[PublishedTotal, ...] = ()
    rejects: tuple[Reject, ...] = field(default=(), compare=False)

    def incident(self, slug: str) -> Incident:
        """The incident of this slug.

        Raises:
            UnknownIncident: no such slug; suggests the nearest ones.
        """
        if slug not in self.by_slug:
            raise UnknownIncident(slug, self.by_slug)
        return self.by_slug[slug]

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
    def attributed(self) -> Mapping[str, tuple[AttributionClaim, ...]]:
        """Claims about who did it, by incident."""
        return _grouped(self.attributions, "incident")


def known_by(claims: Iterable[T], day: dt.date | None) -> list[T]:
    """The claims that are known to have been said by this day; all of them where no day is given."""
    if day is None:
        return list(claims)
    said = attrgetter("known_by")
    return [claim for claim in claims if said(claim) is not None and said(claim) <= day]


def _grouped(claims: Iterable[T], name: str) -> Mapping[str, tuple[T, ...]]:
    key, out = attrgetter(name), dict[str, list[T]]()
    for claim in claims:
        out.setdefault(key(claim), []).append(claim)
    return {name: tuple(group) for name, group in out.items()}
