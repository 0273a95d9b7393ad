"""Brings files of lakes and exporters into Parquet of one form: ids and amounts as text, events decoded.

What a row is, is told by its columns, or in JSON by its `type`. Columns that nobody reads are left away. Ids that are
bytes (as cryo writes them) become hex, addresses of TRON base58. Of events, those that move tokens or coins are decoded
by the rules of `events`; all others are counted.
"""

import gzip
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dyepack.addresses import normalise
from dyepack.errors import InputError, SourceError
from dyepack.ingest.evm import events, issuers
from dyepack.ingest.evm.columns import AT, COLUMNS, CRYO_TRACES, EVENTS, TEXT, TIME, named
from dyepack.ingest.evm.forms import binary, plain, timed, traces
from dyepack.ingest.evm.networks import Network
from dyepack.ingest.evm.records import Decoded, Left, Log, Noted
from dyepack.ingest.moments import moment
from dyepack.ingest.places import kind_of

_BATCH = 50_000
_TYPES = {name.removesuffix("s"): name for name in COLUMNS}
_WANTED = pa.array([events.TRANSFER, events.DEPOSIT, events.WITHDRAWAL, *issuers.EVENTS])
Row = Mapping[str, Any]


@dataclass(slots=True)
class Refused:
    """Something that was refused: of which file, on which line, and why."""

    source: str
    line: int | None
    left: Left


@dataclass(slots=True)
class Preparing:
    """Where files are put, of which chain they are, and what was found on the way."""

    folder: Path
    network: Network
    files: list[Path] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    passed: Counter[str] = field(default_factory=Counter)
    noted: list[tuple[Row, Noted]] = field(default_factory=list)
    """What issuers did, each with the row that says so."""

    def add(self, path: Path) -> None:
        """One more file.

        Raises:
            SourceError: it cannot be read.
            InputError: it is of no known dataset.
        """
        try:
            kind = kind_of(path.name)
            if kind == ".parquet":
                self._parquet(path)
            elif kind == ".csv":
                self._csv(path)
            else:
                self._json(path)
        except (OSError, EOFError, pa.ArrowException) as error:
            name = "Parquet" if kind_of(path.name) == ".parquet" else "CSV"
            raise SourceError(f"cannot read {path} as {name}: {(str(error) or 'cut off').splitlines()[0]}") from None

    def _parquet(self, path: Path) -> None:
        file = pq.ParquetFile(path)
        schema = file.schema_arrow
        cryo = {"transaction_hash", "nonce", "gas_price", "success"} <= {*schema.names}
        name = named(schema.names)
        if {*schema.names} >= CRYO_TRACES:
            self._write("traces", path, (traces(plain(rows, cryo=False), path) for rows in file.iter_batches(_BATCH)))
            return
        if name != "logs" and not cryo and self.network.chain != "tron" and not binary(schema):
            self.files.append(path)
            return
        self._write(name or "", path, (plain(rows, cryo=cryo) for rows in file.iter_batches(_BATCH)))

    def _csv(self, path: Path) -> None:
        import pyarrow.csv as pc_csv  # noqa: PLC0415 (few have CSV)

        with gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb") as file:
            header = file.readline().decode("utf-8-sig", "replace").strip().split(",")
        name = self._known(path, header)
        kinds = {column: kind for column, kind in COLUMNS[name].items() if column in header}
        times = {column for column, kind in kinds.items() if kind == TIME}
        types = {column: (TEXT if column in times else kind) for column, kind in kinds.items()}
        options = pc_csv.ConvertOptions(column_types=types, include_columns=[*types], strings_can_be_null=True)
        batches = pc_csv.open_csv(path, convert_options=options)
        self._write(name, path, (timed(pa.Table.from_batches([rows]), times) for rows in batches))

    def _json(self, path: Path) -> None:
        """One object to a line; several datasets may be in one file. The first of each says which columns it has."""
        waiting: dict[str, list[dict[str, Any]]] = {}
        opened: dict[str, _Writer] = {}
        kinds: dict[str, dict[str, pa.DataType]] = {}
        for line, text, row in _lines(path):
            try:
                name = _dataset(row)
                if name is None:
                    self.passed["row of another kind"] += 1
                    continue
                known = {column: kind for column, kind in COLUMNS[name].items() if column in row}
                if more := known.keys() - kinds.setdefault(name, known).keys():
                    raise InputError(f"row: has {', '.join(sorted(more))}, which the first {name} of the file have not")
                cells = {column: _cell(row, column, kind) for column, kind in kinds[name].items()}
            except InputError as error:
                field_name, _, reason = str(error).partition(": ")
                self.refused.append(Refused(path.name, line, Left(field_name, reason, text[:2000])))
                continue
            waiting.setdefault(name, []).append(cells)
            if len(waiting[name]) == _BATCH:
                self._writer(opened, name).put(_table(waiting.pop(name), kinds[name]), path.name)
        for name, rows in waiting.items():
            self._writer(opened, name).put(_table(rows, kinds[name]), path.name)
        for writer in opened.values():
            writer.close()

    def _writer(self, opened: dict[str, "_Writer"], name: str) -> "_Writer":
        if name not in opened:
            opened[name] = _Writer(self, name)
        return opened[name]

    def _write(self, name: str, path: Path, batches: Iterator[pa.Table]) -> None:
        writer = _Writer(self, name)
        for rows in batches:
            writer.put(rows, path.name)
        writer.close()

    def _known(self, path: Path, columns: Sequence[str]) -> str:
        name = named(columns)
        if name is None:
            raise InputError(f"{path.name}: no dataset that is known has the columns {', '.join(columns)}"[:400])
        return name


