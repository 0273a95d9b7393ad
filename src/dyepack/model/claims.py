"""What people said."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Literal

from dyepack.model.values import Amount


@dataclass(frozen=True, slots=True)
class Source:
    """Where statements come from: one page, file or document."""

    source: Annotated[str, "hash of name, url and part"]
    name: Annotated[str, "who publishes it"]
    url: Annotated[str | None, "where it was read"]
    part: Annotated[str | None, "the row, page or section within it"]
    running: Annotated[bool, "a database that changes under one address, so that a reading date is all that is known"]


@dataclass(frozen=True, slots=True)
class Incident:
    """One theft, or one event that somebody counts as a theft."""

    incident: Annotated[str, "slug: date and victim"]
    date: Annotated[str, "day, month or year of the theft, as precise as it is known"]
    first_day: Annotated[dt.date, "the first day it can have been"]
    last_day: Annotated[dt.date, "the last day it can have been"]
    victim: Annotated[str, "who lost the money"]
    victim_type: Annotated[str, "cex, defi, bridge, individual, ..."]
    incident_class: Annotated[str, "theft, scam-or-rug, 51-percent, freeze, ...; totals count theft"]
    vector: Annotated[str, "how it was done"]
    chains: Annotated[tuple[str, ...], "names of `chains.py`, or as the source wrote them"]
    notes: Annotated[str | None, "what a reader must know"]
    sources: Annotated[tuple[str, ...], "all that was read about it, whether a claim rests on it or not"]
    references: Annotated[tuple[str, ...], "further reading: links that no claim rests on"]


@dataclass(frozen=True, slots=True)
class AmountClaim:
    """One source saying how much one incident took, or how much of it came back."""

    claim: Annotated[str, "hash of what the row says"]
    incident: str
    measure: Annotated[Literal["loss", "returned"], "what the amount is of"]
    usd: Annotated[Amount, "millionths of a US dollar"]
    kind: Annotated[
        str | None,
        "why it cannot be set beside other claims (face-value, later-value, component, partial) or value-at-theft",
    ]
    covers: Annotated[tuple[str, ...], "all incidents that the figure speaks of, where it is more than this one"]
    by: Annotated[str, "who says so"]
    source: str
    published: Annotated[str | None, "when it was said; empty for a running database"]
    retrieved: Annotated[str | None, "when a running database was read: said by then, not then"]
    known_by: Annotated[
        dt.date | None, "the last day of `published` or else `retrieved`: as-of views count it from this day on"
    ]


@dataclass(frozen=True, slots=True)
class AttributionClaim:
    """One source saying who did it."""

    claim: Annotated[str, "hash of what the row says"]
    incident: str
    actor: Annotated[str, "dprk, not-dprk, insider, individual, ..."]
    group: Annotated[str | None, "the part of the actor that the source names"]
    confidence: Annotated[Literal["confirmed", "assessed", "suspected", "disputed"], "as the source puts it"]
    by: Annotated[str, "who says so"]
    source: str
    published: str | None
    retrieved: str | None
    known_by: dt.date | None


@dataclass(frozen=True, slots=True)
class AddressClaim:
    """One source naming an address in connexion with an incident."""

    claim: Annotated[str, "hash of what the row says"]
    incident: str
    chain: str
    address: Annotated[str, "normalised"]
    role: Annotated[str, "thief, victim, intermediary, attack-contract, ..."]
    by: Annotated[str | None, "who first listed it, where that is not the source"]
    source: str
    also: Annotated[tuple[str, ...], "further sources that name it"]
    laundering: Annotated[str | None, "the laundering claim it belongs to"]


@dataclass(frozen=True, slots=True)
class TransactionClaim:
    """One source naming a transaction in connexion with an incident."""

    claim: Annotated[str, "hash of what the row says"]
    incident: str
    chain: str
    tx_hash: str
    source: str
    laundering: Annotated[str | None, "the laundering claim it belongs to"]


@dataclass(frozen=True, slots=True)
class LaunderingClaim:
    """One source saying how the proceeds of incidents moved."""

    claim: Annotated[str, "hash of what the row says"]
    incidents: tuple[str, ...]
    kind: Annotated[str, "mixer, exchange, bridge, dex, otc, recovery, ..."]
    service: str | None
    when: Annotated[str | None, "the day, month or span it speaks of"]
    statement: Annotated[str, "what is said to have happened"]
    usd: Annotated[Amount | None, "millionths of a US dollar"]
    quantity: Annotated[str | None, "amount of `asset`, as the source gives it"]
    asset: str | None
    confidence: str
    by: str
    source: str


@dataclass(frozen=True, slots=True)
class PublishedTotal:
    """A yearly or cumulative total that a publisher printed."""

    claim: Annotated[str, "hash of what the row says"]
    publisher: str
    series: Annotated[str, "dprk, all, dprk-cumulative, all-cumulative"]
    year: Annotated[int | None, "empty where the total spans several years"]
    usd: Annotated[Amount | None, "millionths of a US dollar; empty where only a count was printed"]
    incidents: Annotated[int | None, "how many incidents it counts"]
    covers_to: Annotated[str | None, "the day to which a partial year runs"]
    note: str | None
    derived: Annotated[bool, "worked out from what the publisher printed, not printed by it"]
    source: str
    published: str
    known_by: Annotated[dt.date, "the last day of `published`"]
