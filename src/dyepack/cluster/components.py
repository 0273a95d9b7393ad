"""Which addresses hang together: a union-find over numbers, fed in batches.

Numbers are given in order of first appearance, and of two roots the smaller stays one. So the root of a cluster is the
member that appeared first, whatever the order in which it grew; and nothing has to be renamed in the end.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dyepack.cluster.columns import Ints, enlarged
from dyepack.compiled import compiled, inlined

Numbers = npt.NDArray[np.uint32]
NO_ACTOR = -1
NOTHING = -1
MADE, KNOWN, LARGE, ACTORS, REFUSED = range(5)
"""What became of a join: made, between two that were together already, or held, and why."""


class Components:
    """A partition of the numbers below `size`, four bytes each."""

    def __init__(self, size: int) -> None:
        self.parent: Numbers = np.arange(size, dtype=np.uint32)

    def add_lists(self, start: npt.NDArray[np.integer], members: Numbers) -> None:
        """Join all members of each list: list `n` is `members[start[n]:start[n + 1]]`."""
        _lists(self.parent, start, members)

    def add_pairs(self, first: Ints, second: Ints) -> None:
        """Join pairs."""
        _pairs(self.parent, first, second)

    def roots(self) -> Numbers:
        """The smallest member of each number's cluster; the same array is used inside, so nothing is copied."""
        _flatten(self.parent)
        return self.parent


@dataclass(frozen=True)
class Guard:
    """When a join is held for review instead of made: both sides have `large` members or more, or other actors."""

    large: int
    actors: Ints


class Guarded:
    """A partition that grows join by join, in the order given, under a guard; and by new numbers, as they come."""

    def __init__(self, guard: Guard) -> None:
        self._large = guard.large
        self._size = 0
        self._parent: Numbers = np.zeros(0, np.uint32)
        self._members: Numbers = np.zeros(0, np.uint32)
        self._actors = np.zeros(0, np.int32)
        self._by = np.zeros(0, np.int8)
        self.grow(guard.actors)

    def __len__(self) -> int:
        return self._size

    @property
    def by(self) -> npt.NDArray[np.int8]:
        """The kind of the join by which each number came to an earlier one, or `NOTHING`."""
        return self._by[: self._size]

    def actors(self) -> npt.NDArray[np.int32]:
        """The actor of each number's cluster."""
        return self._actors[self.roots()]

    def grow(self, actors: Ints) -> None:
        """More numbers, each alone, with these actors."""
        first, more = self._size, len(actors)
        arrays = (self._parent, self._members, self._actors, self._by)
        self._parent, self._members, self._actors, self._by = (enlarged(each, first, more) for each in arrays)
        self._size += more
        self._parent[first : self._size] = np.arange(first, self._size, dtype=np.uint32)
        self._members[first : self._size] = 1
        self._actors[first : self._size] = actors
        self._by[first : self._size] = NOTHING

    def resume(self, root: Numbers, by: npt.NDArray[np.int8]) -> None:
        """Let the numbers stand as they stood before: the root of each, and what joined it."""
        self._parent[: self._size] = root
        self._members[: self._size] = np.bincount(root, minlength=self._size)
        self._by[: self._size] = by

    def add(
        self, first: Ints, second: Ints, decided: npt.NDArray[np.int8], kind: npt.NDArray[np.int8] | None = None
    ) -> npt.NDArray[np.int8]:
        """Make joins, or hold them; says what became of each. `decided`: 1 a person let it pass, -1 refused it."""
        became = np.zeros(len(first), np.int8)
        state = (self._parent, self._members, self._actors, self._by)
        kinds = np.zeros(len(first), np.int8) if kind is None else kind
        _guarded(state, self._large, (first, second, decided, kinds), became)
        return became

    def roots(self) -> Numbers:
        """As `Components.roots`."""
        parent = self._parent[: self._size]
        _flatten(parent)
        return parent


@inlined
def _root(parent: Any, n: Any) -> Any:
    while parent[n] != n:
        parent[n] = parent[parent[n]]
        n = parent[n]
    return n


@inlined
def _link(parent: Any, one: Any, other: Any) -> None:
    # Rem's algorithm: climbs both ways at once, and hangs what it passes under the smaller parent.
    while parent[one] != parent[other]:
        if parent[one] < parent[other]:
            one, other = other, one
        above = parent[one]
        if above == one:
            parent[one] = parent[other]
            return
        parent[one] = parent[other]
        one = above


@compiled
def _lists(parent: Any, start: Any, members: Any) -> None:
    for n in range(len(start) - 1):
        head = members[start[n]] if start[n] < start[n + 1] else 0
        for place in range(start[n] + 1, start[n + 1]):
            _link(parent, head, members[place])


@compiled
def _pairs(parent: Any, first: Any, second: Any) -> None:
    for n in range(len(first)):
        _link(parent, np.uint32(first[n]), np.uint32(second[n]))


@compiled
def _flatten(parent: Any) -> None:
    for n in range(len(parent)):  # a parent is never larger than its child, so it is flat already
        parent[n] = parent[parent[n]]


@compiled
def _guarded(state: Any, large: Any, joins: Any, became: Any) -> None:
    parent, members, actors, by = state
    first, second, decided, kinds = joins
    for n in range(len(first)):
        one, other = _root(parent, np.uint32(first[n])), _root(parent, np.uint32(second[n]))
        if one == other:
            became[n] = KNOWN
            continue
        if decided[n] < 0:
            became[n] = REFUSED
            continue
        if decided[n] == 0:
            if members[one] >= large and members[other] >= large:
                became[n] = LARGE
                continue
            if actors[one] >= 0 and actors[other] >= 0 and actors[one] != actors[other]:
                became[n] = ACTORS
                continue
        low, high = min(one, other), max(one, other)
        parent[high] = low
        by[high] = kinds[n]
        members[low] += members[high]
        if actors[low] < 0:
            actors[low] = actors[high]
