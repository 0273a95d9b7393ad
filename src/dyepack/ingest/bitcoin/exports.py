"""Reads exports of blocks and transactions: bitcoin-etl's JSON lines and CSV, and lakes of Parquet in its columns.

Amounts are base units where they are whole numbers. Some lakes give whole coins in floating point: such a number is
taken only where eight decimals can be told from it, which is so below 2^53 base units; any other is refused.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from dyepack.amounts import base_units
from dyepack.errors import InputError, RecordError, SourceError
from dyepack.ingest import parquet
from dyepack.ingest.bitcoin.flatten import BLOCKS, TRANSACTIONS
from dyepack.ingest.bitcoin.lakes import EXACT, columns_of, has_coins, has_floats
from dyepack.ingest.bitcoin.network import COIN
from dyepack.ingest.machine.wire import MOST
from dyepack.ingest.moments import moment
from dyepack.lines import MAX_LINE, lines, names_once, short

WHOLE_COINS = "whole-coins"
_BATCH = 20_000
_MOST_COLUMNS = 1_000
_JSON = msgspec.json.Decoder(float_hook=str)
_DIGITS = frozenset("0123456789abcdef")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that was refused: where it stood, what of it, why, and the row."""

    source: str
    line: int
    field: str
    reason: str
    row: str


@dataclass(slots=True)
class Export:
    """What the files say, in the columns of `flatten`, and the rows that were refused."""

    transactions: pa.Table
    blocks: pa.Table
    bad: list[Bad] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """The columns that nothing was read from."""


_STRANGE = (
    "expected a block or a transaction in the columns of bitcoin-etl, with number or block_number; what mempool.space"
    " and its kin answer is loaded by asking them: dyepack ingest explorer ADDRESS"
)


class Refusal(InputError):
    """A row that is none; the field and why."""

    def __init__(self, field_name: str, reason: str) -> None:
        self.field, self.reason = field_name, reason
        super().__init__(f"{field_name}: {reason}")


def read_exports(paths: Sequence[Path], said: str | None = None) -> Export:
    """Read files of either kind, told apart row by row: a transaction names its block's number.

    `said` may be that amounts in floating point are whole coins.

    Raises:
        SourceError: a file cannot be read.
        RecordError: a file as a whole is none of these forms.
    """
    transactions, blocks = _Batches(TRANSACTIONS), _Batches(BLOCKS)
    export = Export(transactions.empty(), blocks.empty())
    for path in paths:
        if path.suffix == ".parquet":
            export.unread |= _unread(_names_of(path))
        for line, row, text in rows_of(path, said):
            if isinstance(row, dict) and path.suffix != ".parquet":
                export.unread |= _unread(row)
            try:
                if isinstance(row, pa.Table):
                    transactions.put(row)
                elif isinstance(row, str):
                    raise Refusal("row", row)
                elif not {"block_number", "number"} & row.keys():
                    raise Refusal("row", _STRANGE)
                elif "block_number" in row:
                    transactions.add(_transaction(row, path.name, line))
                else:
                    blocks.add(_block(row, path.name))
            except Refusal as refused:
                export.bad.append(Bad(path.name, line, refused.field, refused.reason, text[:2000]))
    export.transactions, export.blocks = transactions.table(), blocks.table()
    return export


_READ = frozenset(
    {"hash", "block_number", "block_hash", "block_timestamp", "is_coinbase", "index", "inputs", "outputs"}
    | {"input_count", "output_count", "number", "timestamp", "merkle_root", "transaction_count"}
    | {"previous_block_hash", "previousblockhash"}
)


def _unread(columns: Iterable[str]) -> set[str]:
    return {name for name in columns if name not in _READ}


def _names_of(path: Path) -> list[str]:
    try:
        return list(pq.read_schema(path).names)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise SourceError(f"cannot read {path}: {str(error).splitlines()[0]}") from error


