"""Answers as tables for other programs: CSV in which no cell runs as a formula, and Parquet with exact amounts."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from dyepack.amounts import USD, show
from dyepack.inert import cell
from dyepack.version import version

Kind = Literal["text", "amount", "dollars", "count", "share", "truth", "day", "time"]
_ARROW: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "amount": pa.decimal128(38, 0),
    "dollars": pa.decimal128(38, USD.decimals),
    "count": pa.int64(),
    "share": pa.float64(),
    "truth": pa.bool_(),
    "day": pa.date32(),
    "time": pa.timestamp("us", tz="UTC"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what kind of value it has, and where in a row's JSON the value is.

    `dollars` stand in JSON as millionths; `amount` are base units. A list becomes its members with blanks between.
    """

    name: str
    kind: Kind = "text"
    path: tuple[str, ...] = ()

    def of(self, row: Mapping[str, Any]) -> Any:
        """The value in this row, as JSON has it."""
        value: Any = row
        for key in self.path or (self.name,):
            if not isinstance(value, Mapping):
                return None
            value = value.get(key)
        return " ".join(map(str, value)) if isinstance(value, list) else value


def column(name: str, kind: Kind = "text", path: str = "") -> Column:
    """A column whose value is at a path with dots in it, or under its name; the header names the unit too."""
    unit = _UNITS.get(kind)
    header = name if unit is None or unit in name else f"{name}_{unit}"
    return Column(header, kind, tuple((path or name).split(".")))


_UNITS: dict[Kind, str] = {"dollars": "usd", "amount": "base_units", "share": "share"}


def columns_of(table: pa.Schema) -> tuple[Column, ...]:
    """The columns of a stored table."""
    kinds: dict[Any, Kind] = {kind: name for name, kind in _ARROW.items()}
    return tuple(Column(field.name, kinds.get(field.type, "text")) for field in table)


def as_csv(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Rows under a header, in UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([cell(_text(column, row)) for column in columns] for row in rows)
    return out.getvalue().encode("utf-8", "backslashreplace")


def as_parquet(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], says: Mapping[str, str]) -> bytes:
    """Rows with exact types; `says` travels in the file."""
    arrays = [pa.array([_exact(column, row) for row in rows], _ARROW[column.kind]) for column in columns]
    fields = [pa.field(column.name, _ARROW[column.kind]) for column in columns]
    schema = pa.schema(fields, metadata={**says, "dyepack": version()})
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), out, compression="zstd")
    return out.getvalue()


def _text(column: Column, row: Mapping[str, Any]) -> Any:
    value = column.of(row)
    if value is None or column.kind != "dollars":
        return value
    sign = "-" if (whole := int(value)) < 0 else ""
    return sign + show(abs(whole), USD.decimals)


def _exact(column: Column, row: Mapping[str, Any]) -> Any:
    value = column.of(row)
    return value if value is None or column.kind not in _READ else _READ[column.kind](value)


_READ: dict[Kind, Callable[[Any], Any]] = {
    "amount": Decimal,
    "dollars": lambda value: Decimal(value).scaleb(-USD.decimals),
    "day": date.fromisoformat,
    "time": datetime.fromisoformat,
    "text": str,
}
