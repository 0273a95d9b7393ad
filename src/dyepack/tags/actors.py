"""The tables of actors: load packs, decide about two actors, take a decision back, and show one with all that is said.

Facts and decisions are different tables. The canonical ids are made anew, in the same run, whenever either changes.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from dyepack.errors import InputError
from dyepack.model import Actor, ActorDecision, ActorStatement, CanonicalActor, Reject
from dyepack.schema import as_json
from dyepack.store import Draft, Store
from dyepack.store.names import part_name
from dyepack.tags.actorpack import ActorPack, Described
from dyepack.tags.canonical import Held, canonical
from dyepack.tags.statement import Refused
from dyepack.yamltext import read

STAGE = "tags"
SHIPPED = Path(__file__).with_name("actors.yaml")
_TABLES = ("actors", "actor_statements", "actor_decisions")


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decides about two actors."""

    actor: str
    other: str
    judgement: Literal["same", "different"]
    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class ActorView:
    """All that is known of one actor: its descriptions, what is said and decided, and the id it goes by."""

    actor: str
    canonical: str
    same: tuple[str, ...]
    described: tuple[Actor, ...]
    statements: tuple[ActorStatement, ...]
    decisions: tuple[ActorDecision, ...]
    held: tuple[Held, ...]

    @property
    def name(self) -> str:
        """What it is called by the first pack that describes it."""
        return self.described[0].name if self.described else self.actor

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return {
            "actor": self.actor,
            "name": self.name,
            "canonical": self.canonical,
            "same": list(self.same),
            "described": [as_json(one) for one in self.described],
            "statements": [as_json(one) for one in self.statements],
            "decisions": [as_json(one) for one in self.decisions],
            "not_followed": [{**as_json(one.statement), "reason": one.reason} for one in self.held],
        }


@dataclass(frozen=True)
class Register:
    """The actors of a workspace, or those that ship with dyepack, and what follows from all that is said of them."""

    actors: Sequence[Actor]
    statements: Sequence[ActorStatement]
    decisions: Sequence[ActorDecision] = ()

    @cached_property
    def found(self) -> Any:
        """The canonical ids."""
        return canonical((one.actor for one in self.actors), self.statements, self.decisions)

    def views(self) -> tuple[ActorView, ...]:
        """Every actor, by id."""
        return tuple(self.view(number) for number in self.found.of)

    def view(self, number: str) -> ActorView:
        """One actor by its id."""
        same = self._members[self.found.of[number]]
        return ActorView(
            actor=number,
            canonical=self.found.of[number],
            same=tuple(one for one in same if one != number),
            described=tuple(self._described.get(number, ())),
            statements=tuple(self._said.get(number, ())),
            decisions=tuple(one for one in self.decisions if number in (one.actor, one.other)),
            held=tuple(one for one in self.found.held if number in (one.statement.actor, one.statement.other)),
        )

    def named(self, name: str) -> tuple[ActorView, ...]:
        """The actors of this id, name or alias, in any case.

        Raises:
            InputError: none; says how to list them.
        """
        wanted = name.casefold()
        numbers = {one.actor for one in self.actors if wanted in (one.actor.casefold(), one.name.casefold())}
        numbers |= {number for number in self.found.of if number.casefold() == wanted}
        numbers |= {one.actor for one in self.statements if one.relation == "name" and one.other.casefold() == wanted}
        if not numbers:
            called = {each.casefold(): each for one in self.actors for each in (one.actor, one.name)}
            near = [called[each] for each in get_close_matches(wanted, called, n=3, cutoff=0.5)]
            hint = f"did you mean {', '.join(near)}?" if near else "list them with: dyepack actors"
            raise InputError(f"no actor is called {name!r}; {hint}")
        return tuple(self.view(number) for number in sorted(numbers))

    @cached_property
    def _members(self) -> Mapping[str, list[str]]:
        return _grouped((root, number) for number, root in self.found.of.items())

    @cached_property
    def _described(self) -> Mapping[str, list[Actor]]:
        return _grouped((one.actor, one) for one in self.actors)

    @cached_property
    def _said(self) -> Mapping[str, list[ActorStatement]]:
        ordered = sorted(self.statements, key=lambda one: (str(one.known_by or "9"), one.claim))
        both = ((number, one) for one in ordered for number in _of(one))
        return _grouped(both)


def register(store: Store | None) -> Register:
    """The actors of a workspace; without any, those that ship with dyepack."""
    if store is None or not store.parts("actors"):
        actors, statements, _ = _parsed(ActorPack(read(SHIPPED, SHIPPED.name, 64_000_000), SHIPPED.stem))
        return Register(actors, statements)
    return Register(*(store.records(table) if store.parts(table) else [] for table in _TABLES))


