"""Who is who, according to whom."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Literal


@dataclass(frozen=True, slots=True)
class Tag:
    """A statement that an address belongs to an actor or is of a kind; never a fact of the chain."""

    tag: Annotated[str, "hash of what the row says"]
    chain: str
    address: Annotated[str, "normalised"]
    name: Annotated[str, "what the tag calls it"]
    actor: Annotated[str | None, "id of an ActorPack"]
    concept: Annotated[str | None, "INTERPOL-derived taxonomy: exchange, mixing_service, ..."]
    confidence: Annotated[str, "how it is known: the grade's id"]
    grade: Annotated[int, "the grade from 0 to 100, as GraphSense orders them"]
    pack: Annotated[str, "title of the pack or name of the file"]
    creator: str | None
    source: str | None
    licence: str | None
    valid_from: Annotated[dt.date | None, "the first day it holds, as its source says or its editions show"]
    valid_to: Annotated[dt.date | None, "the first day it no longer holds; for a list the day by which it was gone"]
    last_modified: dt.date | None
    asset: Annotated[str | None, "the asset it speaks of, as in `assets`; empty where it speaks of the address"] = None
    code: Annotated[str | None, "the currency code under which its source has it"] = None
    cluster_definer: Annotated[bool | None, "whether its source says that it holds for the address's owner"] = None
    absent_to: Annotated[dt.date | None, "the last edition before it that was read and does not have it"] = None
    seen_from: Annotated[dt.date | None, "the first edition read that has it"] = None
    seen_to: Annotated[
        dt.date | None, "the last day it is known to have held: an edition's, or before a stated end"
    ] = None


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a list that was read: on this day, this is what the list said. Tags follow from all of them."""

    list_name: str
    edition: Annotated[dt.date, "the day whose state it gives"]
    scope: Annotated[str, "the currency code that it is confined to; empty for the whole list"]
    part: Annotated[str, "the part of `listings` that it came with"]
    file: str
    form: Annotated[str, "the format it was read as"]
    complete: Annotated[bool, "whether what it does not have was not listed; false where its format cuts texts off"]
    statements: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One statement of one edition of a list."""

    list_name: str
    edition: dt.date
    scope: str
    entry: Annotated[str, "what makes it the same statement in another edition: chain, address, code, concept"]
    name: Annotated[str, "who is listed; empty where the edition does not say"]
    chain: str
    address: str
    asset: str | None
    code: str | None
    concept: str | None
    confidence: str
    actor: str | None
    creator: str | None
    source: str | None
    licence: str | None
    stated_from: Annotated[dt.date | None, "the first day it holds, where the edition says"]
    stated_to: Annotated[dt.date | None, "the first day it no longer holds, where the edition says"]
    part: Annotated[str, "the part that it came with"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A named party in the real world, as one ActorPack describes it."""

    actor: Annotated[str, "its id, which tags name"]
    name: str
    concepts: tuple[str, ...]
    jurisdictions: Annotated[tuple[str, ...], "countries, as the pack has them"]
    uri: str | None
    pack: str
    creator: str | None
    licence: str | None
    last_modified: dt.date | None
    context: Annotated[str | None, "JSON: what else the pack says"]


@dataclass(frozen=True, slots=True)
class ActorStatement:
    """One source saying how an actor relates to a name or to another actor."""

    claim: Annotated[str, "hash of what the row says"]
    actor: str
    relation: Annotated[
        Literal["name", "same", "part-of", "different"],
        "`name`: is also called; the others: is, is a part of, is not, another actor",
    ]
    other: Annotated[str, "a name, or the id of an actor"]
    by: Annotated[str, "who says so"]
    source: str | None
    published: str | None
    known_by: Annotated[dt.date | None, "the last day of `published`"]
    pack: str


@dataclass(frozen=True, slots=True)
class ActorDecision:
    """What an analyst decided about two actors. Facts stay as they are; a decision can be withdrawn."""

    decision: Annotated[str, "hash of what was decided, by whom and when"]
    actor: str
    other: str
    judgement: Literal["same", "different"]
    by: str
    decided: dt.datetime
    reason: str | None
    withdrawn_by: str | None
    withdrawn: dt.datetime | None


@dataclass(frozen=True, slots=True)
class CanonicalActor:
    """The one id under which an actor goes, by what is said and decided: derived, and made anew with every change."""

    run: str
    actor: str
    canonical: str
    rests_on: Annotated[tuple[str, ...], "the claims and decisions that join it, by hash"]
