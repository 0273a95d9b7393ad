"""What one run is about to change: files already in place under names that no manifest knows yet."""

from collections.abc import Callable, Iterable
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dyepack.engine import parquet
from dyepack.engine.base import Engine
from dyepack.errors import RecordError, StoreError
from dyepack.model import Reject
from dyepack.schema import TABLES, Table
from dyepack.store import disk, manifest
from dyepack.store.manifest import Part


class Draft:
    """One run's parts. `Store.run` makes it and commits it; nothing of it is seen before."""

    def __init__(self, run: str, folder: Path, engine: Callable[[], Engine]) -> None:
        self.run = run
        self.changes: dict[tuple[str, str], Part | None] = {}
        self.rejects: list[Reject] = []
        self._folder = folder
        self._engine = engine

    def put(self, table: str, part: str, rows: Iterable[Any] | pa.Table) -> None:
        """Replace a part by these records, or by an Arrow table with the columns of the record.

        Rows are put in key order, so one content has one file name and the same bytes. No rows make a part of no rows.

        Raises:
            RecordError: a value does not fit its column, or two rows have one key.
            StoreError: the disk refuses.
        """
        kind = known(table)
        try:
            shaped = parquet.conform(rows if isinstance(rows, pa.Table) else kind.rows(rows), kind.arrow)
        except RecordError as error:
            where = f"{table}/{part}"
            raise RecordError(error.reason, source=where, field=error.field, value=error.value) from error
        except (ValueError, TypeError, OverflowError, pa.ArrowException) as error:
            raise RecordError(str(error), source=f"{table}/{part}") from error
        ordered = in_order(shaped, kind)
        self._settle(kind, part, lambda path: parquet.write(ordered.to_batches(), path, kind.arrow))

    def put_query(self, table: str, part: str, query: str, **params: Any) -> int:
        """Replace a part by what the engine answers, in key order; returns the number of rows.

        Raises:
            EngineError: the engine refuses, or a value does not fit its column.
            RecordError: two rows have one key.
            StoreError: the disk refuses.
        """
        kind = known(table)
        order = f" order by {', '.join(kind.key)}" if kind.key else ""
        ordered = f"select * from ({query}) as answer{order}"
        return self._settle(kind, part, lambda path: self._engine().write(ordered, str(path), kind.arrow, **params))

    def drop(self, table: str, part: str) -> None:
        """Take a part away; where there is none, nothing happens."""
        self.changes[known(table).name, manifest.checked_part(part)] = None

    def reject(self, reject: Reject) -> None:
        """Keep a row that was refused, with the reason."""
        self.rejects.append(reject)

    def _settle(self, kind: Table, part: str, write: Callable[[Path], int]) -> int:
        """Write a file under a passing name, then give it the one that follows from its content."""
        folder = self._folder / "tables" / kind.name
        fresh = folder / f"{disk.FRESH}{manifest.checked_part(part)}"
        with disk.refusals(folder, "write to"):
            folder.mkdir(parents=True, exist_ok=True)
            rows = write(fresh)
            _one_row_per_key(pq.ParquetFile(fresh), kind)
            digest = disk.sha256(fresh)
            made = Part(manifest.file_name(part, digest), rows, digest)
            disk.settle(fresh, folder / made.file)
            disk.sync(folder)
        self.changes[kind.name, part] = made
        return rows


def known(table: str) -> Table:
    """The table of this name.

    Raises:
        StoreError: there is none.
    """
    if table not in TABLES:
        raise StoreError(f"no table is called {table!r}; there are: {', '.join(TABLES)}")
    return TABLES[table]


def in_order(rows: pa.Table, kind: Table) -> pa.Table:
    """Rows by the table's key; as they come where there is none, or where they are in order already."""
    if not kind.key or _ordered(rows.select(list(kind.key))):
        return rows
    return rows.sort_by([(name, "ascending") for name in kind.key])


def _ordered(keys: pa.Table) -> bool:
    """Whether each row is below the next one by the first column that differs; to look is cheaper than to sort."""
    if keys.num_rows < 2:
        return True
    import pyarrow.compute as pc  # noqa: PLC0415 (as below)

    for column in keys.columns:
        if column.null_count:
            return False  # these come last, which comparing does not tell
    rising = pa.array([True] * (keys.num_rows - 1))
    for column in reversed(keys.columns):
        here, following = column.slice(0, len(column) - 1), column.slice(1)
        rising = pc.or_(pc.less(here, following), pc.and_(pc.equal(here, following), rising))
    return bool(pc.all(rising).as_py())


def _one_row_per_key(file: pq.ParquetFile, kind: Table) -> None:
    """Refuse a second row of one key, which would be counted twice; expects rows in key order."""
    keys = file.read(columns=list(kind.key))
    if keys.num_columns == 0 or keys.num_rows < 2:
        return
    import pyarrow.compute as pc  # noqa: PLC0415 (who only reads needs none of it)

    alike = [_same_as_next(column) for column in keys.columns]
    both = reduce(pc.and_, alike)
    place = pc.index(both, value=True).as_py()
    if place >= 0:
        row = ", ".join(f"{name} {value!r}" for name, value in keys.slice(place, 1).to_pylist()[0].items())
        hashes = (
            file.read(columns=["tx_hash"]).column(0)[place : place + 2].to_pylist()
            if "tx_hash" in kind.arrow.names
            else ()
        )
        of = f" ({' and '.join(hashes)})" if len({*hashes}) > 1 else ""
        raise RecordError(
            f"two rows have {row}{of}; only one of them can be right: leave the other out", source=kind.name
        )


def _same_as_next(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow.compute as pc  # noqa: PLC0415 (as above)

    here, following = column.slice(0, len(column) - 1), column.slice(1)
    empty = pc.and_(pc.is_null(here), pc.is_null(following))
    return pc.or_(empty, pc.fill_null(pc.equal(here, following), fill_value=False))
