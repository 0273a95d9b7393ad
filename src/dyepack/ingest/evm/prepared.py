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
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dyepack.addresses import normalise
from dyepack.errors import InputError, SourceError
from dyepack.ingest.evm import events, issuers
from dyepack.ingest.evm.networks import Network
from dyepack.ingest.evm.records import Decoded, Left, Log, Noted
from dyepack.ingest.moments import moment
from dyepack.ingest.places import kind_of

_BATCH = 50_000
_TEXT, _WHOLE, _TIME = pa.string(), pa.int64(), pa.timestamp("s")
_ENDS = {"from_address": _TEXT, "to_address": _TEXT}
_OF_TX = {"block_number": _WHOLE, "transaction_hash": _TEXT}
_AT = {**_OF_TX, "transaction_index": _WHOLE}
_PAID = {"gas_price": _TEXT, "receipt_gas_used": _TEXT, "receipt_status": _WHOLE, "receipt_effective_gas_price": _TEXT}
_PAID |= {"receipt_contract_address": _TEXT}
COLUMNS: Mapping[str, Mapping[str, pa.DataType]] = {
    "blocks": {
        "number": _WHOLE,
        "timestamp": _TIME,
        "hash": _TEXT,
        "parent_hash": _TEXT,
        "transaction_count": _WHOLE,
        "transactions_root": _TEXT,
    },
    "transactions": {
        "hash": _TEXT,
        "block_number": _WHOLE,
        "transaction_index": _WHOLE,
        **_ENDS,
        "value": _TEXT,
        **_PAID,
        "block_timestamp": _TIME,
    },
    "receipts": {**_AT, "gas_used": _TEXT, "status": _WHOLE, "effective_gas_price": _TEXT, "contract_address": _TEXT},
    "logs": {**_AT, "log_index": _WHOLE, "address": _TEXT, "data": _TEXT, "topics": _TEXT, "block_timestamp": _TIME},
    "token_transfers": {**_OF_TX, "log_index": _WHOLE, "token_address": _TEXT, **_ENDS, "value": _TEXT},
    "traces": {
        **_AT,
        **_ENDS,
        "value": _TEXT,
        "trace_type": _TEXT,
        "call_type": _TEXT,
        "trace_address": _TEXT,
        "status": _WHOLE,
        "reward_type": _TEXT,
    },
}
"""What is taken of each dataset from CSV and JSON."""
EVENTS = pa.schema({**_AT, "log_index": _WHOLE, "contract": _TEXT, "kind": _TEXT, **_ENDS, "value": _TEXT})
"""Events, decoded."""
_TYPES = {name.removesuffix("s"): name for name in COLUMNS}
_IDS: tuple[str, ...] = (
    "hash",
    "transaction_hash",
    "from_address",
    "to_address",
    "token_address",
    "erc20",
    "address",
    "block_hash",
)
_IDS += ("parent_hash", "data", "topic0", "topic1", "topic2", "topic3")
_IDS += ("action_from", "action_to", "result_address")
_CRYO = {"transaction_hash": "hash", "gas_used": "receipt_gas_used", "success": "receipt_status"}
"""How cryo calls columns of transactions, and how ethereum-etl does."""
_CRYO_TRACES = {"action_type", "action_from", "action_to", "action_value", "trace_address", "transaction_hash"}
_WANTED = pa.array([events.TRANSFER, events.DEPOSIT, events.WITHDRAWAL, *issuers.EVENTS])
_DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)
Row = Mapping[str, Any]


def named(columns: Sequence[str]) -> str | None:
    """Which dataset of `COLUMNS` has these columns; none where it is another."""
    have = {*columns}
    if have >= _CRYO_TRACES:
        return "traces"
    for name, marks in _MARKS.items():
        if marks <= have:
            return name
    return None


_MARKS: Mapping[str, set[str]] = {
    "receipts": {"transaction_hash", "gas_used", "cumulative_gas_used"},
    "token_transfers": {"token_address", "transaction_hash", "log_index", "from_address", "to_address"},
    "logs": {"log_index", "transaction_hash", "address", "data"},
    "traces": {"trace_type", "trace_address", "transaction_hash", "from_address", "to_address"},
    "transactions": {"hash", "block_number", "transaction_index", "from_address", "to_address", "gas_price"},
    "blocks": {"number", "timestamp", "hash"},
}


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
        if {*schema.names} >= _CRYO_TRACES:
            self._write("traces", path, (_traces(_plain(rows, cryo=False), path) for rows in file.iter_batches(_BATCH)))
            return
        if name != "logs" and not cryo and self.network.chain != "tron" and not _binary(schema):
            self.files.append(path)
            return
        self._write(name or "", path, (_plain(rows, cryo=cryo) for rows in file.iter_batches(_BATCH)))

    def _csv(self, path: Path) -> None:
        import pyarrow.csv as pc_csv  # noqa: PLC0415 (few have CSV)

        with gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb") as file:
            header = file.readline().decode("utf-8-sig", "replace").strip().split(",")
        name = self._known(path, header)
        kinds = {column: kind for column, kind in COLUMNS[name].items() if column in header}
        times = {column for column, kind in kinds.items() if kind == _TIME}
        types = {column: (_TEXT if column in times else kind) for column, kind in kinds.items()}
        options = pc_csv.ConvertOptions(column_types=types, include_columns=[*types], strings_can_be_null=True)
        batches = pc_csv.open_csv(path, convert_options=options)
        self._write(name, path, (_timed(pa.Table.from_batches([rows]), times) for rows in batches))

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
    if kind == _TIME:
        return moment(str(value)).replace(tzinfo=None)
    if isinstance(value, list) and name in ("topics", "trace_address"):
        return ",".join(map(str, value))
    if isinstance(value, (bool, float, list, dict)):
        raise InputError(f"{name}: expected text or a whole number, got {value!r:.60}")
    if kind == _TEXT:
        return str(value)
    text = str(value)
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise InputError(f"{name}: expected a whole number from 0 on, got {text[:60]!r}")
    return int(text)


