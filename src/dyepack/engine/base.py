"""Where SQL runs: the few calls that everything outside `engine/` is written against."""

from collections.abc import Sequence
from typing import Any, Protocol

import pyarrow as pa


class Engine(Protocol):
    """One SQL engine. Queries are in DuckDB's dialect, within the subset that `docs/reference/sql.md` lists.

    Parameters are named (`$name`) and passed as keywords; table and column names never come from a user. Every call
    that runs SQL raises `EngineError`, which carries the SQL, when the engine refuses.
    """

    name: str

    def view(self, name: str, files: Sequence[str], schema: pa.Schema) -> None:
        """Show Parquet files as a table; with no files, an empty table of the schema."""

    def load(self, name: str, rows: pa.Table) -> None:
        """Show a small Arrow table as a table."""

    def keep(self, name: str, query: str, **params: Any) -> None:
        """Run a query now and hold its result as a table, replacing one of that name."""

    def write(self, query: str, path: str, schema: pa.Schema, **params: Any) -> int:
        """Run a query now into one Parquet file, every column cast to the schema; returns the number of rows."""

    def fetch(self, query: str, **params: Any) -> pa.Table:
        """Run a query now and bring the result into memory. Decimals keep every digit."""

    def close(self) -> None:
        """Let go of the engine's resources; the object cannot be used afterwards."""
