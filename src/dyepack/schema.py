"""The tables: columns from the records of `model.py`, the key, and the one stage and verb that writes each.

`python -m dyepack.schema` prints the reference page of tables.
"""

import gc
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import pairwise
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

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
    """One table: its record, its key, and who writes it."""

    name: str
    record: type[Any]
    key: tuple[str, ...]
    stage: str
    verb: str

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
            return [*map(self.record, *(_unplain(rows.column(c.name), c.type) for c in self.columns))]


def as_json(record: Any) -> dict[str, Any]:
    """A record as a JSON object: amounts as decimal strings (many readers lose digits), times in ISO 8601."""
    out: dict[str, Any] = {}
    for column in TABLE_OF[type(record)].columns:
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
    Table("sources", model.Source, ("source",), "ledger", "load-ledger"),
    Table("incidents", model.Incident, ("incident",), "ledger", "load-ledger"),
    Table("amount_claims", model.AmountClaim, ("claim",), "ledger", "load-ledger"),
    Table("attribution_claims", model.AttributionClaim, ("claim",), "ledger", "load-ledger"),
    Table("address_claims", model.AddressClaim, ("claim",), "ledger", "load-ledger"),
    Table("transaction_claims", model.TransactionClaim, ("claim",), "ledger", "load-ledger"),
    Table("laundering_claims", model.LaunderingClaim, ("claim",), "ledger", "load-ledger"),
    Table("published_totals", model.PublishedTotal, ("claim",), "ledger", "load-ledger"),
    Table("transfers", model.Transfer, ("chain", "block", "tx_index", "seq"), "ingest", "ingest movements"),
    Table("blocks", model.Block, ("chain", "block"), "ingest", "ingest"),
    Table("transactions", model.Transaction, ("chain", "block", "tx_index"), "ingest", "ingest"),
    Table("inputs", model.Input, ("chain", "block", "tx_index", "index"), "ingest", "ingest"),
    Table("outputs", model.Output, ("chain", "block", "tx_index", "index"), "ingest", "ingest"),
    Table("freezes", model.Freeze, ("chain", "block", "tx_index", "log"), "ingest", "ingest"),
    Table("prices", model.Price, ("asset", "span", "time", "source"), "ingest", "ingest prices"),
    Table("assets", model.AssetRow, ("asset",), "ingest", "ingest movements"),
    Table("openings", model.Opening, ("chain", "address", "asset"), "ingest", "ingest movements"),
    Table("tags", model.Tag, ("tag",), "tags", "load-tags"),
    Table("editions", model.Edition, ("list_name", "edition", "scope", "part"), "tags", "load-tags"),
    Table("listings", model.Listing, ("list_name", "edition", "scope", "entry", "name", "part"), "tags", "load-tags"),
    Table("actors", model.Actor, ("actor", "pack"), "tags", "load-tags"),
    Table("actor_statements", model.ActorStatement, ("claim",), "tags", "load-tags"),
    Table("actor_decisions", model.ActorDecision, ("decision",), "tags", "actors decide"),
    Table("canonical_actors", model.CanonicalActor, ("actor",), "tags", "load-tags"),
    Table("coinjoins", model.Coinjoin, ("chain", "block", "tx_index"), "cluster", "cluster"),
    Table(
        "joins",
        model.Join,
        ("chain", "block", "tx_index", "heuristic", "first", "second_chain", "second"),
        "cluster",
        "cluster",
    ),
    Table(
        "deposits",
        model.Deposit,
        ("chain", "address", "asset", "swept_block", "swept_hash", "swept_seq"),
        "cluster",
        "cluster",
    ),
    Table("clusters", model.ClusterMember, ("chain", "address"), "cluster", "cluster"),
    Table("appearances", model.Appearance, ("chain", "number"), "cluster", "cluster"),
    Table("join_decisions", model.JoinDecision, ("decision",), "cluster", "cluster review"),
    Table("seeds", model.Seed, ("run", "origin", "chain", "address", "asset"), "trace", "trace"),
    Table("flows", model.Flow, ("run", "method", "origin", "chain", "block", "tx_index", "seq"), "trace", "trace"),
    Table(
        "destinations",
        model.Destination,
        ("run", "method", "origin", "chain", "address", "asset", "reason"),
        "trace",
        "trace",
    ),
    Table(
        "conversions",
        model.Conversion,
        ("run", "chain", "block", "tx_index", "conversion", "asset_in", "asset_out"),
        "trace",
        "trace",
    ),
    Table(
        "lots", model.RestingLot, ("run", "method", "chain", "address", "asset", "output", "position"), "trace", "trace"
    ),
    Table("balance", model.BalanceLine, ("run", "method", "origin", "asset", "day", "line", "name"), "trace", "trace"),
    Table("scopes", model.TraceScope, ("run",), "trace", "trace"),
    Table("remarks", model.Remark, ("run", "number"), "trace", "trace"),
    Table("not_followed", model.NotFollowed, ("run", "flag"), "trace", "trace"),
    Table(
        "payments",
        model.Payment,
        ("run", "method", "origin", "deposit", "address", "asset"),
        "trace",
        "trace",
    ),
    Table("unfunded", model.Unfunded, ("run", "repeated", "number"), "trace", "trace"),
    Table("repeats", model.Repeat, ("run", "asset"), "trace", "trace"),
    Table(
        "other_destinations",
        model.OtherDestination,
        ("run", "method", "origin", "chain", "address", "asset", "reason"),
        "trace",
        "trace",
    ),
    Table(
        "other_balance",
        model.OtherBalanceLine,
        ("run", "method", "origin", "asset", "day", "line", "name"),
        "trace",
        "trace",
    ),
    Table("runs", model.Run, ("run",), "store", "any verb that writes"),
    Table("rejects", model.Reject, (), "store", "any verb that reads what people wrote"),
)
TABLES: dict[str, Table] = {table.name: table for table in _TABLES}
TABLE_OF: dict[type[Any], Table] = {table.record: table for table in _TABLES}


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
