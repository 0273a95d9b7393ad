"""Lookups: the rows of a large table by one of its columns, without reading the table.

A part of a table lies in chain order, so the few rows of one address are anywhere in it. Its lookup is a file beside it
with the columns that a hop reads, ordered by that column, uncompressed and mapped into memory: to find a thousand
addresses is to look a thousand times into a sorted list, and only the pages that hold their rows are touched.

A lookup follows from its part alone and is in no manifest. It is made when it is first wanted, and made again when it
is missing or is not what its name says: `PART-COLUMN-VERSION-OWN.lookup`, with the beginnings of two hashes, of the
part it was made from and of its own bytes. The file is a chain of segments; each is two Arrow streams: the values with
their hash and the number of their first row, in the order of the hash, and then the rows.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dyepack.schema import TABLES
from dyepack.store import disk
from dyepack.store.manifest import Part

SEGMENT = 32
"""Row groups of a part that are ordered together: what bounds the memory that making a lookup takes."""
_LEFT_OUT = ("time", "tx_hash", "source", "index", "placed", "others")
_VERSION = 1
_WORDS = 8
_ROWS = pa.int32()


@dataclass(frozen=True, eq=False)
class Segment:
    """A few million rows: each value once, by its hash, and the rows in the order of the values."""

    values: pa.Table
    rows: pa.Table

    @cached_property
    def hashes(self) -> Any:
        """The values' hashes, in order."""
        return self.values.column("hash").to_numpy()

    @cached_property
    def ends(self) -> Any:
        """For each value the number of the row after its last."""
        return np.append(self.values.column("first").to_numpy()[1:], self.rows.num_rows)

    def found(self, hashes: Any) -> tuple[Any, Any, Any]:
        """Of the values that have one of these hashes: which they are, their first rows and their ends."""
        left, right = (np.searchsorted(self.hashes, hashes, side) for side in ("left", "right"))
        which = np.unique(_ranges(left, right))
        return which, self.values.column("first").to_numpy()[which], self.ends[which]

    def take(self, column: str, found: tuple[Any, Any, Any]) -> pa.Table:
        """The rows of these values, with the column that was looked up."""
        which, first, end = found
        rows = self.rows.take(pa.array(_ranges(first, end)))
        values = self.values.column("value").take(pa.array(np.repeat(which, end - first)))
        return rows.append_column(pa.field(column, pa.string()), values)


class Lookup:
    """The rows of one table by one column."""

    def __init__(self, table: str, column: str, segments: Sequence[Segment]) -> None:
        self._column = column
        self._segments = segments
        shown = columns(table)
        self._schema = pa.schema([TABLES[table].arrow.field(name) for name in shown])
        self.rows = sum(segment.rows.num_rows for segment in segments)

    def find(self, values: Sequence[str], at_most: int) -> pa.Table | None:
        """All rows that have one of these values, without the columns that hops do not read; None if they are more.

        Now and then a row of another value is among them, whose hash is the same.
        """
        hashes = np.unique(hashed(pa.array(values, pa.string())))
        found = [segment.found(hashes) for segment in self._segments]
        if sum(int((end - first).sum()) for _, first, end in found) > at_most:
            return None
        taken = [segment.take(self._column, each) for segment, each in zip(self._segments, found, strict=True)]
        plain = [_plain(rows, self._schema) for rows in taken if rows.num_rows]
        return pa.concat_tables([self._schema.empty_table(), *plain])


def columns(table: str) -> list[str]:
    """The columns of a table that its lookups hold."""
    return [name for name in TABLES[table].arrow.names if name not in _LEFT_OUT]


def opened(folder: Path, table: str, column: str, parts: Iterable[Part]) -> Lookup:
    """The lookup of these parts; what is missing of it, or is damaged, is made first.

    Raises:
        OSError: the disk refuses.
    """
    files = [_whole(folder, table, part, column) for part in parts]
    return Lookup(table, column, [segment for file in files for segment in _segments(file)])


