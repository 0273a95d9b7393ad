"""Looking up incidents: lists under a filter, and all that the ledger holds about one of them."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from dyepack.errors import InputError
from dyepack.ledger.book import Ledger, known_by
from dyepack.ledger.claims import Summary, summary
from dyepack.ledger.rules import counts
from dyepack.ledger.standing import standings
from dyepack.ledger.totals import check_actor
from dyepack.model import (
    AddressClaim,
    AmountClaim,
    AttributionClaim,
    Incident,
    LaunderingClaim,
    Source,
    TransactionClaim,
)
from dyepack.schema import as_json

SHARED_SENTENCE = "A shared address points to a shared launderer, not by itself to the same thief."
_GRADES = ("confirmed", "assessed", "suspected", "disputed")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which incidents to list; None means any. `rule` applies to `actor`."""

    actor: str | None = None
    rule: str = "R4"
    year: int | None = None
    min_usd: int | None = None
    as_of: dt.date | None = None
    victim_type: str | None = None
    incident_class: str | None = "theft"


@dataclass(frozen=True, slots=True)
class Line:
    """One incident of a list: what is known of it by the as-of day, and what the ledger holds today.

    `attribution` is the one given with most confidence, of the asked actor if one was asked for; `actor_known` says
    whether the incident was the actor's by the claims known on that day.
    """

    incident: Incident
    known: Summary | None
    held: Summary | None
    attribution: AttributionClaim | None
    actor_known: bool

    def as_json(self) -> dict[str, Any]:
        """The incident's record, its two summaries and its leading attribution."""
        return {
            **as_json(self.incident),
            "known": _summary_json(self.known),
            "held": _summary_json(self.held),
            "attribution": None if self.attribution is None else as_json(self.attribution),
            "actor_known": self.actor_known,
        }


@dataclass(frozen=True, slots=True)
class Shared:
    """One address that the ledger names in connexion with several incidents; on EVM chains one key is one address."""

    address: str
    here: tuple[AddressClaim, ...]
    elsewhere: tuple[AddressClaim, ...]


@dataclass(frozen=True, slots=True)
class IncidentView:
    """All that the ledger holds about one incident, in the order in which it was said."""

    incident: Incident
    loss: Summary | None
    losses: tuple[AmountClaim, ...]
    returned: tuple[AmountClaim, ...]
    attributions: tuple[AttributionClaim, ...]
    addresses: tuple[AddressClaim, ...]
    shared: tuple[Shared, ...]
    transactions: tuple[TransactionClaim, ...]
    laundering: tuple[LaunderingClaim, ...]
    sources: tuple[Source, ...]

    def as_json(self) -> dict[str, Any]:
        """Every record in full; sources once, by id."""
        lists = ("losses", "returned", "attributions", "addresses", "transactions", "laundering", "sources")
        shared = [
            {"address": s.address, "elsewhere": [as_json(claim) for claim in s.elsewhere], "reading": SHARED_SENTENCE}
            for s in self.shared
        ]
        return {
            **as_json(self.incident),
            "loss": _summary_json(self.loss),
            "standings": {
                one.claim: {"stand": one.stand, "says": one.says} for one in standings(self.losses, self.loss)
            },
            **{name: [as_json(record) for record in getattr(self, name)] for name in lists},
            "shared_addresses": shared,
        }


def as_known(view: IncidentView, day: dt.date) -> IncidentView:
    """The same with the claims that are known to have been said by a day; what has no day of its own stays."""
    losses, returned = tuple(known_by(view.losses, day)), tuple(known_by(view.returned, day))
    said = tuple(known_by(view.attributions, day))
    return replace(view, loss=summary(losses), losses=losses, returned=returned, attributions=said)


