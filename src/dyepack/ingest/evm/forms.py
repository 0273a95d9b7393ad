"""Batches of files in other forms than ours: ids that are bytes, times in text, the names and traces of cryo."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dyepack.errors import InputError
from dyepack.ingest.evm.columns import COLUMNS, TIME, WHOLE
from dyepack.ingest.moments import moment

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
_DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)


def timed(rows: pa.Table, names: set[str]) -> pa.Table:
    """Times as numbers of seconds or as text, in CSV, as times."""
    for name in names:
        values = rows.column(name).to_pylist()
        at = rows.schema.get_field_index(name)
        times = [None if value is None else moment(value).replace(tzinfo=None) for value in values]
        rows = rows.set_column(at, name, pa.array(times, TIME))
    return rows


def binary(schema: pa.Schema) -> bool:
    """Whether ids are bytes."""
    return any(name in schema.names and _is_bytes(schema.field(name).type) for name in _IDS)


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def plain(batch: pa.RecordBatch, *, cryo: bool) -> pa.Table:
    """A batch with ids as text, and the names that ethereum-etl has."""
    rows = pa.Table.from_batches([batch])
    for at, column in enumerate(rows.schema):
        if column.name in _IDS and _is_bytes(column.type):
            rows = rows.set_column(at, column.name, hexed(rows.column(at)))
    if cryo:
        rows = rows.rename_columns([_CRYO.get(name, name) for name in rows.column_names])
    return rows


def traces(rows: pa.Table, path: Path) -> pa.Table:
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
        "status": pa.array([1] * rows.num_rows, WHOLE),
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
