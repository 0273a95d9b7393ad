"""The tables: columns from the records of `model`, the key, and the one stage and verb that writes each.

`python -m dyepack.schema` prints the reference page of tables.
"""

import gc
import json
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import pairwise, repeat
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin, get_type_hints

import pyarrow as pa

from dyepack import model
from dyepack.amounts import MAX_DIGITS
from dyepack.errors import RecordError

AMOUNT = pa.decimal128(38, 0)
EPOCH = date(1970, 1, 1).toordinal()
MANY = 100_000
"""Decimals that are read in the time that it takes to import Arrow's compute functions."""
_ARROW: dict[Any, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    bool: pa.bool_(),
    date: pa.date32(),
    datetime: pa.timestamp("us", tz="UTC"),
}


@dataclass(frozen=True)
class Column:
    """One column: its name, Arrow type, whether it may be empty, and what it holds."""

    name: str
    type: pa.DataType
    nullable: bool
    doc: str


@dataclass(frozen=True)
class Table:
    """One table: the name of its record, its key, and who writes it."""

    name: str
    record_name: str
    key: tuple[str, ...]
    stage: str
    verb: str

    @cached_property
    def record(self) -> type[Any]:
        """The record, which has a module of `model` made where no other command needed it before."""
        return cast("type[Any]", getattr(model, self.record_name))

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The record's fields as columns, in order."""
        hints = get_type_hints(self.record, include_extras=True)
        return tuple(_column(field.name, hints[field.name]) for field in fields(self.record))

    @cached_property
    def arrow(self) -> pa.Schema:
        """The Arrow (and so Parquet) schema."""
        return pa.schema([pa.field(c.name, c.type, c.nullable) for c in self.columns])

    def rows(self, records: Iterable[Any]) -> pa.Table:
        """Records as an Arrow table of this schema.

        Raises:
            RecordError: a value does not fit its column, e.g. an amount of more than 38 digits.
        """
        listed = list(records)
        arrays = [self._array(column, listed) for column in self.columns]
        return pa.Table.from_arrays(arrays, schema=self.arrow)

    def _array(self, column: Column, listed: Sequence[Any]) -> pa.Array:
        values = [_plain(getattr(record, column.name)) for record in listed]
        try:
            return pa.array(values, type=column.type)
        except (ValueError, TypeError, OverflowError, pa.ArrowException) as error:
            raise self._misfit(column, listed) from error

    def _misfit(self, column: Column, listed: Sequence[Any]) -> RecordError:
        """Which record has the value that does not fit, and what would."""
        record = next(one for one in listed if not _fits(getattr(one, column.name), column.type))
        value = getattr(record, column.name)
        row = ", ".join(f"{name} {getattr(record, name)!r}" for name in self.key)
        came = f"{value!r:.60}"
        expected = str(column.type)
        if column.type == AMOUNT and isinstance(value, int):
            expected, came = f"an amount of at most {MAX_DIGITS} digits", f"{len(str(abs(value)))}: {value}"
        reason = f"expected {expected}, got {came}{f' (row of {row})' if row else ''}"
        return RecordError(reason, source=self.name, field=column.name, value=value)

    def records(self, rows: pa.Table) -> list[Any]:
        """The inverse of `rows`: an Arrow table of this schema as records."""
        with uncollected():
            made = [*map(object.__new__, repeat(self.record, rows.num_rows))]
            for column in self.columns:
                store = getattr(self.record, column.name).__set__  # a column at a time: twice as fast as a record
                deque(map(store, made, _unplain(rows.column(column.name), column.type)), maxlen=0)
            return made


def as_json(record: Any) -> dict[str, Any]:
    """A record as a JSON object: amounts as decimal strings (many readers lose digits), times in ISO 8601."""
    out: dict[str, Any] = {}
    for column in table_of(type(record)).columns:
        value = getattr(record, column.name)
        if value is not None and column.type == AMOUNT:
            value = str(value)
        elif isinstance(value, datetime):
            value = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        elif isinstance(value, date):
            value = value.isoformat()
        elif isinstance(value, tuple):
            value = list(value)
        out[column.name] = value
    return out


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for cyclic garbage: a hundred thousand records hold none, and looking takes as long as making them."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _fits(value: Any, kind: pa.DataType) -> bool:
    try:
        pa.array([_plain(value)], type=kind)
    except (ValueError, TypeError, OverflowError, pa.ArrowException):
        return False
    return True


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _unplain(column: pa.ChunkedArray, kind: pa.DataType) -> list[Any]:
    """A column as Python values: whole numbers past no decimal where they are many, each day made once."""
    if pa.types.is_list(kind):
        return [value for chunk in column.chunks for value in _tuples(chunk)]
    if kind == AMOUNT:
        return _integers(column)
    if pa.types.is_date(kind):
        return _dates(column)
    return list(column.to_pylist())


