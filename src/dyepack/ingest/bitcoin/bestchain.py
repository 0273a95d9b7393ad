"""Which blocks of a heap are the chain: those that lead to the tip with the most work; the others are stale.

Heights are counted from the first block there is. Where the heap does not go back to the beginning (a node that
prunes), its first block's height is the one that it states itself, as blocks do since 2012 (BIP-34).
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dyepack.errors import InputError
from dyepack.ingest.bitcoin.blockfiles import Located

_NONE = bytes(32)
FIRST_STATED = 17
"""Lower heights are stated in another form, and no block states one."""


@dataclass(frozen=True, slots=True)
class BestChain:
    """The chain by height, and the blocks that are not on it, by the height they would have (-1: not known)."""

    blocks: Mapping[int, Located]
    stale: Sequence[tuple[int, Located]]

    @property
    def first(self) -> int:
        """The lowest height."""
        return min(self.blocks)

    @property
    def tip(self) -> int:
        """The highest height."""
        return max(self.blocks)


def work(bits: int) -> int:
    """How many hashes a block with these target bits took on average."""
    target = (
        (bits & 0x7FFFFF) << 8 * ((bits >> 24) - 3) if bits >> 24 >= 3 else (bits & 0x7FFFFF) >> 8 * (3 - (bits >> 24))
    )
    return 2**256 // (target + 1) if target < 2**256 else 0


def best_chain(
    blocks: Sequence[Located], stated: Callable[[Located], int | None], base: int | None = None
) -> BestChain:
    """Order a heap of blocks.

    `stated` reads the height that a block states itself; `base` is that of the first block where none states one.

    Raises:
        InputError: the height of the first block cannot be told.
    """
    there = {block.hash for block in blocks}
    children = defaultdict[bytes, list[Located]](list)
    for block in blocks:
        children[block.previous].append(block)
    trees = [
        _Tree(block, children, _height(block, stated))
        for block in blocks
        if block.previous not in there and block.previous != block.hash
    ]
    placed = [tree for tree in trees if tree.first is not None]
    if not placed:
        if base is None:
            raise InputError(
                "cannot tell the height of the first block in these files: they do not go back to the beginning, and it"
                " states none; give it with --base"
            )
        longest = max(trees, key=lambda tree: tree.tip[0])
        longest.first, placed = base, [longest]
    return _joined(trees, placed)


def _height(block: Located, stated: Callable[[Located], int | None]) -> int | None:
    return 0 if block.previous == _NONE else stated(block)


class _Tree:
    """All that grows from one block whose own parent is not there."""

    def __init__(self, root: Located, children: Mapping[bytes, list[Located]], first: int | None) -> None:
        self.root, self.first = root, first
        self.depth = {root.hash: 0}
        self.members = [root]
        self.total = {root.hash: work(root.bits)}
        for block in self.members:  # grows while it is walked
            for child in children.get(block.hash, ()):
                self.depth[child.hash] = self.depth[block.hash] + 1
                self.total[child.hash] = self.total[block.hash] + work(child.bits)
                self.members.append(child)
        self.tip = max((self.total[block.hash], -place) for place, block in enumerate(self.members))

    def branch(self, below: int) -> list[Located]:
        """The blocks that lead to the most work among those below a height, from that tip down."""
        first = self.first or 0
        low = [block for block in self.members if first + self.depth[block.hash] < below]
        if not low:
            return []
        by_hash = {block.hash: block for block in self.members}
        place = max(low, key=lambda block: self.total[block.hash])  # the earlier of equals, as nodes choose
        chosen = [place]
        while place.previous in by_hash:
            place = by_hash[place.previous]
            chosen.append(place)
        return chosen


def _joined(trees: Sequence[_Tree], placed: Sequence[_Tree]) -> BestChain:
    """The tree that reaches highest, and below its first block the next: a hole in the files is left a hole."""
    chain: dict[int, Located] = {}
    below = 1 << 62
    for tree in sorted(placed, key=lambda tree: (tree.first or 0) + max(tree.depth.values()), reverse=True):
        for block in tree.branch(below):
            chain[(tree.first or 0) + tree.depth[block.hash]] = block
        below = min(chain, default=below)
    on_it = {block.hash for block in chain.values()}
    stale = [
        (-1 if tree.first is None else tree.first + tree.depth[block.hash], block)
        for tree in trees
        for block in tree.members
        if block.hash not in on_it
    ]
    return BestChain(dict(sorted(chain.items())), sorted(stale, key=lambda item: (item[0], item[1].hash)))


def stated_height(coinbase: bytes) -> int | None:
    """The height that a coinbase transaction states; empty where it states none (BIP-34)."""
    at = (6 if coinbase[4:5] == b"\0" else 4) + 1 + 36 + 1
    size = int.from_bytes(coinbase[at : at + 1], "little")
    if not 1 <= size <= 4 or len(coinbase) < at + 1 + size:
        return None
    height = int.from_bytes(coinbase[at + 1 : at + 1 + size], "little")
    return height if height >= FIRST_STATED else None
