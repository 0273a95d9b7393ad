"""Loads lists of movements that people have as CSV files: bad rows to `rejects` with the reason, the good rest in.

What a file gives stands in `listed_movements`, as it gives it; the rows of `transfers` follow from all lists together.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dyepack import chains
from dyepack.amounts import USD
from dyepack.csvrows import NO_COLUMN, CsvFile, named
from dyepack.errors import InputError, RecordError
from dyepack.ingest import together
from dyepack.ingest.doubts import Doubting, Doubts
from dyepack.ingest.listforms import ListForm, coin_chains, mapped, plain, recognised, unit
from dyepack.ingest.lookalikes import lookalikes
from dyepack.ingest.movements import CHAINS, FIELDS, NEEDED, Layout, Reader, Reading, Refused, Unread
from dyepack.model import AssetRow, Note, Reject
from dyepack.schema import TABLES
from dyepack.store import Draft, Store

STAGE = "ingest"
ALIKE = frozenset({"TokenDecimals"})
"""Columns that Blockscout's list of token transfers has twice, with the same in both."""
_BASE_NAMES = ("wei", "raw", "baseunits", "satoshi", "satoshis", "lamports", "sun")
"""Words at the end of a column's name, or in brackets there, by which it is in base units."""
VERB = "ingest movements"
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
    """Read one list of movements into the workspace; see `load_lists`."""
    (loaded,) = load_lists(store, [path], reading, replace=replace)
    return loaded


def load_lists(
    store: Store, paths: Sequence[Path | str], reading: Reading, *, replace: bool = False
) -> tuple[LoadedMovements, ...]:
    """Read lists of movements into the workspace, all in one run. The same again changes nothing.

    A part is named by the file's content and the reading, so another version of a file stands beside the first;
    `replace` takes away what was loaded from files of the same names.

    Raises:
        SourceError: a file cannot be read.
        RecordError: one is not a CSV file with a header and rows.
        InputError: the mapping or the constants do not fit one, or it is read in the wrong way; nothing was changed.
    """
    lists = list({one.part: one for one in (_List.of(path, reading) for path in paths)}.values())
    said = {**asdict(reading), "replace": replace, "files": {one.name: one.columns for one in lists}}
    with store.run(VERB, said, files={one.name: one.digest for one in lists}) as draft:
        read = [one.read(draft) for one in lists]
        older = {one.name: _older(store, one) for one in lists}
        leaving = {one.part for one in lists} | {part for parts in older.values() for part in parts if replace}
        _check_assets(store, [row for one in read for row in one.assets], leaving)
        for part in leaving:
            draft.drop("listed_movements", part)
            draft.drop("assets", part)
            draft.drop("notes", part)
        for one in read:
            draft.put("listed_movements", one.part, one.rows)
            draft.put("assets", one.part, one.assets)
            if one.notes:
                draft.put("notes", one.part, one.notes)
            for reject in one.rejects:
                draft.reject(reject)
        made = settle(store, draft, [one.rows for one in read], leaving)
    return tuple(one.told(draft.run, made, older=bool(older[one.name]) and not replace) for one in read)


def settle(store: Store, draft: Draft, fresh: Sequence[pa.Table], leaving: Collection[str]) -> pa.Table:
    """Put into a draft the movements that all lists come to: these, and those that stay; returns their rows."""
    schema = TABLES["listed_movements"].arrow
    stays = [part for part in store.parts("listed_movements") if part not in leaving]
    lists = [schema.empty_table(), *fresh]
    if stays:
        there = store.fetch("select * from listed_movements", "listed_movements").select(schema.names)
        gone = [name for name in there.column("source").unique().to_pylist() if _part_of(name, leaving)]
        lists.append(there.filter(pc.invert(pc.is_in(there.column("source"), pa.array(gone, pa.string())))))
    rows = pa.concat_tables([one.cast(schema) for one in lists])
    nodes = together.nothing_elsewhere()
    if set(store.parts("transfers")) - {together.PART}:
        store.view("transfers")
        nodes = together.given_elsewhere(store.engine, _with_leaving(store, rows))
    made = together.merged(store.engine, rows, nodes)
    draft.put("transfers", together.PART, made)
    return made


