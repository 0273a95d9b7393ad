"""Loads movements from CSV files into `transfers`: bad rows to `rejects` with the reason, the good rest in."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from dyepack.amounts import USD
from dyepack.csvrows import CsvFile
from dyepack.errors import InputError, MissingTable, RecordError
from dyepack.ingest.lookalikes import lookalikes
from dyepack.ingest.movements import FIELDS, NEEDED, Reader, Reading, Refused
from dyepack.model import AssetRow, Reject
from dyepack.schema import TABLES
from dyepack.store import Draft, Store

STAGE = "ingest"
_BATCH = 50_000


@dataclass(frozen=True, slots=True)
class LoadedMovements:
    """What became of a file: rows loaded, rows refused with the first reasons, and what to know of it."""

    run: str
    file: str
    rows: int
    rejected: int
    identical: int
    flagged: Mapping[str, int] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as a JSON object."""
        return {**asdict(self), "flagged": dict(self.flagged)}


def load_movements(store: Store, path: Path | str, reading: Reading, *, replace: bool = False) -> LoadedMovements:
    """Read a movements file into the workspace. The same file read the same way again changes nothing.

    The part is named by the file's content and the reading, so another version of a file stands beside the first;
    `replace` takes away what was loaded from files of the same name.

    Raises:
        SourceError: the file cannot be read.
        RecordError: it is not a CSV file with a header and rows.
        InputError: the mapping or the constants do not fit it; nothing was changed.
    """
    file = CsvFile(path)
    columns = _columns(file, reading)
    digest = file.sha256()
    said = {**asdict(reading), "columns": columns, "file": file.name, "replace": replace}
    part = sha256(f"{digest} {sorted(asdict(reading).items())} {sorted(columns.items())}".encode()).hexdigest()[:16]
    source = file.name + _suffix(part)
    reader = Reader(reading, columns, source)
    with store.run("ingest movements", said, files={file.name: digest}) as draft:
        rejects: list[Reject] = []
        rows = _read(file, reader, draft, rejects)
        leaving = {part, *(_older(store, file.name) if replace else ())}
        _check_assets(store, reader.assets.values(), leaving)
        for older in leaving - {part}:
            draft.drop("transfers", older)
            draft.drop("assets", older)
        draft.put("transfers", part, rows)
        draft.put("assets", part, reader.assets.values())
        for reject in rejects:
            draft.reject(reject)
        twice = 0 if replace else _already(store, rows, source)
    return LoadedMovements(
        run=draft.run,
        file=file.name,
        rows=rows.num_rows,
        rejected=len(rejects),
        identical=reader.identical,
        flagged=_counted(rows.column("flag").to_pylist()),
        reasons=tuple(f"{file.name}:{reject.line}: {reject.field}: {reject.reason}" for reject in rejects[:5]),
        warnings=tuple(_warnings(reader, rows, twice)),
    )


def _columns(file: CsvFile, reading: Reading) -> dict[str, str]:
    columns = file.columns(reading.columns, FIELDS)
    for name in NEEDED:
        if name not in columns:
            raise file.missing(name, f"name it with --map {name}=COLUMN")
    if reading.asset is not None and "asset" in columns:
        raise InputError(f"the column {columns['asset']!r} gives the asset; leave --asset away")
    if reading.asset == USD.symbol and reading.decimals not in (None, USD.decimals):
        raise InputError(f"dollars are kept in millionths: {USD.decimals} decimals, not {reading.decimals}")
    return columns


def _read(file: CsvFile, reader: Reader, draft: Draft, rejects: list[Reject]) -> pa.Table:
    """All good rows, in chain order; batches keep the memory small."""
    table, batches, batch = TABLES["transfers"], [], []
    for row in file:
        try:
            batch.append(reader.read(row))
        except Refused as refused:
            rejects.append(Reject(draft.run, STAGE, file.name, row.line, refused.field, refused.reason, row.text))
        if len(batch) == _BATCH:
            batches.append(table.rows(batch))
            batch.clear()
    if not (batch or batches or rejects):
        raise RecordError("a header but no rows", source=file.name)
    batches.append(table.rows(batch))
    return pa.concat_tables(batches).sort_by([(name, "ascending") for name in table.key])


def _check_assets(store: Store, found: Iterable[AssetRow], leaving: Collection[str]) -> None:
    """One asset has one number of decimals in a workspace, parts that are leaving aside."""
    if set(store.parts("assets")) <= set(leaving):
        return
    used = store.fetch("select distinct asset, source from transfers", "transfers").to_pylist()
    others = {row["asset"] for row in used if not any(row["source"].endswith(_suffix(part)) for part in leaving)}
    known = {row.asset: row.decimals for row in store.records("assets") if row.asset in others}
    for row in found:
        if known.get(row.asset, row.decimals) != row.decimals:
            raise InputError(
                f"{row.asset} has {known[row.asset]} decimals in the workspace; this file says {row.decimals}"
            )


def _older(store: Store, name: str) -> list[str]:
    """The parts that came from files of this name."""
    if not store.parts("transfers"):
        return []
    rows = store.fetch("select distinct source from transfers", "transfers").column("source").to_pylist()
    ends = {_suffix(part): part for part in store.parts("transfers")}
    return [ends[source[len(name) :]] for source in rows if source.startswith(name) and source[len(name) :] in ends]


def _suffix(part: str) -> str:
    """What tells the rows of one part from those of another version of the same file."""
    return f"@{part[:8]}"


def _already(store: Store, rows: pa.Table, source: str) -> int:
    """How many of these transactions were loaded from another file, where they would count twice."""
    try:
        store.view("transfers")
    except MissingTable:
        return 0
    store.engine.load("ingest_new", rows.select(["chain", "tx_hash"]))
    found = store.engine.fetch(
        "select count(distinct t.tx_hash) as n from transfers t join ingest_new n"
        " on n.chain = t.chain and n.tx_hash = t.tx_hash where t.source <> $source",
        source=source,
    )
    return int(found.column("n")[0].as_py())


def _counted(flags: Iterable[str | None]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for flag in flags:
        if flag is not None:
            counts[flag] = counts.get(flag, 0) + 1
    return dict(sorted(counts.items()))


def _warnings(reader: Reader, rows: pa.Table, twice: int) -> Iterable[str]:
    if reader.identical:
        yield (
            f"{reader.identical} rows are the same in every column as an earlier one; each is kept as a movement"
            " of its own (--identical reject refuses them)"
        )
    if twice:
        yield (
            f"{twice} of its transactions were loaded from another file before: their movements now count twice"
            " (--replace takes away what an older file of the same name gave)"
        )
    for flag, count in _counted(rows.column("flag").to_pylist()).items():
        yield f"{count} movements are flagged {flag}: kept, never followed"
    for bait, real in lookalikes(rows):
        yield f"{bait} got a flagged movement and looks like {real}, which the same sender pays: read it twice"
