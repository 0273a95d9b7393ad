"""A node's `rev*.dat`: what each block spent, each record with a checksum over it and the hash of the block before.

A record does not name its block. It lies in the file of its block's number, and only its own block's checksum fits; so
the blocks with the right number of transactions are tried, and a record that fits none is no block's.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from hashlib import sha256

from dyepack.errors import SourceError
from dyepack.ingest.bitcoin.blockfiles import MARK, BlockFolder, Located, Trouble

_CHECKSUM = 32


class UndoFolder:
    """The undo files beside block files; holds the records of one file at a time.

    `blocks` come in the order in which a node connects them, so that the first try nearly always fits.
    """

    def __init__(self, folder: BlockFolder, blocks: Sequence[Located]) -> None:
        self._folder = folder
        self._by_file = defaultdict[str, list[Located]](list)
        for block in blocks:
            self._by_file[block.file].append(block)
        self._file = ""
        self._records: Mapping[bytes, tuple[int, int]] = {}
        self.troubles: dict[tuple[str, int], Trouble] = {}

    def of(self, block: Located) -> bytes | None:
        """The undo data of a block, its checksum found right; nothing where the files have none.

        Raises:
            SourceError: a file cannot be read.
        """
        name = block.file.replace("blk", "rev")
        if name != self._file:
            self._file, self._records = name, self._read(name, block.file)
        where = self._records.get(block.hash)
        return None if where is None else self._folder.bytes_at(name, *where)

    def _read(self, name: str, blocks: str) -> Mapping[bytes, tuple[int, int]]:
        path = self._folder.folder / name
        if not path.exists():
            return {}
        try:
            size = path.stat().st_size
        except OSError as error:
            raise SourceError(f"cannot read {path}: {error.strerror}") from error
        data = self._folder.bytes_at(name, 0, size)
        waiting = OrderedDict((block.hash, block) for block in self._by_file[blocks])
        found: dict[bytes, tuple[int, int]] = {}
        at = 0
        while at < len(data):
            if data[at : at + 4] != self._folder.network.magic:
                after = data.find(self._folder.network.magic, at + 1)
                after = len(data) if after < 0 else after
                if any(data[at:after]):
                    self._trouble(name, at, f"{after - at} bytes that are no undo record")
                at = after
                continue
            length = int.from_bytes(data[at + 4 : at + 8], "little")
            end = at + MARK + length
            if end + _CHECKSUM > len(data):
                self._trouble(name, at, f"cut off: an undo record of {length} bytes")
                at += 4
                continue
            owner = _owner(data[at + MARK : end], data[end : end + _CHECKSUM], waiting)
            if owner is None:
                self._trouble(name, at, "an undo record whose checksum fits no block of its file")
            else:
                found[owner] = at + MARK, length
                del waiting[owner]
            at = end + _CHECKSUM
        return found

    def _trouble(self, name: str, at: int, reason: str) -> None:
        self.troubles[name, at] = Trouble(name, at, reason)


def _owner(undo: bytes, checksum: bytes, waiting: Mapping[bytes, Located]) -> bytes | None:
    """The block whose predecessor's hash makes the checksum fit: nearly always the first that is still waiting."""
    for digest, block in waiting.items():
        if sha256(sha256(block.previous + undo).digest()).digest() == checksum:
            return digest
    return None