def resettle(store: Store) -> None:
    """Put the lists of a workspace together anew, after a node gave movements: what it gave goes before them."""
    if store.parts("listed_movements"):
        with store.run(VERB, {"settled": True}, reads=["listed_movements"]) as draft:
            settle(store, draft, [], ())


def _with_leaving(store: Store, rows: pa.Table) -> pa.Table:
    """The lists with those that are leaving: what is in the tables of them came from no node."""
    if not store.parts("listed_movements"):
        return rows
    schema = TABLES["listed_movements"].arrow
    there = store.fetch("select * from listed_movements", "listed_movements").select(schema.names).cast(schema)
    return pa.concat_tables([rows, there])


@dataclass(frozen=True, slots=True)
class _Read:
    """What one list gave."""

    name: str
    part: str
    rows: pa.Table
    assets: Sequence[AssetRow]
    rejects: Sequence[Reject]
    notes: Sequence[Note]
    identical: int
    failed: int
    unread: Sequence[str]

    def told(self, run: str, made: pa.Table, *, older: bool) -> LoadedMovements:
        """What a person is told of it; `made` are the movements of all lists."""
        return LoadedMovements(
            run=run,
            file=self.name,
            rows=self.rows.num_rows,
            rejected=len(self.rejects),
            identical=self.identical,
            flagged=_counted(self.rows.column("flag").to_pylist()),
            reasons=tuple(f"{self.name}:{one.line}: {one.field}: {one.reason}" for one in self.rejects[:5]),
            warnings=tuple(_warnings(self, made, older=older)),
        )


@dataclass(frozen=True, slots=True)
class _List:
    """A list before its rows are read: its columns, and the part of the table that it will be."""

    file: CsvFile
    reading: Reading
    form: ListForm | None
    columns: Mapping[str, str]
    layout: Layout
    digest: str
    part: str

    @classmethod
    def of(cls, path: Path | str, reading: Reading) -> "_List":
        file = CsvFile(path, alike=ALIKE)
        known = recognised(file.header, file.name)
        form = known if known and _same_amounts(known, file, reading) else None
        reading = _of_chain(file, reading)
        columns = _columns(file, reading, form)
        layout = Layout.of(file.header, columns, form, reading.columns, known.status if known else "success")
        digest = file.sha256()
        said = f"{digest} {sorted(asdict(reading).items())} {sorted(columns.items())}"
        return cls(file, reading, form, columns, layout, digest, sha256(said.encode()).hexdigest()[:16])

    @property
    def name(self) -> str:
        """The file's name."""
        return self.file.name

    def read(self, draft: Draft) -> _Read:
        """Its rows.

        Raises:
            RecordError: it has no rows.
            InputError: it is read in the wrong way as a whole.
        """
        reader = self._reader(Doubts())
        rows, rejects = self._rows(reader, draft)
        if doubts := reader.doubts:
            reader = self._reader(doubts)
            rows, rejects = self._rows(reader, draft)
        return _Read(
            self.name,
            self.part,
            rows,
            tuple(reader.assets.values()),
            rejects,
            reader.notes,
            reader.identical,
            reader.failed,
            self.layout.unread,
        )

    def _reader(self, doubts: Doubts) -> Reader:
        return Reader(self.reading, self.layout, self.source, Doubting(doubts, self.file.separator))

    @property
    def source(self) -> str:
        """What its rows name as their source: the file, and which version of it."""
        return self.name + suffix(self.part)

    def _rows(self, reader: Reader, draft: Draft) -> tuple[pa.Table, list[Reject]]:
        """All good rows, and what is wrong with the others; batches keep the memory small."""
        table, batches, batch = TABLES["listed_movements"], [], []
        rejects: list[Reject] = []
        count = 0
        for count, row in enumerate(self.file, 1):  # noqa: B007 (how many there were)
            try:
                batch += reader.read(row)
            except Refused as refused:
                rejects.append(Reject(draft.run, STAGE, self.name, row.line, refused.field, refused.reason, row.text))
                reader.refuse(row, refused)
            except Unread as error:
                raise InputError(f"{self.name}:{row.line}: {error}") from None
            if len(batch) >= _BATCH:
                batches.append(table.rows(batch))
                batch.clear()
        if not count:
            raise RecordError("a header but no rows", source=self.name)
        return pa.concat_tables([*batches, table.rows(batch)]), rejects


