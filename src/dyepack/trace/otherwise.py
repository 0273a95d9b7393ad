"""What a trace rests on that no source says, and the slice as it would be otherwise.

Two things beside what repeats (`repeats`). Where no source says in which order the transactions of a block came, and
two of them touch one holding that stolen money can have reached, they are walked in the opposite order too (`turned`).
Where equal movements stand in several lists and nothing says whether they are the same, each is taken for one of its
own too (`each`). What changes is told beside the answer.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from dyepack.trace.slice import Slice

Variant = Literal["each", "turned"]


@dataclass(frozen=True, eq=False)
class Otherwise:
    """A slice as it would be, and how many blocks, or movements, that concerns."""

    variant: Variant
    slice: Slice
    concerned: int


def variants(cut: Slice) -> Iterator[Otherwise]:
    """The slices that the data allows as well; none on an output chain, where every output is one of its own."""
    if cut.outputs:
        return
    more = int(cut.moves.others.sum())
    if more:
        every = np.repeat(np.arange(len(cut.moves)), 1 + cut.moves.others)
        yield Otherwise("each", replace(cut, moves=cut.moves.only(every)), more)
    blocks = list(unordered(cut))
    if blocks:
        yield Otherwise("turned", turned(cut, blocks), len(blocks))


def unordered(cut: Slice) -> Iterator[tuple[int, int]]:
    """Blocks whose order matters and is not known, each as the places of its first movement and of the one after it."""
    moves = cut.moves
    for block in np.unique(moves.block[~moves.placed]).tolist():
        first, end = (int(np.searchsorted(moves.block, block, side)) for side in ("left", "right"))
        if _matters(cut, first, end, block):
            yield first, end


def _matters(cut: Slice, first: int, end: int, block: int) -> bool:
    """Whether two transactions, not both placed, touch one holding that stolen money can have reached by then."""
    moves = cut.moves
    touching: dict[int, set[int]] = {}
    free = set(moves.tx[first:end][~moves.placed[first:end]].tolist())
    for at in range(first, end):
        for key in (int(moves.payer[at]), int(moves.payee[at])):
            if cut.since.get(moves.keys[key], block + 1) <= block:
                touching.setdefault(key, set()).add(int(moves.tx[at]))
    return any(len(found) > 1 and found & free for found in touching.values())


def turned(cut: Slice, blocks: list[tuple[int, int]]) -> Slice:
    """The slice with the transactions of these blocks in the opposite order; those with a place keep theirs."""
    order = np.arange(len(cut.moves))
    for first, end in blocks:
        rank = _turned(cut.moves.tx[first:end].tolist(), cut.moves.placed[first:end].tolist())
        order[first:end] = first + np.argsort(rank, kind="stable")
    return replace(cut, moves=cut.moves.only(order))


def _turned(names: list[int], placed: list[bool]) -> Any:
    """The new rank of each movement of a block: by its transaction, whose movements stay as they are."""
    seen = dict.fromkeys(names)
    stays = {name for name, known in zip(names, placed, strict=True) if known}
    kept = iter([name for name in seen if name in stays])
    sequence = [next(kept) if name in stays else name for name in reversed(seen)]
    rank = {name: place for place, name in enumerate(sequence)}
    return np.array([rank[name] for name in names])
