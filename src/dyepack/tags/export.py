"""Writes tags as a TagPack and actors as an ActorPack, with the fields that GraphSense's own schema allows and wants.

What the formats have no field for (days of validity, the asset that a tag speaks of, its licence, a concept that
GraphSense does not know) goes into `context`, from where dyepack reads it again. What they cannot hold at all is left
out and counted.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from dyepack import chains
from dyepack.errors import InputError, UnknownChain
from dyepack.model import Actor, ActorStatement, Tag
from dyepack.store import disk
from dyepack.tags.actorpack import plain_id
from dyepack.tags.tagpack import CONTEXT

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_SAID = tuple(field.name for field in fields(Tag) if field.name not in ("tag", "concept", "grade"))


@dataclass(frozen=True, slots=True)
class Header:
    """What a pack says of itself."""

    title: str
    creator: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how many entries, and what was left out, with the reason."""

    path: Path
    entries: int
    left_out: int
    reason: str | None

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        told = {"path": str(self.path), "entries": self.entries, "left_out": self.left_out}
        return {**told, "reason": self.reason}


def write_tags(path: Path, tags: Iterable[Tag], header: Header) -> Written:
    """Write a TagPack: one entry for each statement, with all its concepts.

    Raises:
        InputError: there is nothing to write.
    """
    groups: dict[tuple[Any, ...], list[str]] = {}
    left_out = 0
    for tag in sorted(tags, key=lambda one: (one.chain, one.address, one.pack, one.name, one.tag)):
        if not tag.address:
            left_out += 1
            continue
        key = tuple(getattr(tag, name) for name in _SAID)
        groups.setdefault(key, []).extend([tag.concept] if tag.concept else [])
    entries = [_tag(dict(zip(_SAID, key, strict=True)), concepts) for key, concepts in groups.items()]
    _dump(path, {**_head(header), "tags": entries})
    return Written(path, len(entries), left_out, "tags of a chain's own asset have no address" if left_out else None)


def write_actors(path: Path, actors: Iterable[Actor], statements: Iterable[ActorStatement], header: Header) -> Written:
    """Write an ActorPack: each actor of each pack, with the names that anybody says it has.

    Who said so and when has no place in the format.

    Raises:
        InputError: there is nothing to write.
    """
    names: dict[str, dict[str, None]] = {}
    for one in sorted(statements, key=lambda each: (each.actor, each.other)):
        if one.relation == "name":
            names.setdefault(one.actor, {})[one.other] = None
    found: dict[str, Actor] = {}
    for actor in sorted(actors, key=lambda each: (each.actor, str(each.last_modified or ""), each.pack)):
        found[actor.actor] = actor  # of several descriptions the latest
    whole = [one for one in found.values() if one.uri and one.last_modified and one.concepts]
    for each in whole:
        if (plain := plain_id(each.actor)) not in found:
            names.setdefault(each.actor, {})[plain] = None
    entries = [_actor(one, names.get(one.actor, ())) for one in whole]
    _dump(path, {**_head(header), "actors": entries})
    left_out = len(found) - len(whole)
    reason = "an ActorPack wants a uri, a category and a day of last change" if left_out else None
    return Written(path, len(entries), left_out, reason)


@cache
def known_there() -> frozenset[str]:
    """The concepts that GraphSense knows."""
    text = files("dyepack.tags").joinpath("concepts.csv").read_text("utf-8")
    return frozenset(row["concept"] for row in csv.DictReader(text.splitlines()) if row["source"] == "GraphSense")


def network(chain: str) -> str:
    """A chain as a TagPack names it: by its asset's symbol where that means this chain alone, else by its name."""
    symbol = chains.CHAINS[chain].symbol
    try:
        return symbol if chains.chain(symbol).name == chain else chain.upper()
    except UnknownChain:
        return chain.upper()


def _tag(said: Mapping[str, Any], concepts: list[str]) -> dict[str, Any]:
    place = network(said["chain"])
    known = [concept for concept in concepts if concept in known_there()]
    context = {name: str(said[name]) for name in CONTEXT if said.get(name) is not None}
    if said["asset"]:
        context["subject"] = "asset"
    other = [concept for concept in concepts if concept not in known_there()]
    entry = {
        "address": said["address"],
        "currency": said["code"] or place,
        "network": place,
        "label": said["name"],
        "source": said["source"] or said["creator"] or said["pack"],
        "confidence": said["confidence"],
        "concepts": known or None,
        "actor": said["actor"],
        "lastmod": said["last_modified"],
        "is_cluster_definer": said["cluster_definer"],
        "context": _json({**context, **({"concepts": other} if other else {})}),
    }
    return {name: value for name, value in entry.items() if value is not None}


def _actor(one: Actor, names: Iterable[str]) -> dict[str, Any]:
    entry = {
        "id": one.actor,
        "label": one.name,
        "uri": one.uri,
        "categories": list(one.concepts),
        "jurisdictions": list(one.jurisdictions),
        "aliases": list(names) or None,
        "lastmod": one.last_modified,
        "context": json.loads(one.context) if one.context else None,
    }
    return {name: value for name, value in entry.items() if value is not None}


def _json(context: Mapping[str, Any]) -> str | None:
    return json.dumps(context, sort_keys=True, ensure_ascii=False) if context else None


def _head(header: Header) -> dict[str, Any]:
    said = {"title": header.title, "creator": header.creator, "description": header.description}
    return {name: value for name, value in said.items() if value is not None}


def _dump(path: Path, pack: Mapping[str, Any]) -> None:
    entries = next(value for value in pack.values() if isinstance(value, list))
    if not entries:
        raise InputError("there is nothing to write: no tag or actor fits what was asked for")
    with disk.delivered(path) as fresh, fresh.open("w", encoding="utf-8") as file:
        file.writelines(_chunks(pack))


def _chunks(pack: Mapping[str, Any]) -> Iterator[str]:
    """The YAML in pieces: written as a whole, a million tags would take gigabytes."""
    for name, value in pack.items():
        if not isinstance(value, list):
            yield _yaml({name: value})
            continue
        yield f"{name}:\n"
        for entry in value:
            yield _yaml([entry])


def _yaml(value: Any) -> str:
    text: str = yaml.dump(value, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=10_000)
    return text
