"""The one way Parquet files are written, whichever engine made the rows: exact types, and one content has one form."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 131_072


def write(batches: Iterable[pa.RecordBatch], path: Path | str, schema: pa.Schema) -> int:
    """Stream batches into one zstd file, each page with its checksum; returns the number of rows.

    Row groups are cut at fixed row numbers, not where batches end, so the bytes depend on the rows and their order
    alone (and on the version of pyarrow).

    Raises:
        ValueError: a column is missing, or a value does not fit its column; see `conform`.
        OSError: the disk.
    """
    total, held, waiting = 0, 0, list[pa.Table]()
    with pq.ParquetWriter(path, schema, compression="zstd", write_page_checksum=True) as writer:
        for batch in batches:
            waiting.append(conform(pa.Table.from_batches([batch]), schema))
            held += batch.num_rows
            while held >= ROW_GROUP:
                rows = pa.concat_tables(waiting)
                _group(writer, rows.slice(0, ROW_GROUP))
                waiting, held, total = [rows.slice(ROW_GROUP)], held - ROW_GROUP, total + ROW_GROUP
        if held:
            _group(writer, pa.concat_tables(waiting))
    return total + held


def _group(writer: pq.ParquetWriter, rows: pa.Table) -> None:
    writer.write_table(rows.combine_chunks(), row_group_size=ROW_GROUP)


def conform(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """The schema's columns, found by name and cast without loss; what is left over is dropped.

    Raises:
        ValueError: a column is missing, a value does not fit, an empty value where there must be one, or a
            floating-point column where an exact number is wanted: its digits are gone already.
    """
    missing = [name for name in schema.names if name not in rows.column_names]
    if missing:
        raise ValueError(f"expected columns {', '.join(schema.names)}; missing: {', '.join(missing)}")
    return pa.Table.from_arrays([_column(rows.column(field.name), field) for field in schema], schema=schema)


def _column(values: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    if pa.types.is_floating(values.type) and not pa.types.is_floating(field.type):
        raise ValueError(f"column {field.name!r}: expected {field.type}, got {values.type}, which has lost digits")
    if values.null_count and not field.nullable:
        raise ValueError(f"column {field.name!r}: {values.null_count} of {len(values)} values are empty, none may be")
    try:
        return _in_range(values if values.type == field.type else values.cast(field.type), field)
    except pa.ArrowException as error:
        raise ValueError(f"column {field.name!r}: expected {field.type}, got {values.type}: {error}") from error


def checked(rows: pa.Table) -> pa.Table:
    """The same rows, if no decimal has more digits than its type says: Arrow lets 128-bit integers pass that do.

    Raises:
        ValueError: one has.
    """
    for field in rows.schema:
        _in_range(rows.column(field.name), field)
    return rows


def _in_range(values: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    if pa.types.is_decimal(field.type) and len(values):
        import pyarrow.compute as pc  # noqa: PLC0415 (who only reads the ledger needs none of it)

        least, most = pc.min_max(values).as_py().values()
        if least is not None and max(-least, most).adjusted() + field.type.scale >= field.type.precision:
            raise ValueError(f"column {field.name!r}: more than {field.type.precision} digits")
    return values
