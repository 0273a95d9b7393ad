"""What files of a lake hold: which dataset each is of, told by its columns, and when the blocks were."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dyepack.errors import InputError, SourceError
from dyepack.ingest.evm.columns import named
from dyepack.ingest.places import SUFFIXES, kind_of

_ENDS = ("from_address", "to_address")
SHAPES: Mapping[str, tuple[str, ...]] = {
    "token_events": ("block_number", "transaction_index", "log_index", "transaction_hash", "contract", "kind", *_ENDS),
    "receipts": ("transaction_hash", "gas_used", "status"),
    "erc20_transfers": ("block_number", "transaction_index", "log_index", "transaction_hash", "erc20", *_ENDS),
    "native_transfers": ("block_number", "transaction_index", "transfer_index", "transaction_hash", *_ENDS),
    "token_transfers": ("block_number", "transaction_hash", "log_index", "token_address", *_ENDS, "value"),
    "traces": (
        "block_number",
        "transaction_index",
        "transaction_hash",
        "trace_type",
        "trace_address",
        "status",
        *_ENDS,
    ),
    "transactions": ("hash", "block_number", "transaction_index", *_ENDS, "value", "gas_price"),
    "blocks": ("timestamp",),
}
"""The columns by which a dataset is known, the first that fits; the value's column depends on the exporter."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """The files of one dataset, and the schema that they share."""

    name: str
    files: tuple[Path, ...]
    schema: pa.Schema

    def has(self, column: str) -> bool:
        """Whether it has a column."""
        return column in self.schema.names

    def value(self) -> str:
        """The column of amounts that has all digits.

        Raises:
            InputError: there is none.
        """
        for name in ("value_string", "value"):
            if self.has(name):
                kind = self.schema.field(name).type
                if pa.types.is_floating(kind) or pa.types.is_binary(kind):
                    break
                return name
        raise InputError(
            f"{self.files[0].name}: expected whole amounts in a column value or value_string, as text or integers;"
            f" it has {', '.join(f'{f.name} {f.type}' for f in self.schema if f.name.startswith('value')) or 'none'}"
            " (with cryo: --u256-types string --hex)"
        )


def listed(paths: Sequence[Path]) -> list[Path]:
    """The files that these paths name or hold.

    Raises:
        InputError: none.
    """
    held = {
        one
        for path in paths
        for one in ([path] if path.is_file() else path.rglob("*"))
        if kind_of(one.name) and one.is_file()
    }
    if not held:
        raise InputError(
            f"expected {', '.join(SUFFIXES)} (also .gz), found none in {', '.join(map(str, paths)) or 'nothing'}"
        )
    return sorted(held)


def shape(columns: Sequence[str]) -> str | None:
    """The dataset that columns are of; none where it is not known."""
    have = {*columns}
    if {"transaction_hash", "nonce", "gas_price", "success"} <= have:
        return "transactions"
    if (name := named(columns)) == "logs":
        return name
    return next((known for known, wanted in SHAPES.items() if {*wanted} <= have), name)


def datasets(paths: Sequence[Path]) -> dict[str, Dataset]:
    """The datasets in these Parquet files, by what their columns say they are.

    Raises:
        SourceError: a file is no Parquet.
        InputError: a file of no known dataset.
    """
    grouped: dict[str, list[Path]] = defaultdict(list)
    schemas: dict[str, pa.Schema] = {}
    for file in paths:
        schema = _schema(file)
        name = shape(schema.names)
        if name is None:
            raise InputError(f"{file.name}: no dataset that is known has the columns {', '.join(schema.names)}"[:400])
        if not schemas.setdefault(name, schema).equals(schema):
            raise InputError(f"{file.name}: other columns than the {name} before; load it by itself")
        grouped[name].append(file)
    return {name: Dataset(name, tuple(grouped[name]), schemas[name]) for name in grouped}


def _schema(file: Path) -> pa.Schema:
    try:
        return pq.read_schema(file).remove_metadata()
    except (OSError, pa.ArrowException) as error:
        raise SourceError(f"cannot read {file}: {str(error).splitlines()[0]}") from None


def times(found: Mapping[str, Dataset]) -> pa.Table:
    """The time of each block, from the blocks or from rows that have one.

    Raises:
        InputError: nothing says when the blocks were.
    """
    if "blocks" in found:
        one = found["blocks"]
        number, time = ("number" if one.has("number") else "block_number"), "timestamp"
    else:
        having = [one for one in found.values() if one.has("block_timestamp")]
        if not having:
            raise InputError("nothing says when blocks were: add the blocks (with their numbers and timestamps)")
        one, number, time = having[0], "block_number", "block_timestamp"
    rows = pa.concat_tables(pq.ParquetFile(path).read(columns=[number, time]) for path in one.files)
    moments = rows.column(time)
    if pa.types.is_integer(moments.type):
        moments = moments.cast(pa.int64()).cast(pa.timestamp("s"))
    moments = moments.cast(pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
    table = pa.table({"block": rows.column(number).cast(pa.int64()), "time": moments})
    return table.group_by("block").aggregate([("time", "min")]).rename_columns(["block", "time"])