def hashed(values: pa.Array) -> Any:
    """A 64-bit hash of each text, the same on every machine: of its first 64 bytes, eight at a time."""
    begins = pc.binary_slice(values.cast(pa.binary()), 0, 8 * _WORDS).to_pylist()
    raw = np.array(begins, dtype=np.bytes_) if begins else np.zeros(0, "S8")
    width = -(-raw.itemsize // 8)
    words = raw.astype(f"S{8 * width}").view("<u8").reshape(len(raw), width)
    mixed = np.full(len(raw), 0x9E3779B97F4A7C15, np.uint64)
    for place in range(words.shape[1]):
        word = words[:, place]
        mixed = np.where(word != 0, _mixed(mixed ^ word), mixed)
    return mixed


def _mixed(numbers: Any) -> Any:
    """Splitmix64's last steps."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def _ranges(first: Any, end: Any) -> Any:
    """All numbers from each first to before its end."""
    sizes = end - first
    before = np.cumsum(sizes) - sizes
    return np.arange(int(sizes.sum())) + np.repeat(first - before, sizes)


def _whole(folder: Path, table: str, part: Part, column: str) -> Path:
    """The lookup's file, if its bytes are what its name says; made anew if not."""
    home = folder / "lookups" / table
    begin = f"{part.sha256[:12]}-{column}-{_VERSION}-"
    for path in sorted(home.glob(f"{begin}*.lookup")):
        if path.name == f"{begin}{disk.sha256(path)[:12]}.lookup":
            return path
        path.unlink()
    home.mkdir(parents=True, exist_ok=True)
    fresh = home / f"{begin}{os.getpid()}{disk.FRESH}"
    try:
        _write(folder / "tables" / table / part.file, table, column, fresh)
        final = home / f"{begin}{disk.sha256(fresh)[:12]}.lookup"
        disk.settle(fresh, final)
    finally:
        fresh.unlink(missing_ok=True)
    disk.sync(home)
    return final


def _write(part: Path, table: str, column: str, fresh: Path) -> None:
    with pa.OSFile(str(fresh), "wb") as sink:
        for rows in _slices(part, table):
            for half in _ordered(rows, column):
                with pa.ipc.new_stream(sink, half.schema) as writer:
                    writer.write_table(half)


def _slices(part: Path, table: str) -> Iterator[pa.Table]:
    file = pq.ParquetFile(part, page_checksum_verification=True)
    for first in range(0, file.num_row_groups, SEGMENT):
        groups = range(first, min(first + SEGMENT, file.num_row_groups))
        yield file.read_row_groups(groups, columns=columns(table)).combine_chunks()


def _ordered(rows: pa.Table, column: str) -> tuple[pa.Table, pa.Table]:
    """A segment's values and its rows, by the hash of the value; rows of one value stay in their order."""
    coded = rows.column(column).combine_chunks().dictionary_encode()
    hashes = hashed(coded.dictionary)
    order = np.argsort(hashes, kind="stable")
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    ranks = rank[coded.indices.to_numpy()]
    counts = np.bincount(ranks, minlength=len(order))
    values = {
        "hash": pa.array(hashes[order]),
        "value": coded.dictionary.take(pa.array(order)),
        "first": pa.array(np.cumsum(counts) - counts),
    }
    others = rows.drop_columns([column]).take(pa.array(np.argsort(ranks, kind="stable")))
    return pa.table(values), _slim(others)


def _slim(rows: pa.Table) -> pa.Table:
    """Texts as numbers into a list of them, integers in half the room where they fit."""
    slim = {name: _slim_column(rows.column(name).combine_chunks()) for name in rows.column_names}
    return pa.table(slim).combine_chunks()


def _slim_column(values: pa.Array) -> pa.Array:
    if pa.types.is_string(values.type):
        coded = values.dictionary_encode()
        if len(coded.dictionary) < 128:
            return pa.DictionaryArray.from_arrays(coded.indices.cast(pa.int8()), coded.dictionary)
        return coded
    if pa.types.is_int64(values.type):
        with suppress(pa.ArrowInvalid):
            return values.cast(_ROWS)
    return values


def _segments(file: Path) -> Iterator[Segment]:
    with pa.memory_map(str(file)) as source:
        while source.tell() < source.size():
            values = pa.ipc.open_stream(source).read_all()
            yield Segment(values, pa.ipc.open_stream(source).read_all())


def _plain(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    return rows.select(schema.names).cast(schema)
