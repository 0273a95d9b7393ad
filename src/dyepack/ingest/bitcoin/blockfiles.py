"""A node's own files: `blk*.dat`, hidden behind the key of `xor.dat` on newer nodes, in the order they arrived in.

A file is a row of records: the chain's mark, a length, a block. Blocks that lost a race lie between the others, and a
file may end in zeros that the node set aside, or in the middle of a block.
"""

import mmap
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from dyepack.errors import SourceError, SourceMismatch
from dyepack.ingest.bitcoin.network import Network
from dyepack.ingest.machine.compiled import Array
from dyepack.ingest.machine.wire import HEADER, LEAST_BLOCK

MARK = 8
"""Bytes before a record: the chain's mark and the length."""
_KEY = "xor.dat"


@dataclass(frozen=True, slots=True)
class Located:
    """One block in a file: what its header says, and where its bytes lie."""

    hash: bytes
    previous: bytes
    bits: int
    file: str
    offset: int
    size: int

    @property
    def name(self) -> str:
        """Its hash as people write it."""
        return self.hash[::-1].hex()

    @property
    def source(self) -> str:
        """Where its bytes lie, for messages."""
        return f"{self.file}@{self.offset}"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Bytes of a file that are no block."""

    file: str
    offset: int
    reason: str


@dataclass(slots=True)
class Found:
    """What lies in the files: blocks in the order of the files, each once, and what is none."""

    blocks: list[Located] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    repeated: int = 0


class BlockFolder:
    """A node's folder of block files.

    Raises:
        SourceError: there is no such folder, no block file in it, or one cannot be read.
    """

    def __init__(self, folder: Path, network: Network) -> None:
        self.folder = folder
        self.network = network
        self.files = sorted(path.name for path in folder.glob("blk*.dat")) if folder.is_dir() else []
        if not self.files:
            raise SourceError(
                f"expected a node's block files (blk00000.dat, …) in {folder}, found none; they are in the folder"
                " `blocks` of its data directory"
            )
        self.key = self._read_key()

    def _read_key(self) -> bytes:
        path = self.folder / _KEY
        if not path.exists():
            return b""
        key = path.read_bytes()
        if len(key) != 8:
            raise SourceMismatch(f"expected a key of 8 bytes in {path}, got {len(key)}")
        return key if any(key) else b""

    def scan(self) -> Found:
        """The header of every block in every file; nothing else of a block is read.

        Raises:
            SourceError: a file cannot be read.
            SourceMismatch: the first file has not one mark of this chain.
        """
        found, seen = Found(), dict[bytes, bytes]()
        for name in self.files:
            for item in self._scan_file(name):
                if isinstance(item, Trouble):
                    found.troubles.append(item)
                elif item.hash in seen:
                    found.repeated += 1
                else:
                    seen[item.hash] = item.hash
                    found.blocks.append(replace(item, previous=seen.get(item.previous, item.previous)))
        if not found.blocks:
            raise SourceMismatch(
                f"no block of {self.network.name} in {self.folder}: expected records that begin with"
                f" {self.network.magic.hex()}; is it another chain's, or is {_KEY} of these files missing?"
            )
        return found

    def _scan_file(self, name: str) -> Iterator[Located | Trouble]:
        path = self.folder / name
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                if size:
                    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                        yield from self._records(name, data, size)
        except OSError as error:
            raise SourceError(f"cannot read {path}: {error.strerror}") from error

    def _records(self, name: str, data: mmap.mmap, end: int) -> Iterator[Located | Trouble]:
        at = 0
        while at < end:
            head = unmask(data[at : at + MARK + HEADER], at, self.key)
            if head[:4] != self.network.magic:
                after = self._next_mark(data, at, end)
                if any(unmask(data[at:after], at, self.key)):
                    yield Trouble(name, at, f"{after - at} bytes that are no block")
                at = after
                continue
            size = int.from_bytes(head[4:8], "little")
            if size < LEAST_BLOCK:
                yield Trouble(name, at, f"a record of {size} bytes, too short for a block")
                at += 4
            elif at + MARK + size > end:
                yield Trouble(name, at, f"cut off: a record of {size} bytes of which {end - at - MARK} are there")
                at += 4
            else:
                yield _located(head[MARK:], name, at + MARK, size)
                at += MARK + size

    def _next_mark(self, data: mmap.mmap, at: int, end: int) -> int:
        """Where the next record may begin: the mark as it lies there, hidden by one of eight turns of the key."""
        marks = {(turn, unmask(self.network.magic, turn, self.key)) for turn in range(8 if self.key else 1)}
        best = end
        for turn, mark in marks:
            place = data.find(mark, at + 1, best + 3)
            while place >= 0 and self.key and place % 8 != turn:
                place = data.find(mark, place + 1, best + 3)
            best = place if place >= 0 else best
        return best

    def read(self, blocks: list[Located]) -> tuple[Array, Array]:
        """The bytes of blocks behind each other, and where each begins.

        Raises:
            SourceError: a file cannot be read, or has become shorter.
        """
        sizes = np.array([block.size for block in blocks], np.int64)
        starts = np.cumsum(sizes) - sizes
        data = np.empty(int(sizes.sum()), np.uint8)
        for block, start in zip(blocks, starts.tolist(), strict=True):
            data[start : start + block.size] = np.frombuffer(
                self.bytes_at(block.file, block.offset, block.size), np.uint8
            )
        return data, starts

    def bytes_at(self, name: str, offset: int, size: int) -> bytes:
        """A span of a file, with the key taken off.

        Raises:
            SourceError: it cannot be read.
        """
        try:
            with (self.folder / name).open("rb") as file:
                data = os.pread(file.fileno(), size, offset)
        except OSError as error:
            raise SourceError(f"cannot read {self.folder / name}: {error.strerror}") from error
        if len(data) != size:
            raise SourceError(
                f"{self.folder / name} has become shorter: {size} bytes at {offset}, {len(data)} are there"
            )
        return unmask(data, offset, self.key)


def unmask(data: bytes, offset: int, key: bytes) -> bytes:
    """Take the key off bytes that lie at this offset of a file."""
    if not key:
        return data
    turned = np.frombuffer(key[offset % 8 :] + key[: offset % 8], np.uint8)
    return (np.frombuffer(data, np.uint8) ^ np.resize(turned, len(data))).tobytes()


def _located(header: bytes, name: str, offset: int, size: int) -> Located:
    digest = sha256(sha256(header).digest()).digest()
    bits = int.from_bytes(header[72:76], "little")
    return Located(digest, header[4:36], bits, name, offset, size)
