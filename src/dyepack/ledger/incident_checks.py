"""What can be wrong with one incident file that has the right form: each check is a function that yields remarks."""

import datetime as dt
import re
from collections.abc import Collection, Iterator
from ipaddress import ip_address
from itertools import chain as joined
from typing import Literal
from urllib.parse import urlsplit

from dyepack import chains
from dyepack.addresses import normalise
from dyepack.amounts import millions
from dyepack.errors import InvalidAddress
from dyepack.ledger.claims import PLAIN
from dyepack.ledger.files import AttributionForm, IncidentFile, Loss, Said
from dyepack.ledger.mistakes import Where
from dyepack.ledger.sayers import sayers
from dyepack.model import first_day, last_day

Remark = tuple[Literal["error", "warning"], str, Where, str]
"""Level, name of the check, path in the file, what was found."""

SPREAD = 10
"""Comparable claims about one loss that differ by more than this factor are worth a look."""
LARGEST_USD = 10**16
"""Ten billion dollars: no theft has reached it, so a larger figure is likely in another unit."""
_HASHES = {
    "evm": re.compile(r"0x[0-9a-fA-F]{64}"),
    "bitcoin": re.compile(r"[0-9a-fA-F]{64}"),
    "cashaddr": re.compile(r"[0-9a-fA-F]{64}"),
    "tron": re.compile(r"(0x)?[0-9a-fA-F]{64}"),
    "solana": re.compile(r"[1-9A-HJ-NP-Za-km-z]{80,90}"),
    "xrp": re.compile(r"[0-9a-fA-F]{64}"),
}
_NOWHERE = re.compile(r"(^|\.)(example(\.(com|org|net))?|invalid|test|local|localhost|internal)$")


def incident(form: IncidentFile, slugs: Collection[str], today: dt.date) -> Iterator[Remark]:
    """All remarks about one incident; `slugs` are those of the whole ledger."""
    yield from joined(days(form, today), sources(form), amounts(form, slugs), attributions(form), places(form))


def days(form: IncidentFile, today: dt.date) -> Iterator[Remark]:
    """Nothing lies in the future, and nothing is said of a theft before it happens."""
    theft = first_day(form.date)
    if theft > today:
        yield "error", "future", ("date",), f"a theft of {form.date}, and today is {today}"
    dated: list[tuple[Where, Said]] = [(("sources", key), each) for key, each in form.sources.items()]
    for name in ("losses", "returned", "attributions"):
        dated += [((name, index), each) for index, each in enumerate(getattr(form, name))]
    for where, each in dated:
        for field in ("published", "retrieved"):
            day = getattr(each, field)
            if day is not None and first_day(day) > today:
                yield "error", "future", (*where, field), f"{field} {day}, and today is {today}"
            if day is not None and last_day(day) < theft:
                yield "error", "said-before", (*where, field), f"{field} {day}, before the theft of {form.date}"


def sources(form: IncidentFile) -> Iterator[Remark]:
    """Addresses on the web that lead nowhere, one source under two keys, one claim twice."""
    seen: dict[tuple[str, str | None, str | None], str] = {}
    places: dict[tuple[str, str | None], str] = {}
    for key, source in form.sources.items():
        if source.url is not None and (fault := unreachable(source.url)):
            yield "error", "dead-source", ("sources", key, "url"), fault
        same = (source.name, source.url, source.part)
        if source.url is not None and same in seen and _alike(form, key, seen[same]):
            yield "warning", "doubled-source", ("sources", key), f"the same name, url and part as {seen[same]!r}"
        seen.setdefault(same, key)
        if source.url is not None:
            first = places.setdefault((source.url, source.part), key)
            if form.sources[first].name != source.name:
                yield "warning", "doubled-source", ("sources", key), f"the url and part of {first!r}, by another name"
    for index, url in enumerate(form.references):
        if fault := unreachable(url):
            yield "error", "dead-source", ("references", index), fault
        if url in form.references[:index]:
            yield "warning", "doubled-source", ("references", index), "stands twice among the references"
    for name in ("losses", "returned", "attributions", "addresses", "transactions"):
        claims = getattr(form, name)
        for index, claim in enumerate(claims):
            if claim in claims[:index]:
                yield "warning", "doubled-claim", (name, index), "says the same as a line above it"


