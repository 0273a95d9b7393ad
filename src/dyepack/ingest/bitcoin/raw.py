"""Raw blocks into typed columns, or into one error that says which block, where in it, and what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dyepack.errors import RecordError, SourceMismatch
from dyepack.ingest.bitcoin.network import Network
from dyepack.ingest.machine.compiled import Array
from dyepack.ingest.machine.undo import Spent, complete_keys, nothing_spent, read_undo
from dyepack.ingest.machine.wire import PROBLEMS, Parsed, Shape, compact, count_blocks, read_blocks, room_for


@dataclass(frozen=True, slots=True)
class Raw:
    """Blocks behind each other in one buffer, where each begins, and what to call the place it came from."""

    data: Array
    starts: Array
    sources: Sequence[str]

    @property
    def ends(self) -> Array:
        """Where each block ends."""
        return np.append(self.starts[1:], len(self.data)).astype(np.int64)


def gathered(blocks: Sequence[bytes], sources: Sequence[str]) -> Raw:
    """Blocks as bytes, put behind each other."""
    sizes = np.array([len(block) for block in blocks], np.int64)
    data = np.frombuffer(bytearray(b"".join(blocks)), np.uint8)
    return Raw(data, np.cumsum(sizes) - sizes, sources)


def counted(raw: Raw, network: Network) -> Shape:
    """What each block holds.

    Raises:
        RecordError: a block is cut off or malformed; says which, and at what byte.
    """
    shape = Shape(*(np.zeros(len(raw.starts), np.int64) for _ in Shape._fields))
    bad, problem, at = count_blocks(raw.data, raw.starts, raw.ends, network.rules, shape)
    if bad >= 0:
        raise RecordError(
            f"no block of {network.name}: {PROBLEMS[problem]}, at byte {at - raw.starts[bad]} of it",
            source=raw.sources[bad],
        )
    return shape


def coinbase_of(raw: Raw, network: Network) -> int:
    """Where the first transaction of a single block begins.

    Raises:
        RecordError: the block is cut off or malformed.
    """
    return int(compact(raw.data, counted(raw, network).body[0], len(raw.data))[1])


def parse(raw: Raw, network: Network) -> Parsed:
    """Typed columns of all blocks, each with its Merkle root worked out and found as its header says.

    Raises:
        RecordError: a block is cut off or malformed; says which, and at what byte.
        SourceMismatch: its transactions are not those its header speaks of.
    """
    blocks = len(raw.starts)
    shape = counted(raw, network)
    parsed = room_for(blocks, *(int(counts.sum()) for counts in (shape.transactions, shape.inputs, shape.outputs)))
    if blocks:
        read_blocks(raw.data, raw.starts, network.rules, shape, parsed)
    differ = np.flatnonzero((parsed.root != parsed.found).any(axis=1))
    if len(differ):
        root, found = (ids[differ[0], ::-1].tobytes().hex() for ids in (parsed.root, parsed.found))
        raise SourceMismatch(
            f"{raw.sources[differ[0]]}: the header says Merkle root {root}, its transactions give {found}; one of them"
            " was changed: take the block from another place"
        )
    return parsed


def parse_undo(parsed: Parsed, undo: Sequence[bytes | None], network: Network, sources: Sequence[str]) -> Spent:
    """What the inputs of all blocks spent, out of each block's undo data; nothing where a block has none.

    Raises:
        RecordError: undo data is cut off, malformed, or of another block.
    """
    spent = nothing_spent(len(parsed.in_tx))
    blocks = np.arange(len(parsed.hash))
    firsts = np.searchsorted(parsed.tx_block, blocks)
    inputs = np.append(0, np.cumsum(parsed.tx_inputs))
    for block, data in enumerate(undo):
        if data is None:
            continue
        count = int(np.searchsorted(parsed.tx_block, block, "right")) - int(firsts[block]) - 1
        first = int(firsts[block]) + 1
        wanted = parsed.tx_inputs[first : first + count]
        array = np.frombuffer(bytearray(data), np.uint8)
        problem, at = read_undo(array, (0, len(array)), wanted, network.rules, int(inputs[first]), spent)
        if problem:
            reason = f"no undo data of this block: {PROBLEMS[problem]}, at byte {at} of it"
            raise RecordError(reason, source=sources[block])
    complete_keys(spent)
    return spent
