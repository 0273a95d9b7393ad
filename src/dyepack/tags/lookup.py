"""What is said about addresses, on a day.

A tag speaks of an address on one chain. An address of the same form is the same key on every EVM chain, so what is said
of it on one is shown for the others apart, as inferred: a contract at the same address may be somebody else's.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any

import pyarrow as pa

from dyepack import chains
from dyepack.addresses import normalise
from dyepack.errors import InputError, InvalidAddress
from dyepack.model import Tag
from dyepack.schema import TABLES
from dyepack.store import Store

_SYMBOLS = frozenset(chain.symbol for chain in chains.CHAINS.values())
IN_FORCE, NOT_YET, ENDED, UNSURE = "in force", "not yet", "ended", "between editions"
_NAMES = TABLES["tags"].arrow.names
_DAYS = [field.name for field in TABLES["tags"].arrow if pa.types.is_date(field.type)]
_VALUES = attrgetter(*_NAMES)
_BY_FORM = (
    "ethereum",
    "bitcoin",
    "litecoin",
    "tron",
    "bitcoin_cash",
    "dogecoin",
    "dash",
    "bitcoin_gold",
    "solana",
    "xrp",
)
_PLAIN = re.compile(r"0x[0-9a-f]{40}")
"""The form in which tables have an EVM address: nothing is left to check."""
_UNCHECKED = re.compile(r"[0-9A-Za-z_-]{20,120}")
"""What may be an address of a chain whose addresses dyepack does not check."""
_CHECKED = re.compile(r"0[xX].*|(?:bc1|ltc1|BC1|LTC1).*|[13LMDXTr][1-9A-HJ-NP-Za-km-z]{24,34}")
"""What has the form of a chain whose addresses it does check, so that a wrong checksum is a mistake."""
_OF_ADDRESSES = """
select tags.* from tags semi join asked on coalesce(nullif(tags.address, ''), tags.asset) = asked.address
order by tag
"""
_CANONICAL = "select actor, canonical from canonical_actors order by actor"


@dataclass(frozen=True, slots=True)
class Asked:
    """An address as it was asked for, the chain where that was said, and the form in which tables have it."""

    text: str
    chain: str | None
    address: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A tag on a day: whether it holds then, and under which id its actor goes."""

    tag: Tag
    status: str
    canonical: str | None

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object: as `schema.as_json` has it, which takes its time to look at every type."""
        said = dict(zip(_NAMES, _VALUES(self.tag), strict=True))
        for name in _DAYS:
            if said[name] is not None:
                said[name] = said[name].isoformat()
        return {**said, "status": self.status, "canonical_actor": self.canonical}


@dataclass(frozen=True, slots=True)
class Found:
    """All that is said about one address: on the chain that was asked for, and on chains where the key is the same."""

    asked: Asked
    tags: tuple[Standing, ...]
    inferred: tuple[Standing, ...]

    @property
    def actors(self) -> tuple[str, ...]:
        """The actors that tags in force name; more than one where they disagree."""
        named = {one.canonical or one.tag.actor for one in self.tags if one.status == IN_FORCE}
        return tuple(sorted(filter(None, named)))

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return {
            "asked": self.asked.text,
            "address": self.asked.address,
            "chain": self.asked.chain,
            "actors": list(self.actors),
            "tags": [one.as_json() for one in self.tags],
            "inferred": [one.as_json() for one in self.inferred],
        }


def asked(text: str, chain: str | None = None) -> Asked:
    """What is asked for: an address, `chain:address`, or the symbol of a chain's own asset.

    Raises:
        InvalidAddress: it is valid on no chain, or not on that one.
        UnknownChain: no such chain.
    """
    before, colon, rest = text.strip().partition(":")
    if chain is None and colon and before.lower() != "bitcoincash":
        chain, text = before, rest
    if text in _SYMBOLS:
        return Asked(text, chain, text)
    if chain is not None:
        name = chains.chain(chain).name
        return Asked(text, name, normalise(text, name))
    return Asked(text, None, _by_form(text))


def status(tag: Tag, day: date | None) -> str:
    """Whether a tag holds on a day; without a day, at the end of what is known of it.

    What lies between an edition with it and one without is neither: that is said, and not guessed.
    """
    if day is None:
        return ENDED if tag.valid_to else IN_FORCE
    if tag.valid_to and day >= tag.valid_to:
        return ENDED
    if (tag.absent_to and day <= tag.absent_to) or (tag.valid_from and day < tag.valid_from and not tag.seen_from):
        return NOT_YET
    begun = tag.valid_from or tag.seen_from
    unseen = tag.seen_to and tag.valid_to and day > tag.seen_to
    return UNSURE if unseen or (begun and day < begun) else IN_FORCE


def tags_of(store: Store, wanted: Sequence[Asked], day: date | None = None) -> tuple[Found, ...]:
    """What is said about each address, in the order asked; see `status` for what a day changes.

    Raises:
        MissingTable: no tags were ever loaded.
    """
    kind = TABLES["tags"]
    store.view("tags")
    store.engine.load("asked", _addresses(wanted))
    rows = store.engine.fetch(_OF_ADDRESSES)
    said: dict[str, list[Tag]] = defaultdict(list)
    for tag in kind.records(rows):
        said[tag.address or tag.asset or ""].append(tag)
    canonical = _canonical(store)
    return tuple(_found(one, said.get(one.address, ()), day, canonical) for one in wanted)


def _addresses(wanted: Iterable[Asked]) -> pa.Table:
    """What is asked for, once each. `pa.table` of a dictionary would import pandas, which takes a second."""
    return pa.Table.from_arrays([pa.array(sorted({one.address for one in wanted}), pa.string())], names=["address"])


def _found(one: Asked, said: Iterable[Tag], day: date | None, canonical: Mapping[str, str]) -> Found:
    standing = [Standing(tag, status(tag, day), canonical.get(tag.actor or "")) for tag in said]
    standing.sort(key=_rank)
    here = tuple(each for each in standing if one.chain in (None, each.tag.chain))
    other = tuple(each for each in standing if each not in here and _same_key(one.chain, each.tag.chain))
    return Found(one, here, other)


def _rank(one: Standing) -> tuple[bool, int, str, str]:
    """What holds comes first, then the better known."""
    return one.status != IN_FORCE, -one.tag.grade, one.tag.name, one.tag.tag


def _same_key(one: str | None, other: str) -> bool:
    return one is not None and {chains.chain(name).addresses for name in (one, other)} == {"evm"}


def _canonical(store: Store) -> dict[str, str]:
    if not store.parts("canonical_actors"):
        return {}
    return {row["actor"]: row["canonical"] for row in store.fetch(_CANONICAL, "canonical_actors").to_pylist()}


def _by_form(text: str) -> str:
    """The form in which tables have an address whose chain is not said: by the first chain that takes it."""
    if _PLAIN.fullmatch(text):
        return text
    reasons = []
    for name in _BY_FORM:
        try:
            return normalise(text, name)
        except InputError as error:
            reasons.append(str(error))
    plain = text.strip()
    if _UNCHECKED.fullmatch(plain) and not _CHECKED.fullmatch(plain):
        return plain
    reason = next((one for one in reasons if "checksum" in one), reasons[0])
    raise InvalidAddress(f"{text!r} is valid on no chain that dyepack checks: {reason}")