def amounts(form: IncidentFile, slugs: Collection[str]) -> Iterator[Remark]:
    """Units, claims far apart, more returned than taken, figures for thefts that are not there."""
    for name in ("losses", "returned"):
        for index, claim in enumerate(getattr(form, name)):
            if claim.usd > LARGEST_USD and form.incident_class == "theft":
                yield "error", "unit", (name, index, "usd"), f"{millions(claim.usd)}: no theft was as large; dollars?"
            for slug in claim.covers:
                if slug not in slugs:
                    yield "error", "unknown-incident", (name, index, "covers"), f"no incident {slug!r} in this ledger"
    plain = [claim for claim in form.losses if claim.kind in PLAIN and not claim.covers and claim.usd]
    if plain:
        low, high = min(plain, key=_usd), max(plain, key=_usd)
        if high.usd > SPREAD * low.usd:
            text = f"claims from {millions(low.usd)} ({_said(low)}) to {millions(high.usd)} ({_said(high)})"
            yield "warning", "far-apart", ("losses",), text
        for index, back in enumerate(form.returned):
            if not back.covers and back.kind in PLAIN and back.usd > 2 * high.usd:
                text = f"{millions(back.usd)}, where at most {millions(high.usd)} were taken"
                yield "warning", "more-returned", ("returned", index), text


def attributions(form: IncidentFile) -> Iterator[Remark]:
    """One voice that names an actor and denies it on the same day; `confirmed` by somebody who is no government."""
    for index, claim in enumerate(form.attributions):
        by = claim.by or (form.sources[claim.source].name if claim.source in form.sources else claim.source)
        sayer = sayers().by_name.get(by)
        if claim.confidence == "confirmed" and (sayer is None or sayer.kind != "government"):
            text = f"{by!r} is no government in sayers.toml; `confirmed` counts as “confirmed by a government”"
            yield "warning", "not-a-government", ("attributions", index, "confidence"), text
    said = {(_who(claim), _when(form, claim), claim.actor) for claim in form.attributions}
    for index, claim in enumerate(form.attributions):
        if (_who(claim), _when(form, claim), f"not-{claim.actor}") in said:
            yield "error", "contradiction", ("attributions", index), f"{_who(claim)} says both that and its denial"


def places(form: IncidentFile) -> Iterator[Remark]:
    """Transaction hashes of the wrong form; an address that is the thief's and the victim's."""
    for index, tx in enumerate(form.transactions):
        pattern = _HASHES.get(chains.chain(tx.chain).addresses)
        if pattern is not None and not pattern.fullmatch(tx.tx):
            text = f"not a transaction hash on {tx.chain}: {tx.tx[:90]!r}"
            yield "error", "hash", ("transactions", index, "tx"), text
    roles: dict[tuple[str, str], set[str]] = {}
    for index, place in enumerate(form.addresses):
        try:
            there = roles.setdefault((place.chain, normalise(place.address, place.chain)), set())
        except InvalidAddress:
            continue  # the reader names it
        there.add(place.role)
        if place.role in ("thief", "victim") and {"thief", "victim"} <= there:
            yield "warning", "both-sides", ("addresses", index), f"{place.address} is named as thief's and as victim's"


def unreachable(url: str) -> str | None:
    """Why nobody can ever have read this address on the open web; None where somebody can."""
    try:
        parts = urlsplit(url)
        host, _ = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError as error:
        return f"not a web address ({error}): {url[:90]!r}"
    if _is_number(host):
        return None if ip_address(host).is_global else f"an address inside a private network: {url[:90]!r}"
    named = re.fullmatch(r"[^\s.@:/]+(\.[^\s.@:/]+)+", host)
    if not named or _NOWHERE.search(host) or not re.search(r"[^\d]$", host):
        return f"no such place on the web: {url[:90]!r}"
    return None


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _alike(form: IncidentFile, one: str, other: str) -> bool:
    """Two keys of one page are wanted where the page said two things on two days."""
    return (form.sources[one].published, form.sources[one].retrieved) == (
        form.sources[other].published,
        form.sources[other].retrieved,
    )


def _usd(claim: Loss) -> int:
    return claim.usd


def _said(claim: Loss) -> str:
    return claim.by or claim.source


def _who(claim: AttributionForm) -> str:
    return claim.by or claim.source


def _when(form: IncidentFile, claim: AttributionForm) -> str | None:
    source = form.sources.get(claim.source)
    return claim.published or claim.retrieved or (source and (source.published or source.retrieved)) or None