def _dates(column: pa.ChunkedArray) -> list[date | None]:
    days = [day for chunk in column.chunks for day in chunk.view(pa.int32()).to_pylist()]
    made = {day: None if day is None else date.fromordinal(EPOCH + day) for day in set(days)}
    return [made[day] for day in days]


def _integers(column: pa.ChunkedArray) -> list[int | None]:
    if len(column) > MANY:
        with suppress(pa.ArrowInvalid):  # one has more than 64 bits
            return list(column.cast(pa.int64()).to_pylist())
    return [None if value is None else int(value) for value in column.to_pylist()]


def _tuples(chunk: pa.ListArray) -> list[tuple[Any, ...] | None]:
    if chunk.null_count:
        return [None if value is None else tuple(value) for value in chunk.to_pylist()]
    values, ends = chunk.values.to_pylist(), chunk.offsets.to_pylist()
    return [tuple(values[start:end]) for start, end in pairwise(ends)]


def _column(name: str, hint: Any) -> Column:
    docs: list[str] = []
    amount = nullable = False
    while True:
        if get_origin(hint) is Annotated:
            amount = amount or "amount" in hint.__metadata__
            docs += [note for note in hint.__metadata__ if note != "amount"]
            hint = hint.__origin__
        elif get_origin(hint) in (Union, UnionType):
            (hint,) = [arm for arm in get_args(hint) if arm is not NoneType]
            nullable = True
        else:
            break
    return Column(name, AMOUNT if amount else _arrow(hint), nullable, "; ".join(docs))


def _arrow(hint: Any) -> pa.DataType:
    if get_origin(hint) is Literal:
        return pa.string()
    if get_origin(hint) is tuple:
        return pa.list_(pa.string())
    return _ARROW[hint]


_TABLES = (
    Table("sources", "Source", ("source",), "ledger", "load-ledger"),
    Table("incidents", "Incident", ("incident",), "ledger", "load-ledger"),
    Table("amount_claims", "AmountClaim", ("claim",), "ledger", "load-ledger"),
    Table("attribution_claims", "AttributionClaim", ("claim",), "ledger", "load-ledger"),
    Table("address_claims", "AddressClaim", ("claim",), "ledger", "load-ledger"),
    Table("transaction_claims", "TransactionClaim", ("claim",), "ledger", "load-ledger"),
    Table("laundering_claims", "LaunderingClaim", ("claim",), "ledger", "load-ledger"),
    Table("published_totals", "PublishedTotal", ("claim",), "ledger", "load-ledger"),
    Table("transfers", "Transfer", ("chain", "block", "tx_index", "seq"), "ingest", "ingest movements"),
    Table("listed_movements", "ListedMovement", ("source", "line", "number"), "ingest", "ingest movements"),
    Table("blocks", "Block", ("chain", "block"), "ingest", "ingest"),
    Table("transactions", "Transaction", ("chain", "block", "tx_index"), "ingest", "ingest"),
    Table("inputs", "Input", ("chain", "block", "tx_index", "index"), "ingest", "ingest"),
    Table("outputs", "Output", ("chain", "block", "tx_index", "index"), "ingest", "ingest"),
    Table("freezes", "Freeze", ("chain", "block", "tx_index", "log"), "ingest", "ingest"),
    Table("notes", "Note", (), "ingest", "ingest"),
    Table("prices", "Price", ("asset", "span", "time", "source"), "ingest", "ingest prices"),
    Table("assets", "AssetRow", ("asset",), "ingest", "ingest movements"),
    Table("openings", "Opening", ("chain", "address", "asset"), "ingest", "ingest movements"),
    Table("tags", "Tag", ("tag",), "tags", "load-tags"),
    Table("editions", "Edition", ("list_name", "edition", "scope", "part"), "tags", "load-tags"),
    Table("listings", "Listing", ("list_name", "edition", "scope", "entry", "name", "part"), "tags", "load-tags"),
    Table("actors", "Actor", ("actor", "pack"), "tags", "load-tags"),
    Table("actor_statements", "ActorStatement", ("claim",), "tags", "load-tags"),
    Table("actor_decisions", "ActorDecision", ("decision",), "tags", "actors decide"),
    Table("canonical_actors", "CanonicalActor", ("actor",), "tags", "load-tags"),
    Table("coinjoins", "Coinjoin", ("chain", "block", "tx_index"), "cluster", "cluster"),
    Table(
        "joins",
        "Join",
        ("chain", "block", "tx_index", "heuristic", "first", "second_chain", "second"),
        "cluster",
        "cluster",
    ),
    Table(
        "deposits",
        "Deposit",
        ("chain", "address", "asset", "swept_block", "swept_hash", "swept_seq"),
        "cluster",
        "cluster",
    ),
    Table("clusters", "ClusterMember", ("chain", "address"), "cluster", "cluster"),
    Table("appearances", "Appearance", ("chain", "number"), "cluster", "cluster"),
    Table("join_decisions", "JoinDecision", ("decision",), "cluster", "cluster review"),
    Table("seeds", "Seed", ("run", "origin", "chain", "address", "asset"), "trace", "trace"),
    Table("flows", "Flow", ("run", "method", "origin", "chain", "block", "tx_index", "seq"), "trace", "trace"),
    Table(
        "destinations",
        "Destination",
        ("run", "method", "origin", "chain", "address", "asset", "reason"),
        "trace",
        "trace",
    ),
    Table(
        "conversions",
        "Conversion",
        ("run", "chain", "block", "tx_index", "conversion", "asset_in", "asset_out"),
        "trace",
        "trace",
    ),
    Table("lots", "RestingLot", ("run", "method", "chain", "address", "asset", "output", "position"), "trace", "trace"),
    Table("balance", "BalanceLine", ("run", "method", "origin", "asset", "day", "line", "name"), "trace", "trace"),
    Table(
        "postings",
        "Posting",
        ("run", "method", "origin", "chain", "block", "address", "asset", "reason"),
        "trace",
        "trace",
    ),
    Table("scopes", "TraceScope", ("run",), "trace", "trace"),
    Table("remarks", "Remark", ("run", "number"), "trace", "trace"),
    Table("not_followed", "NotFollowed", ("run", "flag"), "trace", "trace"),
    Table(
        "payments",
        "Payment",
        ("run", "method", "origin", "deposit", "address", "asset"),
        "trace",
        "trace",
    ),
    Table("unfunded", "Unfunded", ("run", "repeated", "number"), "trace", "trace"),
    Table("repeats", "Repeat", ("run", "asset"), "trace", "trace"),
    Table("read_otherwise", "ReadOtherwise", ("run", "variant"), "trace", "trace"),
    Table("differing_ends", "DifferingEnd", ("run", "variant", "number"), "trace", "trace"),
    Table(
        "other_destinations",
        "OtherDestination",
        ("run", "method", "origin", "chain", "address", "asset", "reason"),
        "trace",
        "trace",
    ),
    Table(
        "other_balance",
        "OtherBalanceLine",
        ("run", "method", "origin", "asset", "day", "line", "name"),
        "trace",
        "trace",
    ),
    Table("runs", "Run", ("run",), "store", "any verb that writes"),
    Table("rejects", "Reject", (), "store", "any verb that reads what people wrote"),
)
TABLES: dict[str, Table] = {table.name: table for table in _TABLES}
_BY_RECORD = {table.record_name: table for table in _TABLES}


