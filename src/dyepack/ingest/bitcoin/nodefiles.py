"""A node's files as a source of blocks: located, ordered, read with what they spent."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import numpy as np

from dyepack.errors import InputError
from dyepack.ingest.bitcoin.bestchain import BestChain, best_chain, stated_height, states_height
from dyepack.ingest.bitcoin.blockfiles import BlockFolder, Located
from dyepack.ingest.bitcoin.columns import Where, tables
from dyepack.ingest.bitcoin.load import Piece, Refused
from dyepack.ingest.bitcoin.network import Network
from dyepack.ingest.bitcoin.raw import Raw, coinbase_of, parse, parse_undo
from dyepack.ingest.bitcoin.undofiles import UndoFolder
from dyepack.ingest.machine.wire import AUXPOW
from dyepack.ingest.ranges import Range


class FileSource:
    """The best chain in a folder of `blk*.dat`, with the `rev*.dat` beside them.

    Raises:
        SourceError: no such folder, or its files cannot be read.
        SourceMismatch: they hold no block of this chain.
        InputError: the first block's height cannot be told.
    """

    def __init__(self, folder: Path, network: Network, base: int | None = None) -> None:
        self.network = network
        self.name = folder.name
        self._folder = BlockFolder(folder, network)
        self._found = self._folder.scan()
        self._chain = best_chain(self._found.blocks, self._stated, base)
        self._stale = defaultdict[int, list[Located]](list)
        for height, block in self._chain.stale:
            self._stale[height].append(block)

    @property
    def chain(self) -> BestChain:
        """The blocks in order, and those that are stale."""
        return self._chain

    @cached_property
    def _undo(self) -> UndoFolder:
        stale = (block for _, block in self._chain.stale)
        return UndoFolder(self._folder, [*self._chain.blocks.values(), *stale])

    def span(self) -> Range:
        """The heights that the files reach over."""
        return Range(self._chain.first, self._chain.tip)

    def hash_at(self, height: int) -> str:
        """The hash of the block at this height; empty in a hole."""
        block = self._chain.blocks.get(height)
        return "" if block is None else block.name

    def newest(self, most: int) -> Iterator[bytes]:
        """The last blocks as they lie in the files, the highest first."""
        for height in sorted(self._chain.blocks, reverse=True)[:most]:
            block = self._chain.blocks[height]
            yield self._folder.bytes_at(block.file, block.offset, block.size)

    def size(self, wanted: Range) -> int:
        """The bytes of these blocks."""
        return sum(block.size for block in self._blocks(wanted))

    def read(self, wanted: Range) -> Piece:
        """These blocks as tables.

        Raises:
            InputError: one is not in the files.
            RecordError, SourceMismatch: one is cut off, malformed, or not what its header says.
        """
        blocks = self._blocks(wanted)
        data, starts = self._folder.read(blocks)
        sources = [block.source for block in blocks]
        parsed = parse(Raw(data, starts, sources), self.network)
        undo = [self._undo.of(block) for block in blocks]
        spent = parse_undo(parsed, undo, self.network, [source.replace("blk", "rev", 1) for source in sources])
        digest = sha256(data.data)
        for each in undo:
            digest.update(each or b"")
        where = Where(range(wanted.first, wanted.last + 1), [block.file for block in blocks])
        found = tables(parsed, spent, self.network, where)
        size = len(data) + sum(len(each or b"") for each in undo)
        return Piece(found, size, digest.hexdigest(), self._stale_in(wanted))

    def refused(self) -> Sequence[Refused]:
        """Bytes that are no block or no undo record, and blocks whose place in the chain is not known."""
        troubles = [*self._found.troubles, *self._undo.troubles.values()]
        odd = [Refused(block.source, "no block of the files is before it", block.name) for block in self._stale[-1]]
        high = [self._stale_at(height, block) for height, block in self._chain.stale if height > self._chain.tip]
        again = [Refused(self.name, f"{self._found.repeated} blocks are in the files a second time", "")]
        listed = [Refused(f"{one.file}@{one.offset}", one.reason, "") for one in troubles]
        return listed + odd + high + again * bool(self._found.repeated)

    def _blocks(self, wanted: Range) -> list[Located]:
        try:
            return [self._chain.blocks[height] for height in range(wanted.first, wanted.last + 1)]
        except KeyError as error:
            raise InputError(
                f"block {error} is not in {self.name}: the files have a hole there; load around it"
            ) from None

    def _stale_in(self, wanted: Range) -> list[Refused]:
        return [
            self._stale_at(height, block)
            for height in range(wanted.first, wanted.last + 1)
            for block in self._stale.get(height, ())
        ]

    def _stale_at(self, height: int, block: Located) -> Refused:
        return Refused(block.source, f"stale: not on the best chain, at height {height}", block.name)

    def _stated(self, block: Located) -> int | None:
        data = self._folder.bytes_at(block.file, block.offset, block.size)
        if not states_height(data, bool(self.network.rules & AUXPOW)):
            return None
        raw = Raw(np.frombuffer(bytearray(data), np.uint8), np.zeros(1, np.int64), [block.source])
        return stated_height(data[coinbase_of(raw, self.network) :])
