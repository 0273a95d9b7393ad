"""An open workspace: reads tables, and commits runs."""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

import pyarrow as pa
import pyarrow.parquet as pq

from dyepack.engine.base import Engine
from dyepack.errors import DyepackError, MissingTable, SchemaMismatch, StoreError
from dyepack.model import Run
from dyepack.schema import TABLES, Table
from dyepack.store import disk, manifest
from dyepack.store.draft import Draft, in_order, known
from dyepack.store.manifest import Part, Tables, Verified
from dyepack.version import code_digest, version

if TYPE_CHECKING:
    from dyepack.store.lookup import Lookup

RUN_ID_LETTERS = 16
LARGE = 1_000_000
"""Tables of fewer rows are as quickly read as looked up in."""
MANY = 50_000
"""Files of fewer rows are read before threads have started."""
ROOMS = {table.verb.split()[0]: table.stage for table in TABLES.values() if table.stage != "store"}
ROOMS |= {"coinjoins": "cluster", "tag": "tags"}
"""The room of a verb, by the verb's first word: its code decides what the verb writes."""
_WHOLE: dict[tuple[Path, int, int, int, int], str] = {}
"""The hashes of files that this process has read, by path, size, times and inode."""


class Store:
    """The tables of one workspace folder, seen as they were when it was opened or last written by this object.

    Not for several threads at once; each may open the folder for itself.
    """

    def __init__(self, path: Path, engine: Engine | None) -> None:
        """Use `open`; this expects a folder that holds a manifest."""
        self.path = path
        self._given = engine
        self._presence = disk.Presence(path)
        self._shown: set[str] = set()
        self._hashed: frozenset[str] = frozenset()
        """The tables that the run under way reads: it began by hashing them."""
        self._checked: set[Path] = set()
        self._tables: Tables = {}
        self._commits = 0
        self._begun: Literal["folder", "manifest"] | None = None

    @classmethod
    def open(cls, path: Path | str, engine: Engine | None = None, *, create: bool = False) -> Self:
        """Open the workspace in this folder, on DuckDB unless told otherwise; `create` makes one where there is none.

        Raises:
            StoreError: no workspace there, or one that cannot be read.
            SchemaMismatch: written by a later version of dyepack.
        """
        folder = _home(path)
        there = _names(folder)
        begun: Literal["folder", "manifest"] | None = None
        if not (manifest.NAME in there or (folder / manifest.NAME).exists()):  # a list is not made in one instant
            begun = "manifest" if folder.exists() else "folder"
            _begin(folder, there, create=create)
        store = cls(folder, engine)
        try:
            store._load()
            store._begun = begun
        except BaseException:
            store.close()
            raise
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the folder, and of the engine if it came with the store."""
        self._presence.leave()
        if self._given is None and "engine" in self.__dict__:
            self.engine.close()

    def abandon(self) -> None:
        """Take the workspace away again if this object began it, nothing was committed, and nobody else has it open."""
        with self._presence.alone() as alone, suppress(OSError, DyepackError):
            if self._begun is None or not alone or manifest.read(self.path).tables:
                return
            (self.path / manifest.NAME).unlink()
            shutil.rmtree(self.path / "tables", ignore_errors=True)
            for path in self.path.glob(".*"):
                if path.name.startswith(disk.OURS):
                    path.unlink()
            if self._begun == "folder":
                self.path.rmdir()

    @cached_property
    def engine(self) -> Engine:
        """Where queries run; DuckDB is started when it is first needed."""
        if self._given is not None:
            return self._given
        from dyepack.engine.duckdb import DuckDB  # noqa: PLC0415 (most commands of the ledger never need it)

        return DuckDB()

    def refresh(self) -> None:
        """See what other processes have committed since this one opened the workspace or last wrote to it."""
        self._load()

    # ── reading ────────────────────────────────────────────────────────────

    def parts(self, table: str) -> dict[str, Part]:
        """A table's parts by name; none if it was never written."""
        return dict(self._tables.get(table, {}))

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that were ever written, by name; also those that only another version knows."""
        return tuple(sorted(table for table, parts in self._tables.items() if parts))

    def view(self, *tables: str) -> None:
        """Show tables on the engine under their own names.

        Raises:
            MissingTable: never written.
            SchemaMismatch: its columns are those of another version.
            StoreError: a file was changed since it was written; looked at when a table is first shown.
        """
        for table in tables:
            kind = self._written(table)
            if table not in self._shown | self._hashed:
                self._unchanged([table], _remembered)
            self._show(kind)
            self._shown.add(table)

    def fetch(self, query: str, *tables: str, **params: Any) -> pa.Table:
        """The answer to a query, with these tables shown first."""
        self.view(*tables)
        return self.engine.fetch(query, **params)

    def records(self, table: str) -> list[Any]:
        """All rows of a small table, in key order.

        Raises:
            MissingTable: never written.
            SchemaMismatch: its columns are those of another version.
            StoreError: a file was changed since it was written.
        """
        kind = self._written(table)
        if table not in self._hashed:
            self._unchanged([table], _remembered)
        try:
            read = [_all(path) for path in self._paths(kind)]
        except (OSError, pa.ArrowException) as error:
            raise StoreError(f"cannot read table {table!r} in {self.path}: {str(error).splitlines()[0]}") from error
        if len(read) == 1:
            return kind.records(read[0])  # a part is in key order
        return kind.records(in_order(pa.concat_tables([kind.arrow.empty_table(), *read]), kind))

    def lookup(self, table: str, column: str, from_rows: int = LARGE) -> Lookup | None:
        """The rows of a large table by one of its columns; what is missing of it is made first.

        None for a table of fewer rows than `from_rows`, and where nothing can be written: then the table has to be
        read, which gives the same answer later.
        """
        parts = self.parts(table)
        if sum(part.rows for part in parts.values()) < max(from_rows, 1):
            return None
        from dyepack.store import lookup  # noqa: PLC0415 (most commands of the ledger never need it)

        self._unchanged([table], _remembered)
        self._paths(known(table))
        try:
            return lookup.opened(self.path, table, column, [parts[name] for name in sorted(parts)])
        except OSError:
            return None

    def without_lookup(self, table: str, from_rows: int = LARGE) -> int:
        """How many rows of a large table have no lookup yet; the first question that wants one waits for it."""
        parts = self.parts(table).values()
        if sum(part.rows for part in parts) < max(from_rows, 1):
            return 0
        there = {name[:12] for name in _names(self.path / "lookups" / table)}
        return sum(part.rows for part in parts if part.sha256[:12] not in there)

    def verify(self) -> Verified:
        """Read every file and compare its hash, and the number of its rows, with the manifest's.

        Raises:
            StoreError: a file was changed since it was written.
        """
        self._unchanged(self._tables)
        parts = [(table, part) for table, parts in self._tables.items() for part in parts.values()]
        paths = [self.path / "tables" / table / part.file for table, part in parts]
        for path, (table, part) in zip(paths, parts, strict=True):
            with _readable(path):
                rows = pq.read_metadata(path).num_rows
            if rows != part.rows:
                raise StoreError(f"{manifest.NAME} says {part.rows} rows of {path}, which has {rows}; {_remedy(table)}")
        with disk.refusals(self.path, "read"):
            size = sum(path.stat().st_size for path in paths)
        return Verified(sum(map(bool, self._tables.values())), len(parts), sum(part.rows for _, part in parts), size)

    def _unchanged(self, tables: Iterable[str], digest: Callable[[Path], str] | None = None) -> None:
        """See that every part of these tables is what was written, by default by hashing it anew."""
        for table in tables:
            for part in self.parts(table).values():
                path = self.path / "tables" / table / part.file
                with disk.refusals(path, "read"):
                    changed = (digest or disk.sha256)(path) != part.sha256
                if changed:
                    raise StoreError(f"{path} is damaged: it was changed after it was written; {_remedy(table)}")

    def _written(self, table: str) -> Table:
        kind = known(table)
        if table not in self._tables:
            raise MissingTable(table, kind.verb)
        return kind

    def _show(self, kind: Table) -> None:
        self.engine.view(kind.name, [str(path) for path in self._paths(kind)], kind.arrow)

    def _paths(self, kind: Table) -> list[Path]:
        """The table's files, in the order of their parts' names, each with the columns that this version knows."""
        parts = self.parts(kind.name)
        paths = [self.path / "tables" / kind.name / parts[name].file for name in sorted(parts)]
        for path in paths:
            if path not in self._checked:
                _check_columns(path, kind)
                self._checked.add(path)
        return paths

    def _load(self) -> None:
        """Read the manifest, see that its files are there, and show anew what was shown and has changed."""
        before = self._tables
        self._tables, self._commits = manifest.read(self.path)
        for table, parts in self._tables.items():
            folder = self.path / "tables" / table
            there = set(_names(folder))
            for part in parts.values():
                if part.file not in there:
                    raise StoreError(f"{folder / part.file} is missing; put back a copy, or begin in another folder")
        for table in self._shown:
            if before.get(table) != self._tables.get(table):
                self._show(TABLES[table])

    # ── writing ────────────────────────────────────────────────────────────

    @contextmanager
    def run(
        self,
        verb: str,
        parameters: Mapping[str, Any],
        *,
        reads: Sequence[str] = (),
        files: Mapping[str, str] | None = None,
    ) -> Iterator[Draft]:
        """One execution of a verb: what its draft holds is committed, all at once, when the block ends well.

        `reads` names the tables that it reads and `files` gives the SHA-256 of each file. The same verb, parameters,
        code and inputs are the same run; done again with the same result, it changes nothing, not even the times of
        its row.

        Raises:
            WorkspaceBusy: another process is writing.
            StoreError: the folder cannot be written to, or a part that is read is no longer what was written; nothing
                has changed.
        """
        with disk.writing(self.path):
            self._load()
            self._sweep()
            self._unchanged(reads)
            row = self._row(verb, parameters, reads, files or {})
            draft = Draft(row.run, self.path, lambda: self.engine)
            self._hashed = frozenset(reads)
            try:
                yield draft
                self._commit(draft, row)
            except BaseException:
                with suppress(DyepackError):
                    self._load()
                    self._sweep()
                raise
            finally:
                self._hashed = frozenset()
            self._load()
            self._sweep()

    def _row(self, verb: str, parameters: Mapping[str, Any], reads: Sequence[str], files: Mapping[str, str]) -> Run:
        hashes = {f"{table}/{name}": part.sha256 for table in reads for name, part in self.parts(table).items()}
        inputs = _canonical({"files": dict(files), "tables": hashes})
        said = _canonical(parameters)
        code = _code(verb)
        identity = _canonical([verb, said, code, inputs])
        run = hashlib.sha256(identity.encode()).hexdigest()[:RUN_ID_LETTERS]
        now = datetime.now(UTC)
        return Run(run, self._commits + 1, verb, said, version(), code, inputs, started=now, finished=now)

    def _commit(self, draft: Draft, row: Run) -> None:
        draft.put("rejects", row.run, draft.rejects)
        repeated = row.run in self.parts("runs")
        if repeated and all(self.parts(table).get(name) == part for (table, name), part in draft.changes.items()):
            return
        draft.put("runs", row.run, [replace(row, finished=datetime.now(UTC))])
        tables = {table: dict(parts) for table, parts in self._tables.items()}
        for (table, name), part in draft.changes.items():
            if part is not None:
                tables.setdefault(table, {})[name] = part
            elif table in tables:
                tables[table].pop(name, None)
        with disk.refusals(self.path, "write to"):
            disk.sync(self.path / "tables")
        manifest.write(self.path, tables, row.number)

    def _sweep(self) -> None:
        """Clear away files that the manifest does not name, unless somebody else may still be reading them."""
        named = {(table, part.file) for table, parts in self._tables.items() for part in parts.values()}
        with self._presence.alone() as alone, suppress(OSError):
            if not alone:
                return
            for path in [*self.path.glob(f"{disk.FRESH}*"), *self.path.glob("tables/*/*")]:
                if (path.parent.name, path.name) not in named:
                    path.unlink(missing_ok=True)
            begun_from = {(table, part.sha256[:12]) for table, parts in self._tables.items() for part in parts.values()}
            for path in self.path.glob("lookups/*/*"):
                if (path.parent.name, path.name[:12]) not in begun_from or path.name.endswith(disk.FRESH):
                    path.unlink(missing_ok=True)


def _begin(folder: Path, there: Sequence[str], *, create: bool) -> None:
    """Make an empty workspace, but never in a folder that holds other things."""
    if "tables" in there:
        raise StoreError(f"{folder} has tables but no {manifest.NAME}; put back a copy, or begin in another folder")
    if not create:
        raise StoreError(
            f"no workspace in {folder}; make one with: dyepack --workspace {shlex.quote(str(folder))} load-ledger"
        )
    if others := [name for name in there if not name.startswith(".")]:
        raise StoreError(f"{folder} holds other things ({others[0]}, ...); give an empty folder or a new one")
    with disk.refusals(folder, "make"):
        folder.mkdir(parents=True, exist_ok=True)
    with disk.writing(folder):
        if manifest.NAME not in _names(folder):
            manifest.write(folder, {}, 0)


def _all(path: Path) -> pa.Table:
    """A whole file, with threads only where they are worth their start."""
    file = pq.ParquetFile(path, page_checksum_verification=True)
    return file.read(use_threads=file.metadata.num_rows >= MANY)


def _code(verb: str) -> str:
    """The digest of the code that decides what a verb writes; of everything where its room is not known."""
    room = ROOMS.get(verb.split(maxsplit=1)[0])
    return code_digest(f"dyepack.{room}") if room else code_digest()


def _remembered(path: Path) -> str:
    """The SHA-256 of a file, read once by a process as long as the file stays as it is."""
    stat = path.stat()
    key = path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino
    if key not in _WHOLE:
        _WHOLE[key] = disk.sha256(path)
    return _WHOLE[key]


def _names(folder: Path) -> list[str]:
    with disk.refusals(folder, "open"), suppress(FileNotFoundError):
        return sorted(path.name for path in folder.iterdir())
    return []


def _home(path: Path | str) -> Path:
    try:
        return Path(path).expanduser().absolute()
    except RuntimeError as error:
        raise StoreError(f"cannot open {path}: {error}") from error


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What cannot be read as Parquet, as our error in one line."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"cannot read {path}: {str(error).splitlines()[0]}") from error


def _remedy(table: str) -> str:
    """How to come by a file that can be relied on: the record of runs and rejects is not made again by one verb."""
    if table in TABLES and TABLES[table].stage != "store":
        return f"make it again with: dyepack {TABLES[table].verb}"
    return "put back a copy, or begin in another folder"


def _check_columns(path: Path, kind: Table) -> None:
    with _readable(path):
        found = pq.read_schema(path)
    if not found.equals(kind.arrow):
        raise SchemaMismatch(
            f"{path} was written by another version of dyepack: expected columns {', '.join(kind.arrow.names)};"
            f" got {', '.join(found.names)}; make the table again with: dyepack {kind.verb}"
        )


def _canonical(value: Any) -> str:
    """JSON with one form for one content."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"a run's parameters are JSON, dates and paths; got {type(value).__name__}")