class _Writer:
    """Writes one file of a dataset, batch by batch; events decoded, addresses of TRON as it prints them."""

    def __init__(self, preparing: Preparing, name: str) -> None:
        self._preparing, self._name = preparing, name
        self._path = preparing.folder / f"{len(preparing.files)}-{name or 'other'}.parquet"
        self._file: pq.ParquetWriter | None = None
        preparing.files.append(self._path)

    def put(self, rows: pa.Table, source: str) -> None:
        """One more batch."""
        if self._name == "logs":
            rows = _decoded(rows, self._preparing, source)
        if self._preparing.network.chain == "tron":
            rows = _on_tron(rows)
        if self._file is None:
            self._file = pq.ParquetWriter(self._path, rows.schema)
        self._file.write_table(rows.cast(self._file.schema))

    def close(self) -> None:
        """No more comes."""
        if self._file is not None:
            self._file.close()
        else:
            self._preparing.files.remove(self._path)


def _table(rows: list[dict[str, Any]], kinds: Mapping[str, pa.DataType]) -> pa.Table:
    return pa.Table.from_pylist(rows, pa.schema(kinds))


def _dataset(row: Any) -> str | None:
    """Which dataset a JSON row is of; none for one that speaks of a contract or a token.

    Raises:
        InputError: it is no row.
    """
    if isinstance(row, Mapping):
        said = str(row.get("type"))
        if said in ("contract", "token"):
            return None
        name = _TYPES.get(said) or named(list(row))
        if name is not None:
            return name
    raise InputError("row: expected a block, transaction, receipt, log, trace or token transfer as a JSON object")


def _lines(path: Path) -> Iterator[tuple[int, str, Any]]:
    decoder = msgspec.json.Decoder()
    with gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb") as file:
        for line, data in enumerate(file, 1):
            if data.strip():
                try:
                    row = decoder.decode(data)
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                    row = None
                yield line, data.decode(errors="replace").rstrip("\r\n"), row


def _cell(row: Row, name: str, kind: pa.DataType) -> Any:
    """A value of a JSON row as its column has it.

    Raises:
        InputError: it is none, such as an amount that has lost digits.
    """
    value = row.get(name)
    if value is None or value == "":
        return None
    if kind == TIME:
        return moment(str(value)).replace(tzinfo=None)
    if isinstance(value, list) and name in ("topics", "trace_address"):
        return ",".join(map(str, value))
    if isinstance(value, (bool, float, list, dict)):
        raise InputError(f"{name}: expected text or a whole number, got {value!r:.60}")
    if kind == TEXT:
        return str(value)
    text = str(value)
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise InputError(f"{name}: expected a whole number from 0 on, got {text[:60]!r}")
    return int(text)