def _columns(file: CsvFile, reading: Reading, form: ListForm | None) -> dict[str, str]:
    columns = file.columns(reading.columns, FIELDS)
    if form is not None:
        asked = {name: column for name, column in columns.items() if name in reading.columns}
        left = {name for name, column in reading.columns.items() if column == NO_COLUMN}
        columns = {name: column for name, column in mapped(form, file.header).items() if name not in left} | asked
    elif "chain" not in {*columns, *reading.columns}:
        named = [name for name in file.header if plain(name) in CHAINS and name not in columns.values()]
        columns |= {"chain": named[0]} if named else {}
    missing = [name for name in NEEDED if name not in columns and not (name == "amount" and "in" in columns)]
    if missing:
        each = ",".join(f"{name}=COLUMN" for name in missing)
        raise file.missing(missing[0], f"name {'them' if missing[1:] else 'it'} with --map {each}", *missing[1:])
    _check_units(columns, base_units=reading.base_units or (form is not None and form.base_units))
    if reading.asset is not None and "asset" in columns:
        raise InputError(f"the column {columns['asset']!r} gives the asset; leave --asset away")
    if reading.asset == USD.symbol and reading.decimals not in (None, USD.decimals):
        raise InputError(f"dollars are kept in millionths: {USD.decimals} decimals, not {reading.decimals}")
    if reading.chain is not None and chains.chain(reading.chain).model == "utxo":
        raise InputError(
            f"{reading.chain} has no movements between two addresses, but transactions with outputs: load them with"
            " dyepack ingest files, ingest bitcoin or ingest explorer"
        )
    if reading.chain is None and "chain" not in columns:
        several = coin_chains(file.header)
        fitting = f" (its coin is that of {', '.join(several)})" if several else ""
        raise InputError(f"{file.name} does not say of which chain its rows are; name it with --chain{fitting}")
    return columns


def _same_amounts(form: ListForm, file: CsvFile, reading: Reading) -> bool:
    """Whether the amounts are still those of the form: a column that was asked for is in nobody knows which unit."""
    return reading.columns.get("amount") in (None, mapped(form, file.header).get("amount"))


def _of_chain(file: CsvFile, reading: Reading) -> Reading:
    """The reading with the chain that the file says by its coin, where that is the coin of one chain alone."""
    several = coin_chains(file.header)
    return replace(reading, chain=several[0]) if reading.chain is None and len(several) == 1 else reading


def _check_units(columns: Mapping[str, str], *, base_units: bool) -> None:
    """Refuse columns whose own names say another unit than they would be read in."""
    zone = unit(columns["time"]).upper()
    if zone.startswith(("UTC", "GMT")) and len(zone) > len("UTC"):
        raise InputError(f"the column {columns['time']!r} is not in UTC; map one that is, with --map time=COLUMN")
    amount = columns.get("amount", "")
    if "gwei" in (plain(amount)[-4:], unit(amount).lower()):
        raise InputError(f"the column {amount!r} is neither in whole units nor in base units; map one that is")
    if not base_units and (plain(amount).endswith(_BASE_NAMES) or unit(amount).lower() in _BASE_NAMES):
        raise InputError(f"the column {amount!r} is in base units by its name; say so with --base-units")