def find_incidents(ledger: Ledger, where: Filter) -> tuple[Line, ...]:
    """The incidents that pass the filter, in order of time.

    With an as-of day: incidents up to that day. They pass by what the ledger holds today; a line says what was known.

    Raises:
        InputError: an actor, a victim type or a class that the ledger does not know.
    """
    if where.actor is not None:
        check_actor(ledger, where.actor)
    for name in ("victim_type", "incident_class"):
        _check_word(ledger, name, getattr(where, name))
    lines = (_line(ledger, each, where) for each in ledger.incidents if _passes(ledger, each, where))
    enough = (line for line in lines if where.min_usd is None or (line.held and line.held.median >= where.min_usd))
    return tuple(sorted(enough, key=lambda line: (line.incident.first_day, line.incident.incident)))


def incident_view(ledger: Ledger, slug: str) -> IncidentView:
    """All that the ledger holds about one incident.

    Raises:
        UnknownIncident: no such slug; suggests the nearest ones.
    """
    incident = ledger.incident(slug)
    losses, addresses = ledger.losses.get(slug, ()), [a for a in ledger.addresses if a.incident == slug]
    laundering = tuple(claim for claim in ledger.laundering if slug in claim.incidents)
    transactions = tuple(claim for claim in ledger.transactions if claim.incident == slug)
    returned, attributions = ledger.returns.get(slug, ()), ledger.attributed.get(slug, ())
    claims: tuple[Any, ...] = (*losses, *returned, *attributions, *addresses, *transactions, *laundering)
    used = {claim.source for claim in claims} | {also for claim in addresses for also in claim.also}
    return IncidentView(
        incident,
        summary(losses),
        tuple(sorted(losses, key=_said)),
        tuple(sorted(returned, key=_said)),
        tuple(sorted(attributions, key=_said)),
        tuple(sorted(addresses, key=lambda claim: (claim.role, claim.chain, claim.address))),
        _shared(ledger, slug, addresses),
        transactions,
        tuple(sorted(laundering, key=lambda claim: claim.when or "")),
        tuple(source for source in ledger.sources if source.source in {*incident.sources, *used}),
    )


def _passes(ledger: Ledger, incident: Incident, where: Filter) -> bool:
    claims = ledger.attributed.get(incident.incident, ())
    return (
        where.incident_class in (None, incident.incident_class)
        and where.victim_type in (None, incident.victim_type)
        and where.year in (None, incident.first_day.year)
        and (where.as_of is None or incident.last_day <= where.as_of)
        and (where.actor is None or counts(where.rule, where.actor, claims))
    )


def _line(ledger: Ledger, incident: Incident, where: Filter) -> Line:
    losses = ledger.losses.get(incident.incident, ())
    claims = ledger.attributed.get(incident.incident, ())
    fitting = [claim for claim in claims if where.actor in (None, claim.actor)] if claims else claims
    leading = min(fitting, key=lambda claim: (_GRADES.index(claim.confidence), *_said(claim)), default=None)
    known = where.actor is None or counts(where.rule, where.actor, known_by(claims, where.as_of))
    held = summary(losses)
    heard = losses if where.as_of is None else known_by(losses, where.as_of)
    return Line(incident, held if len(heard) == len(losses) else summary(heard), held, leading, known)


def _shared(ledger: Ledger, slug: str, addresses: list[AddressClaim]) -> tuple[Shared, ...]:
    here: dict[str, list[AddressClaim]] = {}
    for claim in addresses:
        here.setdefault(claim.address, []).append(claim)
    elsewhere: dict[str, list[AddressClaim]] = {}
    for claim in ledger.addresses:
        if claim.incident != slug and claim.address in here:
            elsewhere.setdefault(claim.address, []).append(claim)
    return tuple(
        Shared(address, tuple(here[address]), tuple(sorted(found, key=lambda c: (c.incident, c.chain))))
        for address, found in sorted(elsewhere.items())
    )


def _check_word(ledger: Ledger, name: str, value: str | None) -> None:
    known = {getattr(incident, name) for incident in ledger.incidents}
    if value is not None and value not in known:
        raise InputError(f"no incident with {name} {value!r}; the ledger has: {', '.join(sorted(known))}")


def _said(claim: AmountClaim | AttributionClaim) -> tuple[dt.date, str]:
    return claim.known_by or dt.date.max, claim.by


def _summary_json(found: Summary | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"low": str(found.low), "median": str(found.median), "high": str(found.high), "claims": found.claims}