def _decoded(rows: pa.Table, preparing: Preparing, source: str) -> pa.Table:
    """The movements in a batch of events."""
    topics = _topics(rows)
    first = pc.utf8_lower(pc.list_element(topics, 0))
    keep = pc.fill_null(pc.is_in(first, _WANTED), fill_value=False)
    preparing.passed["event of another kind"] += len(rows) - (pc.sum(keep).as_py() or 0)
    rows, lists = rows.filter(keep), topics.filter(keep).to_pylist()
    out, made = Decoded(), list[dict[str, Any]]()
    for row, said in zip(rows.to_pylist(), lists, strict=True):
        names = tuple(one.lower() for one in said)
        contract = _contract(str(row["address"]), preparing.network)
        log = Log(row["log_index"], contract, names, str(row["data"] or "0x").lower())
        for _, move in events.moved([log], preparing.network, out):
            place = {name: row[name] for name in AT}
            ends = {"from_address": move.payer, "to_address": move.payee, "value": str(move.amount)}
            made.append({**place, "log_index": log.number, "contract": move.token, "kind": move.kind, **ends})
        preparing.noted += [(row, one) for one in out.noted]
        out.noted.clear()
        for left in out.left:
            reason = f"{row['transaction_hash']}: {left.reason}"
            preparing.refused.append(Refused(source, None, Left(left.field, reason, left.what)))
        out.left.clear()
    preparing.passed += out.passed
    return pa.Table.from_pylist(made, EVENTS)


def _contract(text: str, network: Network) -> str:
    """The contract of an event as tables and lists have it; what is none is refused where all rows are looked at."""
    if network.chain != "tron":
        return text.lower()
    return _or_none(text, _address) or text


def _topics(rows: pa.Table) -> pa.Array:
    """Lists of topics: as they are, from text with commas, or from a column for each."""
    if "topics" not in rows.column_names:
        four = [rows.column(f"topic{n}").to_pylist() for n in range(4)]
        lists = [[one for one in row if one is not None] for row in zip(*four, strict=True)]
        return pa.array([one or [""] for one in lists], pa.list_(pa.string()))
    given = rows.column("topics").combine_chunks()
    if pa.types.is_string(given.type):
        given = pc.split_pattern(pc.fill_null(given, ""), ",")
    return pc.if_else(pc.equal(pc.fill_null(pc.list_value_length(given), 0), 0), pa.scalar([""], given.type), given)


def _on_tron(rows: pa.Table) -> pa.Table:
    """Addresses in base58 and ids without 0x, as the tables have them."""
    for at, column in enumerate(rows.schema):
        if column.name in ("from_address", "to_address", "token_address", "contract"):
            rows = rows.set_column(at, column.name, _mapped(rows.column(at), _address))
        elif column.name in ("hash", "transaction_hash", "parent_hash"):
            rows = rows.set_column(at, column.name, _mapped(rows.column(at), _bare))
    return rows


def _bare(text: str) -> str:
    return text.lower().removeprefix("0x")


def _mapped(values: pa.ChunkedArray, change: Callable[[str], str]) -> pa.Array:
    coded = values.combine_chunks().dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    return pa.array([_or_none(one, change) for one in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def _or_none(text: str | None, change: Callable[[str], str]) -> str | None:
    """The text changed; nothing of one that is none, whose row is refused where all rows are looked at."""
    try:
        return None if text is None else change(text)
    except InputError:
        return None


def _address(text: str) -> str:
    """An address of TRON, or the number of a token of the chain's own.

    Raises:
        InputError: neither.
    """
    if text.isdecimal() and text.isascii() and len(text) < 10:
        return text
    plain = text.lower().removeprefix("0x")
    return normalise("41" + plain if len(plain) == 40 else text, "tron")
