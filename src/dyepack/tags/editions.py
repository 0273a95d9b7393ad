"""From the editions of a list to its tags: when an address was listed, and when no longer.

A tag is a pure function of all editions that were read, so they may be read in any order. An edition that covers an
address's currency code and has it says *listed*; one that does not have it says *not listed*, unless its format cuts
texts off. Between two editions nothing is known, and the tag says so: its days are those of editions. A sourced day of
listing or delisting (`list_actions.csv`) that lies between an edition with the address and one without takes the place
of theirs.
"""

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import pyarrow as pa

from dyepack.model import Edition, Listing, Tag
from dyepack.schema import TABLES
from dyepack.store import Store
from dyepack.tags.statement import grades, hashed

_DAY = timedelta(days=1)
_OF_LIST = """
select * from {table} where list_name = $list_name and part not in (select part from fresh_parts)
union all select * from fresh_{table}
"""
_SPANS = """
with entries as (select distinct entry, code from list_listings),
covering as (
    select distinct entries.entry as entry, list_editions.edition as edition
    from entries join list_editions on list_editions.scope = '' or list_editions.scope = entries.code
    where list_editions.complete
    union select entry, edition from list_listings
),
placed as (
    select entry, edition, row_number() over (partition by entry order by edition) as place from covering
),
present as (select distinct entry, edition from list_listings),
having_it as (
    select placed.entry as entry, placed.edition as edition, placed.place as place,
        placed.place - row_number() over (partition by placed.entry order by placed.edition) as span
    from placed join present on placed.entry = present.entry and placed.edition = present.edition
),
spans as (
    select entry, span, min(edition) as seen_from, max(edition) as seen_to, min(place) as first, max(place) as last
    from having_it group by entry, span
)
select spans.entry as entry, spans.seen_from as seen_from, spans.seen_to as seen_to,
    earlier.edition as absent_to, later.edition as gone_by
from spans
left join placed as earlier on earlier.entry = spans.entry and earlier.place = spans.first - 1
left join placed as later on later.entry = spans.entry and later.place = spans.last + 1
order by entry, seen_from
"""
_WORDED = """
select entry, name, chain, address, asset, code, concept, confidence, actor, creator, source, licence,
    min(stated_from) as stated_from, max(stated_to) as stated_to, max(edition) as latest
from list_listings
group by entry, name, chain, address, asset, code, concept, confidence, actor, creator, source, licence
order by entry, name, source
"""
_NAMED_AT = """
select list_listings.entry as entry, list_listings.name as name, list_listings.edition as edition
from list_listings where name <> '' order by entry, edition, name
"""
_COUNTS = """
select edition, count(distinct entry) as statements from list_listings
where ($scope = '' or code = $scope) and edition < $edition and part <> $part
group by edition order by edition
"""


@dataclass(frozen=True, slots=True)
class Read:
    """What one file gives: the editions that it is, and their statements."""

    list_name: str
    part: str
    editions: Sequence[Edition]
    rows: Sequence[Listing]


@dataclass(frozen=True, slots=True)
class _Span:
    """A run of editions that have an entry, between one that does not and another."""

    seen_from: date
    seen_to: date
    absent_to: date | None
    gone_by: date | None


def entry_of(tag: Tag, *, by_name: bool) -> str:
    """What makes it the same statement in another edition. An authority's names change without any delisting."""
    said = [tag.chain, tag.address, tag.asset or "", tag.code or "", tag.concept or "", tag.name if by_name else ""]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:24]


def show(store: Store, reads: Sequence[Read]) -> None:
    """Show on the engine all editions of a list, with the files' in the place of what their parts held before."""
    fresh: Mapping[str, Sequence[Any]] = {
        "listings": [row for read in reads for row in read.rows],
        "editions": [row for read in reads for row in read.editions],
    }
    store.engine.load("fresh_parts", pa.table({"part": [read.part for read in reads]}))
    for table, rows in fresh.items():
        if store.parts(table):
            store.view(table)
        else:
            store.engine.view(table, [], TABLES[table].arrow)
        store.engine.load(f"fresh_{table}", TABLES[table].rows(rows))
        store.engine.keep(f"list_{table}", _OF_LIST.format(table=table), list_name=reads[0].list_name)


def before(store: Store, read: Read) -> tuple[date, int] | None:
    """The last earlier edition that has anything of the same scope, and how many statements; `show` comes first.

    Nothing for an edition that is not complete: what it lacks is not taken for delisted.
    """
    if not all(one.complete for one in read.editions):
        return None
    first = min(read.editions, key=lambda one: one.edition)
    counts = store.engine.fetch(_COUNTS, scope=first.scope, edition=first.edition, part=read.part).to_pylist()
    return (counts[-1]["edition"], counts[-1]["statements"]) if counts else None


