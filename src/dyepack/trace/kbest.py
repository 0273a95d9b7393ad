"""The best ways through movements in time: the k paths that can carry most from a beginning to an end.

A path carries what its smallest movement carries. Of paths that carry the same, one of fewer hops comes first, then the
one whose first movement is earlier, then whose second is, and so on. Movements of a path follow each other in chain
order, and no place is entered twice. The next best paths are found as by Yen (1971): each of those that were found is
left at each of its places by another movement.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from typing import NamedTuple

_FAR = 1 << 60
Place = str


class Step(NamedTuple):
    """One movement, or one half of it on an output chain: an output into a transaction, or a transaction into one.

    `begins` and `ends` say that a path may begin or must end with it; `through` that one may go on from its payee.
    """

    block: int
    tx_index: int
    seq: int
    time: datetime
    tx_hash: str
    payer: Place
    payee: Place
    from_address: str
    to_address: str
    asset: str
    amount: int
    hops: int = 1
    begins: bool = False
    ends: bool = False
    through: bool = True


@dataclass(frozen=True, slots=True)
class Path:
    """One way: what it can carry, and its movements in chain order."""

    amount: int
    steps: tuple[Step, ...]

    @property
    def hops(self) -> int:
        """Movements; on an output chain, transactions."""
        return sum(step.hops for step in self.steps)


@dataclass(frozen=True, slots=True)
class _Branch:
    """Where a search begins: after the movements of `root`, by none of the movements in `barred`."""

    root: tuple[int, ...]
    barred: frozenset[int]


class Ways:
    """The paths through these steps, all of one asset, in chain order."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        places: dict[Place, int] = {}
        payers = [places.setdefault(step.payer, len(places)) for step in steps]
        payees = [places.setdefault(step.payee, len(places)) for step in steps]
        self._places = len(places)
        self._rows = [
            (payer, payee, step.amount, step.hops, step.ends, step.through)
            for payer, payee, step in zip(payers, payees, steps, strict=True)
        ]
        self._leaving: dict[int, list[int]] = defaultdict(list)
        for index, payer in enumerate(payers):
            self._leaving[payer].append(index)

    def best(self, k: int) -> Iterator[Path]:
        """At most k paths, the best first."""
        found: list[tuple[int, ...]] = []
        waiting: list[tuple[tuple[int, int, tuple[int, ...]], tuple[int, ...]]] = []
        seen: set[tuple[int, ...]] = set()
        self._offer(_Branch((), frozenset()), waiting, seen)
        while waiting and len(found) < k:
            _, path = heappop(waiting)
            found.append(path)
            yield Path(min(self._steps[index].amount for index in path), tuple(self._steps[index] for index in path))
            for place in range(len(path)):
                root = path[:place]
                barred = frozenset(one[place] for one in found if one[:place] == root and len(one) > place)
                self._offer(_Branch(root, barred), waiting, seen)

    def _offer(
        self,
        branch: _Branch,
        waiting: list[tuple[tuple[int, int, tuple[int, ...]], tuple[int, ...]]],
        seen: set[tuple[int, ...]],
    ) -> None:
        path = self._search(branch)
        if path is not None and path not in seen:
            seen.add(path)
            steps = [self._steps[index] for index in path]
            heappush(waiting, ((-min(s.amount for s in steps), sum(s.hops for s in steps), path), path))

    def _search(self, branch: _Branch) -> tuple[int, ...] | None:
        """The best path of a branch: first how much it can carry at all, then the shortest that carries as much."""
        rows, root = self._rows, branch.root
        entered = {rows[index][1] for index in root}
        first = root[-1] + 1 if root else 0
        begin = self._beginnings(branch)
        if not begin:
            return None
        widths = self._widths(first, entered)
        most = max(widths[index - first] for index in begin)
        most = min([most, *(rows[index][2] for index in root)])
        if not most:
            return None
        hops = self._hops(first, entered, most)
        at = min((index for index in begin if hops[index - first] < _FAR), key=lambda index: hops[index - first])
        path = [*root, at]
        while not rows[at][4]:
            wanted = hops[at - first] - rows[at][3]
            at = next(i for i in self._leaving[rows[at][1]] if i > at and hops[i - first] == wanted)
            path.append(at)
        return tuple(path)

    def _beginnings(self, branch: _Branch) -> list[int]:
        if not branch.root:
            return [i for i, step in enumerate(self._steps) if step.begins and i not in branch.barred]
        last = branch.root[-1]
        if self._steps[last].ends:
            return []
        leaving = self._leaving[self._rows[last][1]]
        return [index for index in leaving if index > last and index not in branch.barred]

    def _widths(self, first: int, entered: Collection[int]) -> list[int]:
        """For every step from `first` on, what the best path from it can carry."""
        rows = self._rows
        widths = [0] * (len(rows) - first)
        onward = [0] * self._places
        for index in range(len(rows) - 1, first - 1, -1):
            payer, payee, amount, _, ends, through = rows[index]
            if payee in entered:
                continue
            width = amount if ends else min(amount, onward[payee]) if through else 0
            if width:
                widths[index - first] = width
                onward[payer] = max(onward[payer], width)
        return widths

    def _hops(self, first: int, entered: Collection[int], least: int) -> list[int]:
        """For every step from `first` on, the fewest hops by steps that carry at least this much."""
        rows = self._rows
        hops = [_FAR] * (len(rows) - first)
        onward = [_FAR] * self._places
        for index in range(len(rows) - 1, first - 1, -1):
            payer, payee, amount, cost, ends, through = rows[index]
            if amount < least or payee in entered:
                continue
            rest = 0 if ends else onward[payee] if through else _FAR
            if rest < _FAR:
                hops[index - first] = rest + cost
                onward[payer] = min(onward[payer], rest + cost)
        return hops
