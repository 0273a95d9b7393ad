"""One id for each actor, from what sources say and what analysts decided.

Sources disagree about who is the same, so saying is not enough: two actors are joined where a source says that they are
the same, unless another source says that they are not (or that one is a part of the other), or an analyst decided so.
A decision goes before every source. What would join two that are kept apart, also by way of a third, is held and named.
The statements come in the order of their days, so the result does not depend on the order of loading.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from dyepack.errors import InputError
from dyepack.model import ActorDecision, ActorStatement

LAST = date.max


@dataclass(frozen=True, slots=True)
class Held:
    """A statement that was not followed, and why."""

    statement: ActorStatement
    reason: str


@dataclass(slots=True)
class Canonical:
    """The actors, each with the id it goes by and what that rests on; and what was held."""

    of: dict[str, str] = field(default_factory=dict)
    rests_on: dict[str, tuple[str, ...]] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)


def canonical(
    actors: Iterable[str], statements: Sequence[ActorStatement], decisions: Sequence[ActorDecision]
) -> Canonical:
    """Join what is to be joined. The first named of two joined ids is the one that both go by.

    Raises:
        InputError: actors that are said to be parts of each other in a circle, or decisions that contradict each other.
    """
    check_parts(statements)
    joins = _Joins(actors, statements, [one for one in decisions if one.withdrawn is None])
    return joins.result()


def check_parts(statements: Iterable[ActorStatement]) -> None:
    """See that nothing is, step by step, a part of itself.

    Raises:
        InputError: it is; the circle is named.
    """
    parents: dict[str, set[str]] = {}
    for one in statements:
        if one.relation == "part-of":
            parents.setdefault(one.actor, set()).add(one.other)
    done: set[str] = set()
    for start in sorted(parents):
        _climb(start, parents, [], done)


def _climb(here: str, parents: Mapping[str, set[str]], path: list[str], done: set[str]) -> None:
    stack = [(here, iter(sorted(parents.get(here, ()))))]
    path.append(here)
    while stack:
        after = next(stack[-1][1], None)
        if after is None:
            done.add(path.pop())
            stack.pop()
        elif after in path:
            circle = " → ".join([*path[path.index(after) :], after])
            raise InputError(f"actors are said to be parts of each other in a circle: {circle}")
        elif after not in done:
            path.append(after)
            stack.append((after, iter(sorted(parents.get(after, ())))))


class _Joins:
    """Groups of ids, joined one by one."""

    def __init__(
        self, actors: Iterable[str], statements: Sequence[ActorStatement], decisions: Sequence[ActorDecision]
    ) -> None:
        self.group: dict[str, set[str]] = {}
        self.root: dict[str, str] = {}
        self.why: dict[str, list[str]] = {}
        self.held: list[Held] = []
        self.apart: dict[frozenset[str], str] = {}
        relating = [one for one in statements if one.relation != "name"]
        named = {id_ for one in relating for id_ in (one.actor, one.other)}
        named |= {id_ for one in decisions for id_ in (one.actor, one.other)}
        for number in {*actors, *named}:
            self.group[number], self.root[number], self.why[number] = {number}, number, []
        self._keep_apart(relating, decisions)
        self._decide(decisions)
        self._follow(relating)

    def result(self) -> Canonical:
        """What came of it."""
        found = Canonical(held=self.held)
        for number in sorted(self.group):
            members = self.group[number]
            found.of[number] = self.root[min(members)]
            if len(members) > 1:
                found.rests_on[number] = tuple(sorted({why for one in members for why in self.why[one]}))
        return found

    def _keep_apart(self, statements: Iterable[ActorStatement], decisions: Iterable[ActorDecision]) -> None:
        """Pairs that are kept apart: a decision's before a source's, and a decision that they are the same lifts it."""
        same = {frozenset((one.actor, one.other)) for one in decisions if one.judgement == "same"}
        for one in sorted(statements, key=lambda each: each.claim):
            pair = frozenset((one.actor, one.other))
            if one.relation in ("different", "part-of") and pair not in same:
                self.apart[pair] = f"{one.by} says {one.relation} ({one.published or 'no day'})"
        for decision in sorted(decisions, key=lambda each: each.decision):
            if decision.judgement == "different":
                pair = frozenset((decision.actor, decision.other))
                self.apart[pair] = f"decision {decision.decision[:8]} of {decision.by}"

    def _decide(self, decisions: Sequence[ActorDecision]) -> None:
        apart = [one for one in decisions if one.judgement == "different"]
        for one in sorted(decisions, key=lambda each: (each.decided, each.decision)):
            if one.judgement == "same":
                self._join(one.actor, one.other, one.decision)
        for one in apart:
            if self.group[one.actor] is self.group[one.other]:
                raise InputError(
                    f"decision {one.decision[:8]} keeps {one.actor!r} and {one.other!r} apart, but other decisions join"
                    " them; withdraw one with: dyepack actors withdraw DECISION"
                )

    def _follow(self, statements: Iterable[ActorStatement]) -> None:
        ordered = sorted(statements, key=lambda one: (one.known_by or LAST, one.claim))
        for one in ordered:
            if one.relation != "same":
                continue
            why = self._between(self.group[one.actor], self.group[one.other])
            if why is None:
                self._join(one.actor, one.other, one.claim)
            else:
                self.held.append(Held(one, why))

    def _between(self, left: set[str], right: set[str]) -> str | None:
        """Why two groups are kept apart."""
        if left is right:
            return None
        for pair, reason in self.apart.items():
            one, other = sorted(pair) if len(pair) == 2 else (*pair, *pair)
            if (one in left and other in right) or (one in right and other in left):
                return f"{one} and {other} are kept apart: {reason}"
        return None

    def _join(self, main: str, other: str, why: str) -> None:
        self.why[main].append(why)
        left, right = self.group[main], self.group[other]
        if left is right:
            return
        root = self.root[min(left)]
        both = left | right
        for number in both:
            self.group[number], self.root[number] = both, root
