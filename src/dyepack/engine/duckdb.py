"""The embedded engine: DuckDB in this process, in memory, spilling to a temporary folder."""

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

import duckdb
import pyarrow as pa

from dyepack.engine import parquet
from dyepack.errors import EngineError

_SETTINGS = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,  # else a table's name could find a Python variable
}
_TYPES = {
    pa.string(): "varchar",
    pa.int64(): "bigint",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.timestamp("us", tz="UTC"): "timestamptz",
    pa.list_(pa.string()): "varchar[]",
}


class DuckDB:
    """DuckDB as an `Engine`. Each call works on a cursor of its own, so threads may share one object.

    Every name is a view, over files or over a table that `load` or `keep` made: so each may replace any other.
    """

    name = "duckdb"

    def __init__(self) -> None:
        spill = tempfile.mkdtemp(prefix="dyepack-")
        self._sweep = weakref.finalize(self, shutil.rmtree, spill, ignore_errors=True)
        self._connection = duckdb.connect(config={**_SETTINGS, "temp_directory": spill})
        self._numbers = count()
        self._held: dict[str, str] = {}

    def view(self, name: str, files: Sequence[str], schema: pa.Schema) -> None:
        """Show Parquet files as a table; with no files, an empty table of the schema."""
        rows = (
            f"read_parquet([{', '.join(map(_literal, files))}], hive_partitioning = false)" if files else _empty(schema)
        )
        columns = ", ".join(f'"{column}"' for column in schema.names)
        with self._cursor(f'create or replace view "{name}" as select {columns} from {rows}') as (cursor, query):
            cursor.execute(query)
        self._drop(self._held.pop(name, None))

    def load(self, name: str, rows: pa.Table) -> None:
        """Show a small Arrow table as a table."""
        with self._cursor("select * from loaded_rows") as (cursor, query):
            cursor.register("loaded_rows", rows)
            self._hold(cursor, name, query, {})

    def keep(self, name: str, query: str, **params: Any) -> None:
        """Run a query now and hold its result as a table, replacing one of that name."""
        with self._cursor(query) as (cursor, _):
            self._hold(cursor, name, query, params)

    def write(self, query: str, path: str, schema: pa.Schema, **params: Any) -> int:
        """Run a query now into one Parquet file, every column cast to the schema; returns the number of rows."""
        with self._cursor(query) as (cursor, _):
            return parquet.write(_exact(cursor, query, params).to_arrow_reader(), path, schema)

    def fetch(self, query: str, **params: Any) -> pa.Table:
        """Run a query now and bring the result into memory. Decimals keep every digit."""
        with self._cursor(query) as (cursor, _):
            return parquet.checked(_exact(cursor, query, params).to_arrow_table())

    def close(self) -> None:
        """Let go of the engine's resources; the object cannot be used afterwards."""
        self._connection.close()
        self._sweep()

    def _hold(self, cursor: duckdb.DuckDBPyConnection, name: str, query: str, params: dict[str, Any]) -> None:
        table = f"held_{next(self._numbers)}"
        cursor.execute(f"create table {table} as {query}", params or None)
        cursor.execute(f'create or replace view "{name}" as select * from {table}')
        old, self._held[name] = self._held.get(name), table
        self._drop(old)

    def _drop(self, table: str | None) -> None:
        if table is not None:
            with self._connection.cursor() as cursor:
                cursor.execute(f"drop table {table}")

    @contextmanager
    def _cursor(self, query: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
        """A cursor in UTC (a cursor does not inherit the setting), and DuckDB's refusals as ours."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("set TimeZone = 'UTC'")
                yield cursor, query
        except (duckdb.Error, pa.ArrowException, ValueError) as error:
            raise EngineError(f"duckdb refused the query: {str(error).splitlines()[0]}", query) from error


def _exact(cursor: duckdb.DuckDBPyConnection, query: str, params: dict[str, Any]) -> duckdb.DuckDBPyRelation:
    """The query's result with 128-bit integers cast to decimal(38, 0), which refuses what Arrow would wrap."""
    rows = cursor.sql(query, params=params or None)
    huge = [name for name, kind in zip(rows.columns, rows.types, strict=True) if "HUGEINT" in str(kind)]
    if not huge:
        return rows
    casts = ", ".join(f'cast("{name}" as decimal(38, 0)) as "{name}"' for name in huge)
    return cursor.sql(f"select * replace ({casts}) from ({query})", params=params or None)


def _empty(schema: pa.Schema) -> str:
    columns = ", ".join(
        f'cast(null as {_TYPES.get(field.type, "decimal(38, 0)")}) as "{field.name}"' for field in schema
    )
    return f"(select {columns} where false)"


def _literal(path: str) -> str:
    """A path as SQL text that means this file alone: quotes doubled, pattern characters bracketed."""
    plain = "".join(f"[{letter}]" if letter in "[*?" else letter for letter in path)
    return "'" + plain.replace("'", "''") + "'"
