"""Restates what people wrote (`files.py`) as records (`dyepack.model`): nothing is added, every claim gets an id.

The id of a claim is a hash of all that it says, so that reading a file twice changes nothing and two claims are one
only if they agree in every field.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any, TypeVar

from dyepack.addresses import normalise
from dyepack.errors import InvalidAddress
from dyepack.ledger.files import AttributionForm, Edition, IncidentFile, LaunderingForm, Loss, Said
from dyepack.ledger.mistakes import Where, at, rejected
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
    first_day,
    last_day,
)
from dyepack.yamltext import Document

T = TypeVar("T")


def incident(slug: str, form: IncidentFile, document: Document) -> Iterator[Any]:
    """The incident, its sources and its claims; an address that its chain refuses comes as a `Reject`."""
    sources = {
        key: _source(each.name, each.url, each.part, running=_running(each)) for key, each in form.sources.items()
    }
    yield from sources.values()
    ids = {key: source.source for key, source in sources.items()}
    yield Incident(
        incident=slug,
        date=form.date,
        first_day=first_day(form.date),
        last_day=last_day(form.date),
        victim=form.victim,
        victim_type=form.victim_type,
        incident_class=form.incident_class,
        vector=form.vector,
        chains=form.chains,
        notes=form.notes,
        sources=tuple(ids.values()),
        references=form.references,
    )
    for loss in form.losses:
        yield _claim(AmountClaim, slug, "loss", loss.usd, loss.kind, loss.covers, *_said(loss, form, ids))
    for loss in form.returned:
        yield _claim(AmountClaim, slug, "returned", loss.usd, loss.kind, loss.covers, *_said(loss, form, ids))
    for who in form.attributions:
        yield _claim(AttributionClaim, slug, who.actor, who.group, who.confidence, *_said(who, form, ids))
    for tx in form.transactions:
        yield _claim(TransactionClaim, slug, tx.chain, tx.tx, ids[tx.source], None)
    for index, place in enumerate(form.addresses):
        rest = (place.role, place.by, ids[place.source], tuple(ids[key] for key in place.also), None)
        where = (document, ("addresses", index, "address"))
        yield _address(slug, (place.chain, place.address), rest, where)


def laundering(index: int, form: LaunderingForm, document: Document) -> Iterator[Any]:
    """The statement, its source, and its addresses and transactions: once for each incident it speaks of."""
    source = _source(form.by, form.url, None)
    said = (form.usd, form.quantity, form.asset, form.confidence, form.by, source.source)
    claim = _claim(LaunderingClaim, form.incidents, form.kind, form.service, form.when, form.statement, *said)
    yield from (source, claim)
    for slug in form.incidents:
        for tx in form.transactions:
            yield _claim(TransactionClaim, slug, tx.chain, tx.tx, source.source, claim.claim)
        for place, each in enumerate(form.addresses):
            where = (document, ("laundering", index, "addresses", place, "address"))
            rest = (each.role, None, source.source, (), claim.claim)
            yield _address(slug, (each.chain, each.address), rest, where)


def edition(form: Edition) -> Iterator[Any]:
    """The figures of one edition, and their source."""
    source = _source(form.publisher, form.url, None)
    yield source
    printed = (form.derived, source.source, form.published, last_day(form.published))
    for total in form.totals:
        figures = (total.series, total.year, total.usd, total.incidents, total.covers_to, total.note)
        yield _claim(PublishedTotal, form.publisher, *figures, *printed)


def _said(claim: Loss | AttributionForm, form: IncidentFile, ids: dict[str, str]) -> tuple[Any, ...]:
    source = form.sources[claim.source]
    when: Said = claim if claim.published or claim.retrieved else source
    retrieved = None if when.published else when.retrieved
    known_by = last_day(when.published or when.retrieved or "")
    return claim.by or source.name, ids[claim.source], when.published, retrieved, known_by


def _address(
    slug: str, named: tuple[str, str], rest: tuple[Any, ...], where: tuple[Document, Where]
) -> AddressClaim | Reject:
    chain, address = named
    try:
        return _claim(AddressClaim, slug, chain, normalise(address, chain), *rest)
    except InvalidAddress as error:
        return rejected(at(*where, str(error), address))


def _source(name: str, url: str | None, part: str | None, *, running: bool = False) -> Source:
    return Source(_hash("Source", name, url, part), name, url, part, running)


def _running(source: Said) -> bool:
    return source.retrieved is not None and source.published is None


def _claim(record: Callable[..., T], *values: Any) -> T:
    return record(_hash(getattr(record, "__name__", ""), *values), *values)


def _hash(*values: Any) -> str:
    text = "\x1f".join(value.isoformat() if isinstance(value, dt.date) else repr(value) for value in values)
    return sha256(text.encode()).hexdigest()[:20]