def table_of(record: type[Any]) -> Table:
    """The table of a record."""
    return _BY_RECORD[record.__name__]


def reference() -> str:
    """The reference page of tables, as Markdown."""
    parts = [
        "# Tables\n",
        "<!-- made by `python -m dyepack.schema`; do not edit -->\n",
        "A workspace is a folder of Parquet tables. Each is written by one stage; stages meet here and nowhere else.\n",
    ]
    for table in _TABLES:
        key = ", ".join(f"`{name}`" for name in table.key) or "none"
        parts.append(f"## {table.name}\n\n{(table.record.__doc__ or '').strip()}\n")
        parts.append(f"Stage `{table.stage}`, written by `{table.verb}`; key: {key}.\n")
        lines = ["| column | type | may be empty | what it holds |", "|---|---|---|---|"]
        lines += [f"| `{c.name}` | {c.type} | {'yes' if c.nullable else ''} | {c.doc} |" for c in table.columns]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


_JSON: dict[pa.DataType, dict[str, Any]] = {
    pa.string(): {"type": "string"},
    pa.int64(): {"type": "integer"},
    pa.bool_(): {"type": "boolean"},
    pa.date32(): {"type": "string", "format": "date"},
    pa.timestamp("us", tz="UTC"): {"type": "string", "format": "date-time"},
    pa.list_(pa.string()): {"type": "array", "items": {"type": "string"}},
    AMOUNT: {"type": "string", "pattern": "^-?[0-9]{1,38}$"},
}


def json_schema(table: Table) -> dict[str, Any]:
    """The JSON Schema of a record's JSON form."""
    properties = {}
    for column in table.columns:
        kind = dict(_JSON[column.type])
        if column.nullable:
            kind["type"] = [kind["type"], "null"]
        properties[column.name] = {**kind, "description": column.doc}
    names = list(properties)
    shape = {"type": "object", "properties": properties, "required": names, "additionalProperties": False}
    return {"title": table.record.__name__, **shape}


if __name__ == "__main__":
    sys.stdout.write(json.dumps({t.name: json_schema(t) for t in _TABLES}) if "--json" in sys.argv else reference())
