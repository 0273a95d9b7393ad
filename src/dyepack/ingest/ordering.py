"""The order of what has no place of its own: money comes before it leaves.

Of two movements, or two transactions of a block, whose order no source says, the one that pays a holding comes before
one that the holding pays out in. Where that leaves a choice, or goes round, the order follows from what is in them (a
hash, the parties, the amounts) and never from the order of rows or files: so it is the same however lists were cut.
"""

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple

Holding = tuple[str, str]
"""(address, asset)."""


class Flow(NamedTuple):
    """What something pays from, and what it pays to."""

    gives: frozenset[Holding]
    takes: frozenset[Holding]


def in_order(flows: Sequence[Flow], known: Iterable[tuple[int, int]] = ()) -> list[int]:
    """The places of these in an order in which money comes before it leaves; earlier ones first where that is free.

    `known` are pairs of which the first comes before the second whatever flows. Where flows go round, what waits for
    the fewest others comes first.
    """
    count = len(flows)
    before = _waiting(flows)
    for first, second in known:
        before[second].add(first)
        before[first].discard(second)
    after: list[set[int]] = [set() for _ in range(count)]
    for place, waits in enumerate(before):
        for other in waits:
            after[other].add(place)
    ready = [place for place in range(count) if not before[place]]
    heapify(ready)
    left, order = set(range(count)), list[int]()
    while left:
        place = heappop(ready) if ready else min(left, key=lambda one: (len(before[one]), one))
        if place not in left:
            continue
        left.discard(place)
        order.append(place)
        for other in after[place]:
            before[other].discard(place)
            if not before[other] and other in left:
                heappush(ready, other)
    return order


def _waiting(flows: Sequence[Flow]) -> list[set[int]]:
    """For each the places of those that pay what it pays from."""
    payers: dict[Holding, set[int]] = {}
    for place, flow in enumerate(flows):
        for holding in flow.takes:
            payers.setdefault(holding, set()).add(place)
    return [
        {other for holding in flow.gives for other in payers.get(holding, ()) if other != place}
        for place, flow in enumerate(flows)
    ]