def _check_assets(store: Store, found: Iterable[AssetRow], leaving: Collection[str]) -> None:
    """One asset has one number of decimals in a workspace, parts that are leaving aside."""
    rows = list(found)
    here: dict[str, int] = {}
    for row in rows:
        if here.setdefault(row.asset, row.decimals) != row.decimals:
            raise InputError(f"{row.asset} has {here[row.asset]} decimals in one row and {row.decimals} in another")
    if set(store.parts("assets")) <= set(leaving):
        return
    used = store.fetch("select distinct asset, source from transfers", "transfers").to_pylist()
    others = {row["asset"] for row in used if not _part_of(row["source"], leaving)}
    known = {row.asset: row.decimals for row in store.records("assets") if row.asset in others}
    for row in rows:
        if known.get(row.asset, row.decimals) != row.decimals:
            raise InputError(
                f"{row.asset} has {known[row.asset]} decimals in the workspace; this file says {row.decimals}"
            )


def _older(store: Store, one: _List) -> list[str]:
    """The parts that came from other versions of a file of this name."""
    if not store.parts("listed_movements"):
        return []
    query = "select distinct source from listed_movements"
    names = store.fetch(query, "listed_movements").column("source").to_pylist()
    ends = {one.name + suffix(part): part for part in store.parts("listed_movements") if part != one.part}
    return [ends[name] for name in names if name in ends]


def suffix(part: str) -> str:
    """What tells the rows of one part from those of another version of the same file."""
    return f"@{part[:8]}"


def _part_of(source: str, parts: Collection[str]) -> bool:
    return any(source.endswith(suffix(part)) for part in parts)


def _counted(flags: Iterable[str | None]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for flag in flags:
        if flag is not None:
            counts[flag] = counts.get(flag, 0) + 1
    return dict(sorted(counts.items()))


def _warnings(read: _Read, made: pa.Table, *, older: bool) -> Iterator[str]:
    if read.failed:
        yield f"{read.failed} rows are of transactions or calls that failed: they moved nothing but their fee"
    if read.unread:
        yield f"nothing is read from {named(read.unread)}"
    if read.identical:
        yield (
            f"{read.identical} rows are the same in every column as an earlier one; each is kept as a movement"
            " of its own (--identical reject refuses them)"
        )
    if others := _others(read.rows, made):
        yield (
            f"{others} of its movements stand in other lists too, and nothing says whether they are the same: each"
            " counts as often as in the list that has most of it; a trace gives the other reading beside. The number of"
            " the event (log_index) or the address of the call (trace_address) settles it"
        )
    if older:
        yield f"another version of {read.name} is loaded too; --replace takes away what it gave"
    for flag, count in _counted(read.rows.column("flag").to_pylist()).items():
        yield f"{count} movements are flagged {flag}: kept, never followed{_decoys(read, flag)}"
    for bait, real in lookalikes(read.rows):
        yield f"{bait} got a flagged movement and looks like {real}, which the same sender pays: read it twice"


def _others(rows: pa.Table, made: pa.Table) -> int:
    """How many movements of these transactions stand in other lists too, without anything that settles which."""
    mine = made.filter(pc.is_in(made.column("tx_hash"), rows.column("tx_hash").unique()))
    return int(pc.sum(pc.greater(mine.column("others"), 0)).as_py() or 0)


def _decoys(read: _Read, flag: str) -> str:
    """The tokens that only look like others, by name."""
    flagged = pc.equal(pc.fill_null(read.rows.column("flag"), ""), flag)
    assets = set(read.rows.filter(flagged).column("asset").to_pylist())
    named = sorted(f"{row.symbol} of {row.contract}" for row in read.assets if row.asset in assets and row.contract)
    named = [] if flag != "decoy-token" else named
    return f" ({', '.join(named[:5])}{', …' if len(named) > 5 else ''})" if named else ""