def derived(store: Store, list_name: str) -> Iterator[Tag]:
    """The tags that follow from all editions of a list; `show` comes first."""
    spans: dict[str, list[_Span]] = defaultdict(list)
    for row in store.engine.fetch(_SPANS).to_pylist():
        spans[row.pop("entry")].append(_Span(**row))
    worded: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in store.engine.fetch(_WORDED).to_pylist():
        worded[row.pop("entry")].append(row)
    named: dict[str, list[tuple[date, str]]] = defaultdict(list)
    for row in store.engine.fetch(_NAMED_AT).to_pylist():
        named[row["entry"]].append((row["edition"], row["name"]))
    for entry, found in spans.items():
        for span in found:
            yield from _tags(list_name, span, worded[entry], named[entry])


def _tags(
    list_name: str, span: _Span, worded: Sequence[Mapping[str, Any]], named: Sequence[tuple[date, str]]
) -> Iterator[Tag]:
    """One tag for each name under which the span's last edition that gives one has it."""
    for name in _names(span, named) or _known_as(list_name, worded[0]):
        rows = [row for row in worded if row["name"] == name] or list(worded)
        words = max(rows, key=lambda row: (row["latest"], row["source"] or ""))
        yield _tag(list_name, name, span, words)


def _known_as(list_name: str, words: Mapping[str, Any]) -> tuple[str, ...]:
    """What to call an address that no edition names."""
    known = actions().get((list_name, words["chain"], words["address"]), ())
    return tuple({one.name: None for one in known}) or (f"on the list {list_name}",)


def _tag(list_name: str, name: str, span: _Span, words: Mapping[str, Any]) -> Tag:
    stated = words["stated_from"]
    ends = [day for day in (words["stated_to"], span.gone_by) if day]
    start = stated if stated and (not span.absent_to or stated > span.absent_to) else None
    tag = Tag(
        tag="",
        chain=words["chain"],
        address=words["address"],
        name=name,
        actor=words["actor"],
        concept=words["concept"],
        confidence=words["confidence"],
        grade=grades()[words["confidence"]],
        pack=list_name,
        creator=words["creator"],
        source=words["source"],
        licence=words["licence"],
        valid_from=start or (span.seen_from if span.absent_to else None),
        valid_to=min(ends, default=None),
        last_modified=None,
        asset=words["asset"],
        code=words["code"],
        absent_to=span.absent_to,
        seen_from=span.seen_from,
        seen_to=span.seen_to,
    )
    return hashed(_stated(tag), moving=True)


def _names(span: _Span, named: Sequence[tuple[date, str]]) -> tuple[str, ...]:
    """The names of the span's last edition that has any; else those of the nearest edition of another time."""
    within = [day for day, _ in named if span.seen_from <= day <= span.seen_to]
    day = max(within) if within else max((day for day, _ in named), default=None)
    return tuple(dict.fromkeys(name for when, name in named if when == day))


def _stated(tag: Tag) -> Tag:
    """The tag with the sourced days of its listing and delisting, where they lie between the editions around it."""
    first, last = tag.seen_from, tag.seen_to
    assert first is not None
    assert last is not None
    for one in actions().get((tag.pack, tag.chain, tag.address), ()):
        if one.listed <= first and (tag.absent_to is None or one.listed > tag.absent_to):
            source = f"{tag.source}; listing: {one.listing_source}"
            tag = replace(tag, valid_from=one.listed, absent_to=one.listed - _DAY, source=source)
        if last < one.delisted and (tag.valid_to is None or one.delisted <= tag.valid_to):
            source = f"{tag.source}; delisting: {one.delisting_source}"
            tag = replace(tag, valid_to=one.delisted, seen_to=one.delisted - _DAY, source=source)
    return tag


@dataclass(frozen=True, slots=True)
class Action:
    """A list's publisher put an address on it on one day and took it off on another, and said so."""

    name: str
    listed: date
    listing_source: str
    delisted: date
    delisting_source: str


@cache
def actions() -> Mapping[tuple[str, str, str], tuple[Action, ...]]:
    """What is known by its day, with the source of each, by list, chain and address."""
    text = files("dyepack.tags").joinpath("list_actions.csv").read_text("utf-8")
    found: dict[tuple[str, str, str], list[Action]] = defaultdict(list)
    for row in csv.DictReader(text.splitlines()):
        listed, delisted = (date.fromisoformat(row[name]) for name in ("listed", "delisted"))
        one = Action(row["name"], listed, row["listing_source"], delisted, row["delisting_source"])
        found[row["list"], row["chain"], row["address"]].append(one)
    return {key: tuple(value) for key, value in found.items()}
