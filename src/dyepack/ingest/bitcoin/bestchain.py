"""Which blocks of a heap are the chain: those that lead to the tip with the most work; the others are stale.

Heights are counted from the first block there is. Where the heap does not go back to the beginning (a node that
prunes), its first block's height is the one that it states itself, as blocks of version 2 and later do (BIP-34); what
stands in a coinbase of version 1 is its miner's own, and may look like a height. Else it is what is given; what is
given and is not so is refused.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dyepack.errors import InputError
from dyepack.ingest.bitcoin.blockfiles import Located

_NONE = bytes(32)
FIRST_STATED = 17
"""Lower heights are stated in another form, and no block states one."""
FIRST_VERSION = 2
"""Blocks of this version on state their height."""
_SIGNALS = 0x2000
"""Versions that signal (BIP-9) have this, or more, in their upper half; a chain's number is less."""


@dataclass(frozen=True, slots=True)
class BestChain:
    """The chain by height, and the blocks that are not on it, by the height they would have (-1: not known)."""

    blocks: dict[int, Located]
    stale: Sequence[tuple[int, Located]]

    @property
    def first(self) -> int:
        """The lowest height."""
        return next(iter(self.blocks))

    @property
    def tip(self) -> int:
        """The highest height."""
        return next(reversed(self.blocks))


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

    `base` is the height of the first block of the heaviest tree, where that does not say it.

    Raises:
        InputError: the height of the first block cannot be told, or it is another than is given.
    """
    heap = _Heap(blocks)
    firsts = {root: 0 if blocks[root].previous == _NONE else stated(blocks[root]) for root in heap.roots}
    if base is not None:
        root = heap.root[heap.heaviest(range(len(blocks)))]
        known = firsts[root]
        if known not in (None, base):
            says = "begin at the beginning of the chain" if blocks[root].previous == _NONE else f"say {known}"
            raise InputError(
                f"expected --base to be the height of the first block, {blocks[root].name}: the files {says}, got"
                f" {base}; leave --base out"
            )
        firsts[root] = base
    if all(first is None for first in firsts.values()):
        raise InputError(
            "cannot tell the height of the first block in these files: they do not go back to the beginning, and it"
            " states none; give it with --base"
        )
    return _joined(heap, firsts)


class _Heap:
    """Blocks as trees: of each the one before it, the first of its tree, how far from that it is, the work to it."""

    def __init__(self, blocks: Sequence[Located]) -> None:
        self.blocks = blocks
        place = {block.hash: at for at, block in enumerate(blocks)}
        self.before = array("q", (place.get(block.previous, -1) for block in blocks))
        self.root, self.depth = array("q", bytes(8 * len(blocks))), array("q", bytes(8 * len(blocks)))
        self.total = [-1] * len(blocks)
        for at in range(len(blocks)):
            self._follow(at)
        self.roots = [at for at, before in enumerate(self.before) if before < 0]

    def _follow(self, at: int) -> None:
        """Fill in a block and what is before it, first things first."""
        path = []
        while at >= 0 and self.total[at] < 0:
            path.append(at)
            at = self.before[at]
        for here in reversed(path):
            above = self.before[here]
            self.root[here] = here if above < 0 else self.root[above]
            self.depth[here] = 0 if above < 0 else self.depth[above] + 1
            self.total[here] = work(self.blocks[here].bits) + (0 if above < 0 else self.total[above])

    def heaviest(self, among: Iterable[int]) -> int:
        """The block with the most work behind it; the earlier of equals, as nodes choose."""
        return max(among, key=lambda at: (self.total[at], -at))

    def branch(self, tip: int) -> Iterator[int]:
        """From a block down to the first of its tree."""
        while tip >= 0:
            yield tip
            tip = self.before[tip]


def _joined(heap: _Heap, firsts: Mapping[int, int | None]) -> BestChain:
    """The tree that reaches highest, and below its first block the next: a hole in the files is left a hole."""
    members = defaultdict[int, list[int]](list)
    for at, root in enumerate(heap.root):
        members[root].append(at)
    placed = {root: first for root, first in firsts.items() if first is not None}
    reach = {root: first + max(heap.depth[at] for at in members[root]) for root, first in placed.items()}
    chain: list[tuple[int, int]] = []
    below = 1 << 62
    for root in sorted(reach, key=lambda root: -reach[root]):
        first = placed[root]
        low = [at for at in members[root] if first + heap.depth[at] < below]
        if low:
            chain += [(first + heap.depth[at], at) for at in heap.branch(heap.heaviest(low))]
            below = first
    on_it = {at for _, at in chain}
    stale = []
    for at, block in enumerate(heap.blocks):
        if at not in on_it:
            lowest = firsts[heap.root[at]]
            stale.append((-1 if lowest is None else lowest + heap.depth[at], block))
    ordered = {height: heap.blocks[at] for height, at in reversed(chain)}
    return BestChain(ordered, sorted(stale, key=lambda item: (item[0], item[1].hash)))


def states_height(header: bytes, merged: bool) -> bool:
    """Whether a block of this header states its height: of version 2 or later (BIP-34).

    Where blocks are mined `merged` (Dogecoin), the version is the lowest byte, and above it is which chain it is of.
    """
    version = int.from_bytes(header[:4], "little", signed=True)
    chain_of = version >> 16
    return (version & 0xFF if merged and 0 < chain_of < _SIGNALS else version) >= FIRST_VERSION


def stated_height(coinbase: bytes) -> int | None:
    """The height that a coinbase transaction states; empty where it states none in the form of BIP-34.

    The form is the shortest of a number that is not negative.
    """
    at = (6 if coinbase[4:5] == b"\0" else 4) + 1 + 36 + 1
    size = int.from_bytes(coinbase[at : at + 1], "little")
    if not 1 <= size <= 4 or len(coinbase) < at + 1 + size:
        return None
    height = int.from_bytes(coinbase[at + 1 : at + 1 + size], "little", signed=True)
    longer = size > 1 and -(1 << 8 * size - 9) <= height < 1 << 8 * size - 9
    return height if height >= FIRST_STATED and not longer else None
