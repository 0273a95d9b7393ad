"""From what a file says about an address to a tag: chain, address, confidence and dates checked, nothing guessed."""

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from dyepack import chains
from dyepack.addresses import normalise
from dyepack.errors import InputError, UnknownChain
from dyepack.model import Tag

_OTHER_NAMES = {
    "bep20": "bsc",
    "xbt": "bitcoin",
    "doge": "dogecoin",
    "ethereumclassic": "ethereum_classic",
    "ethpow": "ethereum_pow",
    "era": "zksync",
    "avalanche_c": "avalanche",
}
TOKENS = frozenset({"usdt", "usdc", "dai", "busd", "tusd", "weth", "wbtc", "kcs", "beth"})
"""Symbols of assets that live on several chains, so that they do not name one."""
_LATER = ("asset", "code", "cluster_definer", "absent_to", "seen_from", "seen_to")
_MOVING = ("valid_to", "absent_to", "seen_from", "seen_to", "source")
LONGEST = 4_000
"""Letters of a name; a longer one is no name."""


class Refused(InputError):
    """A statement that is no tag: the field, and why."""

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(f"{field}: {reason}")


@dataclass(frozen=True, slots=True)
class Statement:
    """One tag as its file words it; empty where the file says nothing. `concepts` make one tag each."""

    pack: str
    chain: str
    address: str
    name: str
    concepts: tuple[str, ...] = ()
    actor: str | None = None
    confidence: str | None = None
    creator: str | None = None
    source: str | None = None
    licence: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    last_modified: str | None = None
    code: str | None = None
    of_asset: bool = False
    cluster_definer: bool | None = None
    absent_to: str | None = None
    seen_from: str | None = None
    seen_to: str | None = None


def tags(said: Statement) -> Iterator[Tag]:
    """The tags that a statement makes, one for each concept, or one without.

    Raises:
        Refused: unknown chain or confidence, no address of that chain, no name, a date that is none.
    """
    chain = chain_of(said.chain)
    confidence = said.confidence or "unknown"
    if confidence not in grades():
        raise Refused("confidence", f"expected one of {', '.join(grades())}, got {confidence!r}")
    if not said.name:
        raise Refused("label", "expected a name for the address, got none")
    if len(said.name) > LONGEST:
        raise Refused("label", f"expected a name of at most {LONGEST} letters, got {len(said.name)}")
    start, end = day("valid_from", said.valid_from), day("valid_to", said.valid_to)
    address, asset = _subject(said, chain)
    if start and end and end < start:
        raise Refused("valid_to", f"{end} is before valid_from {start}")
    for concept in said.concepts or (None,):
        yield hashed(
            Tag(
                tag="",
                chain=chain,
                address=address,
                name=said.name,
                actor=said.actor,
                concept=concept,
                confidence=confidence,
                grade=grades()[confidence],
                pack=said.pack,
                creator=said.creator,
                source=said.source,
                licence=said.licence,
                valid_from=start,
                valid_to=end,
                last_modified=day("lastmod", said.last_modified),
                asset=asset,
                code=said.code,
                cluster_definer=said.cluster_definer,
                absent_to=day("absent_to", said.absent_to),
                seen_from=day("seen_from", said.seen_from),
                seen_to=day("seen_to", said.seen_to),
            )
        )


@cache
def grades() -> Mapping[str, int]:
    """The grade of each kind of confidence, from 0 to 100: restated from GraphSense's `confidence.csv` (MIT)."""
    text = files("dyepack.tags").joinpath("confidence.csv").read_text("utf-8")
    return MappingProxyType({row["confidence"]: int(row["grade"]) for row in csv.DictReader(text.splitlines())})


@cache
def concepts() -> tuple[str, ...]:
    """The known concepts, in order: ids restated from GraphSense's `concepts.yaml` (MIT), and older names of them.

    They grow; a tag may have another.
    """
    text = files("dyepack.tags").joinpath("concepts.csv").read_text("utf-8")
    return tuple(row["concept"] for row in csv.DictReader(text.splitlines()))


def hashed(tag: Tag, *, moving: bool = False) -> Tag:
    """The tag with the hash of what it says as its id.

    A list's tag is `moving`: the next edition moves its dates, and it is still the same tag.
    """
    said = {field.name: getattr(tag, field.name) for field in fields(Tag)}
    left_out = _MOVING if moving else ()
    counted = {name: value for name, value in said.items() if not (name in _LATER and value is None)}
    identity = {name: value for name, value in counted.items() if name not in left_out}
    digest = hashlib.sha256(json.dumps({**identity, "tag": ""}, sort_keys=True, default=str).encode()).hexdigest()[:24]
    return Tag(**{**said, "tag": digest})


def chain_of(name: str) -> str:
    """The chain of this name, symbol or code.

    Raises:
        Refused: none, or a token's symbol, which names no chain.
    """
    lower = name.strip().lower()
    if not lower:
        raise Refused("currency", "expected a currency or a network, got none")
    if lower in TOKENS:
        raise Refused("currency", f"{name} is a token on several chains; say which with network")
    try:
        return chains.chain(_OTHER_NAMES.get(lower, lower)).name
    except UnknownChain:
        raise Refused("currency", f"no chain is called {name!r}") from None


def day(field: str, text: str | None) -> date | None:
    """A date as people write it in such files.

    Raises:
        Refused: it is none.
    """
    if not text:
        return None
    try:
        return datetime.fromisoformat(text.strip()).date()
    except ValueError:
        raise Refused(field, f"expected a date as YYYY-MM-DD, got {text!r}") from None


def _subject(said: Statement, chain: str) -> tuple[str, str | None]:
    """The address and, where the statement is of an asset, the asset: a token's contract, or a chain's own coin."""
    if said.of_asset and not said.address:
        return "", chains.chain(chain).symbol
    try:
        address = normalise(said.address, chain)
    except InputError as error:
        raise Refused("address", str(error)) from None
    return address, f"{chain}:{address}" if said.of_asset else None
