"""Brings files of lakes and exporters into Parquet of one form: ids and amounts checked, events decoded.

What a row is, is told by all of its columns (`forms`), or in JSON by its `type`. Columns that nobody reads are left
away, and named. A row with a cell that is not what its column holds is refused by itself. Of events, those that move
tokens or coins are decoded by the rules of `events`; all others are counted.
"""

import csv
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from zlib import error as zlib_error

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dyepack import chains
from dyepack.amounts import LIMIT, MAX_DIGITS
from dyepack.errors import InputError, SourceError
from dyepack.ingest import parquet
from dyepack.ingest.evm import events, issuers, notes, vaults
from dyepack.ingest.evm.checked import checked, tron_address
from dyepack.ingest.evm.columns import COLUMNS, EVENT, EVENTS, FROM
from dyepack.ingest.evm.forms import FORMS, Form, form_of
from dyepack.ingest.evm.networks import ZERO, Network, by_id
from dyepack.ingest.evm.normal import normal, read_columns
from dyepack.ingest.evm.records import Decoded, Head, Left, Log, Moved, Noted
from dyepack.ingest.places import kind_of
from dyepack.lines import MAX_LINE, lines, names_once
from dyepack.model import Note

_BATCH = 50_000
_MOST_COLUMNS = 1_000
_BLOCK = 16 << 20
_CHAINS = frozenset({"chain_id", "chain", "chain_name", "blockchain"})
_TYPES = {name.removesuffix("s"): name for name in COLUMNS}
_WANTED = pa.array([*events.KINDS, *issuers.EVENTS, *notes.EXPLAINING])
_DECODER = msgspec.json.Decoder(float_hook=str)
_PLAIN = "Withdrawal"
"""Of the wrapped coin: so many that its destructions are noted by the engine, from the movements themselves."""
Row = Mapping[str, Any]


@dataclass(slots=True)
class Refused:
    """Something that was refused: of which file, on which line, and why."""

    source: str
    line: int | None
    left: Left


@dataclass(frozen=True, slots=True)
class Prepared:
    """One file that was written: of which dataset it is, and its schema."""

    dataset: str
    path: Path
    schema: pa.Schema