def _timed(rows: pa.Table, names: set[str]) -> pa.Table:
    """Times as numbers of seconds or as text, in CSV, as times."""
    for name in names:
        values = rows.column(name).to_pylist()
        at = rows.schema.get_field_index(name)
        times = [None if value is None else moment(value).replace(tzinfo=None) for value in values]
        rows = rows.set_column(at, name, pa.array(times, _TIME))
    return rows


def _binary(schema: pa.Schema) -> bool:
    return any(name in schema.names and _is_bytes(schema.field(name).type) for name in _IDS)


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def _plain(batch: pa.RecordBatch, *, cryo: bool) -> pa.Table:
    """A batch with ids as text, and the names that ethereum-etl has."""
    rows = pa.Table.from_batches([batch])
    for at, column in enumerate(rows.schema):
        if column.name in _IDS and _is_bytes(column.type):
            rows = rows.set_column(at, column.name, hexed(rows.column(at)))
    if cryo:
        rows = rows.rename_columns([_CRYO.get(name, name) for name in rows.column_names])
    return rows


def _traces(rows: pa.Table, path: Path) -> pa.Table:
    """A batch of cryo's traces as ethereum-etl has them; cryo leaves calls away that failed, and all below them.

    Raises:
        InputError: a call that failed is among them.
    """
    if rows.num_rows and "error" in rows.column_names and rows.column("error").null_count < rows.num_rows:
        raise InputError(f"{path.name}: expected traces as cryo writes them, without calls that failed")
    kind, author = rows.column("action_type"), rows.column("action_from").combine_chunks()
    reward = pc.equal(kind, "reward").combine_chunks()
    payee = pc.coalesce(rows.column("action_to"), rows.column("result_address")).combine_chunks()
    index = "transaction_position" if "transaction_position" in rows.column_names else "transaction_index"
    said = {
        "block_number": rows.column("block_number"),
        "transaction_hash": rows.column("transaction_hash"),
        "transaction_index": rows.column(index),
        "from_address": pc.if_else(reward, None, author),
        "to_address": pc.if_else(reward, author, payee),
        "value": rows.column("action_value"),
        "trace_type": kind,
        "call_type": rows.column("action_call_type"),
        "trace_address": pc.replace_substring(rows.column("trace_address"), "_", ","),
        "reward_type": pc.if_else(pc.equal(rows.column("action_reward_type"), "reward"), "block", "uncle"),
        "status": pa.array([1] * rows.num_rows, _WHOLE),
    }
    kinds = {name: COLUMNS["traces"][name] for name in said}
    return pa.table({name: pa.chunked_array([c]) if isinstance(c, pa.Array) else c for name, c in said.items()}).cast(
        pa.schema(kinds)
    )


def hexed(values: pa.ChunkedArray) -> pa.Array:
    """Bytes as text in hex, with 0x before it."""
    whole = pa.concat_arrays([chunk.cast(pa.binary()) for chunk in values.chunks] or [pa.array([], pa.binary())])
    sizes = pc.binary_length(whole).fill_null(0).to_numpy()
    raw = np.frombuffer(b"".join(one or b"" for one in whole.to_pylist()), np.uint8)
    letters = np.empty((len(raw), 2), np.uint8)
    letters[:, 0], letters[:, 1] = _DIGITS[raw >> 4], _DIGITS[raw & 15]
    out = np.empty(2 * len(raw) + 2 * len(sizes), np.uint8)
    offsets = np.concatenate([[0], np.cumsum(2 * sizes + 2)]).astype(np.int32)
    mark = np.zeros(len(out), bool)
    mark[offsets[:-1]] = mark[offsets[:-1] + 1] = True
    out[offsets[:-1]], out[offsets[:-1] + 1] = ord("0"), ord("x")
    out[~mark] = letters.reshape(-1)
    text = pa.StringArray.from_buffers(len(sizes), pa.py_buffer(offsets), pa.py_buffer(out))
    return pc.if_else(whole.is_valid(), text, None)


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
            place = {name: row[name] for name in _AT}
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
        if column.name in (*_ENDS, "token_address", "contract"):
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
