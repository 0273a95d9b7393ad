"""The distributed engine: any server that speaks Spark Connect, be it a laptop's Sail or a company's Spark.

Server and client must see the same files under the same names. Queries are translated in `dialect.py`.
"""

import re
import shutil
import socket
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa

from dyepack.engine import parquet
from dyepack.errors import EngineError

_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # refuse an overflow instead of answering NULL
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+", re.ASCII)
_LONG = 2**63
_PORT = 15_002
_PATIENCE = 10.0


class Spark:
    """Spark Connect as an `Engine`; `url` is such as `sc://127.0.0.1:15002`.

    `scratch` is where `keep` puts its results, by default a temporary folder of this machine; a cluster needs one that
    all of it sees, and clears that itself.
    """

    name = "spark"

    def __init__(self, url: str, *, scratch: str | None = None) -> None:
        here = tempfile.mkdtemp(prefix="dyepack-")
        self._sweep = weakref.finalize(self, shutil.rmtree, here, ignore_errors=True)
        self._here = Path(here)
        self._scratch = scratch or here
        self._numbers = count()
        self._kept: dict[str, str] = {}
        self._session = _connect(url)

    def view(self, name: str, files: Sequence[str], schema: pa.Schema) -> None:
        """Show Parquet files as a table; with no files, an empty table of the schema."""
        with _refusals(f"view {name}"):
            if files:
                rows = self._session.read.parquet(*map(self._plain_path, files)).select(*schema.names)
            else:
                rows = self._rows(schema.empty_table())
            self._show(name, rows)

    def load(self, name: str, rows: pa.Table) -> None:
        """Show a small Arrow table as a table."""
        with _refusals(f"load {name}"):
            self._show(name, self._rows(rows))

    def keep(self, name: str, query: str, **params: Any) -> None:
        """Run a query now and hold its result as a table, replacing one of that name.

        The result goes through Parquet: Spark is lazy, and in a loop an unwritten plan would grow and be run again
        every turn.
        """
        folder = f"{self._scratch}/kept-{next(self._numbers)}"
        with _refusals(query):
            rows = self._run(query, params)
            rows.write.parquet(folder)
            # Sail writes no file for no rows, so the schema must be said.
            self._show(name, self._session.read.schema(rows.schema).parquet(folder))
        self._kept[name] = folder

    def write(self, query: str, path: str, schema: pa.Schema, **params: Any) -> int:
        """Run a query now into one Parquet file, every column cast to the schema; returns the number of rows.

        The rows pass through this process: a part must fit its memory.
        """
        with _refusals(query):
            return parquet.write(self._run(query, params).toArrow().to_batches(), path, schema)

    def fetch(self, query: str, **params: Any) -> pa.Table:
        """Run a query now and bring the result into memory. Decimals keep every digit."""
        with _refusals(query):
            return parquet.checked(self._run(query, params).toArrow())

    def close(self) -> None:
        """Let go of the engine's resources; the object cannot be used afterwards."""
        self._session.stop()
        self._sweep()

    def _run(self, query: str, params: Mapping[str, Any]) -> Any:
        from dyepack.engine.dialect import to_spark  # noqa: PLC0415 (an extra)

        return self._session.sql(
            to_spark(query), args={name: _literal(value) for name, value in params.items()} or None
        )

    def _rows(self, rows: pa.Table) -> Any:
        from pyspark.sql.pandas.types import from_arrow_schema  # noqa: PLC0415 (an extra)

        return self._session.createDataFrame(rows, schema=None if rows.num_rows else from_arrow_schema(rows.schema))

    def _show(self, name: str, rows: Any) -> None:
        rows.createOrReplaceTempView(name)
        old = self._kept.pop(name, None)
        if old is not None:
            shutil.rmtree(old, ignore_errors=True)

    def _plain_path(self, path: str) -> str:
        """A path that no server takes for a pattern, an URL or a partition: where need be, a link with a plain name."""
        if _PLAIN_PATH.fullmatch(path):
            return path
        link = self._here / f"link-{next(self._numbers)}.parquet"
        link.symlink_to(path)
        return str(link)


def _connect(url: str) -> Any:
    try:
        import sqlglot  # noqa: F401, PLC0415 (an extra, better missed here than in the middle of a run)
        from pyspark.sql import SparkSession  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise EngineError(f"Spark needs more packages ({error}); install: dyepack[spark]", "") from error
    _knock(url)
    with _refusals(f"connect to {url}"):
        session = SparkSession.builder.remote(url).create()
        for key, value in _SETTINGS.items():
            session.conf.set(key, value)
    return session


def _knock(url: str) -> None:
    """See that somebody is there: the client itself would try for ten minutes before it says so."""
    place = urlsplit(url)
    try:
        socket.create_connection((place.hostname or "", place.port or _PORT), _PATIENCE).close()
    except (OSError, ValueError) as error:
        raise EngineError(
            f"no Spark Connect server at {url!r} ({error}); expected such as sc://127.0.0.1:15002", ""
        ) from error


@contextmanager
def _refusals(query: str) -> Iterator[None]:
    """What the server or the network refuses, as our error with the query as we wrote it."""
    from pyspark.errors import PySparkException  # noqa: PLC0415 (an extra)

    try:
        yield
    except (PySparkException, pa.ArrowException, ValueError) as error:
        raise EngineError(f"spark refused the query: {str(error).splitlines()[0]}", query) from error


def _literal(value: Any) -> Any:
    """A parameter as Spark takes it: integers beyond 64 bits as decimals, lists as arrays."""
    from pyspark.sql import functions  # noqa: PLC0415 (an extra)

    if isinstance(value, int) and not -_LONG <= value < _LONG:
        return Decimal(value)
    if isinstance(value, list | tuple):
        return functions.array(*map(functions.lit, value))
    return value
