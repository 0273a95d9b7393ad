"""Parquet of transactions into the columns of `flatten`, a batch at a time and without a Python object per row.

Everything that `exports` asks of a row is asked here of whole columns. Where one answer is no, the batch is left to
`exports`, which reads it row by row and says which row it is and why.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dyepack.ingest.bitcoin.flatten import TRANSACTIONS
from dyepack.ingest.bitcoin.network import COIN
from dyepack.ingest.machine.compiled import Array
from dyepack.ingest.machine.wire import MOST
from dyepack.ingest.moments import EARLIEST, LATEST

EXACT = 2**53
_DIGITS = np.isin(np.arange(256), np.frombuffer(b"0123456789abcdef", np.uint8))
_TIME = pa.timestamp("us", tz="UTC")
_NEEDED = ("hash", "block_number", "is_coinbase", "inputs", "outputs")


_COINS = frozenset({"input_value", "output_value", "fee", "input_count", "output_count", "virtual_size", "lock_time"})
"""Columns of the AWS public blockchain data, whose amounts are coins in floating point (its `schema/btc.md`)."""


class _OddError(Exception):
    """Something of a batch wants to be looked at row by row."""


def has_floats(schema: pa.Schema) -> bool:
    """Whether amounts of inputs or outputs are in floating point."""
    return any(
        pa.types.is_floating(one.type)
        for name in ("inputs", "outputs")
        for one in _fields(schema, name)
        if one.name == "value"
    )


def has_coins(schema: pa.Schema) -> bool:
    """Whether a file has all columns of the lake that gives whole coins in floating point, one address to each."""
    totals = [schema.field(name).type for name in ("input_value", "output_value", "fee") if name in schema.names]
    items = [[one.name for one in _fields(schema, name)] for name in ("inputs", "outputs")]
    alone = all("address" in names for names in items if names)
    return {*schema.names} >= _COINS and alone and all(map(pa.types.is_floating, totals))


def _fields(schema: pa.Schema, name: str) -> list[pa.Field]:
    """The fields of the items of a column of lists."""
    kind = schema.field(name).type if schema.names.count(name) == 1 else None
    inner = kind.value_type if kind is not None and (pa.types.is_list(kind) or pa.types.is_large_list(kind)) else None
    return list(inner) if inner is not None and pa.types.is_struct(inner) else []


def columns_of(batch: pa.RecordBatch, source: str, line: int) -> pa.Table | None:
    """The batch in the columns of `flatten`, its first row standing at this line; nothing where a row is odd."""
    try:
        return _columns(pa.Table.from_batches([batch]).combine_chunks(), source, line)
    except (_OddError, pa.ArrowException, ValueError, KeyError, TypeError):
        return None


def _columns(rows: pa.Table, source: str, line: int) -> pa.Table:
    _need(all(name in rows.column_names for name in _NEEDED))
    coinbase = _column(rows, "is_coinbase")
    _need(coinbase.type == pa.bool_() and not coinbase.null_count)
    first = coinbase.to_numpy(zero_copy_only=False)
    spent, made = _Lists(rows, "inputs", first), _Lists(rows, "outputs", np.zeros(len(rows), bool))
    _need(bool(((spent.sizes == 0) == first).all() and (made.sizes > 0).all()))
    _agree(rows, "input_count", spent.sizes[~first], ~first)
    _agree(rows, "output_count", made.sizes, np.ones(len(rows), bool))
    columns: dict[str, Any] = {
        "tx_hash": _digests(_column(rows, "hash")),
        "block": _whole(_column(rows, "block_number")),
        "block_hash": _digests(_column(rows, "block_hash"), empty=True) if "block_hash" in rows.column_names else None,
        "time": _times(_column(rows, "block_timestamp")) if "block_timestamp" in rows.column_names else None,
        "coinbase": coinbase,
        "tx_index": _whole(_column(rows, "index"), empty=True) if "index" in rows.column_names else None,
        "inputs": spent.as_list(
            {
                "index": spent.index(),
                "hash": _digests(spent.field("spent_transaction_hash")),
                "place": _whole(spent.field("spent_output_index")),
                "address": spent.address(),
                "value": _amounts(spent.field("value"), empty=True),
            }
        ),
        "outputs": made.as_list(
            {
                "index": made.index(),
                "script": made.text("script_hex"),
                "type": made.text("type"),
                "address": made.address(),
                "value": _amounts(made.field("value")),
            }
        ),
        "source": pa.repeat(pa.scalar(source), len(rows)),
        "line": pa.array(np.arange(line, line + len(rows))),
    }
    arrays = [
        pa.nulls(len(rows), field.type) if columns[field.name] is None else columns[field.name].cast(field.type)
        for field in TRANSACTIONS
    ]
    return pa.Table.from_arrays(arrays, schema=TRANSACTIONS)


def _need(holds: bool) -> None:
    if not holds:
        raise _OddError


def _column(rows: pa.Table, name: str) -> pa.Array:
    chunks = rows.column(name).chunks
    return pa.concat_arrays(chunks) if chunks else pa.array([], rows.column(name).type)


class _Lists:
    """A column of lists of coins, flat, and how many each row has; those of some rows left out (of coinbases)."""

    def __init__(self, rows: pa.Table, name: str, without: Array) -> None:
        lists = _column(rows, name)
        sizes = pc.list_value_length(lists).fill_null(0).to_numpy()
        self._flat = pc.list_flatten(lists).filter(pa.array(np.repeat(~without, sizes)))
        self.sizes = np.where(without, 0, sizes)
        self._names = [field.name for field in self._flat.type]

    def field(self, name: str) -> pa.Array:
        return pc.struct_field(self._flat, name) if name in self._names else pa.nulls(len(self._flat), pa.string())

    def text(self, name: str) -> pa.Array:
        return self.field(name).cast(pa.string())

    def index(self) -> pa.Array:
        """The place of each item: as given, or as it stands."""
        if "index" in self._names:
            return _whole(self.field("index"))
        starts = np.cumsum(self.sizes) - self.sizes
        return pa.array(np.arange(len(self._flat)) - np.repeat(starts, self.sizes))

    def address(self) -> pa.Array:
        """The only address of each; none where there are several."""
        if "address" in self._names:
            return self.text("address")
        given = self.field("addresses")
        if not pa.types.is_list(given.type) and not pa.types.is_large_list(given.type):
            return pa.nulls(len(given), pa.string())
        sizes = pc.list_value_length(given).fill_null(0).to_numpy()
        first = pa.array(np.cumsum(sizes) - sizes, mask=sizes != 1)
        return pc.list_flatten(given).cast(pa.string()).take(first)

    def as_list(self, columns: dict[str, pa.Array]) -> pa.Array:
        """The same lists, of these fields."""
        kind = TRANSACTIONS.field("inputs" if "hash" in columns else "outputs").type
        arrays = [columns[field.name].cast(field.type) for field in kind.value_type]
        offsets = pa.array(np.append(0, np.cumsum(self.sizes)).astype(np.int32))
        return pa.ListArray.from_arrays(offsets, pa.StructArray.from_arrays(arrays, fields=list(kind.value_type)))


def _agree(rows: pa.Table, name: str, sizes: Array, where: Array) -> None:
    """What the export counts is what is there, in these rows."""
    if name in rows.column_names:
        said = _column(rows, name).filter(pa.array(where))
        _need(bool(pc.all(pc.or_(pc.is_null(said), pc.equal(said, pa.array(sizes))), min_count=0).as_py()))


def _digests(given: pa.Array, *, empty: bool = False) -> pa.Array:
    """Ids of 64 digits; those with capitals in lower case."""
    text = pa.concat_arrays([given.cast(pa.string())])
    _need(empty or not text.null_count)
    if not _all_digits(text):
        text = pc.utf8_lower(text)
        _need(_all_digits(text))
    return text


def _all_digits(text: pa.Array) -> bool:
    """Whether all that are there have 64 hexadecimal digits, seen in the bytes of all of them together."""
    if not len(text):
        return True
    offsets = np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]
    sizes = np.diff(offsets)
    known = text.is_valid().to_numpy(zero_copy_only=False)
    letters = np.frombuffer(text.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    return bool((sizes[known] == 64).all() and (sizes[~known] == 0).all() and _DIGITS[letters].all())


def _whole(given: pa.Array, *, empty: bool = False) -> pa.Array:
    _need(pa.types.is_integer(given.type) or (empty and given.null_count == len(given)))
    numbers = given.cast(pa.int64())
    _need((empty or not numbers.null_count) and (pc.min(numbers).as_py() or 0) >= 0)
    return numbers


def _amounts(given: pa.Array, *, empty: bool = False) -> pa.Array:
    """Base units, or coins in floating point that stand for exactly one number of them."""
    _need(empty or not given.null_count)
    if pa.types.is_float64(given.type):
        known = given.is_valid().to_numpy(zero_copy_only=False)
        coins = given.fill_null(0.0).to_numpy()
        _need(bool((np.abs(coins) < EXACT).all()))
        units = np.rint(coins * COIN)
        _need(bool(((units >= 0) & (units < EXACT) & (units / COIN == coins)).all()))
        return pa.array(units.astype(np.int64), mask=~known)
    numbers = given.cast(pa.int64())
    _need(pa.types.is_integer(given.type) or pa.types.is_decimal(given.type) or given.null_count == len(given))
    bounds = pc.min_max(numbers).as_py()
    _need((bounds["min"] or 0) >= 0 and (bounds["max"] or 0) < MOST)
    return numbers


def _times(given: pa.Array) -> pa.Array:
    if pa.types.is_integer(given.type):
        times = pc.multiply(given.cast(pa.int64()), 1_000_000).cast(_TIME)
    else:
        _need(pa.types.is_timestamp(given.type))
        times = (
            pc.assume_timezone(given.cast(pa.timestamp("us")), "UTC") if given.type.tz is None else given.cast(_TIME)
        )
    bounds = pc.min_max(times).as_py()
    _need(bounds["min"] is None or (bounds["min"] >= EARLIEST and bounds["max"] < LATEST))
    return times