def put(
    store: Store, draft: Draft, pack: ActorPack, file: str, known: Register | None = None
) -> tuple[int, tuple[str, ...], Register]:
    """Put a pack's actors in the place of what a file of this name had; returns how many, what is held, and all.

    `known` is what another pack of the same run left behind it.

    Raises:
        InputError: what is said now is circular, or contradicts decisions; nothing of the file is loaded.
    """
    part = part_name(file)
    actors, statements, rejects = _parsed(pack)
    before = known or (register(store) if store.parts("actors") else Register([], []))
    taken = {one.actor: one for one in before.actors if one.pack != pack.title}
    kept, doubled = _one_id_one_name(actors, taken)
    for line, text, refused in [*rejects, *doubled]:
        draft.reject(Reject(draft.run, STAGE, file, line, refused.field, refused.reason, text))
    draft.put("actors", part, kept)
    draft.put("actor_statements", part, statements)
    others = [one for one in before.actors if one.pack != pack.title]
    said = [one for one in before.statements if one.pack != pack.title]
    found = Register([*others, *kept], [*said, *statements], before.decisions)
    _canonical(draft, found)
    held = tuple(f"{_spoken(one.statement)}: not followed, {one.reason}" for one in found.found.held)
    return len(kept), held, found


def decide(store: Store, decision: Decision, when: datetime) -> ActorDecision:
    """Record what somebody decided about two actors.

    Raises:
        InputError: an actor that nobody names, an actor and itself, or a contradiction to a decision that stands.
    """
    known = register(store)
    for number in (decision.actor, decision.other):
        if number not in known.found.of:
            known.named(number)
            raise InputError(f"{number!r} is a name; decide about ids: {', '.join(_ids(known, number))}")
    if decision.actor == decision.other:
        raise InputError(f"expected two actors, got {decision.actor!r} twice")
    words = [decision.actor, decision.other, decision.judgement, decision.by, when.isoformat()]
    number = hashlib.sha256(json.dumps(words).encode()).hexdigest()[:24]
    made = ActorDecision(
        number, decision.actor, decision.other, decision.judgement, decision.by, when, decision.reason, None, None
    )
    _write(store, "actors decide", {"decision": as_json(made)}, known, [*known.decisions, made])
    return made


def withdraw(store: Store, number: str, by: str, when: datetime) -> ActorDecision:
    """Take a decision back. It stays in the table, with who took it back and when.

    Raises:
        InputError: no decision, or several, begin like this; or it is withdrawn already.
    """
    known = register(store)
    found = [one for one in known.decisions if one.decision.startswith(number)]
    if len(found) != 1:
        raise InputError(f"expected the beginning of one decision, got {number!r}, with which {len(found)} begin")
    (old,) = found
    if old.withdrawn is not None:
        raise InputError(f"decision {old.decision[:8]} was withdrawn by {old.withdrawn_by} on {old.withdrawn:%Y-%m-%d}")
    new = replace(old, withdrawn_by=by, withdrawn=when)
    kept = [new if one.decision == old.decision else one for one in known.decisions]
    _write(store, "actors withdraw", {"decision": as_json(new)}, known, kept)
    return new


def _write(
    store: Store, verb: str, said: Mapping[str, Any], known: Register, decisions: Sequence[ActorDecision]
) -> None:
    reads = [table for table in _TABLES if store.parts(table)]
    with store.run(verb, said, reads=reads) as draft:
        if not store.parts("actors"):
            draft.put("actors", part_name(SHIPPED.name), known.actors)
            draft.put("actor_statements", part_name(SHIPPED.name), known.statements)
        draft.put("actor_decisions", "decisions", decisions)
        _canonical(draft, Register(known.actors, known.statements, decisions))


def _canonical(draft: Draft, known: Register) -> None:
    found = known.found
    rows = [
        CanonicalActor(draft.run, number, root, found.rests_on.get(number, ())) for number, root in found.of.items()
    ]
    draft.put("canonical_actors", "actors", rows)


def _parsed(
    pack: ActorPack,
) -> tuple[list[Actor], list[ActorStatement], list[tuple[int | None, str, Refused]]]:
    actors: list[Actor] = []
    statements: dict[str, ActorStatement] = {}
    rejects: list[tuple[int | None, str, Refused]] = []
    for line, text, found in pack:
        if isinstance(found, Refused):
            rejects.append((line, text, found))
        elif isinstance(found, Described):
            actors.append(found.actor)
            statements |= {one.claim: one for one in found.statements}
        else:
            statements[found.claim] = found
    return actors, [*statements.values()], rejects


def _one_id_one_name(
    actors: Iterable[Actor], taken: Mapping[str, Actor]
) -> tuple[list[Actor], list[tuple[int | None, str, Refused]]]:
    """Two packs may describe one actor; an id under which they name two is refused, for tags could mean either."""
    kept: list[Actor] = []
    refused: list[tuple[int | None, str, Refused]] = []
    for one in actors:
        other = taken.get(one.actor)
        if other is not None and other.name.casefold() != one.name.casefold():
            reason = f"two actors have the id {one.actor!r}: {other.name!r} in {other.pack!r} and {one.name!r} here"
            refused.append((None, f"{one.actor}: {one.name}", Refused("id", reason)))
        else:
            kept.append(one)
    return kept, refused


def _ids(known: Register, name: str) -> list[str]:
    return [one.actor for one in known.named(name)]


def _of(one: ActorStatement) -> tuple[str, ...]:
    return (one.actor,) if one.relation == "name" else (one.actor, one.other)


def _spoken(one: ActorStatement) -> str:
    return f"{one.by} says that {one.actor} and {one.other} are the same"


def _grouped(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
