"""Reads ActorPacks, GraphSense's YAML format for actors, and what sources say of how actors relate.

An ActorPack's `aliases`, `context.same_as` and `context.sub_service_of` are its own word. Beside `actors`, files of
dyepack's own have `statements`: who said, on which day, that an actor is also called so, is the same as another, a part
of it, or not the same.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from dyepack.errors import InputError, RecordError
from dyepack.model import Actor, ActorStatement, last_day
from dyepack.tags.statement import Refused, day
from dyepack.yamltext import NOTHING, Document, Map

RELATIONS = {"name": "name", "same": "same", "part_of": "part-of", "different": "different"}
"""What a statement's field says: the field, and the relation."""
FIELDS = {"id", "label", "uri", "categories", "jurisdictions", "aliases", "context", "lastmod"}
_HEADER = {"title", "creator", "description", "lastmod", "licence", "license", "is_public", "actors", "statements"}


@dataclass(frozen=True, slots=True)
class Described:
    """An actor as a pack describes it, with what the pack says of its relations."""

    actor: Actor
    statements: tuple[ActorStatement, ...]


class ActorPack:
    """One ActorPack: iterating gives line, text and what is described there, or why it is nothing."""

    def __init__(self, document: Document, stem: str) -> None:
        """Check what must hold for the pack as a whole.

        Raises:
            RecordError: no list of actors, an id twice, or two actors that are each other's alias.
        """
        self._document, self._root = document, document.value
        self.title = _text(self._root, "title") or stem
        self.creator = _text(self._root, "creator") or self.title
        actors = self._root.get("actors")
        if not isinstance(actors, list) or not actors:
            raise RecordError("expected a list of actors", source=document.source, field="actors")
        self._entries: list[Any] = actors
        self._ids = self._checked_ids()

    def __iter__(self) -> Iterator[tuple[int | None, str, Described | ActorStatement | Refused]]:
        for entry in self._entries:
            yield self._line(entry), self._excerpt(entry), self._read(self._described, entry)
        for entry in self._root.get("statements") or ():
            yield self._line(entry), self._excerpt(entry), self._read(self._statement, entry)

    def unread(self) -> list[str]:
        """Names of fields that this reader does not know."""
        used = set().union(*(entry for entry in self._entries if isinstance(entry, Map)))
        return sorted((used - FIELDS) | (set(self._root) - _HEADER))

    def _read(self, reading: Any, entry: Any) -> Any:
        try:
            if not isinstance(entry, Map):
                raise Refused("actors", "expected a map")
            return reading(entry)
        except Refused as refused:
            return refused

    def _described(self, entry: Map) -> Described:
        number = _required(entry, "id")
        context = entry.get("context")
        actor = Actor(
            actor=number,
            name=_required(entry, "label"),
            concepts=_texts(entry, "categories"),
            jurisdictions=_texts(entry, "jurisdictions"),
            uri=_text(entry, "uri"),
            pack=self.title,
            creator=_text(self._root, "creator"),
            licence=_text(self._root, "licence") or _text(self._root, "license"),
            last_modified=day("lastmod", _text(entry, "lastmod") or _text(self._root, "lastmod")),
            context=None if context is None else json.dumps(context, sort_keys=True, ensure_ascii=False),
        )
        return Described(actor, tuple(self._own_word(entry, actor)))

    def _own_word(self, entry: Map, actor: Actor) -> Iterator[ActorStatement]:
        context = entry.get("context")
        told = context if isinstance(context, Map) else Map()
        aliases = [alias for alias in _texts(entry, "aliases") if alias in self._ids or alias != plain_id(actor.actor)]
        said = [("same" if alias in self._ids else "name", alias) for alias in aliases]
        said += [("same", other) for other in _texts(told, "same_as")]
        said += [("part-of", other) for other in (_text(told, "sub_service_of"),) if other]
        for relation, other in dict.fromkeys(said):
            yield self._made(actor.actor, relation, other, published=_text(entry, "lastmod"))

    def _statement(self, entry: Map) -> ActorStatement:
        given = [field for field in RELATIONS if field in entry]
        if len(given) != 1:
            raise Refused("statements", f"expected one of {', '.join(RELATIONS)}, got {', '.join(given) or 'none'}")
        (field,) = given
        said = self._made(
            _required(entry, "actor"), RELATIONS[field], _required(entry, field), published=_text(entry, "published")
        )
        return _hashed(replace(said, by=_required(entry, "by"), source=_text(entry, "source")))

    def _made(self, actor: str, relation: Any, other: str, published: str | None) -> ActorStatement:
        if relation != "name" and actor == other:
            raise Refused(relation, f"an actor cannot be said to be {relation} itself: {actor!r}")
        try:
            known_by = last_day(published[:10]) if published else None
        except InputError as error:
            raise Refused("published", str(error)) from None
        return _hashed(ActorStatement("", actor, relation, other, self.creator, None, published, known_by, self.title))

    def _checked_ids(self) -> frozenset[str]:
        lines: dict[str, int] = {}
        aliases: dict[str, set[str]] = {}
        for entry in self._entries:
            if isinstance(entry, Map) and (number := _text(entry, "id")):
                if number in lines:
                    told = f"two actors have the id {number!r}, here and on line {lines[number]}"
                    raise RecordError(told, source=self._document.source, line=entry.first, field="id")
                lines[number] = entry.first
                aliases[number] = set(_texts(entry, "aliases", strict=False))
        _not_circular(aliases, lines, self._document.source)
        return frozenset(lines)

    def _line(self, entry: Any) -> int | None:
        return entry.first if isinstance(entry, Map) else None

    def _excerpt(self, entry: Any) -> str:
        return self._document.excerpt(entry) if isinstance(entry, Map) else str(entry)[:200]


def plain_id(actor: str) -> str:
    """An id as GraphSense's tool has it: small letters and digits. Where it differs, the tool wants it as an alias."""
    return re.sub("[^a-z0-9]", "", actor.strip().lower())


def _not_circular(aliases: dict[str, set[str]], lines: dict[str, int], source: str) -> None:
    """Refuse aliases that lead back to where they began: none of the actors would be the one that the others are."""
    for start in aliases:
        path, here = [start], start
        while (after := next((one for one in sorted(aliases.get(here, ())) if one in lines), None)) is not None:
            if after in path:
                circle = " → ".join([*path[path.index(after) :], after])
                raise RecordError(f"the aliases are circular: {circle}", source=source, line=lines[after])
            path.append(after)
            here = after


def _hashed(said: ActorStatement) -> ActorStatement:
    words = [said.actor, said.relation, said.other, said.by, said.source, said.published, said.pack]
    return replace(said, claim=hashlib.sha256(json.dumps(words).encode()).hexdigest()[:24])


def _required(entry: Map, name: str) -> str:
    found = _text(entry, name)
    if found is None:
        raise Refused(name, "expected text, got none")
    return found


def _text(entry: Map, name: str) -> str | None:
    value = entry.get(name)
    if value is None or (isinstance(value, str) and value.strip() in NOTHING):
        return None
    if isinstance(value, str):
        return value.strip()
    raise Refused(name, "expected text, got a list or a map")


def _texts(entry: Map, name: str, *, strict: bool = True) -> tuple[str, ...]:
    value = entry.get(name)
    if value is None or (isinstance(value, str) and value.strip() in NOTHING):
        return ()
    values = value if isinstance(value, list) else [value]
    if strict and not all(isinstance(one, str) for one in values):
        raise Refused(name, "expected a list of texts")
    return tuple(one.strip() for one in values if isinstance(one, str))