@dataclass(slots=True)
class Preparing:
    """Where files are put, of which chain they are, and what was found on the way.

    `said` is the dataset that somebody says all files are of; `noted` is what issuers did, each with the row that says
    so; `unread` are the columns of each dataset that nothing was read from.
    """

    folder: Path
    network: Network
    said: str | None = None
    sources: list[str] = field(default_factory=list)
    files: list[Prepared] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    passed: Counter[str] = field(default_factory=Counter)
    noted: list[tuple[Row, Noted]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    unread: dict[str, set[str]] = field(default_factory=dict)

    def add(self, path: Path, name: str) -> None:
        """One more file, and what it is called.

        Raises:
            SourceError: it cannot be read.
            InputError: it is of no known dataset, or of one of two.
        """
        self.sources.append(name)
        kind = kind_of(path.name)
        try:
            if kind == ".parquet":
                self._parquet(path)
            elif kind == ".csv":
                self._csv(path)
            else:
                self._json(path)
        except (OSError, EOFError, pa.ArrowException, UnicodeDecodeError, zlib_error) as error:
            name = "Parquet" if kind == ".parquet" else "CSV"
            raise SourceError(f"cannot read {path} as {name}: {(str(error) or 'cut off').splitlines()[0]}") from None

    def _parquet(self, path: Path) -> None:
        file = pq.ParquetFile(path)
        form = self._form(path, file.schema_arrow.names)
        wanted = read_columns(form, file.schema_arrow.names)
        self._unread(form, file.schema_arrow.names, wanted)
        for column in _naming(file.schema_arrow.names):
            for group in range(file.num_row_groups):
                self._of_chain(path.name, column, file.read_row_group(group, [column]).column(0).unique().to_pylist())
        writer, row = _Writer(self, form.dataset), 1
        for piece in parquet.batches(path, wanted, _BATCH):
            writer.put(normal(piece, form, path.name), range(row, row + piece.num_rows))
            row += piece.num_rows
        writer.close()

    def _csv(self, path: Path) -> None:
        """All cells as bytes, so that neither another encoding nor a number that is none stops the rows beside it."""
        import pyarrow.csv as pc_csv  # noqa: PLC0415 (few have CSV)

        header = _header(path)
        form = self._form(path, header)
        wanted = read_columns(form, header)
        self._unread(form, header, wanted)
        readable, left_out = self._in_utf8(path)
        odd: set[int] = set()

        def skip(row: Any) -> str:
            odd.add(row.number)
            line = _where(row.number, left_out)
            reason = f"expected {row.expected_columns} cells, got {row.actual_columns}"
            self.refuse(line, Left("row", reason, str(row.text)[:2000]))
            return "skip"

        naming = [name for name in _naming(header) if name not in wanted]
        types = dict.fromkeys([*wanted, *naming], pa.binary())
        convert = pc_csv.ConvertOptions(
            column_types=types, include_columns=[*wanted, *naming], strings_can_be_null=True, null_values=[""]
        )
        read = pc_csv.ReadOptions(use_threads=False, block_size=_BLOCK)
        parse = pc_csv.ParseOptions(invalid_row_handler=skip)
        writer, line = _Writer(self, form.dataset), 1
        for batch in pc_csv.open_csv(readable, read, parse, convert):
            places = list[int]()
            while len(places) < batch.num_rows:
                line += 1
                if line not in odd:
                    places.append(_where(line, left_out))
            for column in naming:
                told = batch.column(column).unique().to_pylist()
                self._of_chain(path.name, column, [one and one.decode(errors="replace") for one in told])
            texts = {name: batch.column(name).view(pa.string()) for name in wanted}
            writer.put(normal(pa.table(texts), form, path.name), places)
        writer.close()

    def _in_utf8(self, path: Path) -> tuple[Path, list[int]]:
        """The file, or a copy without lines that are not UTF-8 or too long, which are refused; and their numbers."""
        bad = list[int]()
        for number, raw in lines(path):
            if raw is None or not _is_utf8(raw):
                bad.append(number)
                what = "expected text in UTF-8, got another encoding" if raw else f"more than {MAX_LINE:,} bytes"
                self.refuse(number, Left("row", what, ascii((raw or b"")[:600])))
        if not bad:
            return path, bad
        copy, out = self.folder / f"in-utf8-{len(self.sources)}.csv", {*bad}
        with copy.open("wb") as file:
            file.writelines(raw for number, raw in lines(path) if raw is not None and number not in out)
        return copy, bad

    def _json(self, path: Path) -> None:
        """One object to a line; several datasets may be in one file."""
        found = self._forms(path)
        waiting: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        writers: dict[str, _Writer] = {}
        for line, text, row in _rows(path):
            try:
                form = self._form_of_row(row, found)
                if form is None:
                    self.passed["row of another kind"] += 1
                    continue
                cells = {column: _cell(row.get(column), column) for column in found[form]}
                for column in _naming(row):
                    self._of_chain("chain", column, [row[column]])
            except InputError as error:
                field_name, _, reason = str(error).partition(": ")
                self.refuse(line, Left(field_name, reason, text[:2000]))
                continue
            name = form.dataset
            waiting.setdefault(name, []).append((line, cells))
            if len(waiting[name]) == _BATCH:
                self._flush(writers.setdefault(name, _Writer(self, name)), form, waiting.pop(name), path.name)
        for form in found:
            if rows := waiting.pop(form.dataset, None):
                name = form.dataset
                self._flush(writers.setdefault(name, _Writer(self, name)), form, rows, path.name)
        for writer in writers.values():
            writer.close()

    def _forms(self, path: Path) -> dict[Form, list[str]]:
        """The forms of a file of JSON, and the columns that are read of each: rows leave out what they have not."""
        columns: dict[Form, dict[str, None]] = {}
        partly = dict[tuple[str, ...], None]()
        for _, _, row in _rows(path):
            try:
                form = self._form_of_row(row, {})
            except InputError:
                partly |= {tuple(row): None} if isinstance(row, Mapping) and len(partly) < _MOST_COLUMNS else {}
                continue
            if form is not None:
                columns.setdefault(form, {}).update(dict.fromkeys(row))
        for keys in partly:
            if (form := _only(columns, keys)) is not None:
                columns[form].update(dict.fromkeys(keys))
        found = {form: read_columns(form, list(names)) for form, names in columns.items()}
        for form, names in columns.items():
            self._unread(form, list(names), found[form])
        return found

    def _form_of_row(self, row: Any, found: Mapping[Form, Any]) -> Form | None:
        """The form of a row; none where it speaks of a contract or a token.

        Raises:
            InputError: it is no row, or of no form that is known or that the file's other rows have.
        """
        if isinstance(row, InputError):
            raise InputError(f"row: {row}")
        if not isinstance(row, Mapping):
            raise InputError("row: expected a block, transaction, receipt, log, trace or transfer as a JSON object")
        said = str(row.get("type"))
        if said in ("contract", "token") and "transaction_hash" not in row:
            return None
        if self.said is None and said in _TYPES:
            return next(form for form in FORMS if form.dataset == _TYPES[said])
        try:
            return form_of(row.keys(), "row", self.said)
        except InputError:
            if (form := _only(found, row)) is not None:
                return form
            raise

    def _flush(self, writer: "_Writer", form: Form, rows: list[tuple[int, dict[str, Any]]], name: str) -> None:
        columns = {key: pa.array([cells[key] for _, cells in rows], pa.string()) for key in rows[0][1]}
        writer.put(normal(pa.table(columns), form, name), [line for line, _ in rows])

    def _form(self, path: Path, columns: Sequence[str]) -> Form:
        if len(columns) > _MOST_COLUMNS:
            raise InputError(f"{path.name}: expected at most {_MOST_COLUMNS:,} columns, got {len(columns):,}")
        if twice := [name for name, count in Counter(columns).items() if count > 1]:
            raise InputError(f"{path.name}: has the column {twice[0]!r:.80} twice; which one is meant cannot be known")
        form = form_of(columns, path.name, self.said)
        have = {form.names.get(name, name) for name in columns}
        if "value" in COLUMNS[form.dataset] and not have & {"value", "action_value"}:
            raise InputError(
                f"{path.name}: expected whole amounts in a column value or value_string, as text or integers; it has"
                f" {', '.join(name for name in columns if name.startswith('value')) or 'none'}"
                " (with cryo: --u256-types string --hex)"
            )
        return form

    def _of_chain(self, where: str, column: str, values: Iterable[Any]) -> None:
        """Refuse what says that it is of another chain than the one that was asked for.

        Raises:
            InputError: it does.
        """
        for value in values:
            text = re.sub(r"[ _-]?mainnet$", "", "" if value is None else str(value).strip(), flags=re.I)
            try:
                said = by_id(int(text[:20])).chain if text.isascii() and text.isdecimal() else chains.chain(text).name
            except InputError:
                said = text
            if said and said != self.network.chain and text != str(self.network.id):
                raise InputError(
                    f"{where}: the column {column!r} says {said!r:.60}, and --chain says {self.network.chain}; load"
                    " each chain by itself"
                )

    def _unread(self, form: Form, columns: Sequence[str], wanted: Sequence[str]) -> None:
        self.unread.setdefault(form.dataset, set()).update({*columns} - {*wanted} - _CHAINS)

    def refuse(self, line: int | None, left: Left) -> None:
        """Note that something of the file at hand is refused."""
        self.refused.append(Refused(self.sources[-1], line, left))


class _Writer:
    """Writes one file of a dataset, batch by batch; events decoded, addresses of TRON as it prints them."""

    def __init__(self, preparing: Preparing, name: str) -> None:
        self._preparing, self._name = preparing, name
        self._file: pq.ParquetWriter | None = None

    def put(self, rows: pa.Table, places: Sequence[int]) -> None:
        """One more batch, each of whose rows stood at a place in its file."""
        preparing, chain = self._preparing, self._preparing.network.chain
        try:
            good, refused = checked(rows, self._name, chain)
        except InputError as error:
            raise InputError(f"{preparing.sources[-1]}: {error}") from None
        for at, (column, reason) in sorted(refused.items()):
            preparing.refuse(places[at], Left(column, reason, _shown(rows, at)))
        number = pa.array([len(preparing.sources) - 1] * len(good), FROM["lake_file"])
        good = good.append_column("lake_file", number).append_column("lake_row", pa.array(places, FROM["lake_row"]))
        if refused:
            good = good.filter(pa.array([at not in refused for at in range(len(good))], pa.bool_()))
        if self._name == "logs":
            good = _decoded(good, preparing)
        if chain == "tron":
            good = _on_tron(good)
        if self._file is None:
            name = "token_events" if self._name == "logs" else self._name
            path = preparing.folder / f"{len(preparing.files)}-{name}.parquet"
            preparing.files.append(Prepared(name, path, good.schema))
            self._file = pq.ParquetWriter(path, good.schema)
        self._file.write_table(good.cast(self._file.schema))

    def close(self) -> None:
        """No more comes."""
        if self._file is not None:
            self._file.close()


def _only(forms: Iterable[Form], columns: Collection[str]) -> Form | None:
    """The one of these forms that knows all these columns."""
    fitting = [form for form in forms if form.has.issuperset(columns)]
    return fitting[0] if len(fitting) == 1 else None


def _is_utf8(raw: bytes) -> bool:
    try:
        return raw.isascii() or bool(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _where(number: int, left_out: Sequence[int]) -> int:
    """The line of a file that a line of its copy was, where these lines were left out of it."""
    for before in left_out:
        if before > number:
            break
        number += 1
    return number


def _shown(rows: pa.Table, at: int) -> str:
    """A row as its reject keeps it; text in another encoding as bytes."""
    cells = dict[str, Any]()
    for name in rows.column_names:
        value = rows.column(name)[at]
        try:
            cells[name] = value.as_py()
        except UnicodeDecodeError:
            cells[name] = value.cast(pa.binary()).as_py()
    return str(cells)[:2000]


def _header(path: Path) -> list[str]:
    """The names in the first line of a CSV file.

    Raises:
        InputError: it has none, or more than any dataset.
    """
    first = next(lines(path), (1, b""))[1]
    text = ("" if first is None else first.decode("utf-8-sig", "replace")).strip()
    if first is None or len(text) > 100 * _MOST_COLUMNS or text.count(",") >= _MOST_COLUMNS:
        raise InputError(f"{path.name}: expected a header of at most {_MOST_COLUMNS:,} columns, got more")
    try:
        return next(csv.reader([text]), [])
    except csv.Error as error:
        raise InputError(f"{path.name}: expected a header of CSV: {error}") from None


def _naming(columns: Iterable[str]) -> list[str]:
    """The columns that say of which chain a row is."""
    return [name for name in columns if name in _CHAINS]


def _rows(path: Path) -> Iterator[tuple[int, str, Any]]:
    for line, data in lines(path):
        if data is None:
            yield line, f"(more than {MAX_LINE:,} bytes)", None
        elif data.strip():
            try:
                row = _DECODER.decode(data)
                names_once(data)
            except InputError as error:
                row = error
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                row = None
            yield line, data.decode(errors="replace").rstrip("\r\n"), row


def _cell(value: Any, name: str) -> str | None:
    """A value of a JSON row as text, numbers by their own digits.

    Raises:
        InputError: it is neither text nor a number.
    """
    if value is None or value == "":
        return None
    if isinstance(value, list) and name in ("topics", "trace_address"):
        return ",".join(map(str, value))
    if isinstance(value, bool) and name in ("success", "tx_success", "status", "receipt_status"):
        return str(value).lower()
    if isinstance(value, (bool, list, dict)):
        raise InputError(f"{name}: expected text or a whole number, got {value!r:.60}")
    return str(value)


def _decoded(rows: pa.Table, preparing: Preparing) -> pa.Table:
    """The movements in a batch of events."""
    topics = _topics(rows)
    first = pc.utf8_lower(pc.list_element(topics, 0))
    keep = pc.fill_null(pc.is_in(first, _WANTED), fill_value=False)
    preparing.passed["event of another kind"] += len(rows) - (pc.sum(keep).as_py() or 0)
    rows, lists = rows.filter(keep), topics.filter(keep).to_pylist()
    out, made = Decoded(), list[dict[str, Any]]()
    for given, said in zip(rows.to_pylist(), lists, strict=True):
        row = given | {"transaction_hash": _hash(str(given["transaction_hash"]), preparing.network)}
        names = tuple(one.lower() for one in said)
        contract = _contract(row["address"], preparing.network)
        log = Log(row["log_index"], contract, names, str(row["data"] or "0x").lower())
        for part, (move, assets) in enumerate(_moved(log, preparing.network, out)):
            if move.amount >= LIMIT:
                out.left.append(Left("amount", f"expected at most {MAX_DIGITS} digits, got {move.amount}", str(log)))
                continue
            ends = {"from_address": move.payer, "to_address": move.payee, "value": Decimal(move.amount)}
            one = {"contract": move.token, "kind": move.kind, "name": move.name, "part": part, "assets": assets}
            made.append({**row, "log_index": log.number, **ends, **one})
        preparing.noted += [(row, one) for one in out.noted]
        out.noted.clear()
        head, tx_hash = Head(preparing.network, int(row["block_number"])), row["transaction_hash"]
        preparing.notes += [notes.unread(head, tx_hash, left, "") for left in out.left]
        preparing.notes += [notes.explained(head, tx_hash, why, "") for why in out.explained if why.says != _PLAIN]
        out.explained.clear()
        for left in out.left:
            reason = f"{row['transaction_hash']}: {left.reason}"
            preparing.refuse(row["lake_row"], Left(left.field, reason, left.what))
        out.left.clear()
    preparing.passed += out.passed
    return pa.Table.from_pylist(made, pa.schema([one for one in EVENTS if one.name in (*EVENT, *rows.column_names)]))


def _moved(log: Log, network: Network, out: Decoded) -> list[tuple[Moved, Decimal | None]]:
    """The movements of one event; with shares of a vault, of which other events must tell, the assets it names."""
    if log.topics and log.topics[0] in events.VAULTS:
        out.explained += [why] if (why := notes.explains(log, network.chain)) else []
        one = vaults.shares(log, ZERO)
        there = one is not None and one[1] < LIMIT
        return [(one[0]._replace(name=f"log {log.number}"), Decimal(one[1]))] if one is not None and there else []
    return [(move, None) for _, move in events.moved([log], network, out)]


def _contract(text: str, network: Network) -> str:
    """The contract of an event as tables and lists have it; what is none is refused where all rows are looked at."""
    if network.chain != "tron":
        return text.lower()
    return _or_none(text, tron_address) or text


def _topics(rows: pa.Table) -> pa.Array:
    """Lists of topics: as they are, from text with commas, or from a column for each."""
    if "topics" not in rows.column_names:
        have = [name for name in (f"topic{n}" for n in range(4)) if name in rows.column_names]
        four = [rows.column(name).to_pylist() for name in have]
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
            rows = rows.set_column(at, column.name, _mapped(rows.column(at), tron_address))
        elif column.name in ("hash", "transaction_hash", "parent_hash"):
            rows = rows.set_column(at, column.name, _mapped(rows.column(at), _bare))
    return rows


def _hash(text: str, network: Network) -> str:
    """The id of a transaction as the tables have it."""
    return _bare(text) if network.chain == "tron" else text.lower()


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
