"""Parquet in pieces of a bounded size: a few kilobytes of such a file can stand for any number of gigabytes.

Two things make it so, and both are looked at before memory is taken: pages that are packed a thousandfold, of which the
footer says how long they are, and a long text that stands once and is pointed at by every row. Texts are therefore read
as pointers, and unfolded piece by piece.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dyepack.errors import InputError

MOST_UNPACKED = 1 << 30
"""Bytes of a column in one group of rows; writers cut groups far below that."""
MOST_IN_A_PIECE = 256_000_000
MOST_IN_A_CELL = 64_000_000


def batches(path: Path, columns: Sequence[str], rows: int) -> Iterator[pa.Table]:
    """These columns of a file, at most so many rows at a time.

    Raises:
        InputError: a column or a cell is longer than any real one.
    """
    footer = pq.ParquetFile(path)
    texts = _checked(footer, path.name, frozenset(columns))
    for batch in pq.ParquetFile(path, read_dictionary=texts).iter_batches(rows, columns=list(columns)):
        yield from _pieces(pa.Table.from_batches([batch]), path.name)


def _checked(file: pq.ParquetFile, name: str, columns: frozenset[str]) -> list[str]:
    """The columns of text, once the footer shows that none is too long."""
    footer, texts = file.metadata, dict[str, None]()
    for group in range(footer.num_row_groups):
        for at in range(footer.num_columns):
            one = footer.row_group(group).column(at)
            if one.path_in_schema.partition(".")[0] not in columns:
                continue
            if one.total_uncompressed_size > MOST_UNPACKED:
                raise InputError(
                    f"{name}: expected columns of at most {MOST_UNPACKED:,} bytes in a group of rows, got"
                    f" {one.path_in_schema!r:.80} with {one.total_uncompressed_size:,}"
                )
            if one.physical_type == "BYTE_ARRAY":
                texts[one.path_in_schema] = None
    return [*texts]


def _pieces(rows: pa.Table, name: str) -> Iterator[pa.Table]:
    """The rows unfolded, in as many pieces as it takes."""
    size = sum(_unfolded(column, name) for column in rows.columns)
    if size <= MOST_IN_A_PIECE:
        plain = pa.schema([field.with_type(_plain(field.type)) for field in rows.schema])
        yield rows.cast(plain)
        return
    if rows.num_rows == 1:
        raise InputError(f"{name}: expected rows of at most {MOST_IN_A_PIECE:,} bytes, got one with {size:,}")
    half = rows.num_rows // 2
    yield from _pieces(rows.slice(0, half), name)
    yield from _pieces(rows.slice(half), name)


def _unfolded(column: pa.ChunkedArray, name: str) -> int:
    """How many bytes the texts of a column have, each as often as it stands there."""
    size = 0
    for texts in (one for chunk in column.chunks for one in _texts(chunk) if len(one)):
        lengths = pc.binary_length(texts.dictionary).cast(pa.int64())
        if (longest := pc.max(lengths).as_py() or 0) > MOST_IN_A_CELL:
            raise InputError(f"{name}: expected cells of at most {MOST_IN_A_CELL:,} bytes, got one of {longest:,}")
        size += pc.sum(lengths.take(texts.indices)).as_py() or 0
    return size


def _texts(array: pa.Array) -> Iterator[pa.Array]:
    """The texts that are pointers in an array, in lists and records too."""
    if pa.types.is_dictionary(array.type):
        yield array
    elif pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        yield from _texts(array.flatten())
    elif pa.types.is_struct(array.type):
        for field in array.flatten():
            yield from _texts(field)


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type of a column without pointers."""
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_plain(kind.value_type)))
    if pa.types.is_large_list(kind):
        return pa.large_list(kind.value_field.with_type(_plain(kind.value_type)))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_plain(field.type)) for field in kind])
    return kind