class _Batches:
    """Rows put into Arrow as they come, so that a file is never there as Python objects whole."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._waiting: list[dict[str, Any]] = []
        self._tables: list[pa.Table] = []

    def add(self, row: dict[str, Any]) -> None:
        self._waiting.append(row)
        if len(self._waiting) == _BATCH:
            self._flush()

    def put(self, rows: pa.Table) -> None:
        """Rows that are in Arrow already."""
        self._flush()
        self._tables.append(rows)

    def _flush(self) -> None:
        self._tables.append(pa.Table.from_pylist(self._waiting, schema=self._schema))
        self._waiting = []

    def empty(self) -> pa.Table:
        return self._schema.empty_table()

    def table(self) -> pa.Table:
        self._flush()
        return pa.concat_tables(self._tables)


def rows_of(path: Path, said: str | None = None) -> Iterator[tuple[int, Row | str | pa.Table, str]]:
    """The rows of a file: where each stands, the row or what is wrong with it, its text; of Parquet, many at once."""
    try:
        if path.suffix == ".parquet":
            yield from _parquet_rows(path, said)
        elif path.suffix == ".csv":
            yield from _csv_rows(path)
        else:
            yield from _json_rows(path)
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        raise SourceError(f"cannot read {path}: {str(error).splitlines()[0]}") from error


def _json_rows(path: Path) -> Iterator[tuple[int, Row | str, str]]:
    for line, text in lines(path):
        if text is None:
            yield line, f"expected a line of at most {MAX_LINE:,} bytes, got more", ""
        elif text.strip():
            shown = text.decode(errors="replace").rstrip("\r\n")
            try:
                row = _JSON.decode(text)
                names_once(text)
            except InputError as error:
                yield line, str(error), shown
            except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
                yield line, f"expected a JSON object: {error}", shown
            else:
                yield line, row if isinstance(row, dict) else "expected a JSON object", shown


def _csv_rows(path: Path) -> Iterator[tuple[int, Row | str, str]]:
    """Columns of lists hold JSON."""
    csv.field_size_limit(MAX_LINE)
    reader = csv.DictReader(_texts(path), strict=True)
    try:
        _once(reader.fieldnames or (), path.name)
        for cells in reader:
            shown = ",".join(str(cell) for cell in cells.values())
            if None in cells or None in cells.values():
                yield reader.line_num, f"expected {len(reader.fieldnames or ())} cells", shown
            elif not _is_utf8(shown):
                yield reader.line_num, "expected text in UTF-8, got another encoding", ascii(shown)
            else:
                yield reader.line_num, _typed(cells), shown
    except csv.Error as error:
        raise RecordError(f"not CSV: {error}", source=path.name, line=reader.line_num) from None


def _is_utf8(text: str) -> bool:
    return text.encode("utf-8", "ignore") == text.encode("utf-8", "surrogateescape")


def _texts(path: Path) -> Iterator[str]:
    """The lines of a text file; bytes that are none of UTF-8 stay to be seen."""
    for number, raw in enumerate(short(path, MAX_LINE), 1):
        yield raw.decode("utf-8-sig" if number == 1 else "utf-8", "surrogateescape")


def _row_of(one: pa.RecordBatch) -> tuple[Row | str, str]:
    """The row of a batch of one, or what is wrong with it, and its text."""
    try:
        row = one.to_pylist()[0]
    except UnicodeDecodeError as error:
        return "expected text in UTF-8, got another encoding", ascii(error.object[:600])
    return row, str(row)[:2000]


def _once(names: Sequence[str], source: str) -> None:
    """Refuse a file that has a column twice, or more than any has.

    Raises:
        RecordError: it does.
    """
    if len(names) > _MOST_COLUMNS:
        raise RecordError(f"expected at most {_MOST_COLUMNS:,} columns, got {len(names):,}", source=source)
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise RecordError(f"has the column {twice[0]!r:.80} twice; which one is meant cannot be known", source=source)


def _typed(cells: Mapping[str, str]) -> Row | str:
    row: dict[str, Any] = {}
    for name, cell in cells.items():
        if name in ("inputs", "outputs"):
            try:
                row[name] = _JSON.decode(cell.encode() or b"[]")
                names_once(cell.encode())
            except InputError as error:
                return f"{name}: {error}"
            except (msgspec.DecodeError, RecursionError) as error:
                return f"{name}: expected a list in JSON: {error}"
        else:
            row[name] = None if cell == "" else cell
    return row


def _parquet_rows(path: Path, said: str | None) -> Iterator[tuple[int, Row | str | pa.Table, str]]:
    line, schema = 1, pq.ParquetFile(path).schema_arrow
    _told(schema, path.name, said)
    pieces = parquet.batches(path, schema.names, _BATCH)
    for batch in (batch for piece in pieces for batch in piece.combine_chunks().to_batches()):
        whole_batch = columns_of(batch, path.name, line)
        if whole_batch is not None:
            yield line, whole_batch, ""
        else:
            for at in range(batch.num_rows):
                yield (line + at, *_row_of(batch.slice(at, 1)))
        line += batch.num_rows


def _told(schema: pa.Schema, name: str, said: str | None) -> None:
    """Refuse a file whose columns do not tell what it says.

    Raises:
        RecordError: a column twice; amounts in floating point, of no form that is known to have whole coins so.
    """
    _once(schema.names, name)
    if said != WHOLE_COINS and has_floats(schema) and not has_coins(schema):
        raise RecordError(
            "amounts are floating-point numbers, and its columns are not those of the lake that gives whole coins so;"
            f" export base units as integers, or say --as {WHOLE_COINS} if they are coins",
            source=name,
        )


def _transaction(row: Row, source: str, line: int) -> dict[str, Any]:
    coinbase = _truth(row)
    inputs = [] if coinbase else [_spent(one, at) for at, one in enumerate(_items(row, "inputs"))]
    outputs = [_made(one, at) for at, one in enumerate(_items(row, "outputs"))]
    _counts_agree(row, coinbase, len(inputs), len(outputs))
    return {
        "tx_hash": digest(row, "hash"),
        "block": whole(row, "block_number"),
        "block_hash": None if row.get("block_hash") is None else digest(row, "block_hash"),
        "time": when(row.get("block_timestamp")),
        "coinbase": coinbase,
        "tx_index": None if row.get("index") is None else whole(row, "index"),
        "inputs": inputs,
        "outputs": outputs,
        "source": source,
        "line": line,
    }


def _counts_agree(row: Row, coinbase: bool, inputs: int, outputs: int) -> None:
    if not outputs or not (inputs or coinbase):
        raise Refusal("outputs" if inputs or coinbase else "inputs", "a transaction has some, got none")
    for name, found in (("input_count", inputs), ("output_count", outputs)):
        if row.get(name) is not None and whole(row, name) != found and not (coinbase and name == "input_count"):
            raise Refusal(name, f"says {row[name]}, but there are {found}: the export has lost some")


def _spent(one: Any, at: int) -> dict[str, Any]:
    if not isinstance(one, Mapping) or one.get("spent_transaction_hash") is None:
        raise Refusal("inputs", "expected the output that is spent; only a coinbase has none")
    return {
        "index": at if one.get("index") is None else whole(one, "index"),
        "hash": digest(one, "spent_transaction_hash"),
        "place": whole(one, "spent_output_index"),
        "address": only_address(one),
        "value": amount(one.get("value")),
    }


def _made(one: Any, at: int) -> dict[str, Any]:
    value = amount(one.get("value") if isinstance(one, Mapping) else None)
    if value is None:
        raise Refusal("outputs", "expected an amount of every output, got none")
    return {
        "index": at if one.get("index") is None else whole(one, "index"),
        "script": one.get("script_hex"),
        "type": one.get("type"),
        "address": only_address(one),
        "value": value,
    }


def _block(row: Row, source: str) -> dict[str, Any]:
    previous = next((row[name] for name in ("previous_block_hash", "previousblockhash") if row.get(name)), None)
    return {
        "block": whole(row, "number"),
        "hash": digest(row, "hash"),
        "previous": previous,
        "time": when(row.get("timestamp")),
        "root": None if row.get("merkle_root") is None else digest(row, "merkle_root"),
        "transactions": None if row.get("transaction_count") is None else whole(row, "transaction_count"),
        "source": source,
    }


def _truth(row: Row) -> bool:
    value = row.get("is_coinbase")
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise Refusal("is_coinbase", f"expected true or false, got {value!r}")


def _items(row: Row, name: str) -> Sequence[Any]:
    value = row.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Refusal(name, f"expected a list, got {str(value)[:60]!r}")
    return value


def only_address(one: Row) -> str | None:
    """The address of a coin; none where it has several, as bare multisig has, or none."""
    value = one.get("address", one.get("addresses"))
    if isinstance(value, list):
        return str(value[0]) if len(value) == 1 and value[0] else None
    return str(value) if value else None


def digest(row: Row, name: str) -> str:
    """An id of 64 hexadecimal digits."""
    value = str(row.get(name)).lower()
    if len(value) != 64 or not set(value) <= _DIGITS:
        raise Refusal(name, f"expected 64 hexadecimal digits, got {str(row.get(name))[:80]!r}")
    return value


def whole(row: Row, name: str) -> int:
    """A whole number from 0 on."""
    try:
        return base_units(row.get(name), MOST - 1)
    except InputError as error:
        raise Refusal(name, str(error)) from None


def when(value: object) -> datetime | None:
    """A time in UTC: seconds since 1970, text, or a time."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    try:
        return moment(str(value))
    except InputError as error:
        raise Refusal("timestamp", str(error)) from None


def amount(value: object) -> int | None:
    """Base units: a whole number of them, or whole coins in floating point that eight decimals can be told from."""
    if value is None:
        return None
    if isinstance(value, float):
        units = round(value * COIN) if abs(value) < EXACT else -1
        if 0 <= units < EXACT and float(Decimal(units) / COIN) == value:
            return units
        raise Refusal("value", f"expected base units, or coins of at most 8 decimals below 2^53 units, got {value!r}")
    try:
        return base_units(value, MOST - 1)
    except InputError as error:
        raise Refusal("value", str(error)) from None
